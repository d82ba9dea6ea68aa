"""What was understood of documents, side by side: their text with what was found in it, the claims, and what was left out.

Belongs here: putting together what the steps made of a document, and running the steps for one
file aside, so that nothing of the project changes. What is found is for the steps to say, how it is shown for `cli` and `assets`.
"""

from __future__ import annotations

import builtins
import shutil
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pyarrow as pa

from km0_pipeline.claims import Reject, SubjectKind
from km0_pipeline.decisions import path_of
from km0_pipeline.press import sidecar
from km0_pipeline.press.collect import press_files
from km0_pipeline.press.mentions import press_spans
from km0_pipeline.press.read import press_documents
from km0_pipeline.press.review import CLAIM, claim_decisions, press_reviewed
from km0_pipeline.press.statements import KINDS, known_names, mentioned, press_claims, tagged
from km0_pipeline.service_settings import Storage
from km0_pipeline.sql import connect, location
from km0_pipeline.steps import Project, make

Sort = SubjectKind | Literal["figure", "date", "statement"]
"""What words were found to be: a name or what stands for one, a figure or date that is claimed, other words that a claim rests on."""
Mark = tuple[int, int, str]
"""Characters of a text, and what they are."""

_SORTS: dict[str, Sort] = {"integer": "figure", "decimal": "figure", "date": "date"}


@dataclass(frozen=True)
class Found:
    """A claim with names in place of mention ids; '' where nothing is known."""

    subject: str
    subject_kind: str
    property: str
    value: str
    qualifier: str
    scope: str
    as_of: str
    words: str
    locator: str
    confidence: float
    said_by: str
    status: str

    @builtins.property
    def shown(self) -> str:
        """The value in full: `600 people (nearly, 2019, says Ada Exemple)`."""
        to = " to " if self.property == "funding_eur" and self.scope else " "
        speaker = f"says {self.said_by}" if self.said_by else ""
        more = ", ".join(m for m in (self.qualifier.replace("_", " "), self.as_of, speaker) if m not in ("exact", ""))
        return f"{self.value}{to}{self.scope}".rstrip() + (f" ({more})" if more else "")


@dataclass(frozen=True)
class Understood:
    """One document: what is known of it, its text, what stands where in it (what lies within another comes after it), and its claims."""

    path: str
    format: str
    title: str
    author: str
    publisher: str
    url: str
    published_on: str
    language: str
    licence: str
    text: str
    marks: tuple[Mark, ...]
    claims: tuple[Found, ...]


@dataclass(frozen=True)
class Picture:
    """Documents, and what of them (or of files that became none) could not be read or trusted."""

    documents: tuple[Understood, ...]
    left_out: tuple[Reject, ...]


def read_aside(project: Project, file: Path) -> Picture:
    """What a run of the press steps would understand of `file` alone, with the hub.toml and the registries' names of the project.

    `file` may lie anywhere. Nothing is written into the project.
    """
    file, folder = file.parent.resolve() / file.name, project.raw / project.hub.press.path
    within = file.relative_to(folder) if file.is_relative_to(folder) else Path(file.name)
    registry = project.made("registry_rows")

    def names(out: Path) -> None:
        import pyarrow.parquet as pq

        if registry.exists():
            out.symlink_to(registry)
        else:
            pq.write_table(pa.table({"name": pa.array([], pa.string())}), out)

    with TemporaryDirectory(prefix="km0-read-") as root:
        aside = replace(project, root=Path(root), hub=project.hub.model_copy(update={"storage": Storage.model_construct()}))
        there = aside.raw / project.hub.press.path / within
        there.parent.mkdir(parents=True)
        shutil.copy(file, there)
        if sidecar.beside(file).is_file():
            shutil.copy(sidecar.beside(file), sidecar.beside(there))
        make(aside, "registry_rows", names, version="aside")
        if path_of(project.raw, CLAIM).is_file():
            path_of(aside.raw, CLAIM).parent.mkdir()
            shutil.copy(path_of(project.raw, CLAIM), path_of(aside.raw, CLAIM))
        for step in (press_files, press_documents, press_spans, press_claims, claim_decisions, press_reviewed):
            step(aside)
        return picture(aside)


def picture(project: Project, most: int | None = None) -> Picture:
    """What the press steps made last: of every document, by path, or of the `most` that were published last."""
    columns = ", ".join(n for n in Understood.__dataclass_fields__ if n not in ("marks", "claims"))
    order = "path" if most is None else f"published_on desc, path limit {most}"
    with connect(project.warehouse) as db:
        for step in ("press_documents", "press_rejects", "press_reviewed"):
            db.execute(f"create view {step} as from read_parquet({location(project.made(step))})")
        db.execute(f"create temp table shown as select document_id, {columns} from press_documents order by {order}")
        rows = db.execute("from shown").fetchall()
        only = "" if most is None else "where path in (select path from shown)"
        rejects = db.execute(f"select document_id, path, locator, reason, sentence, original from press_rejects {only}").fetchall()
        claimed = db.execute(_CLAIMS).fetchall()
    claims: dict[str, list[Found]] = defaultdict(list)
    words: dict[str, set[Mark]] = defaultdict(set)
    for i, start, end, value_kind, *rest in claimed:
        claims[i].append(Found(*rest))
        words[i].add((start, end, _SORTS.get(value_kind, "statement")))
    known = ("document_id", *columns.split(", "))
    documents = [dict(zip(known, row, strict=True)) for row in rows]
    read = [d for d in documents if d["language"] in project.hub.press.models]
    names, spans = known_names(project, [d["text"] for d in read]), tagged(project, [d["document_id"] for d in read])
    found = []
    for d in documents:
        i = d.pop("document_id")
        mentions = mentioned(d, spans[i], names) if d["language"] in project.hub.press.models else []
        subjects: list[Mark] = [(m.start, m.end, KINDS[m.letter]) for m in mentions]
        taken = {(start, end) for start, end, _ in subjects}
        marks = sorted({*subjects, *(w for w in words[i] if w[:2] not in taken)}, key=lambda m: (m[0] - m[1], m))
        found.append(Understood(**d, marks=tuple(marks), claims=tuple(claims[i])))
    return Picture(tuple(found), tuple(Reject(*r) for r in rejects))


_CLAIMS = """
with said as (
    select *, [x::int for x in string_split(regexp_extract(locator, 'char:(.*)', 1), '-')] as place
    from press_reviewed where document_id in (select document_id from shown)
),
speakers as (
    select subject_id as mention, any_value(subject) as name from said group by subject_id
)
select
    said.document_id, place[1], place[2], value_kind, subject, subject_kind, property, shown, qualifier, scope_shown, as_of, original, locator,
    confidence, coalesce(b.name, ''), status
from said
left join speakers as b on b.mention = said.said_by
order by document_id, min(place) over (partition by document_id, subject_id), subject_id, place, property, claim_id
"""
"""Claims with names: those of one subject together, in the order in which the text speaks of them."""


def pieces(text: str, marks: Iterable[Mark]) -> list[tuple[str, str]]:
    """`text` in pieces, each with what it is, '' where nothing was found; of marks on the same characters the last holds."""
    painted: list[Mark | None] = [None] * len(text)
    for mark in marks:
        for n in range(mark[0], min(mark[1], len(text))):
            painted[n] = mark
    return [
        ("".join(text[n] for n in run), mark[2] if mark else "")
        for mark, run in groupby(range(len(text)), key=painted.__getitem__)
    ]
