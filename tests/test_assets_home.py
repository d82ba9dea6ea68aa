"""Dagster's own folder, and its history in a real PostgreSQL by one setting."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import dagster as dg
import pytest

from assets.definitions import definitions
from assets.history import failures_of
from assets.home import HomeError, prepare
from assets.resources import ProjectResource
from km0_pipeline.steps import Project
from tests.conftest import lacking

NEEDED = "initdb of PostgreSQL, or dagster-postgres, is absent; apt install postgresql, then make test makes .venv anew"


def test_the_settings_are_written_kept_up_to_date_and_left_alone_where_they_are_somebodys_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KM0_POSTGRES", raising=False)
    prepare(tmp_path / "home")
    path = tmp_path / "home" / "dagster.yaml"
    first = path.read_text(encoding="utf-8")
    assert "telemetry" in first and "postgres" not in first
    monkeypatch.setenv("KM0_POSTGRES", "postgresql+psycopg2://hub:secret-9@localhost/km0")
    prepare(tmp_path / "home")
    text = path.read_text(encoding="utf-8")
    assert "{env: KM0_POSTGRES}" in text and "secret-9" not in text
    monkeypatch.delenv("KM0_POSTGRES")
    prepare(tmp_path / "home")
    assert path.read_text(encoding="utf-8") == first
    path.write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    prepare(tmp_path / "home")
    assert path.read_text(encoding="utf-8") == "telemetry: {enabled: false}\n"
    monkeypatch.setenv("KM0_POSTGRES", "mysql://localhost/km0")
    with pytest.raises(HomeError, match=r"KM0_POSTGRES must begin with postgresql\+psycopg2://"):
        prepare(tmp_path / "home")


@pytest.fixture
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database of a PostgreSQL that runs while the test does."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs or find_spec("dagster_postgres") is None:
        lacking(NEEDED)
    folder = Path("/tmp") / f"km0-postgres-{os.getpid()}"  # a path for sockets may have 107 bytes, and postgres must be able to enter it
    folder.mkdir()
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bin_ = programs[-1].parent
    name = user or pwd.getpwuid(os.geteuid()).pw_name
    control = [str(bin_ / "pg_ctl"), "-D", f"{folder}/data", "-w", "-s"]
    try:
        subprocess.run([str(programs[-1]), "-D", f"{folder}/data", "-A", "trust", "-U", name, "--no-sync"], user=user, cwd=folder, check=True, capture_output=True)
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -F"
        subprocess.run([*control, "-l", f"{folder}/log", "-o", options, "start"], user=user, cwd=folder, check=True, timeout=60)
        try:
            yield f"postgresql+psycopg2://{name}@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], user=user, cwd=folder, check=True, timeout=60)
    finally:
        shutil.rmtree(folder)


@pytest.mark.pipeline
def test_the_history_of_runs_is_in_postgresql_where_one_variable_says_so(project: Project, tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KM0_POSTGRES", postgres)
    prepare(tmp_path / "home")

    @dg.asset
    def day(project: ProjectResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        return dg.MaterializeResult(metadata={"day": str(project.day())})

    job = definitions(project.root, "2026-03-01", assets=[day]).resolve_job_def("refresh")
    with dg.DagsterInstance.get() as instance:
        assert job.execute_in_process(instance=instance).success
    with dg.DagsterInstance.get() as instance:  # another process would see the same
        assert type(instance.event_log_storage).__name__ == "PostgresEventLogStorage"
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.SUCCESS]
        event = instance.get_latest_materialization_event(dg.AssetKey("day"))
        assert event and event.asset_materialization and event.asset_materialization.metadata["day"].value == "2026-03-01"
    settings = project.root / "hub.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('package = "km0"', 'package = "filature"'), encoding="utf-8")
    with dg.DagsterInstance.get() as instance:  # else its alerts would tell of the other's runs, and its sensors take them for their own
        refused = job.execute_in_process(instance=instance, raise_on_error=False)
        (why,) = failures_of(instance, refused.run_id)
    assert "holds the record of the hub 'km0', and this is 'filature'" in why and "createdb" in why
    assert not list((tmp_path / "home").rglob("*.db"))
