"""The SQL page as a person uses it, and what DuckDB itself answers: for the tests of that page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from playwright.sync_api import Page


class SqlPage:
    """The page as a person uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def ask(self, sql: str, seconds: int = 60) -> None:
        """Write the query and press Ctrl+Enter; back when it has been answered."""
        self.page.fill("#sql", sql)
        self.page.press("#sql", "Control+Enter")
        self.page.locator("#sql-stop").wait_for(state="hidden", timeout=1000 * seconds)

    @property
    def status(self) -> str:
        return re.sub(r"[\u00a0\u202f]", " ", self.page.inner_text("#sql-status"))

    @property
    def error(self) -> str:
        return self.page.inner_text("#sql-error") if self.page.is_visible("#sql-error") else ""

    def cells(self) -> list[list[str | None]]:
        """The rows of the result as they are shown; None where there is no value."""
        found: list[list[str | None]] = self.page.eval_on_selector_all(
            "#sql-table tbody tr", "rows => rows.map(r => [...r.cells].map(c => c.classList.contains('null') ? null : c.textContent))"
        )
        return found

    def csv(self) -> str:
        """What the link to the CSV downloads."""
        with self.page.expect_download() as download:
            self.page.click("#sql-csv")
        return Path(download.value.path()).read_bytes().decode()


def native(published: Path, query: str) -> list[list[str | None]]:
    """The query's rows by DuckDB itself over the same files, each value as the text that DuckDB writes."""
    folder = published / "latest"
    with duckdb.connect() as db:
        for file in (folder if folder.is_dir() else published).glob("*.parquet"):
            db.execute(f"create view {file.stem} as from '{file}'")
        described = db.execute(f"describe {query}").fetchall()
        columns = ", ".join(f'"{c[0]}"::varchar' for c in described)
        return [list(row) for row in db.execute(f"select {columns} from ({query}\n)").fetchall()]


def alike(shown: list[list[str | None]], meant: list[list[str | None]]) -> bool:
    """The same cells; of numbers, the same number (1.0 is shown as 1)."""

    def plain(cell: str | None) -> str | float | None:
        return float(cell) if cell is not None and re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", cell) and len(cell) < 16 else cell

    return [[plain(c) for c in row] for row in shown] == [[plain(c) for c in row] for row in meant]
