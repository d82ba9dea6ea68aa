"""Pairs of organisations that may be one and wait for a person, side by side, and what that person decides of them.

Belongs here: what one needs to see to decide, and the line that a decision becomes. Which pairs wait is said in `entities.nearly`; how they are shown
and asked for belongs to `reviewing`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from km0_pipeline.decisions import append
from km0_pipeline.entities import decided
from km0_pipeline.entities.decided import ENTITY
from km0_pipeline.entities.names import keys
from km0_pipeline.explain.said import sentence
from km0_pipeline.explain.waiting import CannotReview
from km0_pipeline.sql import connect, location
from km0_pipeline.steps import Project

SHOWN = ("name", "siren", "legal_form", "kind", "naf", "activity", "address", "postcode", "commune", "website")
"""Properties that are set side by side."""

MOST = 3
"""Values of one property, and sentences, that are shown of each."""


@dataclass(frozen=True)
class Known:
    """One of two organisations: its name, and sentences that name it (before, the words, after, who says so)."""

    name: str
    sentences: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class Row:
    """What sources say of both: `agree` is None where either says nothing."""

    label: str
    one: str
    other: str
    agree: bool | None


@dataclass(frozen=True)
class Doubt:
    """A pair to decide on, how likely the two are one, and what a decision notes of it."""

    one: Known
    other: Known
    rows: tuple[Row, ...]
    probability: float
    about: dict[str, str]


def doubts(project: Project) -> list[Doubt]:
    """The pairs to decide on, the likeliest first; not those decided since the last run. Raises CannotReview where nothing has been made yet."""
    steps = {
        "doubts": "entity_doubts",
        "units": "register_doubts",
        "claims": "table_claims",
        "sources": "table_sources",
        "documents": "press_documents",
    }
    for step in steps.values():
        if not project.made(step).is_file():
            raise CannotReview(
                f"{project.made(step)} is missing: nothing has been made yet in {project.root}; run `make run` first."
            )
    with connect(project.warehouse) as db:
        for name, step in steps.items():
            db.execute(f"create view {name} as from read_parquet({location(project.made(step))})")
        waiting = db.execute("from doubts")
        columns = [d[0] for d in waiting.description or ()]
        pairs = [dict(zip(columns, row, strict=True)) for row in waiting.fetchall()]
        said: dict[tuple[str, str], list[str]] = defaultdict(list)
        for entity, prop, value in db.execute(_SAID, {"shown": list(SHOWN)}).fetchall():
            said[entity, prop].append(value)
        sentences: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
        for entity, text, locator, source in db.execute(_SENTENCES, {"most": MOST}).fetchall():
            sentences[entity].append((*sentence(text, locator), source))
    done = decided.settled(decided.read(project.raw)[0])
    names = keys("organisation", [p[side] for p in pairs for side in ("one_name", "other_name")]) if pairs else []
    found = []
    for p, one_key, other_key in zip(pairs, names[::2], names[1::2], strict=True):
        if frozenset(decided.sides((one_key, p["one_place"], p["one_siren"]), (other_key, p["other_place"], p["other_siren"]))) in done:
            continue
        one, other = (Known(p[f"{side}_name"], tuple(sentences[p[f"{side}_id"]])) for side in ("one", "other"))
        rows = tuple(_row(prop, said[p["one_id"], prop], said[p["other_id"], prop]) for prop in SHOWN)
        about = {
            **{f"{side}{what}": p[f"{side}{column}"] for side in ("one", "other") for what, column in (("", "_name"), ("_place", "_place"), ("_siren", "_siren"))},
            "model": p["model"],
        }  # fmt: skip
        found.append(Doubt(one, other, tuple(r for r in rows if r.one or r.other), p["probability"], about))
    return found


def decide(project: Project, doubt: Doubt, decision: str, *, by: str, why: str, when: datetime) -> None:
    """Note a decision (`same`, `different`, `unsure`, `withdraw`); the next run heeds it. Raises OSError if it can't be written."""
    append(project.raw, ENTITY, decision, doubt.about, by=by, when=when, why=why, score=doubt.probability)


def _row(prop: str, one: list[str], other: list[str]) -> Row:
    agree = (
        bool({v.casefold() for v in one} & {v.casefold() for v in other}) if one and other and prop != "name" else None
    )
    return Row(prop.replace("_", " "), "; ".join(one[:MOST]), "; ".join(other[:MOST]), agree)


_SAID = """
select distinct entity_id, property, value
from (
    select entity_id, property, value
    from claims
    where entity_id in (select one_id from doubts union select other_id from doubts) and closed_version is null
    union all
    -- what the national register says of a unit that nothing else may speak of
    select d.other_id, unnest(['name', 'name', 'siren', 'legal_form', 'naf', 'address', 'postcode', 'commune']),
        unnest([u.name, u.legal_name, u.siren, u.legal_form, u.naf, u.street, u.postcode, u.commune])
    from doubts as d
    join units as u on u.siren = d.other_siren
)
where list_contains($shown, property) and value is not null
order by entity_id, property, length(value) desc, value
"""

_SENTENCES = """
select entity_id, text, locator, source
from (
    select distinct c.entity_id, d.text, c.locator, concat_ws(', ', coalesce(nullif(s.publisher, ''), s.title), s.published_on) as source, c.claim_id
    from claims as c
    join documents as d on d.document_id = c.document_id
    join sources as s on s.document_id = c.document_id
    where c.property = 'name' and c.entity_id in (select one_id from doubts union select other_id from doubts) and c.closed_version is null
)
qualify row_number() over (partition by entity_id order by source, locator, claim_id) <= $most
order by entity_id, source, locator, claim_id
"""
