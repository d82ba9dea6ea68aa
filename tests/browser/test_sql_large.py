"""SQL over a table that is too large to be fetched for one of its columns: what is asked of a server, and what is not."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from km0_pipeline.catalogue.pages.sql import engine
from tests.browser.conftest import served
from tests.browser.sql_page import SqlPage, alike, native
from tests.conftest import lacking

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


class Quiet(SimpleHTTPRequestHandler):
    """Python's own server of files, which sends no parts of them."""

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def large(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's SQL page over one table of 300,000 rows in three row groups, most of whose bytes are one wide column."""
    if engine() is None:
        lacking("the SQL engine is not there: `make frontend` gets it from npm")
    folder = tmp_path_factory.mktemp("large")
    shutil.copytree(published / "assets", folder / "assets", copy_function=os.link)
    columns = "i as n, if(i % 3 = 0, null, i % 7) as few, md5(i::varchar) as wide, date '2000-01-01' + (i % 9)::int as day"
    duckdb.execute(f"copy (select {columns} from range(300_000) t(i)) to '{folder / 'large.parquet'}' (compression zstd, row_group_size 100_000)")
    table = {"name": "large", "title": "Grande", "rows": 300_000, "bytes": (folder / "large.parquet").stat().st_size, "path": "large.parquet"}
    types = {"n": "BIGINT", "few": "BIGINT", "wide": "VARCHAR", "day": "DATE"}
    page = (published / "sql.html").read_text(encoding="utf-8")
    head, data, tail = re.split(r'(?<=id="sql-data">)(.*?)(?=</script>)', page, maxsplit=1, flags=re.DOTALL)
    said = json.loads(data) | {"tables": [table | {"columns": [{"name": c, "type": t} for c, t in types.items()]}]}
    (folder / "sql.html").write_text(head + json.dumps(said) + tail, encoding="utf-8")
    return folder


@pytest.fixture
def over_large(browser: Browser) -> Iterator[Callable[[str], tuple[SqlPage, list[int]]]]:
    """The SQL page at an address, and the bytes of each answer that brought some of the table."""
    pages: list[Page] = []

    def at(url: str) -> tuple[SqlPage, list[int]]:
        page, came = browser.new_page(), list[int]()
        pages.append(page)
        page.on("response", lambda answer: came.append(int(answer.headers["content-length"])) if answer.url.endswith(".parquet") else None)
        page.goto(url + "sql.html")
        return SqlPage(page), came

    yield at
    for page in pages:
        page.close()


def test_of_a_large_table_only_the_columns_of_a_query_are_fetched_each_once(over_large: Callable[[str], tuple[SqlPage, list[int]]], large: Path) -> None:
    with served(large) as url:
        sql, came = over_large(url)
        sql.ask("select count(*) from large")
        assert (sql.cells(), came) == ([["300000"]], []), "how many rows there are, the page knows"
        bytes_of = dict(duckdb.execute("select path_in_schema, sum(total_compressed_size)::int from parquet_metadata($1) group by 1", [str(large / "large.parquet")]).fetchall())
        assert bytes_of["wide"] > 10 * (bytes_of["n"] + bytes_of["few"] + bytes_of["day"])
        for query, columns in (
            ("select few, count(*) as c from large where few > 2 group by few order by few", ("few",)),
            ("with l as (from large) select max(day) as d, sum(few) as f from l", ("day",)),
            ("select few, n from large where day = date '2000-01-04' order by n desc limit 50", ("n",)),
            ("select count(*) filter (few is null) as c from large", ()),
            ("from large order by n limit 900 offset 99800", ("wide",)),
        ):
            before = sum(came)
            sql.ask(query)
            assert sql.error == ""
            assert alike(sql.cells(), native(large, query)), query
            allowed = sum(bytes_of[c] for c in columns) + (70_000 + 8_192 * 3 if not before else 8_192 * 3 * len(columns))
            assert sum(came) - before <= allowed, query


def test_a_server_that_sends_no_parts_gives_the_whole_table_once_and_the_page_says_so(over_large: Callable[[str], tuple[SqlPage, list[int]]], large: Path) -> None:
    plain = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(large)))
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    try:
        sql, came = over_large(f"http://127.0.0.1:{plain.server_port}/")
        sql.page.evaluate("window.said = []; new MutationObserver(() => said.push(document.getElementById('sql-status').textContent)).observe(document.getElementById('sql-status'), {childList: true})")
        for query in ("select sum(few) as f from large", "select wide from large where n = 250000"):
            sql.ask(query)
            assert alike(sql.cells(), native(large, query))
        assert came == [(large / "large.parquet").stat().st_size]
        assert any("entière, car ce serveur n’envoie pas de parties" in sentence for sentence in sql.page.evaluate("said"))
    finally:
        plain.shutdown()
        plain.server_close()
