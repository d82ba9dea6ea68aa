"""The `km0` command: what a steward types.

Belongs here: commands, their options and how they print. What they do is a function of the
library, so that it can be had without a terminal; `km0 review` stands in `reviewing`, `km0 verify`, `km0 changes` and `km0 federate` in `cli_published`. Whatever goes wrong is said in a sentence,
with exit status 1 (2 where the command was typed wrongly).
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from km0_pipeline.cli_init import init
from km0_pipeline.cli_limits import limits
from km0_pipeline.cli_optout import optout
from km0_pipeline.cli_published import changes, federate, verify
from km0_pipeline.cli_purge import purge
from km0_pipeline.cli_push import push
from km0_pipeline.cli_status import status
from km0_pipeline.reviewing import review
from km0_pipeline.terminal import fetched, place, project_in, width_of_terminal, wrapped

if TYPE_CHECKING:
    from km0_pipeline.explain import Cell, Row
    from km0_pipeline.explain.said import Said
    from km0_pipeline.press.understood import Understood

TABLES = ("organisations", "people", "places", "events", "headcounts", "funding", "tenancies", "relationships", "discrepancies")

MOST = 3
"""Statements of one sort that are shown of a cell where all columns are asked for."""

COLOURS = {"organisation": "green", "person": "magenta", "place": "blue", "event": "yellow", "figure": "cyan", "date": "bright_cyan", "statement": "bright_black"}
"""Colour of what is found in a document."""


HELD = {"to_review": "to review", "rejected": "rejected"}
"""What is said of a claim that is not published."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="km0-pipeline", prog_name="km0")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    show_default="the current folder",
    help="Folder of the project: the one that hub.toml lies in.",
)
@click.pass_context
def main(context: click.Context, root: Path) -> None:
    """Open data on an innovation hub: ask where a value comes from, check a snapshot, serve it.

    `make run` makes the data and publishes a snapshot in data/published; these commands read what it made.
    """
    context.obj = root
    if os.environ.get("NO_COLOR"):
        context.color = False
    elif os.environ.get("FORCE_COLOR"):
        context.color = True


@main.command()
@click.argument("table", type=click.Choice(TABLES), metavar="TABLE")
@click.argument("name_or_id")
@click.argument("column", required=False)
@click.pass_obj
def explain(root: Path, table: str, name_or_id: str, column: str | None) -> None:
    """Say where the values of a row come from, who else says so, and who says otherwise.

    TABLE is organisations, people, places, events, headcounts, funding, tenancies, relationships or discrepancies.
    NAME_OR_ID is a name (accents and capitals aside; the hub's aliases are known) or an id such as
    org-0123456789abcdef; in the last five tables it is whom the rows are about, or the id of one row. COLUMN is one column of the table; without it, all that sources fill,
    with the first few statements of each.

    \b
    Examples:
      km0 explain organisations KM0
      km0 explain organisations "Conservatoire national des arts et métiers" name
      km0 explain headcounts KM0
    """
    from km0_pipeline.explain import CannotExplain
    from km0_pipeline.explain import explain as explained
    from km0_pipeline.publish.privacy.gate import kept_back
    from km0_pipeline.tables.table import table as declared

    project = fetched(root)
    try:
        rows = explained(project, table, name_or_id, column)
    except CannotExplain as e:
        raise click.ClickException(str(e)) from None
    width = width_of_terminal()
    most = None if column else MOST
    click.echo("\n\n".join("\n".join(_row(row, kept_back(project, declared(table), row.row_id), width, most)) for row in rows))


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def read(context: click.Context, file: Path) -> None:
    """Show what is understood of one document: its text with what was found in it, and the claims made from it.

    FILE is a press release in any format that data/raw/press takes, there or elsewhere. It is read as a run would read it,
    with the names of the registries that the last run read; nothing of the project changes.
    """
    from km0_pipeline.press.understood import read_aside

    project = fetched(context.obj)
    picture = read_aside(replace(project, day=datetime.now(project.hub.zone).date()), file)
    if not picture.documents:
        hidden = f"{file} is hidden (its name begins with a dot): a run leaves it out; rename it."
        raise click.ClickException("\n".join([r.sentence for r in picture.left_out] or [hidden]))
    width = width_of_terminal()
    colour = sys.stdout.isatty() if context.color is None else context.color
    lines = [line for document in picture.documents for line in (*_document(document, width, colour), "")]
    if picture.left_out:
        lines.append(click.style("Left out or not trusted", bold=True))
        for r in picture.left_out:
            lines += wrapped(f"{r.reason}: {r.sentence}" + (f" ({place(r.locator)})" if r.locator else ""), width, "  ")
    elif picture.documents:
        lines.append("Nothing was left out.")
    click.echo("\n".join(lines))


@main.command(name="map")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--registry", default="", metavar="NAME", help="Read it as this registry of hub.toml; else as the one whose path it matches.")
@click.option("--write", is_flag=True, help="Write what each column says into hub.toml, comments and all else kept.")
@click.pass_obj
def map_columns(root: Path, file: Path, registry: str, write: bool) -> None:
    """Show what is made of each column of a registry, with examples and doubts.

    FILE is a spreadsheet or an export in any format that data/raw/registries takes, there or elsewhere.
    """
    from km0_pipeline.cli_map import lines
    from km0_pipeline.hub import HubError
    from km0_pipeline.registries.mapping import CannotMap, made_of
    from km0_pipeline.registries.mapping import write as write_mapping

    try:
        made = made_of(project_in(root), file, registry)
        click.echo("\n".join(lines(made, width_of_terminal())))
        if write:
            write_mapping(root / "hub.toml", made)
            click.echo(f"\nWritten into {root / 'hub.toml'}: look at it, and mend what is not so.")
    except (CannotMap, HubError) as e:
        raise click.ClickException(str(e)) from None


main.add_command(init)
main.add_command(status)
main.add_command(optout)
main.add_command(purge)
main.add_command(push)
main.add_command(review)
main.add_command(limits)
main.add_command(verify)
main.add_command(changes)
main.add_command(federate)


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 lets other machines in.")
@click.pass_obj
def serve(root: Path, port: int, host: str) -> None:
    """Serve data/published, the site and the files, with Range, ETag and CORS, until Ctrl-C.

    Of a bucket: every version that it holds now, with the pages made here.
    """
    from km0_pipeline.catalogue.site import build
    from km0_pipeline.publish.serve import CannotServe
    from km0_pipeline.publish.serve import serve as serve_folder
    from km0_pipeline.storage import sole_use

    project = fetched(root, every_version=True)
    folder = project.published
    if not folder.is_dir():
        raise click.ClickException(f"{folder}: there is no such folder; run `make run` first.")
    if project.published_bucket:
        with suppress(BlockingIOError), sole_use(project.root, wait=False):  # a run that is at work here makes them itself
            build(project, send=False)
    click.echo(f"{folder} is served at http://{host}:{port}/ until you press Ctrl-C.", err=True)
    try:
        serve_folder(folder, host, port)
    except CannotServe as e:
        raise click.ClickException(str(e)) from None


def _row(row: Row, kept_back: dict[str, str], width: int, most: int | None) -> list[str]:
    """A row and its cells, as lines, with what is `kept_back` of it; at most `most` statements of one sort a cell."""
    lines = [f"{click.style(row.name, bold=True)}  ({row.table}, {row.row_id})"]
    if row.note:
        lines += wrapped(row.note, width, "")
    lines += _not_published(kept_back.get(""), width, "")
    for cell in row.cells:
        value, *rest = _cell(cell, width, most)
        lines += ["", value, *_not_published(kept_back.get(cell.column.name), width, "  "), *rest]
    return lines


def _not_published(why: str | None, width: int, indent: str) -> list[str]:
    """That what stands above is not published, and by which rule; nothing where it is."""
    return [click.style(line, fg="red") for line in wrapped(f"not published, {why}", width, indent)] if why else []


def _cell(cell: Cell, width: int, most: int | None) -> list[str]:
    """What a cell says, what it rests on, and what others say."""
    title = f"{cell.column.name} ({cell.column.title.en})"
    lines = [f"{click.style(title, fg='cyan')}: {click.style(cell.value or 'nothing', bold=True)}"]
    if cell.rests_on:
        lines += _said(cell.rests_on, width, "rests on")
    if cell.why:
        lines += wrapped(f"why: {cell.why}", width, "  ")
    label = "also said by" if cell.rests_on else "said by"
    other = "also written" if cell.column.property == "name" else "otherwise"
    for sort, labels, colour in (
        (cell.also, [label for _ in cell.also], "green"),
        (cell.otherwise, [f"{other}: {s.shown} –" for s in cell.otherwise], "yellow"),
        (cell.held, [f"{HELD[s.held]}: {s.shown} ({s.confidence:.2f}) –" for s in cell.held], "bright_black"),
        (cell.gone, [f"{s.shown}, {s.corrected}:" if s.corrected else f"until {s.gone_since}: {s.shown} –" for s in cell.gone], "bright_black"),
    ):
        for said, words in list(zip(sort, labels, strict=True))[:most]:
            lines += _said(said, width, words, colour)
        if most is not None and len(sort) > most:
            lines += wrapped(f"… and {len(sort) - most} more; ask for the column {cell.column.name} to see all", width, "  ")
    return lines


def _said(said: Said, width: int, label: str, colour: str | None = None) -> list[str]:
    """Who says it, the words, and where they stand."""
    document = ", ".join(part for part in (said.title, said.publisher, said.published_on or said.stated_on) if part)
    qualifier = "" if said.qualifier == "exact" else f" ({said.qualifier.replace('_', ' ')})"
    quoted = f", quoting {said.said_by}" if said.said_by else ""
    lines = wrapped(f"{label} {document}{quoted}{qualifier}", width, "  ")
    lines[0] = lines[0].replace(label, click.style(label, fg=colour), 1)
    if said.also_in:
        lines += wrapped(f"also in: {', '.join(said.also_in)}", width, "    ")
    if said.sentence:
        before, words, after = said.sentence
        lines += wrapped(f"“{before}[{words}]{after}”", width, "    ")
    elif said.words:
        lines += wrapped(f"“{said.words}”", width, "    ")
    lines += wrapped(f"{said.path}, {place(said.locator)}", width, "    ")
    return [*lines, f"    {said.url}"] if said.url else lines


def _document(document: Understood, width: int, colour: bool) -> list[str]:
    """What is known of a document, its text with what was found in colour (or in brackets), its claims by subject."""
    from km0_pipeline.press.understood import pieces

    d = document
    lines = wrapped(d.title or d.path, width, "")
    lines = [click.style(line, bold=True) for line in lines]
    known = ((n, getattr(d, n)) for n in ("path", "format", "language", "publisher", "author", "published_on", "url", "licence"))
    lines += [f"  {name}: {value or 'unknown'}" for name, value in known]
    # a blank at the end of a line becomes its end: every character stays where marks say
    folded = re.sub(rf"(?m)(.{{1,{width}}})( |$)", lambda m: m[1] + ("\n" if m[2] else ""), d.text).replace("\f", "\n")
    shown = []
    for words, sort in pieces(folded, d.marks):
        named = sort and sort != "statement"
        shown.append(click.style(words, fg=COLOURS[sort]) if sort and colour else f"[{words}]" if named else words)
    legend = " ".join(click.style(sort, fg=c) for sort, c in COLOURS.items()) if colour else "[…] " + ", ".join(s for s in COLOURS if s != "statement")
    lines += ["", "".join(shown).strip("\n"), "", f"found: {legend}", "", click.style(f"Claims: {len(d.claims)}", bold=True)]
    for (subject, kind), claims in groupby(d.claims, key=lambda c: (c.subject, c.subject_kind)):
        lines.append(f"  {click.style(subject, fg=COLOURS[kind] if colour else None)} ({kind})")
        for c in claims:
            held = f" – {HELD[c.status]}" if c.status in HELD else ""
            lines += wrapped(f"{c.confidence:.2f}  {c.property}: {c.shown} – “{' '.join(c.words.split())}”, {place(c.locator)}{held}", width, "    ")
    return lines


if __name__ == "__main__":
    main()
