"""The code location: what Dagster shows of the flow before anything has run."""

import subprocess
import sys
from typing import Any

import dagster as dg
import pytest

from assets.definitions import definitions, defs
from km0_pipeline.tables.checks import checks
from km0_pipeline.tables.inputs import STEPS
from km0_pipeline.tables.table import Table, all_tables
from tests.conftest import ROOT

DEFINITIONS = definitions()
GRAPH = DEFINITIONS.resolve_asset_graph()


def node(name: str) -> Any:
    return GRAPH.get(dg.AssetKey(name))


def test_the_ui_loads_the_project_of_this_checkout() -> None:
    found = defs()
    assert isinstance(found, dg.Definitions)
    assert found.resources is not None and found.resources["project"].root == str(ROOT)


@pytest.mark.parametrize("table", all_tables(), ids=lambda t: t.name)
def test_every_table_is_an_asset_as_its_files_declare_it(table: Table) -> None:
    asset = node(table.name)
    assert {k.to_user_string() for k in asset.parent_keys} == set(table.upstream)
    assert asset.group_name == "5_tables"
    assert table.description.en in (asset.description or "") and table.description.fr in (asset.description or "")
    schema = asset.metadata["dagster/column_schema"]
    assert [c.name for c in schema.columns] == list(table.columns)
    for column, field in zip(schema.columns, table.fields, strict=True):
        assert field.description.fr in column.description
        assert column.constraints.nullable is not field.constraints.required
    assert asset.code_version


@pytest.mark.parametrize("table", all_tables(), ids=lambda t: t.name)
def test_every_promise_of_a_table_is_held_by_a_blocking_check(table: Table) -> None:
    shown = {key.name: GRAPH.get_check_spec(key) for key in node(table.name).check_keys}
    between = {key.name: GRAPH.get_check_spec(key) for key in node("km0_duckdb").check_keys}
    for promise in checks(table):
        specs = between if promise.kind == "reference" else shown
        held = [spec for spec in specs.values() if promise.description in (spec.description or "")]
        assert held and all(spec.blocking for spec in held), promise.name
    assert "amounts" in shown


def test_the_groups_follow_the_flow() -> None:
    """A step reads nothing of a later group."""
    backwards = {
        (key.to_user_string(), parent.to_user_string())
        for key in GRAPH.get_all_asset_keys()
        for parent in GRAPH.get(key).parent_keys
        if (GRAPH.get(parent).group_name or "") > (GRAPH.get(key).group_name or "")
    }
    assert backwards == set()


def test_every_step_that_a_table_may_read_is_an_asset() -> None:
    assert set(STEPS) <= {k.to_user_string() for k in GRAPH.materializable_asset_keys}


def test_every_asset_is_explained_in_both_languages_and_has_an_owner() -> None:
    for key in GRAPH.get_all_asset_keys():
        asset = GRAPH.get(key)
        english, _, french = (asset.description or "").partition("\n\n*")
        assert english and french.endswith("*"), key
        assert asset.kinds and asset.owners == ["team:data-stewards"], key


def test_only_what_asks_the_outside_world_is_tried_again_and_comes_before_the_files_are_listed() -> None:
    retried = {d.node_def.name for d in DEFINITIONS.assets or () if isinstance(d, dg.AssetsDefinition) and d.node_def.retry_policy}
    assert retried == {"press_feeds", "register_files", "register_links", "register_claims", "address_claims"}
    assert dg.AssetKey("press_feeds") in node("press_files").parent_keys


def test_the_snapshot_comes_after_every_table_and_every_check() -> None:
    before = {k.to_user_string() for k in node("snapshot").parent_keys}
    assert {t.name for t in all_tables()} <= before
    assert "km0_duckdb" in before


def test_materialize_all_does_what_make_run_does() -> None:
    everything = DEFINITIONS.resolve_implicit_global_asset_job_def()
    refresh = DEFINITIONS.resolve_job_def("refresh")
    assert refresh.asset_layer.executable_asset_keys == everything.asset_layer.executable_asset_keys
    assert refresh.executor_def == everything.executor_def == dg.in_process_executor


def test_a_part_can_be_replaced() -> None:
    @dg.asset
    def other() -> None: ...

    made = definitions(assets=[other], sensors=[])
    assert [k.to_user_string() for k in made.resolve_asset_graph().get_all_asset_keys()] == ["other"]


def test_loading_the_code_location_needs_no_heavy_library_and_compiles_no_rule() -> None:
    code = (
        "import sys; from assets.definitions import definitions; definitions(); "
        "print([m for m in ('pandas', 'spacy', 'trafilatura', 'openpyxl', 'starlette', 'httpx', 'feedparser') if m in sys.modules]); "
        "from km0_pipeline.press.grammar import FORMS; assert FORMS and not any({'pattern', 'cues'} & vars(form).keys() for form in FORMS)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
