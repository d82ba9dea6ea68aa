"""The SQL page in a browser, on the site of the sample: its answers are DuckDB's, its engine comes when asked for, and whatever goes wrong it says so calmly."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from km0_pipeline.catalogue.pages.sql import EXAMPLES, engine
from tests.browser.sql_page import SqlPage, alike, native
from tests.conftest import lacking

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

TYPES = """
select true a, 42::tinyint b, 18446744073709551615::ubigint c, (-170141183460469231731687303715884105727)::hugeint d, 12.50::decimal(9, 2) e,
  (-0.05)::decimal(30, 4) f, 0.1::float g, 0.1 + 0.2::double h, 'nan'::double i, '-inf'::double j, date '2019-01-23' k, date '0044-03-15 (BC)' l,
  'infinity'::timestamp m, timestamp '1899-12-31 23:59:59.25' n, time '12:30:01' o, interval '14 months 1 day -2 hours' p, [1, null, 3] q,
  {'a': 1, 'b': date '2019-01-23'} r, map {'k': 2} s, 'é "x", y' t, null u, 'abc\\x00'::blob v, ['a', 'b'] w, 'b'::enum('a', 'b') x, '' y
"""


@pytest.fixture(scope="module", autouse=True)
def _with_engine() -> None:
    if engine() is None:
        lacking("the SQL engine is not there: `make frontend` gets it from npm")


@pytest.fixture(scope="module")
def requests() -> list[str]:
    return []


@pytest.fixture(scope="module")
def sql(browser: Browser, site_url: str, requests: list[str]) -> Iterator[SqlPage]:
    """The page, in French, whose engine all tests of this module may use; all that it asks for is noted."""
    page = browser.new_page()
    page.on("request", lambda r: requests.append(r.url))
    page.goto(site_url + "sql.html")
    yield SqlPage(page)
    page.close()


@pytest.fixture(scope="module")
def fresh(browser: Browser, site_url: str) -> Iterator[SqlPage]:
    """A page in English, in which no table has been read yet."""
    page = browser.new_page()
    page.goto(site_url + "en/sql.html")
    yield SqlPage(page)
    page.close()


def test_the_engine_is_fetched_with_the_first_query_and_only_the_tables_it_names(sql: SqlPage, requests: list[str], site_url: str) -> None:
    assert not [r for r in requests if "/engine/" in r or r.endswith(".parquet")]
    sql.ask("select o.name from organisations o join tenancies using (organisation_id) order by 1")
    assert sql.error == ""
    assert [Path(r).name for r in requests if "/engine/" in r] == ["engine.js", "duckdb.wasm.bin"]
    assert sorted(Path(r).name for r in requests if r.endswith(".parquet")) == ["organisations.parquet", "tenancies.parquet"]


def test_every_column_of_every_published_table_equals_native_duckdb(sql: SqlPage, published: Path) -> None:
    tables = json.loads(sql.page.inner_text("#sql-data"))["tables"]
    assert {t["name"] for t in tables} == {f.stem for f in (published / "latest").glob("*.parquet")}
    types = "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'main' and not internal order by all"
    sql.ask(types)
    assert sql.cells() == native(published, types)
    for table in tables:
        query = f"select * from {table['name']} order by all"
        sql.ask(query)
        assert alike(sql.cells(), native(published, query)), table["name"]


def test_values_of_every_type_are_written_as_duckdb_writes_them(sql: SqlPage, published: Path) -> None:
    sql.ask(TYPES)
    assert (sql.error, len(sql.cells())) == ("", 1)
    assert alike(sql.cells(), native(published, TYPES))


@pytest.mark.parametrize("n", range(len(EXAMPLES)))
def test_every_example_answers_as_native_duckdb(sql: SqlPage, published: Path, n: int) -> None:
    sql.page.click(f".questions li:nth-child({n + 1}) a")
    sql.page.wait_for_function("sql => document.getElementById('sql').value === sql", arg=EXAMPLES[n][2])  # the page hears of its new address after the click
    sql.ask(EXAMPLES[n][2])
    assert sql.cells()
    assert alike(sql.cells(), native(published, EXAMPLES[n][2]))


@pytest.mark.parametrize(
    ("statement", "query", "table"),
    [
        ("create view v as from events", "from v", "events"),
        ("create table t as select * from people", "from t", "people"),
        ("create macro m() as table from places", "from m()", "places"),
        ("select ';'", "with c as (from main.FUNDING) from c", "funding"),
        ("select ';'", "-- a remark\nfrom query('from freshness')", "freshness"),
        ("select ';'", "select 1; from rejects", "rejects"),
        ("select ';'", "summarize tenancies; from tenancies", "tenancies"),
    ],
)
def test_a_table_named_in_any_way_is_there_with_all_its_rows(fresh: SqlPage, published: Path, statement: str, query: str, table: str) -> None:
    fresh.ask(statement)
    fresh.ask(query)
    assert fresh.error == ""
    assert len(fresh.cells()) == len(native(published, f"from {table}")) > 0


def test_a_query_is_shared_by_its_address(sql: SqlPage, browser: Browser) -> None:
    query = "select 'a+b & 50 % #é' as t,\n  1 + 1 as n"
    sql.ask(query)
    with_address = browser.new_page()
    with_address.goto(sql.page.url)
    assert with_address.input_value("#sql") == query
    with_address.close()


def test_the_csv_holds_all_rows_and_the_page_the_first_thousand(sql: SqlPage) -> None:
    sql.ask("""select i, 'a "b", c' as t, case when i % 2 = 0 then i / 4 end as q from range(2500) x(i)""")
    assert sql.status.startswith("2 500 lignes")
    assert len(sql.cells()) == 1000
    rows = list(csv.reader(io.StringIO(sql.csv())))
    assert (len(rows), rows[0], rows[1], rows[2]) == (2501, ["i", "t", "q"], ["0", 'a "b", c', "0"], ["1", 'a "b", c', ""])


def test_in_the_csv_no_text_is_a_formula_and_numbers_keep_their_sign(sql: SqlPage) -> None:
    sql.ask("""select '=1+1' as f, 'x;@home' as w, -3 as n""")
    assert list(csv.reader(io.StringIO(sql.csv())))[1] == ["'=1+1", "x;'@home", "-3"]


def test_ten_million_rows_are_cut_with_a_sentence(sql: SqlPage) -> None:
    sql.ask("select i, repeat('x', 100) as t from range(10_000_000) x(i)")
    assert sql.status.startswith("Plus de 100 000 lignes")
    assert len(sql.cells()) == 1000
    sql.ask("select 1")
    assert sql.status.startswith("1 ligne")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("selec 1", 'Parser Error: syntax error at or near "selec"'),
        ("select nom from organisations", 'Referenced column "nom" not found'),
        ("select * from read_csv('http://192.0.2.1/x.csv')", "Permission Error"),
        ("load httpfs", "Permission Error"),
        ("select no_such_function(1)", "Catalog Error"),
        ("set enable_external_access = true", "locked"),
    ],
)
def test_what_duckdb_refuses_is_said_in_its_words(sql: SqlPage, query: str, sentence: str) -> None:
    sql.ask(query)
    assert sql.error.startswith("DuckDB n’a pas pu répondre")
    assert sentence in sql.error
    assert sql.page.is_hidden("#sql-result")


def test_an_endless_query_is_stopped_and_the_next_one_runs(sql: SqlPage) -> None:
    def endless() -> None:
        sql.page.fill("#sql", "select count(*) from range(1_000_000_000) a, range(1_000_000_000) b where hash(a.range, b.range) = 1")
        sql.page.press("#sql", "Control+Enter")
        sql.page.get_by_text("La requête s’exécute…").wait_for()

    endless()
    sql.page.keyboard.press("Escape")
    assert sql.status == "Requête arrêtée."
    endless()
    sql.page.click("#sql-stop")
    assert sql.status == "Requête arrêtée."
    sql.ask("select count(*) from sources")
    assert sql.status.startswith("1 ligne")


def test_what_needs_an_extension_is_said_and_the_day_of_today_needs_none(sql: SqlPage) -> None:
    sql.ask("select json_extract('{}', 'a')")
    assert "sans ses extensions" in sql.error
    assert "install" not in sql.error.lower()
    sql.ask("select current_date - today() as d")
    assert sql.cells() == [["0"]]


def test_markup_in_a_result_stays_text(sql: SqlPage) -> None:
    sql.ask("select '<img src=x onerror=alert(1)>' as \"<b>\"")
    assert sql.cells() == [["<img src=x onerror=alert(1)>"]]
    assert sql.page.locator("#sql-table img, #sql-table b").count() == 0


def test_ids_in_a_result_lead_to_their_pages(sql: SqlPage) -> None:
    sql.ask("select 'org-0123456789abcdef' as o, repeat('0a', 32) as first_document_id, 'https://example.org/a' as url, 'javascript:alert(1)' as no")
    links = sql.page.eval_on_selector_all("#sql-table a", "links => links.map(a => a.getAttribute('href'))")
    assert links == ["id/org/0123456789abcdef.html", "sources/0a0a0a0a0a0a0a0a.html", "https://example.org/a"]


def test_nothing_was_asked_of_elsewhere(sql: SqlPage, requests: list[str], site_url: str) -> None:
    sql.ask("install httpfs")
    assert len(requests) > 10
    assert [r for r in requests if not r.startswith((site_url, "blob:", "data:"))] == []


# What goes wrong before a query can run; each in a page of its own.


@pytest.fixture
def opened(browser: Browser, site_url: str) -> Iterator[Callable[..., SqlPage]]:
    pages: list[Page] = []

    def opened(address: str = site_url + "sql.html", answers: dict[str, Callable[[Route], Any]] | None = None, script: str = "", **context: Any) -> SqlPage:
        page = browser.new_page(**context)
        pages.append(page)
        page.add_init_script(script)
        for pattern, answer in (answers or {}).items():
            page.route(pattern, answer)
        page.goto(address)
        return SqlPage(page)

    yield opened
    for page in pages:
        page.close()


def test_opened_as_a_file_it_reads_and_says_what_it_needs(opened: Callable[..., SqlPage], published: Path) -> None:
    page = opened((published / "sql.html").as_uri()).page
    assert page.is_visible("#sql-still")
    assert page.is_hidden("#sql-form")
    assert page.locator(".questions li").count() == len(EXAMPLES)


def test_without_javascript_it_says_what_it_needs(opened: Callable[..., SqlPage]) -> None:
    assert "JavaScript" in opened(java_script_enabled=False).page.inner_text("#sql-still")


def test_a_browser_without_webassembly_is_told_so(opened: Callable[..., SqlPage]) -> None:
    page = opened(script="delete globalThis.WebAssembly").page
    assert page.is_visible("#sql-old")
    assert page.is_hidden("#sql-form")


def test_a_slow_network_shows_how_far_it_is_and_can_be_stopped(opened: Callable[..., SqlPage]) -> None:
    waiting: list[Route] = []
    sql = opened(answers={"**/organisations.parquet": lambda route: waiting.append(route)})
    sql.page.fill("#sql", "from organisations")
    sql.page.press("#sql", "Control+Enter")
    sql.page.get_by_text("Téléchargement du moteur").wait_for()
    assert sql.page.is_visible("#sql-progress")
    sql.page.keyboard.press("Escape")
    assert (sql.status, sql.page.is_hidden("#sql-progress")) == ("Requête arrêtée.", True)


def test_what_cannot_be_fetched_is_said_and_the_page_can_be_used_again(opened: Callable[..., SqlPage]) -> None:
    missing = {"engine.js": "Le moteur n’a pas pu démarrer", "duckdb.wasm.bin": "Le moteur n’a pas pu démarrer", "sources.parquet": "Une table n’a pas pu être lue"}
    sql = opened(answers={f"**/{name}": lambda route: route.fulfill(status=404) for name in missing})
    for name, sentence in missing.items():
        sql.ask("from sources")
        assert sql.error.startswith(sentence)
        sql.page.unroute(f"**/{name}")
    sql.ask("from sources")
    assert sql.error == ""
    assert sql.cells()
