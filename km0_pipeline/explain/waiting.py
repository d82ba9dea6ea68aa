"""Claims of the press that wait for a person, and what that person decides of them.

Belongs here: which claims wait, in which order, with what one needs to see to decide; and the line that a decision
becomes. Which claims wait at all is said in `press.review`; how they are shown and asked for belongs to `cli`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from km0_pipeline.claims import DIGEST_SQL, PROPERTIES
from km0_pipeline.decisions import append
from km0_pipeline.entities.names import NAMES_SQL
from km0_pipeline.explain.said import sentence
from km0_pipeline.press.review import CLAIM, review_afresh
from km0_pipeline.sql import connect, location
from km0_pipeline.steps import Project

MOST = 3
"""Statements of other documents that are shown of one claim, on each side."""


class CannotReview(LookupError):
    """There is nothing to review from; the message says what to do."""


@dataclass(frozen=True)
class Waiting:
    """A claim to decide on: what it says in a plain sentence, its words in theirs, where they stand, who else says so or otherwise.

    `waiting` is how many other claims wait for this one: those about whom it names. `about` is what a decision notes of it.
    """

    says: str
    confidence: float
    sentence: tuple[str, str, str]
    title: str
    publisher: str
    published_on: str
    path: str
    locator: str
    waiting: int
    also: tuple[str, ...]
    otherwise: tuple[str, ...]
    about: dict[str, str]


def waiting(project: Project) -> list[Waiting]:
    """The claims to decide on: names that most other claims wait for first, then those most likely right.

    What has been decided since the last run is not among them. Raises CannotReview where nothing has been made yet.
    """
    steps = {"entity_mentions": "entity_mentions", "claims": "table_claims", "sources": "table_sources"}
    for step in (*steps.values(), "press_claims", "press_documents"):
        if not project.made(step).is_file():
            raise CannotReview(
                f"{project.made(step)} is missing: nothing has been made yet in {project.root}; run `make run` first."
            )
    with connect(project.warehouse) as db:
        db.execute(DIGEST_SQL + NAMES_SQL)
        for name, step in steps.items():
            db.execute(f"create view {name} as from read_parquet({location(project.made(step))})")
        review_afresh(db, project)
        db.execute(_QUEUE)
        others: dict[str, tuple[list[str], list[str]]] = {}
        for claim_id, agrees, who, value in db.execute(_OTHERS).fetchall():
            sides = others.setdefault(claim_id, ([], []))
            sides[not agrees].append(f"{who}: {value}" if not agrees else who)
        rows = db.execute("from queue order by waiting desc, confidence desc, path, position, property, claim_id")
        names = [d[0] for d in rows.description or ()]
        found = []
        for row in (dict(zip(names, r, strict=True)) for r in rows.fetchall()):
            also, otherwise = others.get(row["claim_id"], ([], []))
            about = row | {"words": row["original"], "value": row["shown"], "scope": row["scope_shown"]}
            found.append(
                Waiting(
                    says(row), row["confidence"], sentence(row["text"], row["locator"]), row["title"], row["publisher"], row["published_on"],
                    row["path"], row["locator"], row["waiting"], tuple(also[:MOST]), tuple(otherwise[:MOST]), {f: about[f] for f in CLAIM.fields},
                )
            )  # fmt: skip
        return found


def decide(project: Project, claim: Waiting, decision: str, *, by: str, why: str, when: datetime) -> None:
    """Note a decision (`accept`, `reject`, `withdraw`); the next run heeds it. Raises OSError if it can't be written."""
    append(project.raw, CLAIM, decision, claim.about, by=by, when=when, why=why, score=claim.confidence)


def says(claim: dict[str, str]) -> str:
    """What a row of `queue` claims, in a plain sentence."""
    subject, prop, value, scope = claim["subject"], claim["property"], claim["shown"], claim["scope_shown"]
    much = "" if claim["qualifier"] in ("exact", "planned") else claim["qualifier"].replace("_", " ") + " "
    term = PROPERTIES[prop]
    if prop == "name":
        said = f"“{value}” is the name of {'an' if claim['subject_kind'][0] in 'oe' else 'a'} {claim['subject_kind']}"
    elif prop == "kind":
        said = f"{subject} is of the kind {value}"
    elif prop == "headcount":
        said = f"{subject} counts {much}{value} {scope}"
    elif prop == "funding_eur":
        said = f"{subject} gives {much}{value} euros" + (f" to {scope}" if scope else "")
    elif term.value_kind == "mention":
        said = f"{subject} {term.en} {value}"
    else:
        said = f"Of {subject}: {term.en}: {much}{value}" + (f" ({scope})" if scope else "")
    return (
        said
        + (" – planned" if claim["qualifier"] == "planned" else "")
        + (f", as of {claim['as_of']}" if claim["as_of"] else "")
        + "."
    )


_QUEUE = """
create table queue as
with held as (
    select claim_id, unnest(list_distinct([subject_id, value, scope])) as mention
    from reviewed where status = 'to_review' and property <> 'name'
),
counted as (
    select mention, count(distinct claim_id) as waiting from held group by mention
),
documents as (
    select document_id, first(columns(['path', 'url', 'title', 'publisher', 'published_on', 'text']) order by path)
    from press_documents group by document_id
),
-- whom the subject is taken for: itself, or the one that bears its name
bearers as (
    select kind, name_key, min(entity_id) as entity_id from entity_mentions group by all having min(entity_id) = max(entity_id)
)
select
    c.*, d.* exclude (document_id), coalesce(n.waiting, 0) as waiting, coalesce(m.entity_id, b.entity_id) as entity_id,
    regexp_extract(c.locator, 'char:([0-9]+)', 1)::int as position
from reviewed as c
join documents as d on d.document_id = c.document_id
left join counted as n on c.property = 'name' and c.value = c.subject and n.mention = c.subject_id
left join entity_mentions as m on m.mention_id = c.subject_id
left join bearers as b on b.kind = c.subject_kind and b.name_key = key_of(c.subject_kind, c.subject)
-- what only waits for its subject is not asked: the answer on that one decides
where c.status = 'to_review' and c.reason = 'confidence'
"""

_OTHERS = """
with names as (
    select entity_id, first(name order by length(name) desc, name) as name, list(name_key) as keys from entity_mentions where name <> '' group by entity_id
)
select distinct
    q.claim_id,
    case when n.keys is null then lower(strip_accents(c.value)) = lower(strip_accents(q.shown)) and c.qualifier = q.qualifier
    else list_contains(n.keys, key_of('organisation', q.shown)) end as agrees,
    concat_ws(', ', coalesce(nullif(s.publisher, ''), s.title), s.published_on) as who,
    coalesce(n.name, c.value) || case c.qualifier when 'exact' then '' else ' (' || replace(c.qualifier, '_', ' ') || ')' end as value
from queue as q
join claims as c
    on c.entity_id = q.entity_id and c.property = q.property and c.document_id <> q.document_id and c.closed_version is null
    and (c.value_kind = 'mention' or c.property = 'funding_eur' or coalesce(c.scope, '') = q.scope)
join sources as s on s.document_id = c.document_id
left join names as n on n.entity_id = c.object_entity_id
order by all
"""
