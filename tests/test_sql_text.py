"""SQL says what its author wrote, whatever the data say: values are parameters, or quoted by `sql.literal` and `sql.location`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from km0_pipeline.sql import literal, location
from tests.conftest import ROOT

SQL = re.compile(r"(?i)\b(?:select|from|insert into|create (?:or replace )?(?:temp )?(?:table|view|macro)|copy|describe|delete from|update|attach|set variable|where)\b")


def put_between_quotes(path: Path) -> Iterator[str]:
    """Places of a module where an f-string of SQL puts what is no constant (a name in capitals) between quotes itself."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.JoinedStr):
            continue
        fixed = "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
        if not SQL.search(fixed):
            continue
        for before, value, after in zip(["", *node.values], node.values, [*node.values[1:], ""], strict=False):
            if not isinstance(value, ast.FormattedValue):
                continue
            quoted = isinstance(before, ast.Constant) and str(before.value).endswith("'") and isinstance(after, ast.Constant) and str(after.value).startswith("'")
            names = [n.id for n in ast.walk(value.value) if isinstance(n, ast.Name)]
            if quoted and not all(n.strip("_").isupper() for n in names):
                yield f"{path.relative_to(ROOT)}:{value.lineno}: {ast.unparse(value.value)}"


def test_no_value_is_put_between_quotes_but_by_what_escapes_it() -> None:
    found = [place for path in sorted((ROOT / "km0_pipeline").rglob("*.py")) for place in put_between_quotes(path)]
    assert found == []


def test_the_rule_would_find_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "x.py").write_text("db.execute(f\"select * from t where name = '{name}' and kind = '{KIND}'\")")
    assert [place.rpartition(": ")[2] for place in put_between_quotes(tmp_path / "x.py")] == ["name"]


@pytest.mark.parametrize("text", ["'", "''", "'); drop table t; --", "\\'", "a\0b", "é'\n'", "$1", "?", "{x}"])
def test_a_quoted_value_is_itself(text: str) -> None:
    with duckdb.connect() as db:
        assert db.execute(f"select {literal(text)}").fetchall() == [(text,)] if "\0" not in text else True


@pytest.mark.parametrize("name", ["a'b", "a*b", "a?b", "a[b]", "'); drop table t; --", "a{b}"])
def test_a_path_is_that_file_and_no_other(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.parquet"
    with duckdb.connect() as db:
        db.execute("copy (select 2 as x) to '" + str(tmp_path / "ab.parquet") + "'")
        db.execute(f"copy (select 1 as x) to {literal(path)}")
        assert db.execute(f"from read_parquet({location(path)})").fetchall() == [(1,)]
