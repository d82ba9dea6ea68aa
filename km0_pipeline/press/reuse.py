"""Only what changed is done again: rows of a step's previous output that still hold.

Each press step writes, beside its rows, which items they came from and the key they were made
under (their bytes, the version of the code, whatever else decides them). On the next run, the
rows of an item whose key is the same are taken over.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from pathlib import Path, PurePosixPath

import pyarrow as pa

from km0_pipeline.steps import Project, made

KEYS = pa.schema([("item", pa.string()), ("key", pa.string())])


class Previous:
    """What a step made last: the items of `keys` that need not be done again, and their rows."""

    def __init__(self, project: Project, keys_name: str, keys: Mapping[str, str], *outputs: str) -> None:
        import pyarrow.parquet as pq

        self._tables: dict[str, pa.Table] = {}
        self.same: frozenset[str] = frozenset()
        try:  # a step killed while it wrote has no note of each output: nothing of it is trusted
            before = self.keys(project, keys_name)
            self._tables = {name: pq.read_table(made(project, name).path) for name in outputs}
        except (FileNotFoundError, pa.ArrowInvalid):
            return
        self.same = frozenset(item for item, k in keys.items() if before.get(item) == k)

    @staticmethod
    def keys(project: Project, keys_name: str) -> dict[str, str]:
        """The items that a step made last, and their keys; none if it made nothing that can be trusted."""
        import pyarrow.parquet as pq

        try:
            return dict(zip(*pq.read_table(made(project, keys_name).path).to_pydict().values(), strict=True))
        except (FileNotFoundError, pa.ArrowInvalid):
            return {}

    def rows(self, output: str, column: str, schema: pa.Schema) -> pa.Table:
        """Rows of `output` whose `column` is an item that need not be done again, or lies in one."""
        import pyarrow.compute as pc

        table = self._tables.get(output)
        if table is None or table.schema.names != schema.names:
            return schema.empty_table()
        items = table[column].unique().to_pylist()
        kept = table.filter(
            pc.is_in(table[column], pa.array([i for i in items if container(i, self.same)], pa.string()))
        )
        return kept.cast(schema).replace_schema_metadata(None)


def container(path: str, items: Container[str]) -> str:
    """Which of `items` `path` is, or is attached to (`mail.eml/annexe.pdf` lies in `mail.eml`); '' if none."""
    return next((p for p in (path, *map(str, PurePosixPath(path).parents)) if p in items), "")


def write_keys(out: Path, keys: Mapping[str, str]) -> None:
    """Write the items and their keys, sorted by item."""
    import pyarrow.parquet as pq

    items = sorted(keys)
    pq.write_table(pa.table([items, [keys[i] for i in items]], KEYS), out, compression="zstd")
