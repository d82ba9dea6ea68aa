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
from km0_pipeline.publish.privacy.suppression import suppression
from km0_pipeline.publish.staged import Staged

NAME = "release_report.json"
REQUIRED = tuple(f"R{n}" for n in range(1, 15))


def write(staged: Staged, path: Path) -> bool:
    """Ask every rule, and write what it did. Raises PublicationStopped with a sentence for each that does not hold or was not asked.

    Of a version of old that is written again only R7 is asked: what the others decided then still holds of what is left.
    """
    if staged.again is not None:
        return _again(staged, staged.again / NAME, path)
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
    _write(path, {"version": staged.version, "day": staged.day.isoformat(), "rules": rules})
    return True


def _again(staged: Staged, before: Path, path: Path) -> bool:
    """The report of the version that is written again, with what R7 withheld of it now; none where it had none."""
    if not before.exists():
        return False
    said = json.loads(before.read_text(encoding="utf-8"))
    listed = suppression(staged.project)
    for rule in said["rules"]:
        if rule["rule"] == "R7":
            for release in staged.releases:
                rule["withheld"][release.name] = rule["withheld"].get(release.name, 0) + release.withheld.get("R7", 0)
            rule["withheld"] = {table: n for table, n in sorted(rule["withheld"].items()) if n}
            rule["figures"] = rule["figures"] | {"list_sha256": listed.digest}
    _write(path, said | {"version": staged.version})
    return True


def _write(path: Path, said: Mapping[str, object]) -> None:
    path.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")


def refuse(outcomes: Mapping[str, Outcome]) -> None:
    """Raises PublicationStopped unless every rule was asked and holds."""
    skipped = [f"The privacy rule {rule} was not asked (rule R13); nothing was published." for rule in REQUIRED if rule not in outcomes]
    broken: Iterable[str] = (sentence for outcome in outcomes.values() for sentence in outcome.broken)
    if sentences := [*skipped, *broken]:
        raise PublicationStopped(*sentences)


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))
