"""What a query reads and what it makes, told by its text alone.

By DuckDB's own parser: what it can't read it can't run either, and it takes milliseconds where sqlglot takes a second. Only where each
column comes from is traced by sqlglot. Belongs here: nothing of tables but their SQL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import duckdb


class QueryError(ValueError):
    """A text that is no query; the message is the parser's."""


@cache
def relations(sql: str) -> tuple[str, ...]:
    """Names of the relations that the query reads and does not itself define, sorted. Raises QueryError."""
    nodes = list(_nodes(_parsed(sql)))
    own = {entry["key"] for node in nodes for entry in node.get("cte_map", {}).get("map", ())}
    return tuple(sorted({node["table_name"] for node in nodes if node.get("type") == "BASE_TABLE"} - own))


def columns(sql: str) -> tuple[str, ...]:
    """Names of the columns that the query makes, in order; `*` where it does not name them, '' for one without a name. Raises QueryError."""
    node = _parsed(sql)
    while node["type"] == "SET_OPERATION_NODE":
        node = node["children"][0]
    return tuple("*" if c["type"] == "STAR" else c["alias"] or next(reversed(c.get("column_names", ())), "") for c in node["select_list"])


def sources(sql: str, known: Mapping[str, Iterable[str]]) -> dict[str, list[tuple[str, str]]]:
    """For each column that the query makes, the relations and columns it is made from, sorted; `known` are the columns of the relations it reads."""
    from sqlglot import exp, parse_one
    from sqlglot.lineage import lineage

    schema = {name: dict.fromkeys(found, "text") for name, found in known.items()}
    found: dict[str, list[tuple[str, str]]] = {}
    for column, root in lineage(None, parse_one(sql, dialect="duckdb"), schema=schema, dialect="duckdb", trim_selects=False).items():
        leaves = {(n.expression.name, n.name.rpartition(".")[2].strip('"')) for n in root.walk() if isinstance(n.expression, exp.Table)}
        found[column] = sorted((relation, name) for relation, name in leaves if name != "*")
    return found


@cache
def _parsed(sql: str) -> dict[str, Any]:
    """The query as DuckDB's parser sees it."""
    tree = json.loads(duckdb.execute("select json_serialize_sql(?)", [sql]).fetchall()[0][0])
    if tree["error"]:
        raise QueryError(tree["error_message"])
    (statement,) = tree["statements"]
    found: dict[str, Any] = statement["node"]
    return found


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of a JSON value."""
    if isinstance(tree, dict):
        yield tree
        tree = tree.values()
    if not isinstance(tree, str) and isinstance(tree, Iterable):
        for part in tree:
            yield from _nodes(part)
