"""Which claims of the press may be published: steps `claim_decisions` and `press_reviewed`.

A claim is accepted, waits for a person (to_review) or is rejected. A person's decision goes first; else it is accepted
where its confidence reaches `press.review_below` of hub.toml. What is said of someone, or leads to someone, stands only
where a name of theirs does; who accepts a claim accepts the names it was shown with.

Rules give a *score*. What share of the claims of a kind with such a score is right is the *confidence*, as
`benchmarks/calibrate.py` measured it (calibration.csv; the kind is `name of <subject>`, else the type of value): for what is no
name, of claims whose names are right, so that it is multiplied by the confidence of the best name of its subject, and of whom it leads to.

A decision holds while it is the same document, wherever in it the claim is found and however; or, in a document edited
since (same path or address), while the same words say it. Belongs here: that status, for all who ask; not the asking.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from km0_pipeline import decisions
from km0_pipeline.claims import CLAIMS, rejects_table
from km0_pipeline.decisions import Decision, Sort, path_of
from km0_pipeline.sql import connect, literal, location
from km0_pipeline.steps import Made, Project, made, make, modules_version
from km0_pipeline.storage import content_id

CALIBRATION = Path(__file__).with_name("calibration.csv")
WHAT = ("subject_kind", "subject", "property", "value", "qualifier", "scope", "as_of")
"""What a claim says, with names in place of mention ids."""
CLAIM = Sort("claim", "claims.jsonl", ("accept", "reject", "withdraw"), ("document_id", "path", "url", "words", *WHAT))
"""Decisions on claims; `withdraw` takes back what was decided before."""
STATUSES = ("accepted", "to_review", "rejected")

REVIEWED = pa.schema(
    [
        *CLAIMS,
        ("score", pa.float64()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("subject", pa.string()),
        ("shown", pa.string()),
        ("scope_shown", pa.string()),
    ]
)
"""Claims with their calibrated confidence; `score` as the rule gave it; `status`, and whether it is so by its `confidence`, a
`decision` or its `subject`; and names in place of the mention ids of subject, value and scope."""

_DECISIONS = pa.schema([("line", pa.int64()), ("decision", pa.string()), *((f, pa.string()) for f in CLAIM.fields)])

_VERSION_FILES = (__file__, decisions.__file__, str(CALIBRATION))


def version() -> str:
    """Version of the code of both steps, and of the calibration."""
    return modules_version(*_VERSION_FILES)


def claim_decisions(project: Project) -> Made:
    """Step: what stewards decided of claims, without who, when and why; and, as `decision_rejects`, lines that can't be used."""
    path = path_of(project.raw, CLAIM)
    content = content_id(path) if path.exists() else ""

    def build(out: Path, rejects_out: Path) -> dict[str, Any]:
        import pyarrow.parquet as pq

        found, rejects = decisions.read(project.raw, CLAIM)
        pq.write_table(_decisions(found), out, compression="zstd")
        pq.write_table(rejects_table(rejects), rejects_out, compression="zstd")
        return {"passing": (content_id(path) if path.exists() else "") != content}

    return make(project, ("claim_decisions", "decision_rejects"), build, version=version(), parameters=[content])


def _decisions(found: Iterable[Decision]) -> pa.Table:
    return pa.Table.from_pylist([{"line": d.line, "decision": d.decision, **d.about} for d in found], _DECISIONS)


def press_reviewed(project: Project) -> Made:
    """Step: the claims of the press as `REVIEWED`, sorted by claim_id. Its figures: how many have each status, how many are `decided`, and
    `idle`: lines of decisions on what no document says any more, or what is found in it otherwise."""

    def build(out: Path) -> dict[str, Any]:
        with connect(project.warehouse) as db:
            db.execute(
                f"create view claim_decisions as from read_parquet({location(made(project, 'claim_decisions').path)})"
            )
            review(db, project)
            db.execute(f"copy (from reviewed order by claim_id) to {literal(out)} (format parquet, compression zstd)")
            counts = db.execute("select status, count(*) from reviewed group by status").fetchall()
            (decided,) = db.execute("select count(*) from reviewed where reason = 'decision'").fetchall()[0]
            idle = [line for (line,) in db.execute(_IDLE).fetchall()]
        return dict.fromkeys(STATUSES, 0) | dict(counts) | {"decided": decided, "idle": idle}

    inputs = ("press_documents", "press_claims", "claim_decisions")
    return make(
        project,
        "press_reviewed",
        build,
        inputs=inputs,
        version=version(),
        parameters=[str(project.hub.press.review_below)],
    )


def review_afresh(db: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Make the table `reviewed` in `db` from what the last run extracted and what has been decided up to now."""
    db.register("claim_decisions", _decisions(decisions.read(project.raw, CLAIM)[0]))
    review(db, project)


def review(db: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Make the table `reviewed` (schema `REVIEWED`) in `db` from the last run's claims and the relation `claim_decisions`."""
    db.execute(f"create table calibration as select kind, score, confidence from read_csv({location(CALIBRATION)})")
    for step in ("press_documents", "press_claims"):
        db.execute(f"create view {step} as from read_parquet({location(project.made(step))})")
    db.execute(_REVIEWED.format(columns=", ".join(REVIEWED.names)), {"limit": project.hub.press.review_below})


KIND = "case when property = 'name' then 'name of ' || subject_kind else value_kind end"
"""Kind of a claim, in SQL, as calibration.csv names it; `name` and `any` there are for kinds that it does not name."""

_DECIDES = """
        (d.subject_kind, d.subject, d.property, d.value) = (c.subject_kind, c.subject, c.property, c.shown)
        and (d.qualifier, d.scope, d.as_of) = (c.qualifier, c.scope_shown, c.as_of)
        and (d.document_id = c.document_id or (d.words = c.original and (d.path = p.path or d.url = nullif(p.url, ''))))"""
"""Whether decision d is on claim c, of document p."""

_IDLE = f"""
with last as (
    from claim_decisions
    qualify row_number() over (partition by {", ".join(CLAIM.fields)} order by line desc) = 1
)
select line from last as d
where decision <> 'withdraw'
    and not exists (from reviewed as c join press_documents as p on p.document_id = c.document_id where {_DECIDES})
order by line
"""

_REVIEWED = f"""
create table reviewed as
with placed as (
    select *, [x::int for x in string_split(regexp_extract(locator, 'char:(.*)', 1), '-')] as place, {KIND} as kind
    from press_claims
),
names as (
    select subject_id as mention, arg_min(value, (place, claim_id)) as name from placed where property = 'name' group by subject_id
),
named as (
    select
        c.* exclude (place, kind, confidence), c.confidence as score,
        case when c.kind in (select kind from calibration) then c.kind when c.property = 'name' then 'name' else 'any' end as kind,
        coalesce(s.name, '') as subject, coalesce(o.name, c.value) as shown, coalesce(r.name, c.scope) as scope_shown
    from placed as c
    left join names as s on s.mention = c.subject_id
    left join names as o on c.value_kind = 'mention' and o.mention = c.value
    left join names as r on r.mention = c.scope
),
-- a document that lies in data/raw twice has several paths
decided as (
    select c.claim_id, arg_max(d.decision, d.line) as decision
    from named as c
    join press_documents as p on p.document_id = c.document_id
    join claim_decisions as d on {_DECIDES}
    group by c.claim_id
),
measured as (
    select c.*, coalesce(k.confidence, 0) as confidence, d.decision
    from named as c
    asof left join calibration as k on k.kind = c.kind and c.score >= k.score
    left join decided as d on d.claim_id = c.claim_id
),
-- names with which an accepted claim was shown
vouched as (
    select subject_id as mention, subject as name from measured where decision = 'accept'
    union
    select unnest([value, scope]), unnest([shown, scope_shown]) from measured where decision = 'accept'
),
mentions as (
    select
        n.subject_id as mention,
        max(case when n.decision = 'reject' then 0 when n.decision = 'accept' or v.name is not null then 1 else n.confidence end) as confidence,
        bool_and(coalesce(n.decision = 'reject', false)) as rejected
    from measured as n
    left join vouched as v on v.mention = n.subject_id and v.name = n.value
    where n.property = 'name'
    group by n.subject_id
),
whole as (
    select
        c.* replace (
            case when c.decision = 'accept' or v.name is not null and c.decision is distinct from 'reject' then 1
            when c.property = 'name' then round(c.confidence, 4)
            else round(c.confidence * coalesce(s.confidence, 1) * coalesce(o.confidence, 1) * coalesce(r.confidence, 1), 4) end as confidence
        ),
        c.confidence >= $limit as sure,
        least(s.confidence, o.confidence, r.confidence) as names,
        coalesce(s.rejected, false) or coalesce(o.rejected, false) or coalesce(r.rejected, false) as rejected,
        v.name is not null as vouched
    from measured as c
    left join vouched as v on c.property = 'name' and v.mention = c.subject_id and v.name = c.value
    left join mentions as s on s.mention = c.subject_id
    left join mentions as o on c.value_kind = 'mention' and o.mention = c.value
    left join mentions as r on c.scope <> '' and r.mention = c.scope
),
judged as (
    select
        *,
        case
            when decision = 'reject' or rejected then 'rejected'
            when confidence < $limit then 'to_review'
            else 'accepted'
        end as status,
        case
            when decision in ('accept', 'reject') or vouched then 'decision'
            when rejected or (sure and names < $limit) then 'subject'
            else 'confidence'
        end as reason
    from whole
)
select {{columns}} from judged
"""
