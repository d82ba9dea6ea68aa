"""A small stock of the national register, plainly fictional, as INSEE lays it out: every column, most of them empty."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from km0_pipeline.claims import Claim
from km0_pipeline.entities.resolve import hub_claims
from km0_pipeline.hub import Register
from km0_pipeline.register.files import register_files
from km0_pipeline.register.index import register_index
from km0_pipeline.register.links import register_links
from km0_pipeline.register.lookup import register_lookup
from km0_pipeline.register.statements import register_claims
from km0_pipeline.register.stock import ESTABLISHMENTS, UNITS
from km0_pipeline.registries.read import registry_files, registry_rows
from km0_pipeline.steps import Made, Project, made, make
from tests.press_world import accepted

COLUMNS: dict[str, list[str]] = {}
with (Path(__file__).parent.parent / "km0_pipeline" / "register" / "columns.csv").open(encoding="utf-8") as f:
    for row in csv.DictReader(f):
        COLUMNS.setdefault(row["file"], []).append(row["column"])


def number(digits: str) -> str:
    """`digits` with the one that Luhn's key adds."""
    total = sum(int(d) if n % 2 else sum(map(int, str(2 * int(d)))) for n, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


CHIMERE, CAMILLE, PAUL, BOREALE, VERGER, NOBODY = (number(f"9900000{n}") for n in range(6))
"""A company, a natural person, one who objects to diffusion, a company that does, an association that ceased; a number of nobody."""


def siret(siren: str, nic: str = "0001") -> str:
    return number(siren + nic)


Row = dict[str, str]

SEEN = {
    "dateDernierTraitementUniteLegale": "2026-05-30T10:00:00",
    "nomenclatureActivitePrincipaleUniteLegale": "NAFRev2",
}


def units() -> list[Row]:
    def unit(siren: str, status: str = "O", state: str = "A", **cells: str) -> Row:
        known = {
            "siren": siren,
            "statutDiffusionUniteLegale": status,
            "etatAdministratifUniteLegale": state,
            "nicSiegeUniteLegale": siret(siren)[9:],
        }
        return known | SEEN | cells

    return [
        unit(
            CHIMERE, denominationUniteLegale="ATELIERS CHIMERE SAS", denominationUsuelle1UniteLegale="CHIMERE", sigleUniteLegale="ACH", categorieJuridiqueUniteLegale="5710",
            activitePrincipaleUniteLegale="62.01Z", activitePrincipaleNAF25UniteLegale="62.10Y", trancheEffectifsUniteLegale="11", anneeEffectifsUniteLegale="2024",
            dateCreationUniteLegale="2015-04-01", dateDebut="2020-01-01",
        ),
        unit(CAMILLE, prenom1UniteLegale="CAMILLE", nomUniteLegale="EXEMPLE", categorieJuridiqueUniteLegale="1000", activitePrincipaleUniteLegale="74.10Z", trancheEffectifsUniteLegale="NN"),
        unit(PAUL, "P", prenom1UniteLegale="[ND]", nomUniteLegale="[ND]", denominationUsuelle1UniteLegale="[ND]", categorieJuridiqueUniteLegale="1000", activitePrincipaleUniteLegale="74.20Z"),
        unit(BOREALE, "P", denominationUniteLegale="BOREALE FICTIVE", sigleUniteLegale="BFI", categorieJuridiqueUniteLegale="5499"),
        unit(VERGER, state="C", denominationUniteLegale="LE VERGER INVENTE", categorieJuridiqueUniteLegale="9260", dateDebut="2023-06-30", dateCreationUniteLegale="1998-02-30"),
    ]  # fmt: skip


def establishments() -> list[Row]:
    def place(siren: str, status: str = "O", nic: str = "0001", **cells: str) -> Row:
        here = {
            "siren": siren,
            "siret": siret(siren, nic),
            "nic": siret(siren, nic)[9:],
            "statutDiffusionEtablissement": status,
            "etatAdministratifEtablissement": "A",
        }
        where = {
            "codePostalEtablissement": "68100",
            "libelleCommuneEtablissement": "MULHOUSE",
            "codeCommuneEtablissement": "68224",
        }
        street = {
            "numeroVoieEtablissement": "12",
            "typeVoieEtablissement": "RUE",
            "libelleVoieEtablissement": "IMAGINAIRE",
        }
        return here | where | street | cells

    hidden = {
        "numeroVoieEtablissement": "[ND]",
        "libelleVoieEtablissement": "[ND]",
        "codePostalEtablissement": "[ND]",
        "typeVoieEtablissement": "[ND]",
    }
    return [
        place(CHIMERE),
        place(CHIMERE, nic="0002", enseigne1Etablissement="LA FORGE RÊVÉE", codeCommuneEtablissement="68066", libelleCommuneEtablissement="COLMAR", codePostalEtablissement="68000"),
        place(CAMILLE, enseigne1Etablissement="CAMILLE DESSINE"),
        place(PAUL, "P", enseigne1Etablissement="[ND]", **hidden),
        place(BOREALE, "P", **hidden),
        place(VERGER),
    ]  # fmt: skip


def write(
    folder: Path, file: str, rows: Iterable[Mapping[str, str]], columns: Iterable[str] = (), zipped: bool = False
) -> Path:
    """`file` of the stock in `folder`: Parquet with its types, or CSV in a ZIP."""
    names = list(columns) or COLUMNS[file]
    folder.mkdir(parents=True, exist_ok=True)
    if zipped:
        text = io.StringIO()
        writer = csv.DictWriter(text, names, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
        path = folder / f"{file}_utf8.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{file}_utf8.csv", text.getvalue().encode())
        return path
    path = folder / f"{file}.parquet"
    table = pa.table({n: pa.array([r.get(n) or None for r in rows], pa.string()) for n in names})
    for n in ("categorieJuridiqueUniteLegale", "anneeEffectifsUniteLegale"):
        if n in names:
            whole = table[n].cast(pa.int64())
            table = table.set_column(names.index(n), n, whole)
    pq.write_table(table, path)
    return path


def given(project: Project, *rows: str) -> None:
    """A registry of tenants with these rows: name;siren;siret;address;postcode;commune."""
    text = "\n".join(["Raison sociale;SIREN;SIRET;Adresse;Code postal;Ville", *rows])
    (project.raw / "registries" / "locataires.csv").write_text(text + "\n", encoding="utf-8")


def asked(project: Project, **settings: Any) -> Project:
    """The project with these settings of the register."""
    quick = {"allow_private": True, "pause_seconds": 0, "max_seconds": 30, "attempts": 2}
    return replace(project, hub=project.hub.model_copy(update={"register": Register(**quick | settings)}))


def with_stock(project: Project, zipped: bool = False, companies: Mapping[str, str] = {}) -> Project:
    """The project with the whole stock beside it, and some more companies in it: SIREN -> name."""
    more = [
        {"siren": siren, "denominationUniteLegale": name, "statutDiffusionUniteLegale": "O", "etatAdministratifUniteLegale": "A", "categorieJuridiqueUniteLegale": "5710"} | SEEN
        for siren, name in companies.items()
    ]  # fmt: skip
    places = [establishments()[0] | {"siren": siren, "siret": siret(siren), "nic": siret(siren)[9:]} for siren in companies]
    paths = [
        write(project.root / "sirene", f, rows, zipped=zipped)
        for f, rows in ((UNITS, [*units(), *more]), (ESTABLISHMENTS, [*establishments(), *places]))
    ]
    return asked(project, stock=tuple(p.relative_to(project.root).as_posix() for p in paths))


def look_up(project: Project, press: Iterable[Claim] = ()) -> Made:
    """The steps from registries, and these claims of the press, to the claims of the register."""
    said = accepted(press)
    make(project, "press_reviewed", lambda path: pq.write_table(said, path), version="t/1", parameters=[str(said.to_pylist())])
    for step in (registry_files, registry_rows, hub_claims, register_files, register_index, register_lookup, register_links):
        step(project)
    return register_claims(project)


def rows(project: Project, name: str) -> list[dict[str, Any]]:
    return list(pq.read_table(made(project, name).path).to_pylist())


def said(project: Project, siren: str) -> dict[str, str]:
    """What the register says of a legal unit: property -> value."""
    mentions = {r["mention_id"] for r in rows(project, "register_rows") if r["siren"] == siren}
    return {c["property"]: c["value"] for c in rows(project, "register_claims") if c["subject_id"] in mentions}


def sentences(project: Project) -> dict[str, str]:
    """Reason -> sentence of every reject of the register's steps."""
    return {
        r["reason"]: r["sentence"]
        for name in ("register_file_rejects", "register_drift", "register_link_rejects", "register_rejects")
        for r in rows(project, name)
    }
