"""The refresh as a person runs it: whole, in process, on a small hub that is plainly fictional."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from assets.run import STARTED_HERE, main
from tests.conftest import ROOT

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

Le KM0 accueille Nuage Bleu. Tisserands du Futur est installé au KM0 et emploie 14 salariés.
"""

pytestmark = pytest.mark.pipeline


@dataclass
class Hub:
    """A project, with its Dagster history beside it."""

    root: Path
    output: pytest.CaptureFixture[str]

    def refresh(self, day: str = "2026-03-01") -> tuple[int, str, str]:
        """Exit status, stdout and stderr of `make run`."""
        self.output.readouterr()
        status = main(["--root", str(self.root), "--date", day])
        return status, *self.output.readouterr()

    def published(self) -> list[str]:
        return sorted(p.name for p in (self.root / "data" / "published").glob("20*"))

    def runs(self) -> list[dg.DagsterRun]:
        with dg.DagsterInstance.get() as instance:
            return list(instance.get_runs())

    def latest(self, asset: str) -> dg.AssetMaterialization:
        with dg.DagsterInstance.get() as instance:
            event = instance.get_latest_materialization_event(dg.AssetKey(asset))
        assert event is not None and event.asset_materialization is not None
        return event.asset_materialization


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Hub:
    for name in ("hub.toml", "dagster.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for folder, name, text in (("press", "fete.md", NOTE), ("registries", "locataires.csv", REGISTRY)):
        (tmp_path / "data" / "raw" / folder).mkdir(parents=True)
        (tmp_path / "data" / "raw" / folder / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return Hub(tmp_path, capfd)


def reused(output: str) -> dict[str, bool]:
    """Whether each step of the progress lines was reused."""
    lines = [line.split() for line in output.splitlines() if line.endswith(("  made", "  reused"))]
    return {line[0]: line[-1] == "reused" for line in lines}


def test_a_refresh_publishes_shows_each_step_and_stands_in_the_history(hub: Hub) -> None:
    status, output, errors = hub.refresh()
    assert (status, errors) == (0, "")
    assert hub.published() == ["2026.3.1"]
    steps = reused(output)
    assert list(steps)[-2:] == ["km0_duckdb", "snapshot"]
    assert {"press_documents", "registry_rows", "entity_mentions", "organisations"} <= steps.keys()
    assert "data/published/2026.3.1" in output
    (run,) = hub.runs()
    assert (run.job_name, run.status) == ("refresh", dg.DagsterRunStatus.SUCCESS)
    organisations = hub.latest("organisations")
    assert "Nuage Bleu" in str(organisations.metadata["first rows"].value)
    assert organisations.metadata["dagster/row_count"].value >= 4
    lineage = organisations.metadata["dagster/column_lineage"].value.deps_by_column  # type: ignore[union-attr]
    assert any(dep.asset_key == dg.AssetKey("ranked_claims") for deps in lineage.values() for dep in deps)
    for asset in ("registry_rows", "registry_claims", "press_documents"):
        shown = str({k: v.value for k, v in hub.latest(asset).metadata.items()})
        assert "tisserands.example" not in shown and "accueille" not in shown, "contacts and texts are not shown"


def test_an_unchanged_refresh_makes_nothing_again_and_publishes_nothing(hub: Hub) -> None:
    hub.refresh()
    hub.refresh()
    before = hub.latest("organisations").tags
    status, output, _ = hub.refresh()
    assert status == 0
    assert [step for step, kept in reused(output).items() if not kept] == []
    assert hub.published() == ["2026.3.1"]
    after = hub.latest("organisations").tags
    assert before is not None and after is not None
    assert before["dagster/data_version"] == after["dagster/data_version"]


def test_a_new_press_note_leaves_the_registries_as_they_were(hub: Hub) -> None:
    hub.refresh()
    (hub.root / "data/raw/press/autre.md").write_text(NOTE.replace("Une fête", "Une autre fête").replace("14", "15"), encoding="utf-8")
    status, output, _ = hub.refresh("2026-03-02")
    steps = reused(output)
    assert status == 0
    assert steps["registry_rows"] and not steps["press_documents"]
    assert hub.published() == ["2026.3.1", "2026.3.2"]


def test_a_check_that_fails_stops_the_publication_with_its_sentence(hub: Hub) -> None:
    hub.refresh()
    (hub.root / "data/raw/registries/locataires.csv").unlink()
    (hub.root / "data/raw/press/fete.md").unlink()
    status, output, errors = hub.refresh("2026-03-02")
    assert status == 1
    assert "limits.row_drop in hub.toml" in errors and "Traceback" not in errors
    assert hub.published() == ["2026.3.1"]
    assert "Nothing was published" in output
    assert hub.runs()[0].status == dg.DagsterRunStatus.FAILURE


def test_a_mistake_in_hub_toml_is_told_in_a_sentence(hub: Hub) -> None:
    settings = hub.root / "hub.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("watch_seconds", "watch_secnds"), encoding="utf-8")
    status, _, errors = hub.refresh()
    assert status == 1
    assert "hub.toml, line" in errors and "watch_seconds" in errors
    assert "Traceback" not in errors


def test_a_run_whose_process_was_killed_is_not_shown_as_running_for_ever(hub: Hub) -> None:
    with dg.DagsterInstance.get() as instance:
        instance.add_run(dg.DagsterRun("refresh", status=dg.DagsterRunStatus.STARTED, tags={STARTED_HERE: str(hub.root)}))
    hub.refresh()
    assert sorted(run.status.value for run in hub.runs()) == ["FAILURE", "SUCCESS"]


def test_the_day_of_a_run_is_that_of_its_creation_where_the_hub_is(hub: Hub) -> None:
    from assets.definitions import definitions
    from assets.resources import ProjectResource

    settings = hub.root / "hub.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace('timezone = "Europe/Paris"', 'timezone = "Pacific/Kiritimati"'), encoding="utf-8"
    )
    days = []

    @dg.asset
    def day(project: ProjectResource) -> None:
        days.append(project.day())

    parts = definitions(hub.root, assets=[day])
    with dg.DagsterInstance.get() as instance:
        result = parts.resolve_job_def("refresh").execute_in_process(instance=instance)
        record = instance.get_run_record_by_id(result.run_id)
    assert record is not None
    import datetime as dt
    from zoneinfo import ZoneInfo

    assert days == [record.create_timestamp.replace(tzinfo=dt.UTC).astimezone(ZoneInfo("Pacific/Kiritimati")).date()]
