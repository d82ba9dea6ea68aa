"""`km0 purge`: files of data/raw that hub.toml lets be kept no longer.

Belongs here: the command and its lines. Which files they are: `publish.privacy.retention`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from km0_pipeline.terminal import fetched


@click.command()
@click.option("--delete", is_flag=True, help="Delete them, and the notes beside them; a copy elsewhere is yours to delete.")
@click.pass_obj
def purge(root: Path, delete: bool) -> None:
    """List the files of data/raw whose time is over, as keep_until and keep_for of hub.toml say.

    When the last run read in them of what day they are, keep_for counts from there.
    """
    from km0_pipeline.publish.privacy.retention import overdue
    from km0_pipeline.publish.privacy.retention import purge as delete_files
    from km0_pipeline.tables.losses import accept

    project = fetched(root)
    found = overdue(project, datetime.now(project.hub.zone).date())
    for file in found:
        click.echo(f"data/raw/{file.path}  ({file.source}, kept until {file.until})")
    if not found:
        click.echo("No file of data/raw is kept longer than hub.toml says.")
    elif not delete:
        click.echo(f"{len(found)} to delete: `km0 purge --delete`.")
    else:
        try:
            delete_files(project, found)
        except OSError as e:
            raise click.ClickException(f"{e.filename}: can't be deleted ({e.strerror}); delete it by hand, and say it again.") from None
        click.echo(f"{len(found)} deleted. So that the next run does not take it for a loss: {accept(*sorted({f.source for f in found}))}")
