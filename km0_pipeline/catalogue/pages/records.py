"""A page for each organisation, person in a public role, place and event: the record at a glance, then all that is said of it.

People's pages ask search engines to stay away, and stand in no sitemap: no search for somebody leads to all that is said of them.
Their names stand on pages that may be found all the same: those of their organisations, of documents and of tables that tell of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from km0_pipeline.catalogue import evidence, terms, words
from km0_pipeline.catalogue.addresses import KINDS, LANGUAGES, of_entity, of_source, of_table
from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.evidence import Section, Source
from km0_pipeline.catalogue.rendering import Page
from km0_pipeline.catalogue.streams import Keyed, Row, Share, Streams
from km0_pipeline.catalogue.swatch import swatch

MOST = 100
"""Lines of one list on a record; the rest is counted, with a link to the table."""

TABLES = {"evt": ("events", "event_id"), "org": ("organisations", "organisation_id"), "per": ("people", "person_id"), "pla": ("places", "place_id")}
"""Beginning of an id -> its table and its key, in the order of ids."""

FACTS = ("kind", "activity", "opened_on", "founded_on", "built_in", "date", "about", "located_in", "headcount", "area_m2", "size_band", "commune", "siren", "website")
"""Properties that a record shows at a glance, in this order."""


def _limited(query: str, order: str) -> str:
    return f"select *, count(*) over (partition by key) as total from ({query}) qualify row_number() over (partition by key order by {order}) <= {MOST} order by key, {order}"


_TENANCIES = "select t.organisation_id as key, t.*, h.id as other_id, h.name as other from tenancies as t left join names as h on h.id = t.host_id"
_HOSTED = "select t.host_id as key, t.*, h.id as other_id, h.name as other from tenancies as t left join names as h on h.id = t.organisation_id where t.host_id is not null"
_LINKS = """
select subject_id as key, true as outward, relation, object_id as other_id, object_name as other, object_kind as other_kind, null as roles, qualifier, stated_on, sources from relationships
union all
select r.object_id, false, r.relation, r.subject_id, r.subject_name, r.subject_kind, p.roles, r.qualifier, r.stated_on, r.sources
from relationships as r left join people as p on p.person_id = r.subject_id
"""
_HERE = "other_kind = 'person' and not outward"
_MONEY = """
select funder_id as key, true as given, funding_id, recipient_id as other_id, recipient_name as other, amount_eur, qualifier, stated_on, funder_id, document_id from funding where funder_id is not null
union all
select recipient_id, false, funding_id, funder_id, funder_name, amount_eur, qualifier, stated_on, funder_id, document_id from funding where recipient_id is not null
"""
_EVENTS = """
select organisation_id as key, event_id, name, kind, status, held_on, sources from events where organisation_id is not null
union all
select place_id, event_id, name, kind, status, held_on, sources from events where place_id is not null
"""
_STREAMS = {
    "claims": evidence.OF_ENTITIES,
    "discrepancies": "select *, entity_id as key from discrepancies order by key, property, scope, discrepancy_id",
    "tenancies": _limited(_TENANCIES, "status = 'left', coalesce(valid_from, stated_on), space, tenancy_id"),
    "hosted": _limited(_HOSTED, "status = 'left', lower(strip_accents(other)), tenancy_id"),
    "people": _limited(f"from ({_LINKS}) where {_HERE}", "lower(strip_accents(other)), other_id, relation"),
    "links": _limited(f"from ({_LINKS}) where not ({_HERE})", "outward desc, relation, lower(strip_accents(other)), other_id"),
    "money": _limited(_MONEY, "given, amount_eur desc nulls last, stated_on, funding_id, other_id"),
    "headcounts": _limited("select *, organisation_id as key from headcounts", "scope, coalesce(as_of, stated_on), headcount, headcount_id"),
    "events": _limited(_EVENTS, "held_on desc nulls last, name, event_id"),
    "inside": _limited("select located_in_id as key, place_id as other_id, name as other from places where located_in_id is not null", "lower(strip_accents(other)), other_id"),
    "redirects": "select r.old_id as key, r.*, n.name as other from redirects as r left join names as n on n.id = r.new_id order by r.old_id, r.new_id",
}


@dataclass(slots=True)
class Count:
    """One figure of a headcount: `share` of the largest of its scope, 0 to 100."""

    row: Row
    source: Source | None
    share: float


@dataclass(slots=True)
class Stay:
    """A tenancy; `start` and `length` are where it lies in the years `Record.years`, 0 to 100; -1 where it bears no date."""

    row: Row
    source: Source | None
    start: float = -1
    length: float = 0


def pages(edition: Edition, share: Share) -> Iterator[Page]:
    """Records and redirects; `share` says which of them this process makes."""
    evidence.prepare(edition)
    known = evidence.sources(edition)
    with Streams(edition.db) as streams:
        keyed = {name: streams.keyed(query) for name, query in _STREAMS.items()}
        number = 0
        for kind, (table, key) in TABLES.items():
            for row in streams.rows(f"select *, {key} as key from {table} order by {key}"):
                number += 1
                if share.has(number):
                    yield _record(edition, kind, table, row, keyed, known)
        if share.first == 0:
            for old, rows in streams.keyed(_STREAMS["redirects"]).all():
                if not edition.rows("select id from names where id = ?", old):
                    yield _redirect(old, rows)


def _record(edition: Edition, kind: str, table: str, row: Row, keyed: dict[str, Keyed], known: dict[str, Source]) -> Page:
    of = {name: stream.take(row["key"]) for name, stream in keyed.items()}
    told = evidence.sections(of["claims"], known, row, of["discrepancies"])
    french, english = (row["name"] or words.code(row["kind"] or KINDS[kind], language) for language in LANGUAGES)
    own = edition.tables[table]
    said = {
        "row": row, "kind": kind, "cloth": swatch(row["key"][4:]), "table": of_table(table), "table_title": (own["title"], own["km0:title_en"]),
        "sections": told, "facts": _facts(told), "split": [r for r in of["redirects"] if r["new_id"] != row["key"]],
        "stays": _stays(of["tenancies"], known), "hosted": of["hosted"], "inside": of["inside"], "events": of["events"],
        "counts": _counts(of["headcounts"], known), "given": [m for m in of["money"] if m["given"]], "received": [m for m in of["money"] if not m["given"]],
        "people": _people(of["people"], french),
        "links": _links(of["links"]),
        "total": {k: rows[0]["total"] for k, rows in of.items() if rows and "total" in rows[0]},
        "roles": [r for r in (row.get("roles") or "").split("|") if r], "role_anchor": next((q.anchor for q in reversed(told) if q.term in ("role", "heads", "founder_of")), "said"),
        "others": [n for n in (row.get("other_names") or "").split("|") if n], "known": known, "of_entity": of_entity, "of_source": of_source, "terms": terms, "of_table": of_table, "most": MOST,
    }  # fmt: skip
    about = (f"{french} : ce qu’en disent les sources, mot à mot.", f"{english}: what sources say of it, word by word.")
    return Page(
        of_entity(row["key"]), "record.html.j2", (french, english), said, about, section=_SECTION.get(kind, "tables.html"),
        scripts=("provenance.js",), own={"indexed": kind != "per", "dated": False},
    )  # fmt: skip


_SECTION = {"org": "organisations.html"}


def _facts(told: list[Section]) -> list[tuple[Section, evidence.Value, int]]:
    """What is shown at a glance: the section, its first value, and how many values say otherwise."""
    found = {s.term: s for s in told}
    facts: list[tuple[Section, evidence.Value, int]] = []
    for prop in FACTS:
        if prop not in found or len(facts) == 6:
            continue
        question = next((q for q in found[prop].questions if q.scope == "people"), found[prop].questions[0])
        if question.values[0].stand != "closed":
            facts.append((found[prop], question.values[0], sum(v.stand == "otherwise" for v in question.values)))
    return facts


def _people(rows: list[Row], name: str) -> list[tuple[Row, list[str], list[str]]]:
    """Whoever has a role here: a row, the words of their roles here, their relations."""
    found: dict[str, tuple[Row, list[str], list[str]]] = {}
    for r in rows:
        if r["other_id"] not in found:
            roles = [part.removesuffix(f" ({name})") for part in (r["roles"] or "").split("|") if part.endswith(f" ({name})")]
            found[r["other_id"]] = (r, roles, [])
        found[r["other_id"]][2].append(r["relation"])
    return list(found.values())


def _links(rows: list[Row]) -> list[tuple[tuple[str, str], list[tuple[Row, str]]]]:
    """By what the relation is called from here: whom it leads to, and where the words for it stand."""
    found: dict[tuple[bool, str], list[tuple[Row, str]]] = {}
    for r in rows:
        anchor = terms.anchor(r["relation"])
        found.setdefault((r["outward"], r["relation"]), []).append((r, f"#{anchor}" if r["outward"] else f"{of_entity(r['other_id'])}#{anchor}"))
    return [((terms.PROPERTY if outward else terms.REVERSED).get(relation, (relation, relation)), lines) for (outward, relation), lines in found.items()]


def _counts(rows: list[Row], known: dict[str, Source]) -> list[tuple[str, list[Count]]]:
    scopes: dict[str, list[Row]] = {}
    for r in rows:
        scopes.setdefault(r["scope"], []).append(r)
    found = []
    for scope, of_scope in sorted(scopes.items(), key=lambda item: (-len(item[1]), item[0])):
        most = max(r["headcount"] for r in of_scope) or 1
        found.append((scope, [Count(r, known.get(r["document_id"]), round(100 * r["headcount"] / most, 1)) for r in of_scope]))
    return found


def _stays(rows: list[Row], known: dict[str, Source]) -> list[Stay]:
    stays = [Stay(r, known.get(r["document_id"])) for r in rows]
    days = [(_year(s.row["valid_from"]), _year(s.row["valid_until"] or s.row["stated_on"])) for s in stays]
    dated = [y for start, end in days for y in (start, end) if start and y]
    if dated:
        first, last = min(dated), max(dated) + 1
        for stay, (start, end) in zip(stays, days, strict=True):
            if start:
                stay.start = round(100 * (start - first) / (last - first), 1)
                stay.length = max(round(100 * ((end or start) + 0.99 - start) / (last - first), 1), 2)
    return stays


def _year(edtf: str | None) -> float:
    """Years since 0 of a date of EDTF, months counted; 0 where it tells none."""
    text = (edtf or "").partition("/")[0]
    if not text[:4].isdigit():
        return 0
    month = text[5:7]
    return int(text[:4]) + ((int(month) - 1) / 12 if month.isdigit() and 1 <= int(month) <= 12 else 0)


def _redirect(old: str, rows: list[Row]) -> Page:
    """Where an id leads that is no longer used."""
    said: dict[str, Any] = {"old": old, "rows": [r for r in rows if r["other"]], "of_entity": of_entity}
    return Page(of_entity(old), "redirected.html.j2", ("Identifiant remplacé", "Identifier replaced"), said, own={"indexed": False, "dated": False})


