"""Deltas: applied to the older tables they give the newer ones; composed they give what differs from any version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from publish_world import a_table

from km0_pipeline.tables.contacts import CONTACTS_SQL
from km0_pipeline.tables.differences import differences, view
from km0_pipeline.tables.table import Table, TableError, all_tables, arrow_schema, load_table
from km0_pipeline.tables.table import table as by_name

FIELD = {"privacy": "org", "title": {"en": "A", "fr": "A"}, "description": {"en": "A.", "fr": "A."}}
ORGANISATIONS = a_table(
    "organisations",
    {"name": "organisation_id", "type": "string", **FIELD, "constraints": {"required": True}},
    {"name": "name", "type": "string", **FIELD},
    {"name": "area_m2", "type": "number", **FIELD},
    {"name": "is_hub", "type": "boolean", **FIELD},
    {"name": "founded", "type": "date", **FIELD},
    tracked=True,
)
Rows = dict[str, dict[str, Any]]
Change = tuple[str, str, str | None, str | None, str | None]


def difference(older: Rows | None, newer: Rows, redirects: list[tuple[str, str, str]] = [], before: list[tuple[str, str, str]] = [], table: Table = ORGANISATIONS) -> list[Change]:  # noqa: B006
    """What `differences` says of two states of one table; `before` are the older redirects."""
    with duckdb.connect() as db:
        db.execute(CONTACTS_SQL)
        for name, t, rows in ((table.name, table, newer), (f"previous_{table.name}", table, older or {})):
            made = pa.Table.from_pylist(list(rows.values()), arrow_schema(t))
            db.register(name, made)
        for name, pairs in (("redirects", redirects), ("previous_redirects", before)):
            db.register(name, pa.table({c: pa.array([p[n] for p in pairs], pa.string()) for n, c in enumerate(("old_id", "new_id", "reason"))}))
        differences(db, [table])
        return sorted(db.execute("select row_id, change, column_name, old_value, new_value from differences").fetchall(), key=str)


def org(n: int) -> str:
    return f"org-{n:016x}"


def row(n: int, **cells: Any) -> Rows:
    return {org(n): {"organisation_id": org(n), **dict.fromkeys(ORGANISATIONS.columns[1:]), **cells}}


def cell(value: Any) -> str | None:
    """A value as it stands in the CSV."""
    return None if value is None else str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def as_text(rows: Rows) -> dict[str, dict[str, str | None]]:
    return {key: {c: cell(v) for c, v in row.items()} for key, row in rows.items()}


def applied(old: Rows, changes: list[Change], new: Rows) -> dict[str, dict[str, str | None]]:
    """The older rows after the changes, texts as in the CSV; the cells of rows added come from the newer table."""
    rows, there = as_text(old), as_text(new)
    for key, change, column, before, after in changes:
        if change in ("remove", "merge"):
            del rows[key]
        elif change == "add":
            assert key not in rows
            rows[key] = dict(there[key])
        elif change == "modify":
            assert column is not None
            assert rows[key][column] == before
            rows[key][column] = after
    return rows


CELLS = st.fixed_dictionaries(
    {
        "name": st.none() | st.sampled_from(["Atelier Fictif", "Fabrique", "=1+1", "a,b\n"]),
        "area_m2": st.none() | st.sampled_from([0.0, 12.5, 300.0]),
        "is_hub": st.none() | st.booleans(),
        "founded": st.none() | st.dates(),
    }
)
WORLDS = st.dictionaries(st.integers(1, 6), CELLS, max_size=6).map(lambda w: {org(n): {"organisation_id": org(n), **c} for n, c in sorted(w.items())})


@settings(max_examples=40, deadline=None)
@given(worlds=st.lists(WORLDS, min_size=3, max_size=3), merge=st.tuples(st.integers(1, 6), st.integers(1, 6)))
def test_a_delta_applied_to_the_older_rows_gives_the_newer(worlds: list[Rows], merge: tuple[int, int]) -> None:
    first, second, third = worlds
    pairs = [(org(merge[0]), org(merge[1]), "merge")] if merge[0] != merge[1] else []
    for old, new in ((first, second), (second, third), (first, third)):
        changes = difference(old, new, pairs)
        assert applied(old, changes, new) == as_text(new)
        assert len({(k, kind, c) for k, kind, c, *_ in changes}) == len(changes)
    step = applied(as_text(first), difference(first, second, pairs), second)
    assert applied(step, difference(second, third, pairs), third) == as_text(third)


def test_an_id_that_went_into_another_is_a_merge_and_no_removal() -> None:
    merged = [(org(1), org(2), "merge")]
    assert difference(row(1) | row(2), row(2), merged) == [(org(1), "merge", None, org(1), org(2))]
    assert difference(row(2), row(2), [(org(1), org(2), "merge"), (org(1), org(3), "merge")], merged) == [], "it was told when it went"


def test_an_id_that_was_merged_twice_leads_to_the_one_that_is_there() -> None:
    redirects = [(org(1), org(2), "merge"), (org(1), org(3), "merge"), (org(2), org(3), "merge")]
    assert difference(row(1) | row(2), row(3), redirects)[0] == (org(1), "merge", None, org(1), org(3))


def test_a_merged_id_that_comes_back_and_goes_again_is_told_each_time() -> None:
    merged = [(org(1), org(2), "merge")]
    assert difference(row(2), row(1) | row(2), merged, merged) == [(org(1), "add", None, None, None)]
    assert difference(row(1) | row(2), row(2), merged, merged) == [(org(1), "merge", None, org(1), org(2))]


def test_a_split_is_told_once_beside_the_row_it_made() -> None:
    parted = [(org(1), org(2), "split")]
    split = [(org(1), "split", None, org(1), org(2)), (org(2), "add", None, None, None)]
    assert difference(row(1), row(1) | row(2), parted) == split
    assert difference(row(1), row(1) | row(2), parted, parted) == [split[1]], "it was told before"
    assert difference(row(1), row(2), parted) == [(org(1), "remove", None, None, None), *split], "the old one may go at the same time"


def test_values_stand_as_in_the_csv() -> None:
    old, new = row(1, area_m2=50000.0, is_hub=True), row(1, area_m2=12.5, is_hub=False)
    assert {c[2:] for c in difference(old, new)} == {("area_m2", "50000", "12.5"), ("is_hub", "true", "false")}


def test_a_column_or_a_table_that_was_not_there_counts_as_empty_and_one_that_is_gone_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "old.parquet"
    pq.write_table(pa.table({"organisation_id": [org(1)], "name": ["écrire à camille@fictif.example"], "gone": ["x"], "area_m2": ["about ten"]}), path)
    with duckdb.connect() as db:
        db.execute(CONTACTS_SQL)
        view(db, "old", ORGANISATIONS, path)
        found = db.execute("from old").fetchall()
        view(db, "old", ORGANISATIONS, tmp_path / "none.parquet")
        assert db.execute("from old").fetchall() == []
        pq.write_table(pa.table({"other": ["x"]}), path)
        view(db, "old", ORGANISATIONS, path)
        assert db.execute("from old").fetchall() == [], "without its key it is another table"
    (first,) = found
    assert (first[0], *first[2:]) == (org(1), None, None, None)
    assert "@" not in first[1]


def test_every_table_of_the_ecosystem_is_compared_and_the_sources() -> None:
    ecosystem = {t.name for t in all_tables() if t.released and t.group == "ecosystem"}
    assert {t.name for t in all_tables() if t.tracked} == ecosystem | {"sources", "discrepancies"}


def test_a_tracked_table_needs_a_key_of_one_column(tmp_path: Path) -> None:
    import yaml

    given = by_name("rejects")
    (tmp_path / "rejects.sql").write_text(given.sql)
    text = (Path(view.__code__.co_filename).parent / "rejects.yaml").read_text(encoding="utf-8")
    (tmp_path / "rejects.yaml").write_text(yaml.safe_dump(yaml.safe_load(text) | {"tracked": True}))
    with pytest.raises(TableError, match=r"rejects\.sql and rejects\.yaml: tracked: true is for a released table with a primary key of one column"):
        load_table(tmp_path / "rejects.sql", tmp_path / "rejects.yaml")
