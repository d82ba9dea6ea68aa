"""Which column of a registry says what.

Each canonical column is declared once, below: the property it states, the headers by which
registries name it (French, English, German; accents, case and punctuation aside; the more telling
first), its kind of value, and good and bad examples, from which tests make themselves. What
hub.toml maps wins over the aliases; a column nobody knows is reported, never dropped in silence.

Belongs here: the declarations, and finding the header row and the columns by them. How a cell
becomes a value: `values`.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

How = Literal["mapping", "alias", "content", "unmapped", "excluded"]


@dataclass(frozen=True)
class Column:
    """A canonical column. `joined`: several columns of a file may say it together, joined by ", "."""

    property: str
    kind: str
    aliases: tuple[str, ...]
    good: tuple[tuple[str, str], ...]
    bad: tuple[str, ...] = ("#REF!",)
    joined: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("name", "name", (
        "raison sociale", "raison sociale / nom", "nom de l'entreprise", "nom entreprise", "nom de la société", "nom société",
        "nom de la structure", "nom structure", "nom de l'organisation", "nom organisation", "nom de l'organisme",
        "nom de l'établissement", "nom établissement", "nom de l'association", "nom du locataire", "nom de l'occupant",
        "dénomination", "dénomination sociale", "dénomination unité légale", "nom commercial", "entreprise", "société",
        "locataire", "occupant", "résident", "structure", "organisation", "organisme", "établissement", "enseigne",
        "company name", "company", "organisation name", "organization name", "organization", "legal name", "trading name",
        "tenant", "tenant name", "occupier", "business name", "nom", "name", "intitulé", "libellé",
        "Firmenname", "Firma", "Unternehmen", "Organisation/Firma", "Mieter", "Name der Organisation", "Name des Unternehmens", "Bezeichnung",
    ), good=(("  Atelier  Fictif ", "Atelier Fictif"), ("Fabrique\u00a0Imaginaire SAS", "Fabrique Imaginaire SAS"), ("42", "42"), ("LE C@FÉ FICTIF.COM", "LE C@FÉ FICTIF.COM")),
        bad=("06 00 00 00 00", "Camille Exemple +33600000000", "camille@exemple.fr", "73282932000074", "12/02/2019", "#REF!")),
    Column("kind", "kind", (
        "nature", "type de structure", "type structure", "type d'organisation", "type d'organisme", "type d'entreprise",
        "catégorie de structure", "organisation type", "organization type", "company type", "type of organisation",
        "Art der Organisation", "Organisationstyp",
    ), good=(("Start-up", "startup"), ("École", "school"), ("ASSOCIATION", "association")), bad=("licorne bleue",)),
    Column("siren", "siren", (
        "siren", "n° siren", "numéro siren", "num siren", "no siren", "code siren", "siren number", "siren entreprise",
    ), good=(("732 829 320", "732829320"), ("62201199", "062201199"), ("732829320.0", "732829320")),
        bad=("732829321", "000000000", "7.32829E+08", "12345")),
    Column("siret", "siret", (
        "siret", "n° siret", "numéro siret", "num siret", "no siret", "code siret", "siret siège", "siret number", "siret du siège",
    ), good=(("732 829 320 00074", "73282932000074"), ("35600000049837", "35600000049837")),
        bad=("73282932000075", "00000000000000", "7,32829E+13", "732829320")),
    Column("legal_form", "legal_form", (
        "forme juridique", "statut juridique", "forme légale", "statut", "legal form", "legal status",
        "Rechtsform",
    ), good=(("SAS ", "SAS"), ("S.A.R.L.", "SARL"), ("Société par actions simplifiée", "SAS"), ("Syndicat mixte", "Syndicat mixte"))),
    Column("naf", "naf", (
        "code naf", "naf", "code ape", "ape", "naf/ape", "code naf/ape", "code ape/naf", "ape/naf", "code activité", "activité principale naf",
        "naf code", "activity code",
    ), good=(("6201Z", "62.01Z"), ("62.01z", "62.01Z"), ("6201Z - Programmation", "62.01Z")), bad=("informatique", "62", "722C")),
    Column("naf25", "naf", (
        "code naf 2025", "naf 2025", "naf25", "code naf25", "code ape 2025", "ape 2025", "activité principale naf25",
    ), good=(("6210Y", "62.10Y"),), bad=("informatique",)),
    Column("activity", "text", (
        "activité", "activités", "domaine d'activité", "secteur d'activité", "activité principale", "libellé ape", "libellé naf",
        "description de l'activité", "description", "présentation", "secteur", "domaine", "métier", "activity", "activities",
        "sector", "industry", "business",
        "Tätigkeit", "Branche", "Geschäftsfeld", "Beschreibung",
    ), good=(("Logiciels\u200b  libres", "Logiciels libres"),)),
    Column("website", "url", (
        "site web", "site internet", "site", "url", "adresse web", "site www", "internet", "web", "lien", "website", "web site", "homepage",
        "Webseite", "Internetseite", "Webadresse",
    ), good=(("www.exemple.fr", "https://www.exemple.fr"), ("HTTP://Exemple.FR/", "http://exemple.fr")),
        bad=("@exemple", "contact@exemple.fr", "voir fiche")),
    Column("address", "text", (
        "adresse", "adresse postale", "adresse complète", "adresse 1", "adresse ligne 1", "complément d'adresse", "adresse 2",
        "adresse ligne 2", "rue", "voie", "address", "street", "street address", "address line 1", "address line 2", "postal address",
        "Anschrift", "Adresse postale complète", "Straße", "Postanschrift",
    ), good=(("1  rue Inventée", "1 rue Inventée"),), joined=True),
    Column("postcode", "postcode", (
        "code postal", "cp", "codpost", "code post", "postcode", "postal code", "zip", "zip code",
        "PLZ", "Postleitzahl",
    ), good=(("68 100", "68100"), ("1000", "01000"), ("84200.0", "84200"), ("F-68100", "68100")), bad=("00000", "681000", "Mulhouse")),
    Column("commune", "commune", (
        "commune", "ville", "nom commune", "nom de la commune", "localité", "city", "town",
        "Ort", "Stadt", "Gemeinde",
    ), good=(("Mulhouse ", "Mulhouse"), ("MULHOUSE CEDEX 9", "MULHOUSE"), ("68100 Mulhouse", "Mulhouse"))),
    Column("commune_code", "commune_code", (
        "code commune", "code insee", "insee", "code insee commune", "code commune insee", "citycode", "insee code",
    ), good=(("2a004", "2A004"), ("1004", "01004")), bad=("Mulhouse", "682")),
    Column("department", "text", ("département", "dept", "nom département", "department"), good=(("Haut-Rhin", "Haut-Rhin"),)),
    Column("longitude", "longitude", ("longitude", "lon", "lng", "long", "x wgs84", "geo lon", "Längengrad"),
        good=(("7,3389", "7.3389"), ("-1.5534000", "-1.5534")), bad=("1025460.5", "7°20'E")),
    Column("latitude", "latitude", ("latitude", "lat", "y wgs84", "geo lat", "Breitengrad"),
        good=(("47.7508", "47.7508"), ("-21", "-21")), bad=("6758240", "95.2", "nord")),
    Column("founded_on", "date", (
        "date de création", "création", "année de création", "créée le", "créé le", "créée en", "date création", "date d'immatriculation",
        "founded", "founded on", "founded in", "year founded", "creation date", "date founded",
        "Gründungsdatum", "Gründungsjahr", "gegründet", "gegründet am",
    ), good=(("12/02/2019", "2019-02-12"), ("mars 2019", "2019-03"), ("2019", "2019")), bad=("31/02/2019", "récemment")),
    Column("headcount", "count", (
        "effectif", "effectifs", "nombre de salariés", "nb salariés", "nb de salariés", "salariés", "nombre d'employés", "nb employés",
        "employés", "effectif salarié", "nombre de personnes", "nb personnes", "headcount", "employees", "number of employees", "staff",
        "Mitarbeiter", "Mitarbeiterzahl", "Anzahl Mitarbeiter", "Beschäftigte",
    ), good=(("env. 20", "20"), ("12 salariés", "12"), ("10-19", "10"), ("12.0", "12")), bad=("12,5", "beaucoup", "-3")),
    Column("area_m2", "decimal", (
        "surface", "surface m²", "surface (m²)", "surface en m²", "superficie", "superficie m²", "m²", "surface louée", "surface occupée",
        "area", "area m²", "area (sqm)", "floor area", "sqm",
        "Fläche", "Fläche m²", "Fläche (m²)", "Mietfläche",
    ), good=(("27,50", "27.5"), ("1 234,5 m²", "1234.5"), ("12.0", "12")), bad=("grand", "-3", "10x4")),
    Column("space", "text", (
        "bâtiment", "bât", "immeuble", "aile", "étage", "niveau", "plateau", "lot", "local", "bureau", "n° bureau", "n° de lot", "espace",
        "emplacement", "localisation", "building", "floor", "level", "unit", "room", "office", "space", "suite",
        "Gebäude", "Stockwerk", "Etage", "Raum", "Büro", "Einheit",
    ), good=((" B23 ", "B23"),), joined=True),
    Column("occupied_from", "date", (
        "date d'entrée", "entrée", "date entrée", "date d'arrivée", "arrivée", "début de bail", "date de début", "début", "depuis",
        "entré le", "date d'effet", "date début bail", "move in", "move-in date", "lease start", "start date", "since", "occupied from", "from",
        "Einzug", "Einzugsdatum", "Mietbeginn", "seit",
    ), good=(("12.02.2019", "2019-02-12"), ("2019-02-12 00:00:00", "2019-02-12"), ("43508", "2019-02-12")), bad=("32/01/2019",)),
    Column("occupied_until", "date", (
        "date de sortie", "sortie", "date sortie", "date de départ", "départ", "fin de bail", "date de fin", "fin", "sorti le",
        "date fin bail", "move out", "move-out date", "lease end", "end date", "occupied until", "until", "to",
        "Auszug", "Auszugsdatum", "Mietende", "bis",
    ), good=(("1/2/19", "2019-02-01"), ("2019-02-12T00:00:00", "2019-02-12")), bad=("30/02/2020",)),
    Column("contact_name", "text", (
        "contact", "nom du contact", "nom contact", "personne à contacter", "interlocuteur", "référent", "responsable", "contact name",
        "contact person",
        "Ansprechpartner", "Ansprechpartnerin", "Kontaktperson",
    ), good=(("Camille  Exemple", "Camille Exemple"),)),
    Column("email", "email", (
        "email", "e-mail", "mail", "courriel", "mél", "adresse mail", "adresse e-mail", "adresse électronique", "email contact",
        "mail contact", "contact email", "email address",
        "E-Mail-Adresse",
    ), good=(("mailto:Camille@Exemple.FR", "Camille@exemple.fr"),), bad=("camille chez exemple", "a@b.fr; c@d.fr")),
    Column("phone", "phone", (
        "téléphone", "tél", "tel.", "n° de téléphone", "numéro de téléphone", "téléphone contact", "portable", "mobile", "phone",
        "phone number", "telephone",
        "Telefon", "Telefonnummer", "Handy", "Rufnummer",
    ), good=(("03 89 00 00 00", "+33389000000"), ("+33 (0)3.89.00.00.00", "+33389000000")), bad=("12", "accueil")),
    Column("comment", "text", (
        "commentaire", "commentaires", "observation", "observations", "remarque", "remarques", "note", "notes", "comment", "comments",
        "remarks",
        "Bemerkung", "Bemerkungen", "Anmerkung", "Kommentar",
    ), good=((" à  relancer ", "à relancer"),), joined=True),
)  # fmt: skip

STATED_ON = Column("stated_on", "date", (
    "relevé le", "date de relevé", "date du relevé", "à la date du", "situation au", "mis à jour le", "date de mise à jour",
    "dernière mise à jour", "as of", "stated on", "last updated", "updated on",
), good=(("05/08/2016", "2016-08-05"), ("2018", "2018")), bad=("hier",))  # fmt: skip
"""When a row was stated, where the registry says it row by row; else it is the edition's date in hub.toml."""

PUBLISHABLE = Column("publication_ok", "boolean", (
    "publication autorisée", "accord de publication", "accord publication", "publiable", "diffusion autorisée", "accord de diffusion",
    "accord diffusion", "autorisation de publication", "publication ok", "consentement à la publication", "may be published", "publish",
    "consent to publish", "Veröffentlichung erlaubt", "Einwilligung Veröffentlichung",
), good=(("OUI", "true"), ("x", "true"), ("ja", "true"), ("non", "false"), ("0", "false")), bad=("à voir",))  # fmt: skip
"""Whether a row may be published, where the registry asks: one that may not is set aside whole."""

PROPERTIES: tuple[str, ...] = (*(c.property for c in COLUMNS), "size_band")
"""The properties a registry may state, in the order of the columns of `registry_rows`; `size_band` is stated by the cell of the headcount."""

BY_PROPERTY: dict[str, Column] = {c.property: c for c in (*COLUMNS, STATED_ON, PUBLISHABLE)}

HEADER_WITHIN = 50
"""Rows, from the top, among which the header is looked for."""


WITHIN = " › "
"""What stands between the heading of a group of columns, or the key of an object, and what is in it: « Contact › Nom »."""


def folded(header: str) -> str:
    """A header without accents, case, spaces and punctuation: the form in which headers are compared."""
    plain = unicodedata.normalize("NFKD", header).casefold()
    return re.sub(r"[^a-z0-9]", "", plain)


_ALIASES: dict[str, tuple[str, int]] = {folded(a): (c.property, n) for c in BY_PROPERTY.values() for n, a in enumerate(c.aliases)}


@dataclass(frozen=True)
class Mapped:
    """A column of a file: its position from 1, its header, the property it states ('' for none), what its cells look like."""

    position: int
    header: str
    property: str
    how: How
    looks: str = ""


def map_columns(headers: Sequence[str], mapping: Mapping[str, str]) -> list[Mapped]:
    """What each of `headers` states: as `mapping` (header -> property) says, else by alias.

    Where two columns claim a property that only one can state, the mapped one wins, then the more
    telling alias, then the first; the other is left unmapped.
    """
    wanted = {folded(h): p for h, p in mapping.items()}
    columns: list[Mapped] = []
    ranks: list[tuple[int, int, int]] = []
    for position, header in enumerate(headers, 1):
        key = folded(header)
        if key in wanted:
            prop, how, rank = wanted[key], "mapping" if wanted[key] else "excluded", 0
            if prop not in BY_PROPERTY:
                prop = ""
        else:
            prop, rank = _known(header)
            how = "alias" if prop else "unmapped"
        columns.append(Mapped(position, header, prop, how))  # type: ignore[arg-type]
        ranks.append((how != "mapping", rank, position))
    for prop in BY_PROPERTY:
        rivals = [n for n, c in enumerate(columns) if c.property == prop]
        if not BY_PROPERTY[prop].joined:
            for n in sorted(rivals, key=ranks.__getitem__)[1:]:
                columns[n] = replace(columns[n], property="", how="unmapped")
    return columns


_PARTY = {folded(w) for w in ("dirigeant", "gérant", "président", "bailleur", "propriétaire", "mandataire", "owner", "landlord", "Vermieter", "Eigentümer")}
_PLACES = ("address", "postcode", "commune", "commune_code", "department", "longitude", "latitude")
_TENANCY = ("space", "area_m2", "occupied_from", "occupied_until", "headcount", "comment")


def _known(header: str) -> tuple[str, int]:
    """The property that a header is an alias of and how telling it is, or ("", 0).

    What stands within another heading counts as far as that one says of whom it is: the name within « Contact » is
    a person's, what is within « Bailleur » is not the tenant's, and within what we don't know only a space, an area,
    a date of the tenancy or a headcount is taken.
    """
    if found := _ALIASES.get(folded(header)):
        return found
    parent, within, leaf = header.rpartition(WITHIN)
    prop, rank = _ALIASES.get(folded(leaf), ("", 0))
    if not within or not prop or folded(parent) in _PARTY:
        return "", 0
    of = _ALIASES.get(folded(parent), ("", 0))[0]
    if of == "contact_name":
        return ("contact_name" if prop == "name" else prop if prop in ("email", "phone") else ""), rank
    fits = of in ("name", prop) or prop in _TENANCY or (of == "address" and prop in _PLACES)
    return (prop, rank) if fits else ("", 0)


def join_headers(rows: Sequence[Sequence[str]], index: int) -> tuple[list[str], int, int]:
    """The headers at `index`, with those of a second header row where there is one, and the index of the first and the last of these rows.

    The row below is one if it is blank where the names are and each of its cells is a header we know. Of the row above, headings of
    groups, is taken what stands over a blank, and what tells apart columns of one name or says that a column is a person's.
    """
    upper, lower = [cell.strip() for cell in rows[index]], [cell.strip() for cell in rows[index + 1]] if index + 1 < len(rows) else []
    lower += [""] * (len(upper) - len(lower))
    names = [n for n, cell in enumerate(upper) if _known(cell)[0] == "name"]
    below = [(n, cell) for n, cell in enumerate(lower) if cell]
    groups = _spread(upper, lower)
    if names and len(below) > 1 and all(not lower[n] for n in names) and all(_known(c)[0] or _known(groups[n] + c)[0] for n, c in below):
        return [_within(groups[n], lower[n]) if lower[n] else cell for n, cell in enumerate(upper)], index, index + 1
    above = [cell.strip() for cell in rows[index - 1]] if index else []
    if sum(map(bool, above)) < 2 or sum(map(bool, above)) >= sum(map(bool, upper)):
        return upper, index, index
    above += [""] * (len(upper) - len(above))
    groups = _spread(above, upper)
    joined = [cell or above[n] for n, cell in enumerate(upper)]
    keys = [folded(cell) for cell in joined]
    for n, cell in enumerate(upper):
        personal = folded(groups[n]) in _PARTY or _ALIASES.get(folded(groups[n]), ("",))[0] == "contact_name"
        if cell and (personal or keys.count(folded(cell)) > 1):
            joined[n] = _within(groups[n], cell)
    return joined, index - (joined != upper), index


def _spread(groups: Sequence[str], cells: Sequence[str]) -> list[str]:
    """For each of `cells` the heading in `groups` over it, or before it where that stands over several."""
    over, found = "", []
    for group, cell in zip(groups, cells, strict=False):
        over = group or (over if cell else "")
        found.append(over)
    return found


def _within(group: str, cell: str) -> str:
    return f"{group}{WITHIN}{cell}" if group and folded(group) != folded(cell) else cell


def find_header(rows: Sequence[Sequence[str]], mapping: Mapping[str, str]) -> int | None:
    """Index in `rows` of the header; None where there is nothing that could be one.

    A row with most of the headers that `mapping` names is the header: a person says so. Else it is the first row, about
    as wide as rows are, that has a column of names or two columns we know; or, before that, a full row of none. A later row
    beats it only clearly, since a row of data may hold a word or two that are headers elsewhere (« Société », « Bureau »): by
    two properties more, of three at least in most of its cells, or where each of its cells is known.
    """
    looks = [_Look.at(row, mapping) for row in rows[:HEADER_WITHIN]]
    if most := max((look.mapped for look in looks), default=0):
        return next(n for n, look in enumerate(looks) if look.mapped == most)
    widths = [look.width for look in looks if look.width]
    if not widths:
        return None
    usual, full = statistics.median_high(widths) / 2, 0.7 * max(widths)
    best: int | None = None
    for n, look in enumerate(looks):
        if best is None:
            known = look.width >= usual and ("name" in look.said or len(look.said) > 1)
            best = n if known or look.width >= full else None
        elif look.beats(looks[best]) and join_headers(rows, best)[2] < n:
            best = n
    return best


@dataclass(frozen=True)
class _Look:
    """A row as it looks to who seeks the header: cells filled, cells that are headers we know, the properties these state."""

    width: int
    known: int
    said: frozenset[str]
    mapped: int

    @classmethod
    def at(cls, row: Sequence[str], mapping: Mapping[str, str]) -> _Look:
        cells = [folded(cell) for cell in row if cell.strip()]
        known = [_ALIASES[cell][0] for cell in cells if cell in _ALIASES]
        return cls(len(cells), len(known), frozenset(known), len({folded(h) for h in mapping} & set(cells)))

    def beats(self, first: _Look) -> bool:
        """Whether this row is so much more a header than `first`, which stands above it."""
        more = len(self.said) - len(first.said)
        return (more >= 2 and len(self.said) > 2 and self.known > self.width / 2) or (more >= 1 and self.known == self.width)


def rows_above(rows: Sequence[Sequence[str]], header: int, first: int) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows above the `first` of the header, with their index, that are as full as it: no titles, so perhaps the true header, or data."""
    width = sum(bool(cell.strip()) for cell in rows[header])
    return ((n, row) for n, row in enumerate(rows[:first]) if width > 1 and sum(bool(cell.strip()) for cell in row) >= 0.7 * width)
