"""The two files of the monthly stock as relations of texts, whatever form they come in.

`StockUniteLegale` and `StockEtablissement`, as Parquet, as CSV or as CSV in a ZIP, are told apart by their columns; a column is
found whatever its case. Columns that are new, gone or hold another nomenclature are drift: told in a sentence, never a crash.

Belongs here: reading the files. What is made of them belongs to `index`.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import IO, NamedTuple

import duckdb

from km0_pipeline.archives import BROKEN
from km0_pipeline.sql import literal, location

UNITS, ESTABLISHMENTS = "StockUniteLegale", "StockEtablissement"
FILES = (UNITS, ESTABLISHMENTS)

USED: dict[str, dict[str, str]] = {
    UNITS: {
        "siren": "siren",
        "status": "statutDiffusionUniteLegale",
        "denomination": "denominationUniteLegale",
        "usual1": "denominationUsuelle1UniteLegale",
        "usual2": "denominationUsuelle2UniteLegale",
        "usual3": "denominationUsuelle3UniteLegale",
        "acronym": "sigleUniteLegale",
        "first_name": "prenom1UniteLegale",
        "usual_first_name": "prenomUsuelUniteLegale",
        "family_name": "nomUniteLegale",
        "usual_family_name": "nomUsageUniteLegale",
        "legal_form": "categorieJuridiqueUniteLegale",
        "naf": "activitePrincipaleUniteLegale",
        "naf_nomenclature": "nomenclatureActivitePrincipaleUniteLegale",
        "naf25": "activitePrincipaleNAF25UniteLegale",
        "size_band": "trancheEffectifsUniteLegale",
        "size_year": "anneeEffectifsUniteLegale",
        "state": "etatAdministratifUniteLegale",
        "since": "dateDebut",
        "created_on": "dateCreationUniteLegale",
        "seat": "nicSiegeUniteLegale",
        "treated_on": "dateDernierTraitementUniteLegale",
    },
    ESTABLISHMENTS: {
        "siren": "siren",
        "siret": "siret",
        "status": "statutDiffusionEtablissement",
        "sign1": "enseigne1Etablissement",
        "sign2": "enseigne2Etablissement",
        "sign3": "enseigne3Etablissement",
        "usual": "denominationUsuelleEtablissement",
        "number": "numeroVoieEtablissement",
        "repetition": "indiceRepetitionEtablissement",
        "street_type": "typeVoieEtablissement",
        "street_name": "libelleVoieEtablissement",
        "postcode": "codePostalEtablissement",
        "commune": "libelleCommuneEtablissement",
        "commune_code": "codeCommuneEtablissement",
        "naf": "activitePrincipaleEtablissement",
        "naf_nomenclature": "nomenclatureActivitePrincipaleEtablissement",
        "state": "etatAdministratifEtablissement",
    },
}
"""What is read of each file: our name -> the register's."""

NEEDED = {UNITS: ("siren", "status", "denomination", "legal_form"), ESTABLISHMENTS: ("siren", "siret", "status")}
"""Without these a file can't be used: whose they are, and whether they may be used, would not be known."""

BLOCK = 16 << 20
"""Bytes of CSV that are read at once."""
HEAD = 1 << 20
"""Bytes in which the line of its headers ends."""
_BROKEN = (*BROKEN, duckdb.Error)


class Unusable(ValueError):
    """A file that is no stock of the register; the message is a sentence for who gave it."""


class Read(NamedTuple):
    """A file of the stock that can be read: which one it is, and sentences on columns that are new or gone."""

    file: str
    drift: tuple[str, ...]


@cache
def known_columns(file: str) -> frozenset[str]:
    """The columns that a file of the stock had in June 2026, in lower case."""
    rows = csv.DictReader(files(__package__).joinpath("columns.csv").read_text(encoding="utf-8").splitlines())
    return frozenset(r["column"].lower() for r in rows if r["file"] == file)


def read(db: duckdb.DuckDBPyConnection, path: Path, scratch: Path) -> Read:
    """Make the view `StockUniteLegale` or `StockEtablissement` of the file at `path`: the columns of `USED`, all text, null where the file lacks one.

    CSV is first written to `scratch` as Parquet. Raises Unusable, with a sentence.
    """
    try:
        columns = _columns(db, path)
    except (*_BROKEN, UnicodeDecodeError, StopIteration, csv.Error) as e:
        raise Unusable(
            f"{path.name}: can't be read ({str(e).splitlines()[0] if str(e) else type(e).__name__}); fetch it anew."
        ) from None
    there = {c.lower(): c for c in columns}
    file = next((f for f in FILES if all(USED[f][c].lower() in there for c in NEEDED[f])), "")
    if not file:
        lacking = min(([USED[f][c] for c in NEEDED[f] if USED[f][c].lower() not in there] for f in FILES), key=len)
        raise Unusable(
            f"{path.name}: is neither StockUniteLegale nor StockEtablissement: it lacks {', '.join(lacking)}. Give the files of the monthly stock."
        )
    selected = {ours: there.get(theirs.lower()) for ours, theirs in USED[file].items()}
    if not _is_parquet(path):
        aside = scratch / f"{file}.parquet"
        _to_parquet(db, path, [c for c in selected.values() if c], aside)
        path = aside
    texts = (
        f"nullif(nullif(\"{theirs}\"::varchar, ''), '[ND]') as {ours}" if theirs else f"null::varchar as {ours}"
        for ours, theirs in selected.items()
    )
    db.execute(f"create or replace view {file} as select {', '.join(texts)} from read_parquet({location(path)})")
    known = known_columns(file)
    new = [c for c in columns if c.lower() not in known]
    gone = [theirs for ours, theirs in USED[file].items() if selected[ours] is None]
    drift = [f"{file} has new columns, which are not read: {', '.join(new)}."] * bool(new)
    drift += [f"{file} no longer has {', '.join(gone)}: what they said is empty."] * bool(gone)
    return Read(file, tuple(drift))


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as f:
        return f.read(4) == b"PAR1"


def _columns(db: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    if _is_parquet(path):
        return [str(row[0]) for row in db.execute(f"describe from read_parquet({location(path)})").fetchall()]
    with _opened(path) as f:
        return next(csv.reader([f.readline(HEAD).decode("utf-8-sig")]))


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The CSV at `path`, or the only one in the ZIP there, as a stream: unpacked it is 8 GB."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as f:
            yield f
        return
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if n.lower().endswith(".csv")]
        if len(names) != 1:
            raise zipfile.BadZipFile(f"it holds {len(names)} CSV files, not one")
        with archive.open(names[0]) as f:
            yield f


def _to_parquet(db: duckdb.DuckDBPyConnection, path: Path, columns: list[str], out: Path) -> None:
    """The `columns` of a CSV, as text."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    convert = arrow_csv.ConvertOptions(
        include_columns=columns, column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
    )
    try:
        with _opened(path) as f:
            stream = arrow_csv.open_csv(
                f, arrow_csv.ReadOptions(block_size=BLOCK), arrow_csv.ParseOptions(newlines_in_values=True), convert
            )
            db.register("stream", stream)
            db.execute(f"copy (from stream) to {literal(out)} (format parquet, compression zstd, compression_level 1)")
            db.unregister("stream")
    except (pa.ArrowException, *_BROKEN) as e:
        raise Unusable(
            f"{path.name}: breaks off or is no CSV as the register writes it ({str(e).splitlines()[0]}); fetch it anew."
        ) from None
