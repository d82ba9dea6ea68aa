"""The hub in the national schemas of economic sites: `sites-economiques-etablissement.csv` and `sites-economiques-site-eco.csv`.

The standard is that of the CNIG, 1.0.1, whose columns have French names. A row is written only if every cell that its schema requires is known, and a file only if it
has a row; nothing is put in the place of what is not known. What no source tells is asked of hub.toml (`economic_site`). Contacts are left empty: they would be those of people.

Establishments are the current tenants whose SIRET, legal name, activity and place are known, but for natural persons. Dates of creation are those of the tenancy: an
establishment is created where it moves in. Code and year of employees, and the legal category, are the national register's own, as `claims` quotes it.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from km0_pipeline.hub import Hub
from km0_pipeline.publish.escaping import escaped_text
from km0_pipeline.publish.formats.csv import Csv
from km0_pipeline.publish.staged import Staged
from km0_pipeline.register.nomenclatures import SIZE_BANDS
from km0_pipeline.sql import literal

VERSION = "1.0.1"
SCHEMA = "https://schema.data.gouv.fr/schemas/cnigfr/{name}/" + VERSION + "/schema.json"
ESTABLISHMENTS, SITE = "sites-economiques-etablissement", "sites-economiques-site-eco"
TABLES = ("organisations", "tenancies", "claims", "sources")
"""What establishments are made of."""

REQUIRED: dict[str, tuple[str, ...]] = {
    ESTABLISHMENTS: (
        "SIRET", "SIREN", "terr_id", "etab_raison_sociale", "etab_nat_juridique", "etab_nom", "epci_nom", "epci_siren", "comm_nom", "comm_insee",
        "etab_creation_date", "etab_identif_date", "etab_actu_date", "etab_activite_code", "etab_activite_libelle", "etab_effectif_code",
        "etab_effectif_libelle", "etab_effectif_annee", "etab_source_info", "geocodage_qualite", "etab_geompoint",
    ),
    SITE: (
        "site_id", "pole_id", "site_nom", "site_type", "site_vocadomi", "site_etat", "site_surf_brute", "site_surf_utile", "site_identif_date",
        "site_actu_date", "site_epci_nom", "site_epci_siren", "site_comm_nom", "site_comm_insee", "site_moa_type", "site_geomsurf",
    ),
}  # fmt: skip
COLUMNS: dict[str, tuple[str, ...]] = {
    ESTABLISHMENTS: (
        "SIRET", "SIREN", "terr_id", "ban-id", "bat-id", "etab_adresse", "etab_raison_sociale", "etab_nat_juridique", "etab_nom", "epci_nom", "epci_siren",
        "comm_nom", "comm_insee", "etab_siege", "etab_creation_date", "etab_identif_date", "etab_actu_date", "etab_actif", "etab_fermeture_date",
        "etab_description", "etab_activite_code", "etab_activite_libelle", "etab_effectif_code", "etab_effectif_libelle", "etab_effectif_annee",
        "etab_source_info", "geocodage_qualite", "etab_geompoint", "etab_contact_mail", "etab_contact_tel",
    ),
    SITE: (
        "site_id", "pole_id", "site_nom", "site_type", "site_vocadomi", "site_etat", "site_surf_brute", "site_surf_utile", "site_creation_date",
        "site_identif_date", "site_actu_date", "source_producteur", "site_description", "site_quali_territoire", "site_evol_urba", "site_url",
        "site_epci_nom", "site_epci_siren", "site_comm_nom", "site_comm_insee", "site_moa_type", "site_moa_nom", "site_moa_amngt", "site_moa_comm",
        "site_uf_nbre", "site_uf_vacant_nbre", "site_taux_vacance", "site_uf_bati_nbre", "site_nb_etab", "site_nb_emploi", "site_geomsurf",
        "site_geompoint", "site_media", "site_surf_comm_dispo", "site_surf_projet", "site_voca_industrielle", "site_voca_commerciale",
        "site_voca_tertiaire", "site_voca_artisanale", "site_voca_touristique", "site_voca_portuaire", "site_voca_aeroportuaire",
        "reseau_eau_pluviale", "reseau_eau_potable", "reseau_assainissement", "reseau_gaz", "reseau_electrique", "reseau_fibre_optique",
        "reseau_fret_ferroviaire", "reseau_fluvial", "desserte_tc", "desserte_route_nom", "autoroute_nom", "autoroute_echang_dist", "gare_nom",
        "gare_dist", "gare_fret_nom", "gare_fret_dist", "aeroport_nom", "aeroport_dist", "port_nom", "port_dist",
    ),
}  # fmt: skip


def _resource(name: str, title: str, title_en: str) -> dict[str, Any]:
    schema = SCHEMA.format(name=name)
    description, description_en = f"Au schéma national cnigfr/{name}.", f"In the French national schema cnigfr/{name}."
    said = {"title": title, "description": description, "km0:title_en": title_en, "km0:description_en": description_en}
    return {"name": name, "type": "table", **said, **Csv.resource, "schema": schema}


RESOURCES = {
    ESTABLISHMENTS: _resource(ESTABLISHMENTS, "Établissements du site économique", "Establishments of the economic site"),
    SITE: _resource(SITE, "Site économique", "Economic site"),
}
"""What datapackage.json says of each file."""


@dataclass(frozen=True)
class Made:
    """The rows of a file, of how many there could be, and how many lack each cell that the schema requires."""

    rows: Sequence[Mapping[str, str]]
    candidates: int
    lacking: Mapping[str, int]

    @property
    def lack(self) -> str:
        """What is lacking: the columns that rows lack, most frequent first, or anyone to speak of."""
        if not self.candidates:
            return "a current tenant"
        most = sorted(self.lacking.items(), key=lambda c: (-c[1], c[0]))
        return ", ".join(f"{column} ({n:,})" if self.candidates > 1 else column for column, n in most)


def write_establishments(staged: Staged, path: Path) -> bool:
    """Write the tenants as establishments; no file where nothing is known of any that would do."""
    site = staged.project.hub.economic_site
    there = all(staged.release(table) for table in TABLES) and bool(site.terrain_ids and site.epci_name and site.epci_siren)
    return there and _write(path, establishments(staged.connection, staged.folder, staged.project.hub, staged.day), COLUMNS[ESTABLISHMENTS])


def write_site(staged: Staged, path: Path) -> bool:
    """Write the hub as an economic site; no file where hub.toml does not say all that is required."""
    return _write(path, site(staged.project.hub, staged.day), COLUMNS[SITE])


def site(hub: Hub, day: date) -> Made:
    """The hub as one row; `day` is that of the version."""
    given = hub.economic_site
    row = {
        "site_id": given.id,
        "pole_id": given.pole_id,
        "site_nom": hub.hub.name,
        "site_type": given.type,
        "site_vocadomi": given.use,
        "site_etat": given.state,
        "site_surf_brute": _number(given.area_ha),
        "site_surf_utile": _number(given.usable_area_ha),
        "site_identif_date": given.identified_on,
        "site_actu_date": day.isoformat(),
        "source_producteur": hub.publisher.name,
        "site_url": hub.hub.website,
        "site_epci_nom": given.epci_name,
        "site_epci_siren": given.epci_siren,
        "site_comm_nom": hub.hub.commune_name,
        "site_comm_insee": hub.hub.commune,
        "site_moa_type": given.owner,
        "site_geomsurf": given.perimeter,
    }
    return _whole([row], REQUIRED[SITE])


def establishments(connection: duckdb.DuckDBPyConnection, folder: Path, hub: Hub, day: date) -> Made:
    """The current tenants of the snapshot in `folder`, from its Parquet files; `day` is that of the version."""
    cursor = connection.execute(_TENANTS.format(**{table: literal(str(folder / f"{table}.parquet")) for table in TABLES}), {"commune": hub.hub.commune})
    names = [column[0] for column in cursor.description or ()]
    return _whole([_establishment(hub, day, dict(zip(names, row, strict=True))) for row in cursor.fetchall()], REQUIRED[ESTABLISHMENTS])


def exports(folder: Path, hub: Hub, day: date) -> dict[str, Made]:
    """What there is for each file, by its name, in the snapshot in `folder`, whose tables are all of the library's."""
    with duckdb.connect() as connection:
        return {ESTABLISHMENTS: establishments(connection, folder, hub, day), SITE: site(hub, day)}


_TENANTS = """
with tenants as (
    select organisation_id, min(valid_from) as since, string_agg(distinct document_id, ' ' order by document_id) as documents
    from read_parquet({tenancies}) where status = 'current' and closed_version is null group by organisation_id
),
said as (
    select
        entity_id, max(original) filter (where property = 'legal_form' and regexp_full_match(original, '[0-9]{{4}}')) as legal_code,
        max(struct_pack(band := value, year := as_of)) filter (where property = 'size_band') as size,
        string_agg(distinct document_id, ' ' order by document_id) as documents
    from read_parquet({claims}) where method like 'register/%' and closed_version is null group by entity_id
),
placed as (
    select entity_id, value, max(locator) as locator from read_parquet({claims})
    where property = 'coordinates' and method like 'geocoder/%' and closed_version is null group by all
)
select
    o.*, t.since, s.legal_code, case when s.size.band = o.size_band then s.size.year end as size_year, p.locator, f.first_version as identified,
    (select string_agg(title, ' ; ' order by title) from (
        select distinct title from read_parquet({sources})
        where document_id in (from unnest(string_split(concat_ws(' ', t.documents, s.documents), ' ')))
    )) as titles
from read_parquet({organisations}) as o
join tenants as t on t.organisation_id = o.organisation_id
left join said as s on s.entity_id = o.organisation_id
left join placed as p on p.entity_id = o.organisation_id and p.value = printf('%.6f,%.6f', o.latitude, o.longitude)
left join read_parquet({sources}) as f on f.document_id = o.first_document_id
where coalesce(o.commune_code, $commune) = $commune and not o.is_hub and coalesce(o.state, '') <> 'ceased' and coalesce(s.legal_code, '') <> '1000'
order by o.siret, o.organisation_id
"""


def _establishment(hub: Hub, day: date, tenant: Mapping[str, Any]) -> dict[str, str]:
    given, siret, band = hub.economic_site, tenant["siret"] or "", tenant["size_band"] or ""
    ban = (tenant["locator"] or "").removeprefix("ban:")
    placed = tenant["latitude"] is not None and tenant["longitude"] is not None
    point = {"type": "MultiPoint", "coordinates": [[tenant["longitude"], tenant["latitude"]]]}
    town = " ".join(filter(None, (tenant["postcode"], tenant["commune"])))
    since, version = tenant["since"] or "", (tenant["identified"] or "").partition("-")[0].partition("+")[0]
    return {
        "SIRET": siret,
        "SIREN": siret[:9],
        "terr_id": "|".join(given.terrain_ids),
        "ban-id": ban,
        "etab_adresse": ", ".join(filter(None, (tenant["address"], town))) if tenant["address"] else "",
        "etab_raison_sociale": tenant["legal_name"] or "",
        "etab_nat_juridique": tenant["legal_code"] or "",
        "etab_nom": tenant["name"],
        "epci_nom": given.epci_name,
        "epci_siren": given.epci_siren,
        "comm_nom": hub.hub.commune_name,
        "comm_insee": hub.hub.commune,
        "etab_creation_date": since if len(since) == 10 and since.replace("-", "").isdigit() else "",
        "etab_identif_date": date(*map(int, version.split("."))).isoformat() if version else "",
        "etab_actu_date": day.isoformat(),
        "etab_actif": "oui",
        "etab_activite_code": (tenant["naf_code"] or "").replace(".", ""),
        "etab_activite_libelle": tenant["activity"] or "",
        "etab_effectif_code": next((code for code, b in SIZE_BANDS.items() if b == band), ""),
        "etab_effectif_libelle": _employees(band),
        "etab_effectif_annee": tenant["size_year"] or "",
        "etab_source_info": tenant["titles"] or "",
        "geocodage_qualite": ("localisation à la plaque adresse" if ban.count("_") > 1 else "localisation à la rue (sans numéro)") if ban else "inconnu",
        "etab_geompoint": json.dumps(point) if placed else "",
    }


def _employees(band: str) -> str:
    """« 6 à 9 salariés », of `6-9`."""
    if not band:
        return ""
    least, _, most = band.removesuffix("+").partition("-")
    words = f"{least} ou {most}" if most == "2" else f"{least} à {most}" if most else least
    return f"{words} salarié{'s' if band != '0' else ''}{' et plus' if band.endswith('+') else ''}"


def _number(value: float) -> str:
    return f"{value:.15g}" if value else ""


def _whole(rows: Sequence[Mapping[str, str]], required: Sequence[str]) -> Made:
    """Those of `rows` that have every cell that is required."""
    lacks = [[column for column in required if not row[column]] for row in rows]
    whole = [row for row, lack in zip(rows, lacks, strict=True) if not lack]
    return Made(whole, len(rows), Counter(column for lack in lacks for column in lack))


def _write(path: Path, made: Made, columns: Sequence[str]) -> bool:
    if not made.rows:
        return False
    with path.open("w", encoding="utf-8", newline="") as f:
        writer = csv.DictWriter(f, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({c: escaped_text(text) for c, text in row.items()} for row in made.rows)
    return True

