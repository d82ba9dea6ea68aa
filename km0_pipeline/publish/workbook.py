"""The workbook: every table on a sheet of its own, for people who live in a spreadsheet.

Before them a sheet that says what it is, after them the dictionary. Cells are those of the Parquet,
typed; `sheet` says what becomes of the few that a spreadsheet can't hold. A table of more than
`MAX_ROWS` rows is left out, and the first sheet says where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

from km0_pipeline.publish.archive import pack
from km0_pipeline.publish.privacy import Release
from km0_pipeline.publish.staged import Staged
from km0_pipeline.tables.table import Column, Table

RESOURCE = {
    "name": "workbook", "format": "xlsx", "mediatype": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "title": "Toutes les tables dans un classeur (Excel, LibreOffice)", "km0:title_en": "All tables in one workbook (Excel, LibreOffice)",
    "description": "Une feuille par table, titres français, filtres, dictionnaire ; ce qu'un tableur ne sait pas tenir y est un texte, ou coupé.",
    "km0:description_en": "One sheet a table, French headers, filters, a dictionary; what a spreadsheet can't hold is a text there, or cut.",
}  # fmt: skip
MAX_ROWS = 50_000
"""Rows of a table that goes into the workbook: of 50,000 and 30 columns it is 7 MB and 10 s of processor time, and a spreadsheet is slow with more."""
MAX_NAME = 31
"""Characters of a sheet's name."""
BATCH = 10_000
"""Rows held in memory at once."""
ABOUT, DICTIONARY = "Lisez-moi", "Dictionnaire"
TYPES = {"string": "texte", "integer": "nombre entier", "number": "nombre", "boolean": "vrai ou faux", "date": "date"}
WORDS = (("Feuille", 24), ("Colonne", 9), ("Titre", 28), ("Nom technique", 24), ("Type", 14), ("Description", 70), ("Valeurs admises", 50))
"""Columns of the dictionary, and their widths in characters."""
LOOKS = {"string": "@", "integer": "#,##0", "date": "yyyy-mm-dd"}
"""Number formats of the cells of a type; with @ a text stays one when someone edits it."""


def write(staged: Staged, path: Path) -> bool:
    """Write the workbook of the snapshot's tables; its bytes depend on them, on hub.toml and on the version alone."""
    with TemporaryDirectory(dir=path.parent, prefix=".workbook-") as aside:
        loose = Path(aside) / "loose.xlsx"
        _write(staged, loose, aside)
        with ZipFile(loose) as parts:
            pack(path, ((name, parts.read(name)) for name in parts.namelist()))
    return True


def header(field: Column) -> str:
    """What stands above a column: its French title, and its unit."""
    return f"{field.title.fr} ({field.unit})" if field.unit else field.title.fr


def sheet_names(tables: Iterable[Table]) -> list[str]:
    """A name for the sheet of each table: its French title, as far as a sheet may bear it; the table's name where that is taken."""
    taken = {ABOUT.casefold(), DICTIONARY.casefold(), "history", "historique"}  # the last two a spreadsheet keeps for itself
    names = []
    for table in tables:
        title, own = (re.sub(r"[\[\]:*?/\\]", " ", name)[:MAX_NAME].strip(" '") for name in (table.title.fr, table.name))
        names.append(next(n for n in (title, own, *(f"{own[:27]} {i}" for i in range(2, 1000))) if n and n.casefold() not in taken))
        taken.add(names[-1].casefold())
    return names


def _write(staged: Staged, path: Path, aside: str) -> None:
    from xlsxwriter import Workbook

    from km0_pipeline.publish.sheet import Sheet

    publisher, day = staged.project.hub.publisher, staged.day
    shown = [r for r in staged.releases if staged.rows[r.name] <= MAX_ROWS]
    names = dict(zip((r.name for r in shown), sheet_names(r.table for r in shown), strict=True))
    with Workbook(str(path), {"constant_memory": True, "tmpdir": aside}) as book:
        created = datetime.combine(day, time(), UTC)
        book.set_properties({"title": publisher.title, "author": publisher.name, "comments": f"Version {staged.version}", "created": created})
        head = book.add_format({"bold": True, "num_format": "@"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        counted = book.add_format({"valign": "top", "num_format": LOOKS["integer"]})
        looks = {kind: book.add_format({"num_format": LOOKS.get(kind, "General")}) for kind in TYPES}

        def add(name: str) -> Any:
            return book.add_worksheet(name, worksheet_class=Sheet)

        def fill(sheet: Any, columns: Sequence[tuple[str, float, Any]], rows: Iterable[Sequence[Any]], count: int) -> int:
            """Write titles, with their widths and looks, and `count` rows below; how many texts were cut."""
            for n, (title, width, look) in enumerate(columns):
                sheet.set_column(n, n, width, look)
                sheet.write_string(0, n, title, head)
            sheet.put_rows(1, rows, [look for _, _, look in columns])
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, count, len(columns) - 1)
            return int(sheet.cut)

        about, cut = add(ABOUT), {}
        for release in shown:
            fields = release.table.fields
            batches = _batches(staged.folder / f"{release.name}.parquet")
            first: list[list[Any]] = next(batches, [[] for _ in fields])
            columns = [(header(f), _width(f, values), looks[f.type]) for f, values in zip(fields, first, strict=True)]
            rows = (row for batch in chain([first], batches) for row in zip(*batch, strict=True))
            cut[release.name] = fill(add(names[release.name]), columns, rows, staged.rows[release.name])
        words, said = list(_dictionary(shown, names)), list(_about(staged, names, cut))
        fill(add(DICTIONARY), [(title, width, wrapped) for title, width in WORDS], words, len(words))
        fill(about, [("Rubrique", 34, wrapped), ("Contenu", 90, wrapped), ("Lignes", 12, counted), ("Les mêmes lignes, dans", 50, wrapped)], said, len(said))


def _batches(path: Path) -> Iterator[list[list[Any]]]:
    """The columns of the table at `path`, some rows at a time."""
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(path).iter_batches(BATCH):
        yield [column.to_pylist() for column in batch.columns]


def _width(field: Column, values: Iterable[Any]) -> float:
    """Characters that the column should show: those of its longest value, within reason, and its title with the filter's arrow."""
    longest = max((len(v) if isinstance(v, str) else 10 for v in values if v is not None), default=0)
    return max(min(longest + 2, 50), len(header(field)) + 4)


def _dictionary(shown: Iterable[Release], names: dict[str, str]) -> Iterator[tuple[str, ...]]:
    from xlsxwriter.utility import xl_col_to_name

    for release in shown:
        for n, field in enumerate(release.table.fields):
            yield names[release.name], xl_col_to_name(n), header(field), field.name, TYPES[field.type], field.description.fr, _allowed(release.table, field)


def _allowed(table: Table, field: Column) -> str:
    """What may stand in the column, in French."""
    limits = field.constraints
    said = ["toujours remplie"] if limits.required else []
    if limits.unique or table.primary_key == (field.name,):
        said.append("sans doublon")
    if limits.enum:
        said.append("une de ces valeurs : " + ", ".join(limits.enum))
    if limits.pattern and len(limits.pattern) < 40:  # a longer one says less than the description
        said.append(f"forme {limits.pattern}")
    if limits.minimum is not None:
        said.append(f"{limits.minimum:g} ou plus")
    if limits.maximum is not None:
        said.append(f"{limits.maximum:g} ou moins")
    if limits.max_length is not None:
        said.append(f"{limits.max_length} caractères ou moins")
    keys = [f"{k.reference.resource}.{k.reference.fields[k.fields.index(field.name)]}" for k in table.foreign_keys if field.name in k.fields]
    said += [f"désigne {key}" for key in (*keys, *field.references)]
    return " ; ".join(said)


def _about(staged: Staged, names: dict[str, str], cut: dict[str, int]) -> Iterator[tuple[Any, ...]]:
    """The first sheet: what this is, and what stands where."""
    hub, publisher = staged.project.hub.hub, staged.project.hub.publisher
    yield "Titre", publisher.title
    yield "Description", publisher.description
    yield "Version", f"{staged.version}, du {staged.day.isoformat()}"
    yield "Publié par", publisher.name + (f" ({hub.website})" if hub.website else "")
    yield "Licence", f"{publisher.licence_title} ({publisher.licence_url})"
    yield "Contact", f"Une erreur, une demande de retrait : {publisher.contact}"
    if publisher.base_url:
        yield "Adresse", f"{publisher.base_url}{staged.version}/"
    yield "Cellules", (
        "Une cellule vide est inconnue. Une date va aussi loin que sa source : 2019, 2019-09 ou 2019-09-26 ; README.md explique les autres formes. "
        f"Le sens de chaque colonne est dans la feuille {DICTIONARY}."
    )
    for release in staged.releases:
        name, rows = release.name, staged.rows[release.name]
        what = f"{release.table.title.fr}. {release.table.description.fr}"
        if name not in names:
            what += f" Pas dans ce classeur : {rows} lignes, plus qu'un tableur n'en ouvre sans peine ({MAX_ROWS})."
        elif cut[name]:
            what += f" Textes coupés, finissant par …, car trop longs pour une cellule : {cut[name]}."
        yield f"Feuille {names[name]}" if name in names else f"Table {name}", what, rows, f"{name}.csv, {name}.parquet"
