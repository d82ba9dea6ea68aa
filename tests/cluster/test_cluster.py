"""Two workers in their own processes and folders, which share an object store: the bytes of one process, though one of them is killed.

Celery, Redis, PostgreSQL and the object store are real ones on this machine; Dagster's daemon hands out the runs, and sees that a worker is dead.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import dagster as dg
import pytest
from cluster_servers import postgres, redis, running
from portal_world import Through
from runs import apart
from s3_world import KEY, KEY_ID, Store, bytes_of, server
from test_storage_machines import NOTES, REGISTRY

from assets.sensors import listing, note_refreshed
from km0_pipeline.steps import Project
from tests.conftest import ROOT

pytestmark = pytest.mark.cluster

RUN = dg.DagsterRunStatus


@dataclass
class Cluster:
    """The machines by name, the processes of the workers among them, and what they share."""

    machines: dict[str, Project]
    workers: dict[str, subprocess.Popen[bytes]]
    control: Project
    instance: dg.DagsterInstance
    store: Store
    broker: str
    folder: Path

    def drop_in(self, project: Project, notes: int) -> None:
        """A registry and so many notes, which stewards drop into data/raw."""
        for folder, name, text in [("registries", "locataires.csv", REGISTRY), *(("press", f"{v}.md", NOTES[v]) for v in sorted(NOTES)[:notes])]:
            (project.raw / folder).mkdir(parents=True, exist_ok=True)
            (project.raw / folder / name).write_text(text, encoding="utf-8")

    def refreshed(self, notes: int) -> str:
        """The id of the run that Dagster's watch hands out when a registry and so many notes are dropped in."""
        known = {r.run_id for r in self.instance.get_runs()}
        for machine in (*self.machines.values(), self.control):  # the watch is on the last
            self.drop_in(machine, notes)
        until(lambda: len(self.instance.get_runs()) > len(known))
        return next(r.run_id for r in self.instance.get_runs() if r.run_id not in known)

    def worker_of(self, run_id: str) -> str:
        """Name of the worker that carries the run out."""
        from celery import Celery
        from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

        run = self.instance.get_run_by_id(run_id)
        assert run is not None
        task = Celery(broker=self.broker, backend=self.broker).AsyncResult(run.tags[DAGSTER_CELERY_TASK_ID_TAG])
        return str(task.worker or task.info["hostname"]).partition("@")[0]

    def done(self, run_id: str, *steps: str) -> bool:
        """Whether the run has ended well, or, given `steps`, these of it."""
        run = self.instance.get_run_by_id(run_id)
        assert run is not None and run.status not in (RUN.FAILURE, RUN.CANCELED), self.told(run_id)
        if not steps:
            return run.status == RUN.SUCCESS
        ended = self.instance.all_logs(run_id, of_type={dg.DagsterEventType.STEP_SUCCESS})
        return {e.dagster_event.step_key for e in ended if e.dagster_event} >= set(steps)

    def told(self, run_id: str) -> str:
        return "\n".join(f"{e.message}\n{e.dagster_event.event_specific_data if e.dagster_event and e.dagster_event.is_failure else ''}" for e in self.instance.all_logs(run_id))[-6000:]


def environment(project: Project) -> dict[str, str]:
    return dict(os.environ) | {"KM0_HUB": str(project.root), "DAGSTER_HOME": str(home(project)), "PYTHONPATH": str(ROOT)}


def home(project: Project) -> Path:
    """Dagster's settings on that machine, as `make worker` puts them there."""
    folder = project.root / ".dagster-celery"
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "assets" / "dagster-celery.yaml", folder / "dagster.yaml")
    return folder


def until(true: Callable[[], bool], seconds: float = 900) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.5)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if not os.environ.get("KM0_CLUSTER"):
        pytest.skip("takes a minute or more, and Celery, Redis and PostgreSQL: `make cluster` (docs/scale.md)")
    folder = tmp_path_factory.mktemp("cluster")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        address, broker, database = (stack.enter_context(s) for s in (server(folder), redis(), postgres()))
        for name, value in {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": KEY, "KM0_BROKER": broker, "KM0_POSTGRES": database}.items():
            patch.setenv(name, value)
        store = Store(Through(real=address, url=address), "hub")
        control, *machines = (store.machine(folder / name, warehouse=True) for name in ("control", "one", "two"))
        for machine in (control, *machines):
            text = (machine.root / "hub.toml").read_text(encoding="utf-8")
            (machine.root / "hub.toml").write_text(text.replace("watch_seconds = 30", "watch_seconds = 5"), encoding="utf-8")
        note_refreshed(control.root, listing(control.root))
        instance = stack.enter_context(dg.DagsterInstance.from_config(str(home(control))))
        logs = {machine.root.name: folder / f"{machine.root.name}.log" for machine in (*machines, control)}
        daemon = [str(Path(sys.executable).with_name("dagster-daemon")), "run", "-m", "assets.definitions"]
        stack.enter_context(running(daemon, lambda: True, logs["control"], env=environment(control), cwd=ROOT))
        workers = {}
        for machine in machines:
            name = machine.root.name
            command = [sys.executable, "-m", "celery", "-A", "assets.workers", "worker", "-l", "info", "-c", "1", "-Q", "dagster", "--prefetch-multiplier=1", "-n", f"{name}@%h"]
            workers[name] = stack.enter_context(running(command, lambda: True, logs[name], env=environment(machine), cwd=ROOT, start_new_session=True))
        until(lambda: all(" ready." in logs[name].read_text(encoding="utf-8", errors="replace") for name in workers))
        yield Cluster({m.root.name: m for m in machines}, workers, control, instance, store, broker, folder)


def alone(c: Cluster) -> dict[str, bytes]:
    """What one process without any of it publishes of the same, twice on this day."""
    project = Project.at(shutil.copytree(c.control.root, c.folder / "alone", ignore=shutil.ignore_patterns("data", ".dagster-celery")))
    text = (project.root / "hub.toml").read_text(encoding="utf-8")
    (project.root / "hub.toml").write_text(text[: text.index("\n[storage]")] + "\n", encoding="utf-8")
    for notes in (1, 2):
        c.drop_in(project, notes)
        ran = apart(project.root, f"{datetime.now(project.hub.zone):%Y-%m-%d}")
        assert ran.returncode == 0, ran.stdout + ran.stderr
    return bytes_of(project.published)


def test_two_workers_of_which_one_is_killed_half_way_publish_the_bytes_of_one_process(cluster: Cluster) -> None:
    c = cluster
    with ThreadPoolExecutor(1) as pool:
        expected = pool.submit(alone, c)
        first = c.refreshed(1)
        until(lambda: c.done(first))
        second = c.refreshed(2)
        until(lambda: c.done(second, "press_claims"))
        killed = c.worker_of(second)
        os.killpg(c.workers[killed].pid, signal.SIGKILL)
        assert not c.done(second), "it was killed half-way"
        retried = dg.RunsFilter(tags={"dagster/parent_run_id": second})
        until(lambda: bool(c.instance.get_runs(retried)))
        (retry,) = c.instance.get_runs(retried)
        until(lambda: c.done(retry.run_id))
        assert c.worker_of(retry.run_id) != killed
        run = c.instance.get_run_by_id(second)
        assert run is not None and run.status == RUN.FAILURE and "does not answer: it was killed" in c.told(second)
        held = c.store.held()
        assert len(json.loads(held["index.json"])["versions"]) == 2
        assert held == expected.result()
