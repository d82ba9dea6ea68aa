"""The short end of a run, for the person who typed it: what was read, made and published, what to mend, what to type next.

Plain text in English, made of what lies in data/warehouse and in the snapshot. A part whose step
has not been run is left out.
"""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable
from datetime import date
from typing import Any

from km0_pipeline.publish import datapackage, national
from km0_pipeline.publish.changes import counts
from km0_pipeline.publish.phrases import headline
from km0_pipeline.publish.snapshot import Published
from km0_pipeline.sql import connect, literal
from km0_pipeline.steps import Made, Project, made
from km0_pipeline.tables.table import all_tables

MOST = 4
"""Reasons of rejects, and unknown columns, that are spelt out."""
DOCUMENTS = (("press", "press_documents", "press_documents"), ("registries", "registry_documents", "registry_rows"))
"""Documents, the step that lists them, and the first output of the step that reads them: figures stand with it."""
REJECTS = ("press_rejects", "registry_rejects", "press_feed_rejects", "decision_rejects", "entity_rejects", "register_file_rejects", "register_drift", "register_link_rejects", "register_rejects", "address_rejects")
CLAIMS = (("press", "press_claims"), ("registries", "registry_claims"), ("register", "register_claims"), ("hub.toml", "hub_claims"))
Rows = list[tuple[Any, ...]]
Query = Callable[[str], Rows]
STATES = {"fresh": "fresh", "late": "late", "unknown": "not expected by any day"}
KINDS = {"organisation": "organisations", "person": "people", "place": "places", "event": "events"}


def summary(project: Project, published: Published) -> str:
    """At most some forty lines; see the module's docstring."""
    with connect(project.warehouse) as connection:

        def query(sql: str) -> Rows:
            return connection.execute(sql).fetchall()

        parts = [
            _snapshot(project, published),
            _read(project) + _register(project) + _addresses(project) + _claims(project) + _review(project) + _entities(project, query),
            _tables(published),
            _rejects(project, query),
            _unknown_columns(project, query),
            _drift(project),
            [
                *_freshness(project, query), *_disagreements(project, query), f"{'checks':<14}{published.checks:,} passed", *_national(project, published),
            ],
            _next(project),
        ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _snapshot(project: Project, published: Published) -> list[str]:
    where = project.address(published.version)
    size = f"{published.files} files, {_bytes(published.bytes)}"
    if published.new:
        told, titles = counts(published.folder), {t.name: t.title.en for t in all_tables()}
        changed = _wrapped(f"since {told['since']}: {headline(told['tables'], titles, 'en')}") if told else []
        return [f"Published {published.version}: {where} ({size})", *changed]
    return [f"Nothing new to publish: the content is that of {published.version}, in {where} ({size})"]


def _wrapped(text: str) -> list[str]:
    """`text` in lines below a heading."""
    return textwrap.wrap(text, 116, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _read(project: Project) -> list[str]:
    lines = []
    for name, step, reader in DOCUMENTS:
        listed, read = _made(project, step), _made(project, reader)
        if listed is None or read is None:
            continue
        anew = 0 if read.reused else int(read.figures.get("read", listed.rows))
        lines.append(f"{name:<14}{_counted(listed.rows, 'document')} ({anew:,} read anew, {max(listed.rows - anew, 0):,} reused)")
    return lines


def _register(project: Project) -> list[str]:
    """What became of the numbers that registries give, and of names without; that they are not looked up, where hub.toml does not want it."""
    found, settings = _made(project, "register_claims"), project.hub.register
    if found is None:
        return []
    if not (settings.stock or settings.service):
        return [f"{'register':<14}left out: no number is looked up in the national register (hub.toml, [register])"]
    given, known, withheld = (found.figures[f] for f in ("given", "found", "withheld"))
    edition = f", stock of {found.figures['edition']}" if found.figures["edition"] else ""
    kept_back = f"; {withheld:,} withheld, at that person's wish" if withheld else ""
    named = f"; {linked:,} more linked by name" if (linked := found.figures["linked"]) else ""
    return [f"{'register':<14}{known:,} of {_counted(given, 'SIREN number')} found{edition}{named}{kept_back}"]


def _addresses(project: Project) -> list[str]:
    """Of how many addresses it is known where they lie; that they are not looked up, where hub.toml does not want it."""
    found = _made(project, "address_claims")
    if found is None:
        return []
    if not project.hub.geocoder.url:
        return [f"{'addresses':<14}left out: none is looked up (hub.toml, [geocoder])"]
    given, known, unasked = (found.figures[f] for f in ("given", "found", "not asked"))
    waiting = f"; {unasked:,} not asked for yet" if unasked else ""
    return [f"{'addresses':<14}{known:,} of {given:,} found{waiting}"]


def _claims(project: Project) -> list[str]:
    counts = [(name, found.rows) for name, step in CLAIMS if (found := _made(project, step))]
    if not counts:
        return []
    return [f"{'claims':<14}{sum(n for _, n in counts):,} ({', '.join(f'{name} {n:,}' for name, n in counts)})"]


def _review(project: Project) -> list[str]:
    """How many claims of the press wait for a person, and how many were decided."""
    found = _made(project, "press_reviewed")
    if found is None:
        return []
    waiting, decided, idle = (found.figures[f] for f in ("to_review", "decided", "idle"))
    todo = "; to decide: .venv/bin/km0 review claims" if waiting else ""
    lines = [f"{'review':<14}{_counted(waiting, 'claim')} of the press to review, {decided:,} decided by a person{todo}"]
    if idle:
        lines.append(f"{'':<14}{_counted(len(idle), 'decision')} on what is no longer claimed: data/raw/decisions/claims.jsonl, {_lines(idle)}")
    return lines


def _lines(numbers: list[int]) -> str:
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers[:5]))}" + (", …" if len(numbers) > 5 else "")


def _entities(project: Project, query: Query) -> list[str]:
    found = _made(project, "entity_mentions")
    if found is None:
        return []
    counts: dict[str, int] = dict(query(f"select kind, count(distinct entity_id) from read_parquet({literal(str(found.path))}) group by kind"))
    kinds = ", ".join(f"{plural} {counts[kind]:,}" for kind, plural in KINDS.items() if kind in counts)
    lines = [f"{'entities':<14}{sum(counts.values()):,} of {found.rows:,} mentions ({kinds})"]
    if waiting := found.figures.get("to_review"):
        more = f" ({more:,} less likely ones are asked about after them)" if (more := found.figures["not_asked"]) else ""
        lines.append(f"{'':<14}{_counted(waiting, 'pair')} of organisations may be one{more}; to decide: .venv/bin/km0 review entities")
    if idle := found.figures.get("idle"):
        lines.append(f"{'':<14}{_counted(len(idle), 'decision')} on organisations that no source names so any more: data/raw/decisions/entities.jsonl, {_lines(idle)}")
        lines.append(f"{'':<14}they join and part nobody: delete them, or decide anew under the names of today")
    return lines


def _tables(published: Published) -> list[str]:
    """Rows a table, in two columns."""
    cells = [f"{name:<16}{rows:>12,}" for name, rows in sorted(published.rows.items())]
    half = -(-len(cells) // 2)
    return ["Rows a table"] + [f"  {left}      {right}".rstrip() for left, right in zip(cells[:half], [*cells[half:], ""], strict=False)]


def _rejects(project: Project, query: Query) -> list[str]:
    """Reasons, most frequent first, each with one of its sentences."""
    steps = [found for step in REJECTS if (found := _made(project, step))]
    if not steps:
        return []
    files = ", ".join(literal(str(s.path)) for s in steps)
    reasons = query(
        f"select reason, count(*) as n, count(distinct path), first(sentence order by path, length(locator), locator) from read_parquet([{files}]) "
        "group by reason order by n desc, reason"
    )
    if not reasons:
        return ["Rejects: none"]
    lines = [f"Rejects: {sum(r[1] for r in reasons):,}, all kept in data/warehouse ({', '.join(s.path.name for s in steps if s.rows)})"]
    for reason, n, paths, sentence in reasons[:MOST]:
        more = f" in {_counted(paths, 'file')}; for example:" if n > 1 else ":"
        lines += [f"  {reason} {n:,}{more}", f"      {sentence}"]
    if reasons[MOST:]:
        lines.append(f"  and {', '.join(f'{reason} {n:,}' for reason, n, *_ in reasons[MOST:])}")
    return lines


def _unknown_columns(project: Project, query: Query) -> list[str]:
    columns, documents = _made(project, "registry_columns"), _made(project, "registry_documents")
    if columns is None or documents is None:
        return []
    found = query(
        f"select d.path, string_agg(c.header, ', ' order by c.position) from read_parquet({literal(str(columns.path))}) c "
        f"join read_parquet({literal(str(documents.path))}) d using (document_id) "
        "where c.how = 'unmapped' and c.header <> '' group by d.path order by d.path"
    )
    if not found:
        return []
    lines = ["Unknown columns, not read; say in hub.toml, [registries.columns], what they are, or see .venv/bin/km0 map FILE"]
    lines += [f"  {path}: {headers}" for path, headers in found[:MOST]]
    return lines + ([f"  and those of {len(found) - MOST:,} more files"] if found[MOST:] else [])


def _drift(project: Project) -> list[str]:
    """How the columns of registries differ from those of the edition before."""
    read = _made(project, "registry_rows")
    found: list[str] = read.figures.get("drift", []) if read else []
    more = [f"  and {len(found) - MOST:,} more changes: see the asset registry_rows"] if found[MOST:] else []
    return ["Columns of registries that changed since the edition before", *(f"  {line}" for line in found[:MOST]), *more] if found else []


def _disagreements(project: Project, query: Query) -> list[str]:
    found = _made(project, "table_discrepancies")
    if found is None:
        return []
    counts = query(f"select property, count(*) as n from read_parquet({literal(str(found.path))}) group by property order by n desc, property")
    which = f" ({', '.join(f'{name} {n:,}' for name, n in counts[:6])}{', …' if counts[6:] else ''})" if counts else ""
    return [f"{'disagreements':<14}{found.rows:,}{which}"]


def _freshness(project: Project, query: Query) -> list[str]:
    """How many sources are fresh, as of the day of this run, which are late, and which feeds can't be had."""
    found = _made(project, "table_freshness")
    if found is None:
        return []
    rows = query(f"select source, state, last_new_on, due_on, unreached_since from read_parquet({literal(str(found.path))}) where kind <> 'decisions' order by source")
    states = [state for _, state, *_ in rows]
    counts = ", ".join(f"{n:,} {said}" for state, said in STATES.items() if (n := states.count(state)))
    told = [f"{'':<14}{source}: nothing new since {last}, expected by {due}" for source, state, last, due, _ in rows if state == "late"]
    told += [f"{'':<14}{source}: can't be had since {since}; what it gave before is kept" for source, *_, since in rows if since]
    more = [f"{'':<14}and {len(told) - MOST:,} more: see the table freshness"] if told[MOST:] else []
    return [f"{'freshness':<14}{_counted(len(rows), 'source')} ({counts})", *told[:MOST], *more]


def _national(project: Project, published: Published) -> list[str]:
    """What became of the files at national schemas, and what keeps rows back; nothing where hub.toml asks for none."""
    if not project.hub.economic_site.given:
        return []
    day = date.fromisoformat(datapackage.read(published.folder)["created"][:10])
    lines: list[str] = []
    for name, found in national.exports(published.folder, project.hub, day).items():
        what = f"{len(found.rows):,} of {_counted(found.candidates, 'row')}" if found.rows else "not written"
        lines.append(f"{'' if lines else 'national':<14}{name}.csv: {what}" + (f"; lacking: {found.lack}" if found.lack else ""))
    return lines


def _next(project: Project) -> list[str]:
    commands = (
        (f".venv/bin/km0 explain organisations {shlex.quote(project.hub.hub.name)}", "what a row rests on, and who says otherwise"),
        ("make serve", "the snapshots, for download on this machine"),
        ("make ui", "how each table was made, and the daily schedule"),
    )
    wide = max(len(command) for command, _ in commands)
    return ["Next", *(f"  {command:<{wide}}  {what}" for command, what in commands)]


def _made(project: Project, step: str) -> Made | None:
    try:
        return made(project, step)
    except FileNotFoundError:
        return None


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}" + ("" if n == 1 else "s")


def _bytes(n: int) -> str:
    return f"{n / 1e6:,.1f} MB" if n >= 1e5 else f"{n / 1e3:,.1f} kB"
