"""The end of a run fits a screen, and names what to mend and what to type next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from press_world import accepted
from publish_world import DAY, TABLES, fill_library, fill_world

from km0_pipeline.claims import CLAIMS, Claim, Reject, claims_table, mention_id, rejects_table
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.publish.summary import summary
from km0_pipeline.steps import Project, make

NOTE = "a" * 20
REGISTRY = "b" * 20


def step(project: Project, name: str, table: pa.Table, **figures: Any) -> None:
    def write(path: Path) -> dict[str, Any]:
        pq.write_table(table, path)
        return figures

    make(project, name, write, version=repr(table.to_pylist()))


def steps(project: Project, notes: int) -> None:
    """What the steps before the tables would have made of some notes and one registry."""
    someone = mention_id(NOTE, "organisation", "atelier fictif")
    name = Claim(NOTE, "char:0-14", someone, "organisation", "name", "Atelier Fictif", "Atelier Fictif")
    said = claims_table([name])
    step(project, "press_documents", pa.table({"document_id": [f"{n:064}" for n in range(notes)]}), read=notes, reused=0)
    step(project, "press_claims", said)
    step(project, "press_reviewed", accepted([name]), accepted=0, to_review=1, rejected=0, decided=2, idle=[3, 8])
    step(project, "registry_claims", CLAIMS.empty_table())
    step(project, "registry_documents", pa.table({"document_id": [REGISTRY], "path": ["registries/locataires.csv"]}))
    step(project, "registry_rows", pa.table({"row": [2, 3], "mention_id": ["m1", "m2"], "consented": [False, False], "size_band": ["1-2", "3-5"], **{c: ["", ""] for c in ("name", "siren", "siren_original", "siret_original")}}), files=1, read=1, drift=["registries/locataires.csv: the column “Bail” is gone (before: the file that lay there)."])
    columns = {"document_id": [REGISTRY] * 4, "position": [1, 2, 3, 4], "header": ["Nom", "Étage préféré", "", "Humeur"], "how": ["alias", "unmapped", "unmapped", "unmapped"]}
    step(project, "registry_columns", pa.table(columns))
    rejects = [Reject(REGISTRY, "registries/locataires.csv", f"row:{n}", "no_name", f"registries/locataires.csv, row {n}: no name; give it one.", "x") for n in (4, 5)]
    step(project, "registry_rejects", rejects_table(rejects))
    step(project, "press_rejects", rejects_table([Reject(NOTE, "press/vide.md", "", "empty_file", "press/vide.md is empty; delete it or fill it.")]))
    step(project, "entity_mentions", pa.table({"mention_id": ["m1", "m2", "m3"], "entity_id": ["org-1", "org-1", "per-1"], "kind": ["organisation", "organisation", "person"]}), to_review=1, not_asked=1200, idle=[4])
    fresh = {
        "source": ["decisions/claims", "press", "press/courrier", "registries/locataires"], "kind": ["decisions", "press", "feed", "registry"],
        "state": ["unknown", "unknown", "unknown", "late"], "last_new_on": [None, None, None, "2026-10-01"], "due_on": [None, None, None, "2026-11-01"],
        "unreached_since": [None, None, "2026-11-20", None],
    }  # fmt: skip
    step(project, "table_freshness", pa.table(fresh))
    step(project, "table_discrepancies", pa.table({"property": ["headcount", "headcount", "opened_on"]}))


def test_a_run_ends_with_what_was_read_made_and_published(project: Project) -> None:
    fill_world(project)
    steps(project, 26)
    text = summary(project, publish(project, DAY, TABLES))
    for line in (
        "Published 2026.11.22: data/published/2026.11.22 (",
        "press         26 documents (26 read anew, 0 reused)",
        "registries    1 document (1 read anew, 0 reused)",
        "claims        1 (press 1, registries 0)",
        "review        1 claim of the press to review, 2 decided by a person; to decide: .venv/bin/km0 review claims",
        "              2 decisions on what is no longer claimed: data/raw/decisions/claims.jsonl, lines 3, 8",
        "entities      2 of 3 mentions (organisations 1, people 1)",
        "              1 pair of organisations may be one (1,200 less likely ones are asked about after them); to decide: .venv/bin/km0 review entities",
        "              1 decision on organisations that no source names so any more: data/raw/decisions/entities.jsonl, line 4",
        "  visits                     9      workshops",
        "Rejects: 3, all kept in data/warehouse (press_rejects.parquet, registry_rejects.parquet)",
        "  no_name 2 in 1 file; for example:\n      registries/locataires.csv, row 4: no name; give it one.",
        "  empty_file 1:\n      press/vide.md is empty; delete it or fill it.",
        "  registries/locataires.csv: Étage préféré, Humeur",
        "Columns of registries that changed since the edition before\n  registries/locataires.csv: the column “Bail” is gone (before: ",
        "freshness     3 sources (1 late, 2 not expected by any day)\n              registries/locataires: nothing new since 2026-10-01, expected by 2026-11-01\n"
        "              press/courrier: can't be had since 2026-11-20; what it gave before is kept",
        "disagreements 3 (headcount 2, opened_on 1)",
        "km0 explain organisations KM0",
        "make serve",
        "make ui",
    ):
        assert line in text, f"{line}\n---\n{text}"
    assert len(text.splitlines()) <= 48
    assert str(project.root) not in text


def test_a_second_run_says_that_nothing_is_new_and_that_all_was_reused(project: Project) -> None:
    for _ in range(2):
        fill_world(project)
        steps(project, 26)
        made = publish(project, DAY, TABLES)
    text = summary(project, made)
    assert text.startswith("Nothing new to publish: the content is that of 2026.11.22, in data/published/2026.11.22")
    assert "26 documents (0 read anew, 26 reused)" in text
    assert "registries    1 document (0 read anew, 1 reused)" in text


def test_what_no_step_has_made_is_left_out(project: Project) -> None:
    fill_world(project)
    text = summary(project, publish(project, DAY, TABLES))
    assert "Rows a table" in text
    for word in ("press ", "claims ", "Rejects", "Unknown", "disagreements"):
        assert word not in text


def test_many_reasons_and_all_tables_still_fit_a_screen(project: Project) -> None:
    steps(project, 3)
    fill_library(project)
    rejects = [Reject(REGISTRY, f"registries/{n}.csv", "row:2", f"reason_{n}", f"registries/{n}.csv, row 2: sentence {n}.") for n in range(12)]
    step(project, "registry_rejects", rejects_table(rejects))
    text = summary(project, publish(project, DAY))
    assert len(text.splitlines()) <= 48
    assert "  and reason_11 1, reason_2 1, reason_3 1" in text
