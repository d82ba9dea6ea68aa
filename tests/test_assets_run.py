"""The refresh as a person runs it: whole, in process, on a small hub that is plainly fictional.

A refresh takes seconds, so the runs of one story are made once and each test reads one of them.
"""

import datetime as dt
import os
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from assets.definitions import definitions
from assets.history import AT_WORK, at_work, here, trim
from assets.resources import ProjectResource, sole_use
from assets.run import main
from tests.conftest import ROOT, hub_toml

REGISTRY = """Dénomination;Activité;SIREN;Effectif;Courriel
Tisserands du Futur;Textile;;12;contact@tisserands.example
Ateliers Zéphyr;Mécanique;;5;
Nuage Bleu;Logiciel;;30;
"""
NOTE = """---
title: Une fête au hub
publisher: Gazette des Essais
url: https://gazette.example/fete
published: 2024-05-03
licence: etalab-2.0
---

Le KM0 accueille Nuage Bleu. Tisserands du Futur est installé au KM0 et emploie 14 salariés. Écrire à contact@tisserands.example.
"""

pytestmark = pytest.mark.pipeline


@dataclass
class Run:
    """What one `make run` gave."""

    status: int
    output: str
    errors: str
    snapshots: list[str]
    record: dg.DagsterRun
    shown: dict[str, dg.AssetMaterialization]

    @property
    def reused(self) -> dict[str, bool]:
        """Whether each step of the progress lines was reused."""
        lines = [line.split() for line in self.output.splitlines() if line.endswith(("  made", "  reused"))]
        return {line[0]: line[-1] == "reused" for line in lines}


class Hub:
    """A project with its Dagster history beside it."""

    def __init__(self, root: Path, terminal: pytest.CaptureFixture[str]) -> None:
        self.root, self.terminal = root, terminal
        hub_toml(root)
        shutil.copy(ROOT / "assets" / "dagster.yaml", os.environ["DAGSTER_HOME"])
        for folder, name, text in (("press", "fete.md", NOTE), ("registries", "locataires.csv", REGISTRY)):
            (root / "data" / "raw" / folder).mkdir(parents=True)
            (root / "data" / "raw" / folder / name).write_text(text, encoding="utf-8")

    def refresh(self, day: str) -> Run:
        self.terminal.readouterr()
        status = main(["--root", str(self.root), "--date", day])
        output, errors = self.terminal.readouterr()
        snapshots = sorted(p.name for p in (self.root / "data" / "published").glob("20*"))
        shown = {}
        with dg.DagsterInstance.get() as instance:
            for key in instance.all_asset_keys():
                event = instance.get_latest_materialization_event(key)
                if event is not None and event.asset_materialization is not None:
                    shown[key.to_user_string()] = event.asset_materialization
            record = instance.get_runs(limit=1)[0]
        return Run(status, output, errors, snapshots, record, shown)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Hub:
    home, root = tmp_path / "history", tmp_path / "hub"
    home.mkdir()
    root.mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    return Hub(root, capfd)


def test_the_life_of_a_hub(hub: Hub) -> None:
    first = hub.refresh("2026-03-01")
    a_refresh_publishes_shows_each_step_and_stands_in_the_history(first)
    assert hub.refresh("2026-03-01").snapshots == ["2026.3.1"]
    again = hub.refresh("2026-03-01")
    an_unchanged_refresh_makes_nothing_again_and_publishes_nothing(first, again)

    with dg.DagsterInstance.get() as instance:
        killed = dg.DagsterRun("refresh", status=dg.DagsterRunStatus.STARTED, tags={AT_WORK: here(hub.root)})
        instance.add_run(killed)
    (hub.root / "data/raw/press/autre.md").write_text(NOTE.replace("fête", "foire").replace("14", "15"), encoding="utf-8")
    second = hub.refresh("2026-03-02")
    a_new_note_is_read_and_the_registries_are_left_as_they_were(second)
    with dg.DagsterInstance.get() as instance:
        ended = instance.get_run_by_id(killed.run_id)
    assert ended is not None and ended.status == dg.DagsterRunStatus.FAILURE, "a killed run is not shown as running for ever"

    for path in (hub.root / "data" / "raw").rglob("*.*"):
        path.unlink()
    a_check_that_fails_stops_the_publication_with_its_sentence(hub.refresh("2026-03-03"))


def a_refresh_publishes_shows_each_step_and_stands_in_the_history(run: Run) -> None:
    assert (run.status, run.errors, run.snapshots) == (0, "", ["2026.3.1"])
    assert list(run.reused)[-3:] == ["km0_duckdb", "snapshot", "catalogue"]
    assert {"press_documents", "registry_rows", "entity_mentions", "organisations"} <= run.reused.keys()
    assert "data/published/2026.3.1" in run.output
    assert (run.record.job_name, run.record.status) == ("refresh", dg.DagsterRunStatus.SUCCESS)
    assert "data:image/svg+xml;base64," in str(run.shown["catalogue"].metadata["picture"].value)
    organisations = run.shown["organisations"].metadata
    assert "Nuage Bleu" in str(organisations["first rows"].value)
    assert organisations["dagster/row_count"].value >= 4
    lineage = organisations["dagster/column_lineage"].value.deps_by_column
    assert any(dep.asset_key == dg.AssetKey("ranked_claims") for deps in lineage.values() for dep in deps)
    for asset, materialization in run.shown.items():
        text = str({name: value.value for name, value in materialization.metadata.items()})
        assert "contact@tisserands.example" not in text, f"{asset} shows a contact"
        assert "accueille" not in text or asset in ("claims", "press_reviewed"), f"{asset} shows the text of an article"
    headings = run.shown["registry_rows"].metadata["dagster/column_lineage"].value.deps_by_column["headcount"]
    assert headings == [dg.TableColumnDep(dg.AssetKey(["registries", "locataires"]), "Effectif")], "a published headcount leads to the heading it stands under"
    assert run.record.tags["km0/version"] == "2026.3.1"
    came = {name: value.value for name, value in run.shown["registries/locataires"].metadata.items()}
    assert came == {"documents": 1, "records": 3, "last new on": "2026-03-01", "next expected by": "not said"}
    figures = run.shown["snapshot"].metadata
    assert figures["claims"].value == run.shown["claims"].metadata["dagster/row_count"].value > 0 and 0 < figures["filled"].value < 100
    understood = str(run.shown["press_reviewed"].metadata["understood"].value)
    assert "Le **KM0** accueille **Nuage Bleu**." in understood and "| tenant\\_of | KM0 | Tisserands du Futur est installé au KM0 | 0." in understood


def an_unchanged_refresh_makes_nothing_again_and_publishes_nothing(first: Run, again: Run) -> None:
    assert (again.status, again.snapshots) == (0, ["2026.3.1"])
    assert again.record.tags["km0/unchanged"] == "2026.3.1" and "km0/version" not in again.record.tags
    assert [step for step, kept in again.reused.items() if not kept] == []
    versions = [{k: (m.tags or {}).get("dagster/data_version") for k, m in run.shown.items()} for run in (first, again)]
    assert versions[0]["organisations"] == versions[1]["organisations"]
    assert versions[0]["press_claims"] == versions[1]["press_claims"]
    assert again.shown["organisations"].metadata["first rows"] == first.shown["organisations"].metadata["first rows"]


def a_new_note_is_read_and_the_registries_are_left_as_they_were(run: Run) -> None:
    assert (run.status, run.snapshots) == (0, ["2026.3.1", "2026.3.2"])
    assert run.shown["press"].metadata["last new on"].value == "2026-03-02"
    assert run.shown["registries/locataires"].metadata["last new on"].value == "2026-03-01"
    chart = str(run.shown["snapshot"].metadata["over versions"].value)
    assert "| 2026.3.1 | 2026.3.2 | 2026.3.1 to 2026.3.2 |" in chart and "`▁█`" in chart
    assert run.reused["registry_rows"] and not run.reused["press_documents"]


def a_check_that_fails_stops_the_publication_with_its_sentence(run: Run) -> None:
    assert (run.status, run.snapshots) == (1, ["2026.3.1", "2026.3.2"])
    assert "data/raw holds no file at all" in run.errors
    assert "press: 0 documents could be used" in run.errors and "Gone from data/raw: press/autre.md, press/fete.md. Put them back" in run.errors
    assert "registries/locataires: 0 documents could be used and 0 rows read; 1 and 3 in the last snapshot (2026.3.2)" in run.errors
    assert "limits.row_drop in hub.toml" in run.errors
    assert "Traceback" not in run.errors
    assert "Nothing was published" in run.output
    assert run.record.status == dg.DagsterRunStatus.FAILURE
    assert "snapshot" not in run.reused


def test_a_mistake_in_hub_toml_is_told_in_a_sentence(hub: Hub) -> None:
    settings = hub.root / "hub.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("watch_seconds", "watch_secnds"), encoding="utf-8")
    status = main(["--root", str(hub.root)])
    errors = hub.terminal.readouterr().err
    assert status == 1
    assert "hub.toml, line" in errors and "watch_seconds" in errors
    assert "Traceback" not in errors


def test_the_day_of_a_run_is_that_of_its_creation_where_the_hub_is(hub: Hub) -> None:
    settings = hub.root / "hub.toml"
    text = settings.read_text(encoding="utf-8").replace('timezone = "Europe/Paris"', 'timezone = "Pacific/Kiritimati"')
    settings.write_text(text, encoding="utf-8")
    days = []

    @dg.asset
    def day(project: ProjectResource) -> None:
        days.append(project.day())

    with dg.DagsterInstance.get() as instance:
        job = definitions(hub.root, assets=[day]).resolve_job_def("refresh")
        run = instance.get_run_record_by_id(job.execute_in_process(instance=instance).run_id)
    assert run is not None
    assert days == [run.create_timestamp.replace(tzinfo=dt.UTC).astimezone(ZoneInfo("Pacific/Kiritimati")).date()]


def test_a_refresh_waits_for_the_one_at_work_and_old_ones_are_trimmed(hub: Hub) -> None:
    """The schedule, the watch, the button and `make run` all come here: a run has the project to itself before its first step."""
    ended: list[float] = []

    @dg.asset
    def alone(project: ProjectResource) -> None:
        with pytest.raises(BlockingIOError), sole_use(hub.root, wait=False):
            pass
        ended.append(time.monotonic())

    def another() -> None:
        with sole_use(hub.root):
            begun.set()
            time.sleep(0.5)
            ended.append(time.monotonic())

    job, begun = definitions(hub.root, assets=[alone]).resolve_job_def("refresh"), threading.Event()
    with dg.DagsterInstance.get() as instance:
        thread = threading.Thread(target=another)
        thread.start()
        begun.wait()
        ran = job.execute_in_process(instance=instance)
        thread.join()
        assert ran.success and len(ended) == 2 and ended[0] < ended[1]
        assert not instance.get_runs(dg.RunsFilter(tags={AT_WORK: here(hub.root)})), "else the next one would take it for killed"
        assert trim(instance, dt.datetime.now(dt.UTC) - dt.timedelta(days=1)) == 0
        assert trim(instance, dt.datetime.now(dt.UTC) + dt.timedelta(days=1)) == 1
        assert not instance.get_runs() and not list(Path(os.environ["DAGSTER_HOME"]).rglob(f"{ran.run_id}*"))
        assert instance.get_latest_materialization_event(dg.AssetKey("alone")), "what an asset was like last stays"


def test_a_run_of_another_machine_at_the_same_path_is_not_taken_for_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three = (dg.DagsterRun("refresh", status=dg.DagsterRunStatus.STARTED) for _ in range(3))
    with dg.DagsterInstance.ephemeral() as instance:
        for run, machine in ((one, "un"), (two, "deux"), (three, "deux")):
            instance.add_run(run)
            monkeypatch.setattr("platform.node", lambda machine=machine: machine)
            at_work(instance, run.run_id, Path("/srv/hub"))
        assert [r.run_id for r in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]))] == [two.run_id]


def test_two_runs_do_not_write_the_same_project_at_once(hub: Hub) -> None:
    with sole_use(hub.root), pytest.raises(BlockingIOError), sole_use(hub.root, wait=False):
        pass
    with sole_use(hub.root, wait=False):
        pass
