"""What is shown of what was made: figures, file, columns, first rows, figures over versions.

Of a step only counts are shown, never content: its rows may hold contacts, remarks or the text
of an article. First rows are shown of tables that are released, whose columns may all leave. Of
what the press says, a few documents are shown as `km0 read` shows them: the beginning of the text
and the first claims, without contacts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import dagster as dg
import duckdb

from km0_pipeline.claims import PROPERTIES, RELEASABLE
from km0_pipeline.press.understood import Mark, Understood, picture, pieces
from km0_pipeline.publish.figures import Figures, blocks
from km0_pipeline.sql import connect
from km0_pipeline.steps import Made, Project
from km0_pipeline.tables.contacts import contacts
from km0_pipeline.tables.table import TYPES, Table

FIRST_ROWS = 8
WIDEST = 60
DOCUMENTS, CHARACTERS, CLAIMS = 3, 600, 8
"""What is shown of what the press says: documents, and of each so much of its text and its claims."""


def both(en: str, fr: str) -> str:
    """A description in English and French."""
    return f"{en}\n\n*{fr}*"


def made_metadata(project: Project, made: Made) -> dict[str, Any]:
    """Rows, file, figures, and whether it was taken over because nothing it depends on had changed."""
    figures = {k: v if isinstance(v, (int, float, str)) else dg.MetadataValue.json(v) for k, v in made.figures.items()}
    return figures | {
        "dagster/row_count": made.rows,
        "unchanged": made.reused,
        "file": dg.MetadataValue.path(made.path.relative_to(project.root).as_posix()),
    }


def over_versions(versions: Sequence[Figures]) -> dict[str, Any]:
    """The figures of the newest version, which Dagster plots, and those of the last ones as a chart in Markdown."""
    names = [name for name in Figures._fields if name != "version"]
    lines = [["", *(f"{v.version}" for v in versions[-4:]), f"{versions[0].version} to {versions[-1].version}"], ["---"] * (len(versions[-4:]) + 2)]
    for name in names:
        values = [getattr(v, name) for v in versions]
        lines.append([name + (" %" if name == "filled" else ""), *(f"{n:,}" for n in values[-4:]), f"`{blocks(values)}`"])
    chart = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return {name: getattr(versions[-1], name) for name in names if name != "rows"} | {"all rows": versions[-1].rows, "over versions": dg.MetadataValue.md(chart)}


def file_columns(made: Made) -> dg.TableSchema:
    """Columns of a step's Parquet file."""
    import pyarrow.parquet as pq

    return dg.TableSchema([dg.TableColumn(f.name, str(f.type)) for f in pq.read_schema(made.path)])


def table_columns(table: Table) -> dg.TableSchema:
    """Columns of a table as its YAML declares them."""
    return dg.TableSchema(
        [
            dg.TableColumn(
                f.name,
                TYPES[f.type][1],
                both(f.description.en, f.description.fr),
                dg.TableColumnConstraints(
                    nullable=not f.constraints.required,
                    unique=f.constraints.unique or (f.name,) == table.primary_key,
                    other=[
                        f"{k}: {v}"
                        for k, v in f.constraints.model_dump(by_alias=True, exclude_defaults=True, exclude={"required", "unique"}).items()
                    ],
                ),
                tags={"privacy": f.privacy},
            )
            for f in table.fields
        ]
    )


def first_rows(table: Table, made: Made) -> dg.MarkdownMetadataValue:
    """The first rows of a released table, as Markdown."""
    columns = table.columns
    with connect(made.path.parent) as connection:
        names = ", ".join(f'"{c}"' for c in columns)
        rows = connection.execute(f"select {names} from read_parquet(?) limit {FIRST_ROWS}", [str(made.path)]).fetchall()
    lines = [list(columns), ["---"] * len(columns), *([_cell(value) for value in row] for row in rows)]
    return dg.MetadataValue.md("\n".join("| " + " | ".join(line) + " |" for line in lines))


def understood(project: Project) -> dg.MarkdownMetadataValue:
    """What was understood of the documents published last, in a few kB: what was found in bold, the claims, what was left out."""
    seen = picture(project, DOCUMENTS)
    with connect(project.warehouse) as connection:
        show = partial(_shown, connection)
        parts = [_understood(d, [r.sentence for r in seen.left_out if r.path == d.path], show) for d in seen.documents]
    return dg.MetadataValue.md("\n\n".join(parts) or "No document.")


def _understood(document: Understood, left_out: list[str], show: Callable[..., str]) -> str:
    d = document
    claims = [c for c in d.claims if PROPERTIES[c.property].privacy in RELEASABLE]
    claims.sort(key=lambda c: c.property in ("name", "kind", "commune_code"))  # the text shows these already
    rows = [(c.subject, c.property, c.shown, c.words, f"{c.confidence:.2f}") for c in claims[:CLAIMS]]
    source = ", ".join(show(s) for s in (d.publisher, d.published_on, d.path) if s)
    lines = [f"**{show(d.title or d.path)}** – {source}", "", f"> {show(d.text, d.marks, CHARACTERS)}", ""]
    if rows:
        table = [("of", "claim", "value", "words", "confidence"), ("---",) * 5, *(map(show, row) for row in rows)]
        lines += ["| " + " | ".join(line) + " |" for line in table]
    if len(claims) > CLAIMS:
        lines += ["", f"… and {len(claims) - CLAIMS} more claims"]
    return "\n".join([*lines, "", *(f"- {show(sentence, most=CHARACTERS)}" for sentence in left_out)])


def _shown(connection: duckdb.DuckDBPyConnection, text: str, marks: Iterable[Mark] = (), most: int = WIDEST) -> str:
    """The beginning of `text` as Markdown on one line, without contacts, names and figures among the `marks` in bold."""
    hidden = [(start, end, "contact") for start, end in contacts(connection, text)]
    said = []
    for words, sort in pieces(text[:most], [*marks, *hidden]):
        plain = re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", re.sub(r"\s+", " ", words))
        said.append("[…]" if sort == "contact" else f"**{plain}**" if sort not in ("", "statement") else plain)
    return "".join(said).strip() + ("…" if len(text) > most else "")


def _cell(value: Any) -> str:
    text = "" if value is None else " ".join(str(value).split()).replace("|", "\\|")
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
