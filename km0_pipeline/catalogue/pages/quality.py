"""How good the data are: what could not be read, where sources disagree, how fresh they are, what privacy withheld. Counts, and where to look."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from km0_pipeline.catalogue import evidence, terms
from km0_pipeline.catalogue.addresses import of_entity, of_source, of_table
from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.figures.bars import Bar, bars
from km0_pipeline.catalogue.figures.figure import Figure, Say, language
from km0_pipeline.catalogue.rendering import Page

SECTION = "quality.html"
MOST = 100
"""Lines of one list; the rest is counted, with a link to the table."""
WITHHELD = ("R2", "R4", "R5", "R6", "R7", "R8", "R9", "R10")
"""Rules of the privacy gate that may mask or withhold; the others only keep or record."""

CONFIDENCE = ((1.0, "1"), (0.98, "0,98 – 1"), (0.95, "0,95 – 0,98"), (0.9, "0,9 – 0,95"), (0.75, "0,75 – 0,9"), (0.0, "< 0,75"))


def pages(edition: Edition) -> Iterator[Page]:
    known = evidence.sources(edition)
    rejects = edition.rows("select reason, path, document_id, rejects, first_locator from rejects order by reason, rejects desc, path")
    by_reason = [(reason, list(rows)) for reason, rows in groupby(rejects, key=lambda r: r["reason"])]
    by_reason.sort(key=lambda item: (-sum(r["rejects"] for r in item[1]), item[0]))
    disputed = edition.rows("select property, count(*) as n from discrepancies group by property order by n desc, property")
    sure = dict(edition.db.execute(f"select {_step('confidence')}, count(*) from claims where closed_version is null group by 1 order by 1").fetchall())
    said: dict[str, Any] = {
        "by_reason": by_reason, "reasons": reasons(), "rejected": sum(r["rejects"] for r in rejects), "known": known, "MOST": MOST,
        "disagreements": edition.rows(f"select * from discrepancies order by sources desc, entity_name, property, discrepancy_id limit {MOST}"),
        "disputed": sum(d["n"] for d in disputed), "freshness": edition.rows("from freshness order by source") if "freshness" in edition.tables else [],
        "rules": [r for r in edition.report["rules"] if r["rule"] in WITHHELD], "all_rules": len(edition.report["rules"]), "checks": edition.package.get("km0:checks"),
        "scanned": sum(next((r["figures"].get("texts", {}) for r in edition.report["rules"] if r["rule"] == "R10"), {}).values()),
        "total": edition.rows("select count(*) as claims, count(closed_version) as closed, count(original) as quoted from claims")[0], "documents": len(known),
        "one": edition.value("select count(*) from organisations where sources = 1"), "organisations": edition.value("select count(*) from organisations"),
        "terms": terms, "of_entity": of_entity, "of_source": of_source, "of_table": of_table,
        "of_reasons": lambda t: _of_reasons(by_reason, t), "of_disputes": lambda t: _of_disputes(disputed, t), "of_confidence": lambda t: _of_confidence(sure, t),
    }  # fmt: skip
    about = (
        "Ce qui n’a pas pu être lu, où les sources se contredisent, de quand elles datent, et ce que la protection des personnes a retenu.",
        "What could not be read, where sources contradict each other, how old they are, and what the protection of people withheld.",
    )
    yield Page(SECTION, "quality.html.j2", ("Qualité", "Quality"), said, about, section=SECTION, scripts=("provenance.js",))


@cache
def reasons() -> dict[str, tuple[str, str]]:
    """What each reason of a reject means, in French and English (reasons.csv)."""
    text = (files("km0_pipeline.catalogue") / "reasons.csv").read_text(encoding="utf-8")
    return {reason: (row["fr"], row["en"]) for row in csv.DictReader(text.splitlines()) for reason in row["reasons"].split()}


def _of_reasons(by_reason: list[tuple[str, list[dict[str, Any]]]], t: Say) -> Figure:
    given = [Bar(reason, sum(r["rejects"] for r in rows), f"#{reason}") for reason, rows in by_reason]
    return bars(t("Refus et remarques, par motif", "Rejects and remarks, by reason"), given, t, about=t("Motif", "Reason"))


def _of_disputes(disputed: list[dict[str, Any]], t: Say) -> Figure:
    given = [Bar(terms.called(d["property"], language(t)), d["n"]) for d in disputed]
    return bars(t("Désaccords, par propriété", "Disagreements, by property"), given, t, about=t("Propriété", "Property"))


def _of_confidence(sure: dict[int, int], t: Say) -> Figure:
    labels = [label if language(t) == "fr" else label.replace(",", ".") for _, label in CONFIDENCE]
    given = [Bar(labels[i], sure.get(i, 0)) for i in range(len(CONFIDENCE)) if sure.get(i)]
    return bars(t("Affirmations, par confiance", "Claims, by confidence"), given, t, about=t("Confiance", "Confidence"))


def _step(column: str) -> str:
    return "case " + " ".join(f"when {column} >= {least} then {i}" for i, (least, _) in enumerate(CONFIDENCE)) + " end"
