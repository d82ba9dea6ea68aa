"""Code that reads a table in pandas, DuckDB, R and Excel, ready to be copied.

Addresses are those below `publisher.base_url`, of this very version, so that what is made with them can be made again. Where hub.toml
gives none they are relative to the folder that holds the version, and the page says so.
"""

from __future__ import annotations

from typing import NamedTuple

from km0_pipeline.catalogue.edition import Edition


class Snippet(NamedTuple):
    """The tool it is for, and what is to be typed there."""

    tool: str
    code: str


def snippets(edition: Edition, name: str) -> list[Snippet]:
    """One for each tool; names of tables are plain words in all of them."""
    at = f"{edition.hub.publisher.base_url}{edition.version}/{name}"
    load = f'Web.Contents("{at}.csv")' if edition.hub.publisher.base_url else f'File.Contents("C:\\{edition.version}\\{name}.csv")'
    return [
        Snippet("pandas", f'import pandas as pd\n\n{name} = pd.read_parquet("{at}.parquet")\n{name}.head()'),
        Snippet("DuckDB", f"SELECT *\nFROM read_parquet('{at}.parquet')\nLIMIT 10;"),
        Snippet("R", f'library(arrow)\n\n{name} <- read_parquet("{at}.parquet")\nhead({name})'),
        Snippet("Excel", f"= Table.PromoteHeaders(\n    Csv.Document({load}, [Encoding = 65001]))"),
    ]
