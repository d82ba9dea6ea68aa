"""Parquet: one table, whose rows count from 1; a struct is one column a field, a list one cell.

Belongs here: the columns of Parquet as text. What they mean: `columns`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from km0_pipeline.hub import Registry
from km0_pipeline.registries.cells import Sheet, Unreadable, cell_text, row_numbers
from km0_pipeline.registries.columns import WITHIN

SUFFIXES = (".parquet",)


def load(path: Path, entry: Registry, scratch: Path) -> list[tuple[Sheet, pa.Table]]:
    """The one sheet of `path`, and its cells. Raises Unreadable where it is no Parquet."""
    from pyarrow import parquet as pq

    if path.stat().st_size == 0:
        raise Unreadable("empty_file", "is empty. Save the registry again, or delete the file.")
    try:
        content = pq.read_table(path, partitioning=None)
    except (pa.ArrowException, OSError) as e:
        if isinstance(e, FileNotFoundError):
            raise
        why = str(e).replace(f"{path.parent}/", "")
        raise Unreadable("bad_parquet", f"can't be read as Parquet ({why}): perhaps it was not copied whole. Export it again.") from None
    headers, columns = [], []
    for name, column in zip(content.column_names, content.columns, strict=True):
        if pa.types.is_struct(column.type):
            parts = [c for chunk in column.chunks for c in [chunk.flatten()]]
            for n, field in enumerate(column.type):
                headers.append(f"{name}{WITHIN}{field.name}")
                columns.append(_texts(pa.chunked_array([part[n] for part in parts], field.type)))
        else:
            headers.append(name)
            columns.append(_texts(column))
    sheet, names = Sheet("", 0, tuple(headers)), [f"c{n}" for n in range(1, len(columns) + 1)]
    rows = row_numbers(range(1, content.num_rows + 1))
    return [(sheet, pa.table([rows, *columns], names=["row", *names]))]


def _texts(column: Any) -> Any:
    """A column as text, NULL where empty; bytes (a geometry, a picture) are none."""
    from pyarrow import compute as pc

    kind = column.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_null(kind):
        return pa.nulls(len(column), pa.string())
    if pa.types.is_floating(kind):  # Arrow writes exponents: numbers with holes, as SIRETs often are, come as floats
        return pa.array([None if value is None else cell_text(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_dictionary(kind):
        return _texts(column.cast(kind.value_type))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_nested(kind):
        from km0_pipeline.registries.objects import text

        return pa.array([text(value) for value in column.to_pylist()], pa.string())
    strings = column.cast(pa.string())
    return pc.if_else(pc.equal(strings, ""), None, strings)
