"""The chart that suits each table: what is asked of it, how it is drawn and headed.

Belongs here: one entry a table, the question in SQL. A table that has none here is shown by the codes of its first column that has some.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from km0_pipeline.catalogue import terms, words
from km0_pipeline.catalogue.addresses import Here, of_entity, of_table
from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.figures import Bar, Event, Figure, Mark, bars, columns, timeline
from km0_pipeline.catalogue.figures.figure import Say

MOST = 25
"""Bars of one chart; the figure says that there are more."""
EVENTS = 60
"""Events that are drawn one by one; of more, those of a year are counted."""


class Chart(NamedTuple):
    """A heading in both languages, what its labels are called, and the question: rows of `label`, `value`, the largest first; optional `qualifier`, `beside`, `id`.

    `said` tells how a label is said: code, called (a property), table, year or text.
    """

    title: tuple[str, str]
    about: tuple[str, str]
    query: str
    said: str = "code"
    unit: tuple[str, str] = ("", "")


def _counted(column: str, table: str, value: str = "count(*)") -> str:
    return f"select {column} as label, {value} as value from {table} where {column} is not null group by all order by value desc, label limit {MOST}"


def _yearly(column: str, table: str) -> str:
    return f"select try_cast(left({column}, 4) as int) as label, count(*) as value from {table} where try_cast(left({column}, 4) as int) is not null group by all order by label"


CHARTS = {
    "organisations": Chart(("De quelle nature", "Of which kind"), ("Nature", "Kind"), _counted("kind", "organisations")),
    "people": Chart(("Dans quel rôle", "In which role"), ("Lien", "Relation"), _counted("relation", "(from relationships where subject_kind = 'person')", "count(distinct subject_id)"), "called"),
    "places": Chart(("De quelle nature", "Of which kind"), ("Nature", "Kind"), _counted("kind", "places")),
    "events": Chart(("Événements par année", "Events by year"), ("Année", "Year"), _yearly("held_on", "events"), "year"),
    "tenancies": Chart(("Qui est encore là", "Who is still there"), ("État", "Status"), _counted("status", "tenancies")),
    "relationships": Chart(("Quels liens", "Which relations"), ("Lien", "Relation"), _counted("relation", "relationships"), "called"),
    "headcounts": Chart(
        ("Les plus grands effectifs, au dernier chiffre publié", "The largest headcounts, as last published"), ("Organisation", "Organisation"),
        "select o.name as label, h.headcount as value, h.qualifier, h.scope, coalesce(h.as_of, h.stated_on) as said_on, h.publishers, h.organisation_id as id from headcounts as h "
        "join organisations as o using (organisation_id) qualify row_number() over (partition by h.organisation_id, h.scope order by coalesce(h.as_of, h.stated_on) desc nulls last, h.headcount_id) = 1 "
        f"order by value desc, label, h.headcount_id limit {MOST}", "text",
    ),
    "funding": Chart(
        ("Les plus gros montants", "The largest amounts"), ("De qui à qui", "From whom to whom"),
        "select concat_ws(' → ', coalesce(funder_name, '?'), coalesce(recipient_name, '?')) as label, amount_eur as value, qualifier, null as scope, stated_on as said_on, publishers, "
        f"coalesce(recipient_id, funder_id) as id from funding where amount_eur is not null order by value desc, label, funding_id limit {MOST}", "text", ("€", "€"),
    ),
    "sources": Chart(("Sources par année de parution", "Sources by year of publication"), ("Année", "Year"), _yearly("published_on", "sources"), "year"),
    "claims": Chart(("Ce que disent les sources", "What the sources say"), ("Propriété", "Property"), _counted("property", "claims"), "called"),
    "discrepancies": Chart(("Sur quoi les sources divergent", "What sources disagree on"), ("Propriété", "Property"), _counted("property", "discrepancies"), "called"),
    "rejects": Chart(("Pourquoi rien n’a pu en être lu", "Why it could not be read"), ("Motif", "Reason"), _counted("reason", "rejects", "sum(rejects)::bigint")),
    "freshness": Chart(("Documents par source", "Documents by source"), ("Source", "Source"), _counted("source", "freshness", "sum(documents)::bigint"), "text"),
    "redirects": Chart(("Pourquoi un identifiant a changé", "Why an identifier changed"), ("Motif", "Reason"), _counted("reason", "redirects")),
    "changes": Chart(("Lignes changées par table", "Rows changed by table"), ("Table", "Table"), _counted("table_name", "changes", "count(distinct row_id)"), "table"),
}  # fmt: skip


def rows(edition: Edition, name: str) -> list[dict[str, Any]]:
    """What the chart of a table shows; none where there is nothing to count."""
    if not edition.profiles[name].rows:
        return []
    if name == "events" and edition.profiles[name].rows <= EVENTS:
        return edition.rows("select event_id as id, name, kind, status, held_on, sources from events order by id")
    chart = _chart(edition, name)
    return edition.rows(chart.query) if chart else []


def figure(edition: Edition, name: str, found: list[dict[str, Any]], t: Say, here: Here) -> Figure:
    """The chart of a table, from what `rows` gave."""
    chart = _chart(edition, name)
    assert chart is not None
    title, about = t(*chart.title), t(*chart.about)
    if "held_on" in found[0]:
        events = [Event(r["name"] or words.code(r["kind"] or "event", here.language), (Mark(r["held_on"] or "", r["status"]),), here.to(of_entity(r["id"])), r["sources"]) for r in found]
        return timeline(t("Événements, annoncés et tenus", "Events, announced and held"), events, t)
    if chart.said == "year":
        return columns(title, [(str(r["label"]), r["value"]) for r in _every_year(found)], t, about)
    return bars(title, [_bar(r, chart, edition, t, here) for r in found], t, t(*chart.unit), about)


def _chart(edition: Edition, name: str) -> Chart | None:
    if name in CHARTS:
        return CHARTS[name]
    coded = next((f for f in edition.tables[name]["schema"]["fields"] if "enum" in f.get("constraints", {})), None)
    return coded and Chart((coded["title"], coded["km0:title_en"]), (coded["title"], coded["km0:title_en"]), _counted(f'"{coded["name"]}"', f'"{name}"'))


def _bar(row: dict[str, Any], chart: Chart, edition: Edition, t: Say, here: Here) -> Bar:
    label, href = str(row["label"]), ""
    if chart.said == "code":
        label = words.code(label, here.language)
        label = label[0].upper() + label[1:]
    elif chart.said == "called":
        label = terms.called(label, here.language)
    elif chart.said == "table":
        href = here.to(of_table(label))
        label = t(edition.tables[label]["title"], edition.tables[label]["km0:title_en"]) if label in edition.tables else label
    if "said_on" in row:
        beside = [terms.counted(row["scope"], here.language) if row["scope"] else "", words.date(row["said_on"], here.language) if row["said_on"] else "", (row["publishers"] or "").replace("|", ", ")]
        return Bar(label, row["value"], here.to(of_entity(row["id"])) if row["id"] else "", row["qualifier"], ", ".join(b for b in beside if b))
    return Bar(label, row["value"], href)


def _every_year(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Years without anything too, so that a column stands where its year does; not where they span more than a century."""
    counts = {r["label"]: r["value"] for r in found}
    first, last = min(counts), max(counts)
    return found if last - first > 100 else [{"label": y, "value": counts.get(y, 0)} for y in range(first, last + 1)]
