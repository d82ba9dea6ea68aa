"""release_report.json: what each privacy rule kept, masked and withheld (STANDARDS R13).

Counts by rule, table and column, and the digest of the opt-out list; no identity. It is written last, since R10 reads all other
files. A snapshot that a rule was not asked of, or of which one does not hold, is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from km0_pipeline.publish.privacy.private import private_names
from km0_pipeline.publish.privacy.release import PublicationStopped
from km0_pipeline.publish.privacy.rules import RULES, Asked, Outcome
from km0_pipeline.publish.staged import Staged

NAME = "release_report.json"
REQUIRED = tuple(f"R{n}" for n in range(1, 15))


def write(staged: Staged, path: Path) -> bool:
    """Ask every rule, and write what it did. Raises PublicationStopped with a sentence for each that does not hold or was not asked."""
    with staged.connection.cursor() as db:
        for release in staged.releases:
            db.execute(f"create or replace temp view {release.name} as {release.query}")
        asked = Asked(staged, db, private_names(staged.project, staged.releases))
        outcomes = {rule.id: rule.ask(asked) for rule in RULES}
    refuse(outcomes)
    rules = [
        {
            "rule": rule.id, "title": rule.fr, "title_en": rule.en, "kept": _sorted(outcomes[rule.id].kept), "masked": _sorted(outcomes[rule.id].masked),
            "withheld": _sorted(outcomes[rule.id].withheld), "figures": dict(outcomes[rule.id].figures),
        }
        for rule in sorted(RULES, key=lambda r: int(r.id[1:]))
    ]  # fmt: skip
    said = {"version": staged.version, "day": staged.day.isoformat(), "rules": rules}
    path.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
    return True


def refuse(outcomes: Mapping[str, Outcome]) -> None:
    """Raises PublicationStopped unless every rule was asked and holds."""
    skipped = [f"The privacy rule {rule} was not asked (rule R13); nothing was published." for rule in REQUIRED if rule not in outcomes]
    broken: Iterable[str] = (sentence for outcome in outcomes.values() for sentence in outcome.broken)
    if sentences := [*skipped, *broken]:
        raise PublicationStopped(*sentences)


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))
