"""The portals as Dagster shows them: none unless hub.toml names them, then one asset each after the snapshot."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
import pytest
from portal_world import KEY, ORGANISATION, Fault, Said, Udata, configured, served, two_versions

from assets.definitions import definitions
from assets.portals import portals
from assets.resources import ProjectResource
from km0_pipeline.portals import PORTALS
from km0_pipeline.steps import Project
from tests.conftest import hub_toml


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("DATAGOUV_API_KEY", KEY)
    hub_toml(tmp_path)
    return Project.at(tmp_path)


def test_a_project_that_names_no_portal_has_no_asset_of_one(project: Project) -> None:
    names = {k.to_user_string() for k in definitions(project.root).resolve_asset_graph().get_all_asset_keys()}
    assert "snapshot" in names and not names & set(PORTALS)


def test_a_portal_comes_after_the_snapshot_and_after_the_bucket_it_may_link_to(project: Project) -> None:
    configured(project, "s3", bucket="hub")
    path = project.root / "hub.toml"
    path.write_text(path.read_text(encoding="utf-8") + f'[portals.datagouv]\nurl = "https://portal.example"\norganisation = "{ORGANISATION}"\n', encoding="utf-8")
    graph = definitions(project.root).resolve_asset_graph()
    assert {k.to_user_string() for k in graph.get(dg.AssetKey("datagouv")).parent_keys} == {"snapshot", "s3"}
    assert {k.to_user_string() for k in graph.get(dg.AssetKey("s3")).parent_keys} == {"snapshot"}
    asset = graph.get(dg.AssetKey("datagouv"))
    assert asset.group_name == "7_portals" and asset.owners == ["team:data-stewards"] and "\n\n*" in (asset.description or "")
    assert not graph.has(dg.AssetKey("ckan"))


@pytest.mark.pipeline
def test_a_push_shows_what_changed_and_one_that_fails_says_why_and_never_its_key(project: Project, tmp_path: Path) -> None:
    two_versions(project)
    portal = Udata()
    with served(portal), dg.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
        project = configured(project, "datagouv", url=portal.url, organisation=ORGANISATION, attempts=1, pause_seconds=0)
        (asset,) = portals(project.hub)
        resources = {"project": ProjectResource(root=str(project.root))}

        def run() -> dg.ExecuteInProcessResult:
            return dg.materialize([asset], instance=instance, resources=resources, raise_on_error=False)

        shown = [run().asset_materializations_for_node("datagouv")[0].metadata for _ in range(2)]
        assert [m["unchanged"].value for m in shown] == [False, True]
        assert shown[0]["added"].value > 10 and str(shown[0]["address"].value).startswith(portal.url)
        portal.faults = [Fault("", Said(403, {"message": f"no such key: {KEY}"}), times=99)]
        failed = run()
        assert not failed.success
        assert not any(e.is_step_up_for_retry for e in failed.all_events), "a key that is refused is not tried again"
        assert "DATAGOUV_API_KEY" in str([e.event_specific_data for e in failed.all_events if e.is_step_failure])
        logs = instance.all_logs(failed.run_id)
        assert logs and KEY not in str(logs) and KEY not in str(shown)
    left = [p for p in tmp_path.rglob("*") if p.is_file() and KEY.encode() in p.read_bytes()]
    assert not left and os.environ["DATAGOUV_API_KEY"] == KEY
