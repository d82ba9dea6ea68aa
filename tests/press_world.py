"""What the tests of press share: steps run in order, and claims one can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from km0_pipeline.claims import Claim, claims_table
from km0_pipeline.press.collect import press_files
from km0_pipeline.press.known import Names
from km0_pipeline.press.mentions import press_spans
from km0_pipeline.press.read import press_documents
from km0_pipeline.press.review import REVIEWED, claim_decisions, press_reviewed
from km0_pipeline.press.statements import extract, press_claims
from km0_pipeline.steps import Made, Project, make


class Fact(NamedTuple):
    """A claim with names in place of mention ids."""

    subject: str
    property: str
    value: str
    qualifier: str
    scope: str


def run(project: Project, names: Iterable[str] = ()) -> list[Made]:
    """What the steps from files to claims made, beside a registry that holds `names`; the claims are reviewed, too."""
    held = sorted(names)

    def registry(out: Path) -> None:
        pq.write_table(pa.table({"name": pa.array(held, pa.string())}), out)

    make(project, "registry_rows", registry, version="test", parameters=held)
    found = [step(project) for step in (press_files, press_documents, press_spans, press_claims)]
    for step in (claim_decisions, press_reviewed):
        step(project)
    return found


def rows(project: Project, name: str) -> list[dict[str, Any]]:
    return list(pq.read_table(project.made(name)).to_pylist())


def rejects(project: Project) -> dict[str, str]:
    """Reason -> sentence of every reject."""
    return {r["reason"]: r["sentence"] for r in rows(project, "press_rejects")}


def put(project: Project, name: str, content: str | bytes) -> Path:
    path = project.raw / "press" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def accepted(claims: Iterable[Claim], held: Mapping[str, str] = {}) -> pa.Table:
    """Claims of the press as if each had been accepted, but for those in `held`: their id -> their status."""
    rows = claims_table(claims).to_pylist()
    return pa.Table.from_pylist([c | {"score": c["confidence"], "status": held.get(c["claim_id"], "accepted"), "reason": "confidence"} for c in rows], REVIEWED)


def facts(claims: Iterable[Claim | dict[str, Any]]) -> set[Fact]:
    """Claims as facts; a subject's or object's name is the first that the text gives it."""
    table = [
        c
        if isinstance(c, dict)
        else {n: getattr(c, n) for n in ("subject_id", "property", "value", "qualifier", "scope", "locator")}
        for c in claims
    ]
    names: dict[str, str] = {}
    for c in sorted((c for c in table if c["property"] == "name"), key=lambda c: int(c["locator"][5:].split("-")[0])):
        names.setdefault(c["subject_id"], " ".join(c["value"].split()))
    return {
        Fact(
            names[c["subject_id"]],
            c["property"],
            names.get(c["value"], c["value"]),
            c["qualifier"],
            names.get(c["scope"], c["scope"]),
        )
        for c in table
    }


def said(project: Project, text: str, names: Iterable[str] = (), published_on: str = "", title: str = "") -> set[Fact]:
    """What the rules alone, without the language model, make of `text`; checks each locator."""
    document = {"document_id": "0" * 20, "title": title, "published_on": published_on, "language": "fr", "text": text}
    claims = extract(document, [], Names(project.hub, names))
    for c in claims:
        start, end = (int(n) for n in c.locator.removeprefix("char:").split("-"))
        assert text[start:end] == c.original
    return facts(claims)
