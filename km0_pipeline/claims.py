"""The claim: one statement of one source, and the vocabulary claims are made in.

    document D, at locator L, says that subject S has property P with value V

Belongs here: the shape of a claim and of a reject (what could not become one), their
ids, and the list of properties. How claims are found belongs to `press` and
`registries`; which claim wins is said once, in `tables/ranked_claims.sql`.

Subjects are *mentions*: one subject as one document speaks of it. `entities` decides
which mentions are the same organisation, person, place or event.

Locators: `char:1024-1090` in a document's text as stored (Unicode code points, half-open), with its
page where it has pages (`page:2/char:1024-1090`: the characters still count from the text's start),
`row:12/column:effectif` in a delimited file (row 1 is the header) and in JSON and Parquet (row 1 is the first record), `sheet:Locataires/cell:F12`
in a workbook, `key:hub.commune` in hub.toml, `siren:356000000/column:categorieJuridiqueUniteLegale` in the stock of the
national register (`/field:nature_juridique` in an answer of its search service), `ban:68224_0001_00003` in the national base of addresses.
"""

from __future__ import annotations

import builtins
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Literal

import pyarrow as pa

SubjectKind = Literal["organisation", "person", "place", "event"]
ValueKind = Literal["text", "integer", "decimal", "date", "boolean", "url", "code", "mention"]
Qualifier = Literal["exact", "about", "nearly", "at_least", "at_most", "planned"]
Privacy = Literal["public", "org", "person_public_role", "person", "contact", "free_text", "secret"]

RELEASABLE: frozenset[str] = frozenset({"public", "org", "person_public_role"})
"""Privacy classes that may ever leave (STANDARDS R2)."""


def digest(*parts: str, length: int = 20) -> str:
    """First `length` hexadecimal digits of the SHA-256 of the length-prefixed UTF-8 parts.

    Each part is preceded by its number of bytes and a colon, so ("ab", "c") and ("a", "bc")
    differ. `DIGEST_SQL` is the same function as a DuckDB macro.
    """
    h = hashlib.sha256()
    for part in parts:
        b = part.encode("utf-8", "surrogateescape")
        h.update(f"{len(b)}:".encode() + b)
    return h.hexdigest()[:length]


def _digest_macro(n: int) -> str:
    names = [f"p{i}" for i in range(n)]
    parts = ", ".join(f"strlen({p}), ':', {p}" for p in names)
    return f"create or replace macro digest{n}({', '.join(names)}) as left(sha256(concat({parts})), 20);"


DIGEST_SQL = "\n".join(_digest_macro(n) for n in range(1, 7))
"""DuckDB macros `digest1` to `digest6`: `digest` of that many non-null VARCHARs, 20 digits."""


@dataclass(frozen=True)
class Property:
    """A term of the vocabulary: what it says, of whom, in which form, and whether it may leave."""

    name: str
    subjects: tuple[SubjectKind, ...]
    value_kind: ValueKind
    privacy: Privacy
    en: str
    fr: str


_ORG: tuple[SubjectKind, ...] = ("organisation",)
_ANY: tuple[SubjectKind, ...] = ("organisation", "person", "place", "event")

PROPERTIES: dict[str, Property] = {
    p.name: p
    for p in (
        Property("name", _ANY, "text", "org", "name, as written", "nom, tel qu'écrit"),
        Property("kind", _ANY, "code", "org", "what it is: startup, company, bank, commune, opening…",
                 "nature : startup, company, bank, commune, opening…"),
        # identity of organisations
        Property("siren", _ORG, "code", "org", "SIREN number, 9 digits", "numéro SIREN, 9 chiffres"),
        Property("siret", _ORG, "code", "org", "SIRET number, 14 digits", "numéro SIRET, 14 chiffres"),
        Property("legal_name", _ORG, "text", "org", "name in the national register", "nom au répertoire national"),
        Property("legal_form", _ORG, "text", "org", "legal form", "forme juridique"),
        Property("naf", _ORG, "code", "org", "NAF code of the main activity (Rev. 2)", "code NAF de l'activité principale (rév. 2)"),
        Property("naf25", _ORG, "code", "org", "code of the main activity in NAF 2025", "code de l'activité principale dans la NAF 2025"),
        Property("activity", _ORG, "text", "org", "what it does, in a few words", "activité, en quelques mots"),
        Property("website", _ORG, "url", "org", "web site", "site web"),
        Property("address", ("organisation", "place"), "text", "org", "postal address", "adresse postale"),
        Property("postcode", ("organisation", "place"), "code", "org", "postcode", "code postal"),
        Property("commune", ("organisation", "place"), "text", "org", "commune, by name", "commune, par son nom"),
        Property("commune_code", ("organisation", "place"), "code", "org", "commune, by INSEE code",
                 "commune, par son code INSEE"),
        Property("coordinates", ("organisation", "place"), "text", "org", "latitude and longitude, in degrees (WGS 84)",
                 "latitude et longitude, en degrés (WGS 84)"),
        Property("department", ("organisation", "place"), "text", "org", "department", "département"),
        Property("founded_on", _ORG, "date", "org", "when it was founded", "date de création"),
        Property("ceased_on", _ORG, "date", "org", "when it ceased, says the national register", "date de cessation, au répertoire national"),
        Property("state", _ORG, "code", "org", "state in the national register: active, ceased",
                 "état au répertoire national : active, ceased (cessée)"),
        Property("size_band", _ORG, "code", "org",
                 "band of employees, in the national register or of a registry that keeps exact numbers to itself: 0, 1-2, 3-5… 10000+",
                 "tranche d'effectif salarié, au répertoire national ou d'un registre qui garde ses effectifs exacts : 0, 1-2, 3-5… 10000+"),
        # figures; `scope` says what is counted
        Property("headcount", ("organisation", "event"), "integer", "org",
                 "how many; scope: people, employees, jobs, students, companies…",
                 "combien ; portée : personnes, salariés, emplois, élèves, entreprises…"),
        Property("area_m2", ("organisation", "place"), "decimal", "org", "area in square metres", "surface en m²"),
        Property("investment_eur", ("organisation", "place"), "decimal", "org", "cost or investment in euros",
                 "coût ou investissement en euros"),
        Property("funding_eur", _ORG, "decimal", "org", "money given, in euros; scope: mention of who receives it",
                 "montant apporté, en euros ; portée : mention du bénéficiaire"),
        Property("received_eur", _ORG, "decimal", "org", "money raised, received or endowed with, in euros, whoever gives it",
                 "montant levé, reçu ou doté, en euros, quel qu'en soit l'apporteur"),
        Property("budget_eur", _ORG, "decimal", "org", "its budget, in euros; as_of: of which year", "son budget, en euros ; as_of : de quelle année"),
        Property("revenue_eur", _ORG, "decimal", "org", "its turnover, in euros; as_of: of which year",
                 "son chiffre d'affaires, en euros ; as_of : de quelle année"),
        # relations: value is the object's mention id
        Property("tenant_of", _ORG, "mention", "org", "is a tenant of", "est locataire de"),
        Property("part_of", _ORG, "mention", "org", "is part of", "fait partie de"),
        Property("member_of", _ORG, "mention", "org", "is a member of: a network, a cluster, an association",
                 "est membre de : réseau, pôle, association"),
        Property("partner_of", _ORG, "mention", "org", "is a partner of", "est partenaire de"),
        Property("funds", _ORG, "mention", "org", "supports with money or means", "soutient"),
        Property("operates", _ORG, "mention", "org", "runs, steers or carries: a place, a service, a programme",
                 "gère, pilote ou porte : lieu, service, programme"),
        Property("incubates", _ORG, "mention", "org", "accompanies as its incubator", "accompagne comme incubateur"),
        Property("organiser_of", ("person", "organisation"), "mention", "person_public_role", "organises: an event, a contest",
                 "organise : événement, concours"),
        Property("owner_of", ("person", "organisation"), "mention", "person_public_role", "owns, alone or with others",
                 "possède, seul ou à plusieurs"),
        Property("succeeds", ("person", "organisation"), "mention", "person_public_role",
                 "comes after: in an office, under a new name, by a merger", "succède à : fonction, nouveau nom, fusion"),
        Property("located_in", ("organisation", "place", "event"), "mention", "org", "is located in", "se trouve à"),
        Property("founder_of", ("person", "organisation"), "mention", "person_public_role", "founded", "a fondé"),
        Property("heads", ("person",), "mention", "person_public_role", "heads", "dirige"),
        Property("works_for", ("person",), "mention", "person_public_role", "works for", "travaille pour"),
        Property("about", ("event",), "mention", "org", "concerns", "concerne"),
        # people
        Property("role", ("person",), "text", "person_public_role", "public role, as written",
                 "fonction publique, telle qu'écrite"),
        Property("founder_profession", _ORG, "text", "org", "profession of a founder; scope: how many of them",
                 "profession d'un fondateur ; portée : combien"),
        # tenancies and buildings
        Property("space", _ORG, "text", "org", "space it occupies: building, floor, lot",
                 "espace occupé : bâtiment, étage, lot"),
        Property("occupied_from", _ORG, "date", "org", "first day in the space", "date d'entrée"),
        Property("occupied_until", _ORG, "date", "org", "last day in the space", "date de sortie"),
        Property("former_use", ("organisation", "place"), "text", "org", "what the building was before",
                 "ancien usage du bâtiment"),
        Property("built_in", ("organisation", "place"), "date", "org", "when the building was built (EDTF)",
                 "époque de construction (EDTF)"),
        # dates of things that happen
        Property("opened_on", ("organisation", "place", "event"), "date", "org", "when it opened", "date d'ouverture"),
        Property("date", ("event",), "date", "org", "when it happens or happened", "date de l'événement"),
        Property("announced_on", ("event", "organisation"), "date", "org", "when it became known", "date de l'annonce"),
        Property("deadline", ("event",), "date", "org", "last day to answer a call or to apply", "date limite de candidature ou de réponse"),
        # never published
        Property("contact_name", _ORG, "text", "person", "contact person", "personne à contacter"),
        Property("email", ("organisation", "person"), "text", "contact", "e-mail address", "adresse électronique"),
        Property("phone", ("organisation", "person"), "text", "contact", "telephone number", "numéro de téléphone"),
        Property("comment", _ORG, "text", "free_text", "remark of the registry's keeper", "remarque du gestionnaire"),
    )
}

ORGANISATION_KINDS = ("startup", "company", "bank", "association", "school", "laboratory", "public_body", "media", "incubator", "hub", "programme", "product", "event")
"""The `kind` of an organisation. docs/vocabulary.md explains each."""

HEADCOUNT_SCOPES = ("people", "employees", "jobs", "students", "companies", "startups", "structures", "founders", "members", "volunteers", "visitors")
"""What a headcount counts: its `scope`. docs/vocabulary.md explains each."""

SIZE_BANDS = ("0", "1-2", "3-5", "6-9", "10-19", "20-49", "50-99", "100-199", "200-249", "250-499", "500-999", "1000-1999", "2000-4999", "5000-9999", "10000+")
"""The bands of employees of the national register: what may be told where the exact number may not (STANDARDS R8)."""


def size_band_sql(count: str) -> str:
    """SQL of the band that a number of people, null or 0 and more, lies in."""
    lower = [(band, int(re.match(r"[0-9]+", band)[0])) for band in reversed(SIZE_BANDS)]  # type: ignore[index]
    return f"case {' '.join(f'when {count} >= {least} then {chr(39)}{band}{chr(39)}' for band, least in lower)} end"


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of one source. See the module's docstring for `locator`.

    `value` is normalised text: ISO 8601 or EDTF dates (`2019-09`, `XXXX-09-26`, `18XX`), plain
    decimals with a point, `true`/`false`; for `value_kind == "mention"` the id of another mention
    of the same document (or of the hub). `original` is the words as they stand in the source.
    `scope` narrows the property where it needs to (what is counted, who receives). `said_by` is the mention
    that says so in the document (« …, explique X »); empty where the document itself does.
    """

    document_id: str
    locator: str
    subject_id: str
    subject_kind: SubjectKind
    property: str
    value: str
    original: str
    qualifier: Qualifier = "exact"
    scope: str = ""
    as_of: str = ""
    stated_on: str = ""
    method: str = ""
    confidence: float = 1.0
    said_by: str = ""

    def __post_init__(self) -> None:
        p = PROPERTIES.get(self.property)
        if p is None:
            raise ValueError(f"{self.property!r} is not in the vocabulary of km0_pipeline/claims.py")
        if self.subject_kind not in p.subjects:
            raise ValueError(f"{self.property!r} cannot be said of a {self.subject_kind}")
        if self.property == "headcount" and self.scope not in HEADCOUNT_SCOPES:
            raise ValueError(f"a headcount counts one of {', '.join(HEADCOUNT_SCOPES)}, not {self.scope!r}")

    @builtins.property
    def value_kind(self) -> ValueKind:
        return PROPERTIES[self.property].value_kind

    @builtins.property
    def claim_id(self) -> str:
        return digest(self.document_id, self.locator, self.subject_id, self.property, self.value, self.scope)


@dataclass(frozen=True, slots=True)
class Reject:
    """What could not be read, parsed, typed or trusted; kept whole so that it can be replayed.

    `reason` is a short code (`no_name`, `bad_siren`, `ragged_row`…), `sentence` tells the steward
    what, where and what to do, `original` is the content as found (never published).
    """

    document_id: str
    path: str
    locator: str
    reason: str
    sentence: str
    original: str = ""


CLAIMS = pa.schema(
    [
        ("claim_id", pa.string()),
        ("document_id", pa.string()),
        ("locator", pa.string()),
        ("subject_id", pa.string()),
        ("subject_kind", pa.string()),
        ("property", pa.string()),
        ("value", pa.string()),
        ("value_kind", pa.string()),
        ("original", pa.string()),
        ("qualifier", pa.string()),
        ("scope", pa.string()),
        ("as_of", pa.string()),
        ("stated_on", pa.string()),
        ("method", pa.string()),
        ("confidence", pa.float64()),
        ("said_by", pa.string()),
    ]
)
"""Arrow schema of every file of claims between steps; empty text, not null, where nothing is known."""

REJECTS = pa.schema([(f.name, pa.string()) for f in fields(Reject)])


def mention_id(document_id: str, subject_kind: str, key: str) -> str:
    """Id of one subject as one document speaks of it; `key` is its normalised name or its row."""
    return "m" + digest(document_id, subject_kind, key, length=19)


def claims_table(claims: Iterable[Claim]) -> pa.Table:
    """Claims as Arrow, schema `CLAIMS`, one row an id, sorted by `claim_id`."""
    unique = {c.claim_id: c for c in claims}
    ids = sorted(unique)
    said = [pa.array([getattr(unique[i], name) for i in ids], CLAIMS.field(name).type) for name in CLAIMS.names[1:]]
    return pa.Table.from_arrays([pa.array(ids, pa.string()), *said], schema=CLAIMS)


def rejects_table(rejects: Iterable[Reject]) -> pa.Table:
    """Rejects as Arrow, schema `REJECTS`, without repeats, sorted by path, locator and reason."""
    rows = sorted(set(rejects), key=lambda r: (r.path, r.locator, r.reason, r.original))
    return pa.Table.from_arrays([pa.array([getattr(r, n) for r in rows], pa.string()) for n in REJECTS.names], schema=REJECTS)
