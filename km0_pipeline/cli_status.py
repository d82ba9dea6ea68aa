"""The `km0 status` command: how the hub is doing, on one screen."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from km0_pipeline.terminal import fetched, width_of_terminal, wrapped

if TYPE_CHECKING:
    from km0_pipeline.status import Source, Status

MOST = 12
"""Sources that are named."""


@click.command()
@click.pass_obj
def status(root: Path) -> None:
    """Say how the hub is doing: the last version, each source and its age, what waits for a decision, what failed.

    Exit status 1 if the last run failed, a source is late or nothing is published yet, so that a monitor can ask it.
    """
    from km0_pipeline.publish.privacy.retention import overdue
    from km0_pipeline.status import status as found_of
    from km0_pipeline.steps import PublishedError

    project = fetched(root)
    today = datetime.now(project.hub.zone).date()
    try:
        found = found_of(project)
    except PublishedError as e:
        raise click.ClickException(str(e)) from None
    click.echo(click.style(f"{project.hub.hub.name}, {today}", bold=True))
    click.echo("\n".join([*_lines(found, today), *_overdue(len(overdue(project, today)))]))
    if found.version is None or (found.run and found.run.failed) or any(s.late(today) for s in found.sources):
        raise SystemExit(1)


def _lines(found: Status, today: date) -> list[str]:
    lines = ["", f"{'version':<14}none yet: `make run` makes the first"]
    if found.version and found.published_on:
        lines = ["", f"{'version':<14}{found.version}, published {_ago(found.published_on, today)}; {found.versions:,} in all"]
    lines += _run(found)
    late = sum(s.late(today) for s in found.sources)
    lines += ["", f"{'sources':<14}{len(found.sources):,}" + (f", {late:,} late" if late else "")]
    ranked = sorted(found.sources, key=lambda s: (not s.late(today), not s.unreached_since, s.name))
    lines += [_source(s, today) for s in ranked[:MOST]]
    lines += [f"  and {len(ranked) - MOST:,} more: table freshness"] if ranked[MOST:] else []
    lines += ["", "to decide"] if found.claims or found.pairs else ["", f"{'to decide':<14}nothing" if found.pairs is not None else f"{'to decide':<14}not known before the first run"]
    for n, what, command in ((found.claims, "claims of the press", "claims"), (found.pairs, "pairs of organisations", "entities")):
        lines += [f"  {n:,} {what}: km0 review {command}"] if n else []
    rejected = ", ".join(f"{reason} {n:,}" for reason, n in found.rejects[:6]) + (", …" if found.rejects[6:] else "")
    return [*lines, "", f"{'rejects':<14}{sum(n for _, n in found.rejects):,}" + (f" ({rejected})" if rejected else "")]


def _overdue(files: int) -> list[str]:
    return ["", f"{'to delete':<14}{files:,} {'file of data/raw is' if files == 1 else 'files of data/raw are'} kept longer than hub.toml says: km0 purge"] if files else []


def _run(found: Status) -> list[str]:
    if found.run is None:
        return [f"{'last run':<14}none is known of"]
    began = f"{found.run.began_at:%Y-%m-%d %H:%M}"
    if found.run.failed is None:
        return [f"{'last run':<14}began {began} and has not ended: it is at work, or was killed"]
    if not found.run.failed:
        return [f"{'last run':<14}{began}, ended well"]
    return [f"{'last run':<14}{began}, failed:", *(line for sentence in found.run.failed for line in wrapped(sentence, width_of_terminal(), "  "))]


def _source(source: Source, today: date) -> str:
    new = f"new {_ago(source.last_new_on, today)}" if source.last_new_on else "nothing new yet"
    due = f", LATE: expected by {source.due_on}" if source.late(today) else f", next by {source.due_on}" if source.due_on else ""
    down = f", can't be had since {source.unreached_since}" if source.unreached_since else ""
    return f"  {source.name:<28}{source.documents:>7,} documents{source.records:>9,} records  {new}{due}{down}"


def _ago(day: date, today: date) -> str:
    days = (today - day).days
    return f"{day} ({'today' if days == 0 else f'{days:,} days ago' if days > 1 else 'yesterday' if days == 1 else f'in {-days:,} days'})"
