"""The home page: the hub at a glance, and what is particular to it, that each value leads to who said it.

Belongs here: what is asked of the tables for it. How figures are drawn is for `figures`; the words stand in home.html.j2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from km0_pipeline.catalogue import words
from km0_pipeline.catalogue.addresses import Here, of_entity, of_source, of_table
from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.figures import (
    Bar,
    Edge,
    Event,
    Figure,
    Mark,
    Node,
    Occupant,
    Place,
    bars,
    building,
    network,
    places,
    timeline,
)
from km0_pipeline.catalogue.figures.figure import Say, alone, empty
from km0_pipeline.catalogue.figures.network import WIDE
from km0_pipeline.catalogue.figures.places import landmark
from km0_pipeline.catalogue.rendering import Page
from km0_pipeline.publish.phrases import RELATIONS, SCOPES, headline

REGION = 170
"""Kilometres from side to side of the map of the region."""
VERSIONS = 4
"""Versions that are listed."""
NEWCOMERS = 6
TABLES = ("organisations", "people", "places", "events", "tenancies", "relationships", "funding", "headcounts", "sources", "claims", "discrepancies")
"""Tables in the order in which they are offered; the others follow."""
Row = Mapping[str, Any]

HUB = "select * from organisations where is_hub order by organisation_id limit 1"
OCCUPANTS = """
select organisation_id, any_value(o.name) as name, t.space, bool_or(t.status = 'current') as current
from tenancies as t join organisations as o using (organisation_id) where t.status not in ('left', 'planned') group by all order by name, organisation_id, space
"""
HEADCOUNTS = """
select h.headcount as value, h.qualifier, h.publishers, h.document_id, coalesce(h.as_of, h.stated_on) as said_on
from headcounts as h where h.organisation_id = ? and h.scope = ? order by h.headcount desc, said_on desc nulls last, headcount_id
"""
EXAMPLE = """
select d.entity_id, d.entity_name, d.property, d.scope, d.chosen_value, d.chosen_qualifier, c.value_kind, c.original, c.document_id, c.stated_on,
    s.publisher, s.title, s.url, s.language, len(string_split(d.other_values, '|')) as others
from discrepancies as d join claims as c using (claim_id) join sources as s using (document_id)
where c.original is not null and c.value_kind in ('integer', 'decimal', 'date')
order by d.property <> 'headcount', d.entity_id is distinct from ?, d.scope is distinct from 'people', others desc, d.discrepancy_id limit 1
"""
"""The value that is shown with all that is behind it: how many people are there, where sources disagree on that."""
STATEMENTS = """
select c.value, c.qualifier, s.publisher as publishers, c.document_id, coalesce(c.as_of, c.stated_on) as said_on
from claims as c join sources as s using (document_id)
where c.entity_id = ? and c.property = ? and c.scope is not distinct from ? and c.closed_version is null and c.value_kind in ('integer', 'decimal', 'date')
order by try_cast(c.value as decimal(18, 3)) desc, c.value, publishers, c.document_id, c.claim_id
"""
EVENTS = "select event_id, name, status, held_on, sources from events order by event_id"
DATES = """
select c.entity_id, c.value, c.qualifier = 'planned' as planned, array_to_string(list_sort(list_distinct(list(s.publisher) filter (where s.publisher is not null))), ', ') as who
from claims as c join sources as s using (document_id) join events as e on e.event_id = c.entity_id
where c.property in ('date', 'opened_on') and c.closed_version is null group by all order by all
"""
LINKS = """
select subject_id, subject_name, subject_kind, relation, object_id, object_name, object_kind from relationships
where subject_kind in ('organisation', 'person') and object_kind in ('organisation', 'person')
union all
select t.organisation_id, o.name, 'organisation', 'tenant_of', t.host_id, h.name, 'organisation'
from tenancies as t join organisations as o using (organisation_id) join organisations as h on h.organisation_id = t.host_id where t.status not in ('left', 'planned')
"""
PLACES = """
select p.place_id, p.name, p.kind, coalesce(p.commune_code, p.name) as code, p.commune_code, p.longitude, p.latitude, coalesce(n.organisations, 0) as organisations
from places as p left join (select commune_code, count(*) as organisations from organisations where commune_code is not null group by all) as n
    on p.kind = 'commune' and n.commune_code = p.commune_code
where p.kind in ('site', 'commune') or p.longitude is not null order by p.place_id
"""
COMMUNES = """
select min(commune) as name, coalesce(commune_code, commune) as code, median(longitude) as longitude, median(latitude) as latitude, count(*) as organisations
from organisations where commune is not null and longitude is not null group by code order by code
"""
"""A commune is known by its code, where nobody gives it by its name: one point each, however its name is spelt."""


def pages(edition: Edition) -> Iterator[Page]:
    publisher = edition.hub.publisher
    title = (publisher.title, publisher.title_en or publisher.title)
    yield Page("index.html", "home.html.j2", title, _said(edition), (publisher.description, publisher.description_en or publisher.description), sheets=("home.css",))


def picture(edition: Edition) -> str:
    """The network of the home page as an SVG that stands alone, for where there is no page around it; empty where there is nothing to draw."""
    drawn = _network(edition, next(iter(edition.rows(HUB)), None), lambda french, _: french, Here("index.html", "fr")).svg
    return alone(drawn, WIDE) if drawn else ""


def _said(edition: Edition) -> dict[str, Any]:
    hub = next(iter(edition.rows(HUB)), None)
    example = next(iter(edition.rows(EXAMPLE, hub and hub["organisation_id"])), None)
    return {
        "of_entity": of_entity, "of_source": of_source, "of_table": of_table,
        "organisation": hub, "numbers": _numbers(edition, hub), "example": example, "called": _called(edition, example),
        "statements": lambda t, here: _statements(edition, example, t, here),
        "timeline": lambda t, here: _timeline(edition, t, here),
        "network": lambda t, here: _network(edition, hub, t, here),
        "maps": lambda t, here: _maps(edition, hub, t, here),
        "building": lambda t, here: _building(edition, t, here),
        "changes": _changes(edition), "newcomers": _newcomers(edition), "versions": edition.versions[: -VERSIONS - 1 : -1],
        "downloads": _downloads(edition),
    }  # fmt: skip


def _numbers(edition: Edition, hub: Row | None) -> dict[str, Any]:
    """The figures of the first screen."""
    occupants = edition.rows(OCCUPANTS)
    present = {o["organisation_id"] for o in occupants if o["current"]}
    people = next(iter(edition.rows(EXAMPLE, hub["organisation_id"])), None) if hub else None
    if not (people and hub and people["entity_id"] == hub["organisation_id"] and people["scope"] == "people"):
        people = next(iter(edition.rows(HEADCOUNTS + " limit 1", hub["organisation_id"], "people")), None) if hub else None
        people = people and {"chosen_value": people["value"], "chosen_qualifier": people["qualifier"], "publisher": (people["publishers"] or "").replace("|", ", "), "stated_on": people["said_on"], "document_id": people["document_id"]}
    return {
        "occupants": len(present or {o["organisation_id"] for o in occupants}), "current": bool(present),
        "organisations": edition.value("select count(*) from organisations"), "people": edition.value("select count(*) from people"),
        "funders": edition.value("select count(distinct funder_id) from funding"), "sources": edition.value("select count(*) from sources"),
        "claims": edition.value("select count(*) from claims"), "headcount": people,
    }  # fmt: skip


def _called(edition: Edition, example: Row | None) -> tuple[str, str]:
    """What the value of the example is of: what is counted, or the column and whose it is."""
    if example is None or example["scope"] in SCOPES:
        return SCOPES[example["scope"]] if example else ("", "")
    fields = (f for d in edition.tables.values() for f in d["schema"]["fields"] if f.get("km0:property") == example["property"])
    field = next(fields, {"title": example["property"], "km0:title_en": example["property"]})
    return f"{field['title']}, {example['entity_name']}", f"{field['km0:title_en']}, {example['entity_name']}"


def _statements(edition: Edition, example: Row | None, t: Say, here: Here) -> Figure:
    """All that has been said of what the example is about."""
    title = t("Qui dit quoi", "Who says what")
    if example is None:
        return empty(title, t("Aucune source n’en contredit une autre.", "No source contradicts another."))
    if example["property"] == "headcount":
        said = edition.rows(HEADCOUNTS, example["entity_id"], example["scope"])
    else:
        said = edition.rows(STATEMENTS, example["entity_id"], example["property"], example["scope"])
    told = [((r["publishers"] or t("sans éditeur", "no publisher")).replace("|", ", "), here.to(of_source(r["document_id"])), r) for r in said]
    if example["value_kind"] == "date":
        return timeline(title, [Event(who, (Mark(r["value"], "planned" if r["qualifier"] == "planned" else "held"),), href) for who, href, r in told], t)
    return bars(title, [Bar(who, float(r["value"]), href, r["qualifier"], _date(r["said_on"], here)) for who, href, r in told], t, about=t("Qui le dit", "Who says so"))


def _date(edtf: str | None, here: Here) -> str:
    return words.date(edtf, here.language) if edtf else ""


def _timeline(edition: Edition, t: Say, here: Here) -> Figure:
    dates: dict[str, list[Row]] = {}
    for row in edition.rows(DATES):
        dates.setdefault(row["entity_id"], []).append(row)
    events = []
    for e in edition.rows(EVENTS):
        said = dates.get(e["event_id"], [])
        planned = e["status"] == "planned"
        who = next((r["who"] for r in said if r["value"] == e["held_on"] and r["planned"] == planned), "")
        others = [Mark(r["value"], "planned" if r["planned"] else "other", r["who"]) for r in said if (r["value"], r["planned"]) != (e["held_on"], planned)]
        events.append(Event(e["name"] or t("Sans nom", "Unnamed"), (Mark(e["held_on"] or "", e["status"], who), *others), here.to(of_entity(e["event_id"])), e["sources"]))
    return timeline(t("Événements, annoncés et tenus", "Events, announced and held"), events, t)


def _network(edition: Edition, hub: Row | None, t: Say, here: Here) -> Figure:
    links = edition.rows(LINKS)
    funders = {r["subject_id"] for r in links if r["relation"] == "funds"}
    nodes: dict[str, Node] = {}
    for r in links:
        for end in ("subject", "object"):
            key = r[f"{end}_id"]
            kind = "hub" if hub and key == hub["organisation_id"] else "person" if r[f"{end}_kind"] == "person" else "funder" if key in funders else "organisation"
            nodes[key] = Node(key, r[f"{end}_name"] or key, kind, here.to(of_entity(key)))
    tenant = ("est reçu par", "is hosted by")
    edges = [Edge(r["subject_id"], r["object_id"], t(*RELATIONS.get(r["relation"], tenant)), r["relation"]) for r in links]
    return network(t("Organisations, personnes et financeurs", "Organisations, people and funders"), list(nodes.values()), edges, t)


def _maps(edition: Edition, hub: Row | None, t: Say, here: Here) -> list[Figure]:
    """The site where its buildings have coordinates, and the region."""
    found = edition.rows(PLACES)
    given = [Place(r["name"], r["longitude"], r["latitude"], "site" if r["kind"] == "site" else "place", r["organisations"], here.to(of_entity(r["place_id"]))) for r in found]
    known = {r["code"] for r in found if r["longitude"] is not None and r["kind"] == "commune"}
    given = [p for p, r in zip(given, found, strict=True) if not (r["kind"] == "commune" and p.longitude is None and r["commune_code"])]
    pages_of = {r["code"]: here.to(of_entity(r["place_id"])) for r in found if r["kind"] == "commune"}
    located = {r["code"]: r for r in edition.rows(COMMUNES) if r["code"] not in known}
    given += [Place(r["name"], r["longitude"], r["latitude"], "place", r["organisations"], pages_of.get(code, "")) for code, r in located.items()]
    assumed = []
    for r in found:
        at = landmark(r["name"]) if r["kind"] == "commune" and r["code"] not in known | located.keys() else None
        if at:
            home = r["commune_code"] == edition.hub.hub.commune and not any(p.kind == "site" and p.longitude is not None for p in given)
            assumed.append(Place(r["name"], *at, "site" if home else "place", r["organisations"], here.to(of_entity(r["place_id"]))))
    sites = [p for p in given if p.kind == "site" and p.longitude is not None]
    note = t("La position de {} vient d’une liste de villes\u00a0: aucune source publiée ne la donne.", "The position of {} is from a list of towns: no published source gives it.")
    around = [p for p in given if p not in sites]
    if sites and hub:
        around.append(replace(sites[0], name=hub["name"], href=here.to(of_entity(hub["organisation_id"]))))
    region = places(t("La région", "The region"), [*around, *assumed], t, least=REGION)
    if assumed:
        region = replace(region, note=f"{region.note} {note.format(', '.join(p.name for p in assumed))}".strip())
    return [*([places(t("Le site", "The site"), sites, t)] if len(sites) > 1 else []), region]


def _building(edition: Edition, t: Say, here: Here) -> Figure:
    occupants = [Occupant(r["name"], r["space"] or "", here.to(of_entity(r["organisation_id"]))) for r in edition.rows(OCCUPANTS)]
    spaced = {o.name for o in occupants if o.space}
    return building(t("Qui est où", "Who is where"), [o for o in occupants if o.space or o.name not in spaced], t)


def _changes(edition: Edition) -> dict[str, str]:
    """Against the version before, in both languages; empty for the first version."""
    told: dict[str, dict[str, int]] = {}
    for r in edition.rows("select table_name, change, count(distinct row_id) as n from changes group by all order by all"):
        told.setdefault(r["table_name"], {})[r["change"]] = r["n"]
    titles = {"fr": {n: d["title"] for n, d in edition.tables.items()}, "en": {n: d["km0:title_en"] for n, d in edition.tables.items()}}
    return {language: headline(told, titles[language], language) for language in ("fr", "en")} if told else {}


def _newcomers(edition: Edition) -> Sequence[Row]:
    """Organisations, people and events that this version has first."""
    named = "union all ".join(f"select {key} as id, name from {table} " for table, key in (("organisations", "organisation_id"), ("people", "person_id"), ("events", "event_id")))
    return edition.rows(f"select n.id, n.name from changes as c join ({named}) as n on n.id = c.row_id where c.change = 'add' and n.name is not null group by all order by n.id limit {NEWCOMERS}")


def _downloads(edition: Edition) -> dict[str, Any]:
    """The copies of everything, and each table with the sizes of its files."""
    whole = [(path, edition.files[path]["bytes"]) for path in sorted(edition.files) if path.endswith((".xlsx", ".zip"))]
    order = {name: i for i, name in enumerate(TABLES)}
    tables = [
        {"name": name, "titles": (d["title"], d["km0:title_en"]), "rows": d["km0:rows"], "files": [(f"{name}.{e}", edition.files[f"{name}.{e}"]["bytes"]) for e in ("csv", "parquet") if f"{name}.{e}" in edition.files]}
        for name, d in sorted(edition.tables.items(), key=lambda item: order.get(item[0], len(order)))
    ]
    return {"whole": whole, "tables": tables}
