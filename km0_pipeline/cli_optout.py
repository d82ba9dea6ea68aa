"""`km0 optout`: who asks to be left out is, now and in what was published before.

Belongs here: the commands. The list: `publish.privacy.optout`; snapshots of old: `publish.rebuild`.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import click

from km0_pipeline.terminal import fetched, plainly, project_in


@click.group()
def optout() -> None:
    """Leave out whoever asks for it: in every later snapshot, and, with `apply`, in those published before.

    The list holds keyed hashes only, nobody's name. Its secret is in the environment variable KM0_OPTOUT_KEY.
    """


@optout.command()
@click.argument("kind", type=click.Choice(["person", "organisation"]))
@click.argument("who", required=False)
@click.pass_obj
def add(root: Path, kind: str, who: str | None) -> None:
    """Put a person, or an organisation by its name or SIREN, on the list.

    Without WHO it is asked for, so that the name does not stay in the history of your terminal. All who bear that name are left out.

    \b
    Examples:
      km0 optout add person
      km0 optout add organisation 123456782
    """
    from km0_pipeline.publish.privacy import optout as listed

    project = project_in(root)
    try:
        secret = listed.key(project.raw)
        who = who or click.prompt("Name" if kind == "person" else "Name or SIREN")
        new = listed.add(project.raw, secret, kind, str(who), datetime.now(project.hub.zone).date())
    except listed.OptOutError as e:
        raise click.ClickException(str(e)) from None
    if not new:
        click.echo("That one is on the list already.")
        return
    click.echo("Added. The next `make run` leaves that one out; `km0 optout apply` takes them out of what was published before.")


@optout.command(name="list")
@click.argument("who", required=False)
@click.pass_obj
def show(root: Path, who: str | None) -> None:
    """Say how many are on the list, and since when; with WHO, whether that one is."""
    from km0_pipeline.publish.privacy import optout as listed

    project = project_in(root)
    try:
        entries = listed.read(project.raw) if who is None else listed.listed_as(project.raw, listed.key(project.raw), who)
    except listed.OptOutError as e:
        raise click.ClickException(str(e)) from None
    if who is not None:
        said = [f"On the list since {e.on}, as {'a person' if e.kind == 'person' else 'an organisation'}." for e in entries]
        click.echo("\n".join(said) or "Not on the list.")
        return
    counted = Counter((e.on, e.kind) for e in entries)
    click.echo("\n".join(f"{on}  {kind:<12}  {n}" for (on, kind), n in sorted(counted.items())) or "Nobody is on the list.")


@optout.command()
@click.pass_obj
def apply(root: Path) -> None:
    """Write again each published version in which somebody of the list stands, without them.

    2026.11.22 becomes 2026.11.22+r1: the old files are deleted, index.json says how many rows were withdrawn and when, and the
    pages of the site are made again. Push to portals again afterwards; copies that others took you can't call back.
    """
    from km0_pipeline.catalogue.site import build
    from km0_pipeline.publish.privacy import PublicationStopped
    from km0_pipeline.publish.privacy.optout import OptOutError
    from km0_pipeline.publish.rebuild import rebuild
    from km0_pipeline.steps import PublishedError
    from km0_pipeline.storage import sole_use

    try:
        with plainly():
            project = fetched(root)
            with sole_use(project.root, wait=False):
                try:
                    done = rebuild(project)
                finally:  # also where it stopped half-way or had nothing to do: pages may name who is gone from the versions, as after a killed `apply`
                    build(project)
    except BlockingIOError:
        raise click.ClickException("A refresh is at work on this project; wait until it has ended, then say it again.") from None
    except (OptOutError, PublicationStopped, PublishedError) as e:
        raise click.ClickException(str(e)) from None
    for r in done:
        click.echo(f"{r.version} is now {r.now}: {r.rows:,} rows and {r.cells:,} cells withdrawn.")
    if not done:
        click.echo("Nobody of the list stands in a published version.")
