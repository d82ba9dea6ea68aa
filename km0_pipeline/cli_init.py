"""The `km0 init` command: five questions, and a hub that runs."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("dir", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", prompt="Name of the hub", help="Name of the hub, as it is to be published.")
@click.option("--commune", prompt="INSEE code of its commune (5 characters, not the postcode)", help="INSEE code of its commune.")
@click.option("--commune-name", prompt="Name of its commune", help="Name of its commune.")
@click.option("--contact", prompt="Mailbox for questions (of a role, not of a person)", help="Mailbox of a role, which is published.")
@click.option("--website", prompt="Web site (Enter if none)", default="", show_default=False, help="Web site of the hub; may be empty.")
def init(dir: Path, name: str, commune: str, commune_name: str, contact: str, website: str) -> None:
    """Start a hub in DIR: its hub.toml, the folders for its sources with a README each, and an example to delete.

    What is not given as an option is asked.

    \b
    Example:
      km0 init ../filature --name "La Filature" --commune 68224 --commune-name Mulhouse --contact donnees@filature.example --website ""
      make run HUB=../filature
    """
    from km0_pipeline.hub import HubError
    from km0_pipeline.starting import EXAMPLES, Answers, CannotStart, start

    try:
        start(dir, Answers(name, commune, commune_name, contact, website))
    except (CannotStart, HubError) as e:
        raise click.ClickException(str(e)) from None
    click.echo(f"{dir} is a hub. Next, from the folder of km0_pipeline:")
    click.echo(f"  make run HUB={dir}     refresh and publish; make serve HUB={dir} shows it")
    click.echo(f"  {' and '.join(str(dir / e) for e in EXAMPLES)} are made up: delete them once you have sources of your own.")
