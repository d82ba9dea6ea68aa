"""What a refresh has lost of its sources since the last snapshot, and what of it is meant.

A folder that is not mounted, a registry that is gone or cut short, an update that refuses every article, decisions that are gone:
the tables made then are hollow, and are not to be published. A feed that can't be reached loses nothing: what it gave is kept in
data/raw, and `freshness` says since when it is down. A loss is meant where a steward says so for this run (`--accept-loss`), or has taken the
source out of hub.toml. Belongs here: comparing the table `freshness` with that of the last snapshot, in
sentences; the number of rows of a table is compared in `checks`.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from km0_pipeline.steps import Project, is_source
from km0_pipeline.tables.inputs import hub_sources
from km0_pipeline.tables.table import all_tables
from km0_pipeline.toml_errors import nearest

MOST = 5
"""Files that a sentence names."""
RECORDS = {"press": "claims made of it", "feed": "claims made of it", "registry": "rows read", "register": "companies found", "decisions": "lines", "geocoder": "addresses found"}
"""What `records` of a kind of source are."""
FOLLOWING = ("register", "geocoder")
"""Sources that are asked what other sources name: they give less where these do."""


class Given(NamedTuple):
    """What a source gave, as the table `freshness` says; and whether it is a feed that could not be reached."""

    kind: str
    documents: int
    records: int
    unreached: bool


def losses(project: Project) -> list[str]:
    """What was lost and is not known to be meant, a sentence a source. Reads the table `freshness` as made."""
    now, before = _given(project, project.made("table_freshness")), _before(project)
    wrong = _unknown(project, before, now)
    if project.last_snapshot() is None:
        if not any(given.documents for given in now.values() if given.kind != "decisions"):
            folders = ", ".join(sorted({f"data/raw/{project.hub.press.path}", *(f"data/raw/{r.path}" for r in project.hub.registries)}))
            down = "".join(f" {source} could not be reached." for source, given in now.items() if given.unreached)
            wrong.append(f"Nothing was read, so there is nothing to publish: no file in {folders} that could be used.{down} Put some there, and look at the rejects.")
        return wrong
    now |= {s: Given("decisions", 0, 0, False) for s, g in before.items() if g.kind == "decisions" and s not in now}
    lost = {s: g for s, g in before.items() if s in now and s not in project.accepted and _less(project, g, now[s])}
    if meant(project) or any(s not in FOLLOWING for s in lost):
        lost = {s: g for s, g in lost.items() if s not in FOLLOWING}
    if lost and not any(p for p in project.raw.rglob("*") if p.is_file() and is_source(p, project.raw)):
        wrong.append("data/raw holds no file at all: is the folder that it lies in there, and mounted?")
    return wrong + [_sentence(project, source, given, now[source]) for source, given in lost.items()]


def meant(project: Project) -> tuple[str, ...]:
    """The sources whose loss is meant: rows of any table may go with them."""
    known = {row[0] for row in hub_sources(project.hub)}
    before = _before(project)
    taken_out = {source for source, given in before.items() if source not in known and given.documents and given.kind != "decisions"}
    return tuple(sorted(taken_out | (project.accepted & (known | before.keys()))))


def accept(*names: str) -> str:
    """How to say that the loss of these sources or tables is meant."""
    return "make run ARGS=\"" + " ".join(f"--accept-loss {name}" for name in names) + '"'


def _given(project: Project, path: Any) -> dict[str, Given]:
    return {r["source"]: Given(r["kind"], r["documents"], r["records"], r.get("unreached_since") is not None) for r in pq.read_table(path).to_pylist()}


def _before(project: Project) -> dict[str, Given]:
    """What each source had given in the last snapshot; nothing where there is none, or it is older than the table."""
    snapshot = project.last_snapshot()
    path = snapshot / "freshness.parquet" if snapshot else None
    return _given(project, path) if path is not None and path.exists() else {}


def _unknown(project: Project, before: dict[str, Given], now: dict[str, Given]) -> list[str]:
    known = sorted(now.keys() | before.keys() | {t.name for t in all_tables()})
    return [
        f"--accept-loss {name}: no source and no table is called that; nearest: {nearest(name, known)}."
        for name in sorted(project.accepted.difference(known))
    ]


def _less(project: Project, before: Given, now: Given) -> bool:
    if now.kind == "decisions":  # each is a person's word
        return now.records < before.records
    most = 1 - project.hub.limits.row_drop
    return now.documents < before.documents * most or now.records < before.records * most


def _sentence(project: Project, source: str, before: Given, now: Given) -> str:
    snapshot = project.last_snapshot()
    assert snapshot is not None
    if now.kind == "decisions":
        again = " Whoever asked to be left out since would be published again." if source == "decisions/optout" else ""
        return (
            f"{source}: data/raw/{source}.jsonl holds {now.records} line{'' if now.records == 1 else 's'}, {before.records} in the last snapshot ({snapshot.name}); such a file only grows.{again} "
            f"Put it back from a copy and run again; or, if they are to be forgotten, say so: {accept(source)}."
        )
    said = (
        f"{source}: {now.documents} document{'' if now.documents == 1 else 's'} could be used and {now.records} {RECORDS[now.kind]}; "
        f"{before.documents} and {before.records} in the last snapshot ({snapshot.name})."
    )
    gone = _gone(project, source)
    if gone:
        said += f" Gone from data/raw: {', '.join(gone[:MOST])}{f' and {len(gone) - MOST} more' if gone[MOST:] else ''}. Put them back"
    elif now.kind in ("register", "geocoder"):
        said += f" Look whether what [{source}] of hub.toml names can be reached"
    else:
        said += " Its files are there: look in the rejects why they could not be used, or whether one was cut short. Mend that"
    out = " take it out of hub.toml, or" if now.kind in ("feed", "registry") else ""
    return f"{said} and run again; or, if the loss is meant,{out} say so: {accept(source)}."


def _gone(project: Project, source: str) -> list[str]:
    """The files of a source that the last snapshot lists and that lie in data/raw no more, by path."""
    snapshot = project.last_snapshot()
    if snapshot is None:
        return []
    rows = pq.read_table(snapshot / "sources.parquet", columns=["kind", "path", "closed_version"]).to_pylist()
    paths = [r["path"] for r in rows if r["closed_version"] is None and r["kind"] in ("press", "registry") and is_of(project, source, r["path"])]
    return sorted(p for p in paths if not any((project.raw / part).is_file() for part in (p, *map(str, PurePosixPath(p).parents))))


def is_of(project: Project, source: str, path: str) -> bool:
    """Whether the file at `path` below data/raw is of that source: a feed's folder is the feed's, the rest of the folder of press is `press`."""
    press = project.hub.press.path
    feed = next((f.name for f in project.hub.feeds if path.startswith(f"{press}/{f.name}/")), "")
    entry = next((r.name for r in project.hub.registries if fnmatchcase(path, r.path)), "")
    if source == "press":
        return path.startswith(f"{press}/") and not feed
    return source in (f"press/{feed}", f"registries/{entry}")
