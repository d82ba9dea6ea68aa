"""`km0 push`: a published snapshot put onto a portal.

Belongs here: the command, and how it prints. What it does: `portals`.
"""

from __future__ import annotations

from pathlib import Path

import click

from km0_pipeline.portals import PORTALS
from km0_pipeline.terminal import project_in


@click.command()
@click.argument("portal", type=click.Choice(PORTALS), metavar="PORTAL")
@click.option("--version", default="", metavar="VERSION", help="Push this version; else the last (s3: every version that it lacks).")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--replace", is_flag=True, help="s3 only: write a version anew of which the bucket holds other bytes, because it was rebuilt here.")
@click.pass_obj
def push(root: Path, portal: str, version: str, dry_run: bool, replace: bool) -> None:
    """Let a portal show a published snapshot: data.gouv.fr, CKAN, or an S3 bucket.

    PORTAL is datagouv, ckan or s3, as hub.toml describes it in [portals.*]; its key comes from the environment. Only what differs is sent, what the
    portal stored is read back and compared, and a second push changes nothing. One that breaks off is completed by the next.
    """
    from km0_pipeline.portals import push as pushed
    from km0_pipeline.portals.outcome import PortalError

    try:
        outcome = pushed(project_in(root), portal, version, dry_run, replace, lambda line: click.echo(f"  {line}", err=True))
    except PortalError as e:
        raise click.ClickException(str(e)) from None
    click.echo("\n".join(outcome.lines()))
