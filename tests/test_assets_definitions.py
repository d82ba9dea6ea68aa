"""The code location: what Dagster shows of the flow before anything has run."""

import subprocess
import sys
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.freshness import CronFreshnessPolicy

from assets.definitions import definitions, defs
from assets.lineage import RESTS, step_lineage, table_lineage
from assets.sources import key_of
from km0_pipeline.steps import Project
from km0_pipeline.tables.checks import checks
from km0_pipeline.tables.inputs import STEPS, hub_sources
from km0_pipeline.tables.table import Table, all_tables
from tests.conftest import ROOT, hub_toml

DEFINITIONS = definitions()
GRAPH = DEFINITIONS.resolve_asset_graph()


def graph() -> list[str]:
    """One line an asset of the hub of this checkout: its group, its name, and what it reads."""
    assets = sorted(GRAPH.get_all_asset_keys(), key=lambda k: (GRAPH.get(k).group_name or "", k.to_user_string()))
    return [f"{GRAPH.get(k).group_name} {k.to_user_string()} <- {', '.join(sorted(p.to_user_string() for p in GRAPH.get(k).parent_keys))}".rstrip(" <-") for k in assets]


@pytest.fixture(scope="module")
def every_source(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A hub with a source of each kind."""
    root = tmp_path_factory.mktemp("every_source")
    hub_toml(root)
    text = (root / "hub.toml").read_text(encoding="utf-8").replace('name = "locataires"', 'name = "locataires"\nexpected_every = "P1M"')
    more = """
[[feeds]]
name = "gazette"
url = "https://gazette.example/flux.xml"
expected_every = "P1W"
[register]
service = "https://register.example"
[geocoder]
url = "https://geocoder.example"
"""
    (root / "hub.toml").write_text(text + more, encoding="utf-8")
    return Project.at(root)


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


def test_the_graph_is_the_one_that_was_meant() -> None:
    """The file is what people review when an asset comes, goes or reads another: write it anew with the command that a failure prints."""
    pinned = ROOT / "tests" / "asset_graph.txt"
    now = "".join(f"{line}\n" for line in graph())
    assert now == pinned.read_text(encoding="utf-8"), "if it is meant: python -m tests.test_assets_definitions > tests/asset_graph.txt"


def test_a_published_column_leads_to_raw_sources(every_source: Project) -> None:
    """By the SQL of tables, and by what is declared of steps; or the SQL itself says it: a constant, a count, a version."""
    hub = every_source.hub
    sources = {key_of(s).to_user_string() for s, *_ in hub_sources(hub)} | {"decisions", "hub_toml"}
    tables = {t.name: t for t in all_tables()}
    ends: dict[tuple[str, str], frozenset[tuple[str, str]]] = {}

    def traced(asset: str, column: str) -> frozenset[tuple[str, str]]:
        if asset in sources:
            return frozenset({(asset, column)})
        if (asset, column) not in ends:
            found = table_lineage(tables[asset]) if asset in tables else step_lineage(hub, asset, [column])
            deps = [(d.asset_key.to_user_string(), d.column_name) for d in found.deps_by_column[column]]
            assert deps or asset in tables, f"nothing is said of {asset}.{column}"
            ends[asset, column] = frozenset().union(*(traced(*dep) for dep in deps)) or frozenset({("its own SQL", "")})
        return ends[asset, column]

    for table in tables.values():
        for column in table.columns:
            assert traced(table.name, column), (table.name, column)
    told = {t.name: [c for c in t.columns if {a for a, _ in traced(t.name, c)} == {"its own SQL"}] for t in tables.values()}
    assert told["organisations"] == ["closed_version"]
    assert {"press", "registries/locataires", "register", "hub_toml"} <= {asset for asset, _ in traced("organisations", "name")}
    assert set(STEPS) <= set(RESTS) <= {k.to_user_string() for k in GRAPH.get_all_asset_keys()}


def test_a_source_is_late_in_dagster_as_hub_toml_says(every_source: Project) -> None:
    graph = definitions(every_source.root).resolve_asset_graph()
    policies = {k.to_user_string(): n.freshness_policy for k in graph.get_all_asset_keys() if (n := graph.get(k)).freshness_policy}
    windows = {name: policy.fail_window.to_timedelta().days for name, policy in policies.items() if name in ("press/gazette", "registries/locataires")}
    assert windows == {"press/gazette": 8, "registries/locataires": 32}
    assert "press" not in policies, "nothing is expected of it by any day"
    assert isinstance(policies["snapshot"], CronFreshnessPolicy)


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


if __name__ == "__main__":
    print("\n".join(graph()))
