"""`km0 limits`: what published versions had, and the limits that this suggests.

Belongs here: the command and its lines. What is counted and suggested: `tables.limits`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from km0_pipeline.terminal import fetched

if TYPE_CHECKING:
    from km0_pipeline.hub import TableLimits
    from km0_pipeline.tables.limits import Seen


@click.command()
@click.option("--write", is_flag=True, help="Write them into hub.toml, for each table that it sets no limits for; all else is kept.")
@click.pass_obj
def limits(root: Path, write: bool) -> None:
    """Suggest limits on the rows and the filled cells of each table, from what every published version had.

    A refresh that breaks a limit of hub.toml, [limits.tables], publishes nothing and says what it found.
    """
    from km0_pipeline.hub import HubError
    from km0_pipeline.steps import PublishedError
    from km0_pipeline.tables.limits import check_names, seen
    from km0_pipeline.tables.limits import write as write_limits

    project = fetched(root, every_version=True)
    try:
        check_names(project.hub)
        found = seen(project)
        if not found:
            raise click.ClickException(f"{root / 'data' / 'published'} holds no version to learn from yet; run `make run` first.")
        click.echo("\n".join(line for one in found for line in _lines(one, project.hub.limits.tables.get(one.table))))
        if write:
            names = write_limits(root / "hub.toml", found)
            what = f"Written for {', '.join(names)}" if names else "Nothing written: every table has limits there"
            click.echo(f"\n{root / 'hub.toml'}: {what}. What stood there was left; to renew a table's limits, delete them and say it again.")
    except (HubError, PublishedError) as e:
        raise click.ClickException(str(e)) from None


def _lines(seen: Seen, now: TableLimits | None) -> Iterator[str]:
    """What was seen of a table, what that suggests, and what hub.toml says now."""
    versions = f"{seen.versions} version{'' if seen.versions == 1 else 's'}"
    least, most = seen.suggested.rows or (0, 0)
    had = f"  (hub.toml: [{now.rows[0]}, {now.rows[1]}])" if now and now.rows else ""
    yield f"{click.style(f'[limits.tables.{seen.table}]', bold=True)}  # {versions}"
    yield f"{f'rows = [{least}, {most}]':<32}  # {_span(*map(str, seen.rows))} rows seen{had}"
    for column, share in seen.suggested.filled.items():
        had = f"  (hub.toml: {now.filled[column]:g})" if now and column in now.filled else ""
        yield f"{f'filled.{column} = {share:g}':<32}  # {_span(*(f'{s:.2f}' for s in seen.filled[column]))} seen{had}"
    yield ""


def _span(least: str, most: str) -> str:
    return least if least == most else f"{least} to {most}"
