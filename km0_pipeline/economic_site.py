"""What the national schemas of economic sites ask of the hub's site and no source tells: the section `[economic_site]` of hub.toml.

The standard "Sites économiques" of the CNIG, 1.0.1: https://schema.data.gouv.fr/cnigfr/schema-sites-economiques/. Which of its files can be
written with it is for `publish.national`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

TYPES = ("zone d'activité économique", "site économique historique hors ZAE", "établissement économique isolé", "zone AU à vocation économique", "inconnu", "autre", "sans objet")
USES = (
    "industrielle", "commerciale", "tertiaire", "artisanale", "touristique", "portuaire", "aéroportuaire, aéronautique", "entrepôts, logistique",
    "logistique agricole", "mixte", "inconnu", "autre", "sans objet",
)  # fmt: skip
STATES = ("en projet", "création", "existant et actif", "projet de déclassement", "déclassé", "inconnu", "autre", "sans objet")
OWNERS = ("commune", "epci", "société d'économie mixte", "chambre de commerce et industrie", "Etat", "privé", "inconnu", "autre", "sans objet")


def _of(values: tuple[str, ...]) -> Callable[[str], str]:
    def known(value: str) -> str:
        if value and value not in values:
            raise ValueError(f"one of: {'; '.join(values)}")
        return value

    return known


def _day(stated: str) -> str:
    if stated and date.fromisoformat(stated).isoformat() != stated:
        raise ValueError("a date as YYYY-MM-DD")
    return stated


def _perimeter(text: str) -> str:
    if not text:
        return text
    try:
        shape = json.loads(text)
        polygons = {"Polygon": [shape["coordinates"]], "MultiPolygon": shape["coordinates"]}[shape["type"]]
        rings = [ring for polygon in polygons for ring in polygon]
        if not rings or not all(map(_is_ring, rings)):
            raise ValueError
    except (ValueError, LookupError, TypeError):
        raise ValueError("a Polygon or MultiPolygon in GeoJSON, each ring closed, [longitude, latitude] in degrees") from None
    return text


def _is_ring(ring: list[tuple[float, float]]) -> bool:
    return len(ring) > 3 and ring[0] == ring[-1] and all(abs(longitude) <= 180 and abs(latitude) <= 90 for longitude, latitude in ring)


class EconomicSite(BaseModel):
    """What the national schemas of economic sites ask, and no source tells."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: str = Field("", description="Identifier of the site in the standard (site_id), as who keeps the inventory gave it.")
    pole_id: str = Field("", description="Identifier of the economic pole that it belongs to (pole_id).")
    terrain_ids: tuple[Annotated[str, Field(min_length=1)], ...] = Field((), description="Identifiers of the plots that the tenants are on (terr_id).")
    type: Annotated[str, AfterValidator(_of(TYPES))] = Field("", description="Kind of site (site_type), in the words of the standard.")
    use: Annotated[str, AfterValidator(_of(USES))] = Field("", description="Its main use (site_vocadomi), in the words of the standard.")
    state: Annotated[str, AfterValidator(_of(STATES))] = Field("", description="Its state (site_etat), in the words of the standard.")
    owner: Annotated[str, AfterValidator(_of(OWNERS))] = Field("", description="Kind of body that develops it (site_moa_type), in the words of the standard.")
    area_ha: float = Field(0, ge=0, description="Its whole area, in hectares (site_surf_brute).")
    usable_area_ha: float = Field(0, ge=0, description="Area meant for businesses, in hectares (site_surf_utile).")
    identified_on: Annotated[str, AfterValidator(_day)] = Field("", description="Day on which it was entered in the inventory (site_identif_date).")
    perimeter: Annotated[str, AfterValidator(_perimeter)] = Field("", description="Its perimeter as GeoJSON, a Polygon or MultiPolygon (site_geomsurf).")
    epci_name: str = Field("", description="Name of the grouping of communes (EPCI).")
    epci_siren: str = Field("", pattern=r"^(\d{9})?$", description="SIREN of the grouping of communes (EPCI).")

    @property
    def given(self) -> bool:
        """Whether hub.toml says anything of it."""
        return any(self.model_dump().values())
