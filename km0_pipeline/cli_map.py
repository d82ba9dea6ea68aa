"""How `km0 map` is drawn: a line a column, its examples, and under it what is doubtful.

Belongs here: the lines. What they say: `registries.mapping`; the command: `cli`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from km0_pipeline.registries.mapping import ColumnMade, FileMade

HOW = {"mapping": "by hub.toml", "alias": "by its header", "content": "by its cells", "unmapped": "not read", "excluded": "left out"}
"""How a column was understood, in words."""


def lines(made: FileMade, width: int) -> Iterator[str]:
    """The whole picture of a file, in lines of at most `width` characters where words allow."""
    source = f'[[registries]] name = "{made.entry.name}"'
    yield click.style(str(made.path), bold=True)
    yield f"  read as {source} of hub.toml" if made.known else f"  of no registry of hub.toml; with --write it becomes {source}"
    for sheet in made.sheets:
        if sheet.refused:
            yield click.style(f"\nsheet {sheet.name}: {sheet.refused}", fg="red")
            continue
        where = f"sheet {sheet.name}, " if sheet.name else ""
        header = f"headers in row {sheet.header_row}" if sheet.header_row else "headers are the names of its fields"
        yield f"\n{where}{header}, {sheet.rows:,} row{'s' if sheet.rows != 1 else ''} below"
        places = max((len(c.place) for c in sheet.columns), default=1)
        headers = min(max((len(c.mapped.header) for c in sheet.columns), default=1), 30)
        for column in sheet.columns:
            yield from _column(column, places, headers, width)
        if not any(c.mapped.property == "name" for c in sheet.columns):
            yield click.style('  No column says the name of the organisation: say which in hub.toml, columns = {"…" = "name"}.', fg="red")


def _column(column: ColumnMade, places: int, headers: int, width: int) -> Iterator[str]:
    mapped = column.mapped
    known = click.style(f"{mapped.property:<15}", fg="green") if mapped.property else f"{'–':<15}"
    cells = " · ".join(f"{cell} → {value}" if value and value != cell else cell for cell, value in column.examples)
    start = f"  {column.place:<{places}}  {mapped.header or '(no header)':<{headers}}  "
    yield f"{start}{known} {HOW[mapped.how]:<14} {cells}".rstrip()
    for doubt in column.doubts:
        indent = " " * (places + 4)
        for n, line in enumerate(textwrap.wrap(doubt, max(width - len(indent) - 2, 40))):
            yield indent + click.style(("! " if n == 0 else "  ") + line, fg="yellow")
