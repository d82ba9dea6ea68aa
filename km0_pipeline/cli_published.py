"""`km0 verify`, `km0 changes` and `km0 federate`: what anyone may ask of published data, here or on the web.

Belongs here: these commands and how they print. They need no project: only without a place to look at is it
data/published of the one in `--root`.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from km0_pipeline.terminal import fetched, plainly
from km0_pipeline.versions import as_published

if TYPE_CHECKING:
    from km0_pipeline.publish.changes import Change


@click.command()
@click.argument("path", metavar="[PATH|URL]", required=False)
@click.pass_obj
def verify(root: Path, path: str | None) -> None:
    """Check that published data are whole: sums, sizes, columns, values, keys, and the same cells in every format.

    PATH or URL is a snapshot, or the folder above all versions, which are then all checked, against index.json too.
    Without it: the last snapshot in data/published, and, where hub.toml names a bucket, the same in the bucket. What is at an address is
    fetched to a temporary folder.

    \b
    Examples:
      km0 verify
      km0 verify ~/Downloads/2026.11.22
      km0 verify https://donnees.example/km0/
    """
    from km0_pipeline.publish import places
    from km0_pipeline.publish.verify import verify as wrong_with
    from km0_pipeline.publish.verify import verify_all

    beside: list[str] = []
    if path is None:
        path, beside = _last_snapshot(root)
    place = path
    try:
        versions = places.index(place)
        if versions is None:
            with places.snapshot(place, _progress) as folder:
                wrong = wrong_with(folder)
        else:
            wrong = verify_all(place, versions, _progress)
    except places.NotThere as e:
        raise click.ClickException(str(e)) from None
    if wrong or beside:
        raise click.ClickException("\n".join([f"{place} is not whole:", *wrong, *beside]))
    click.echo(f"{place} is whole." if versions is None else f"{place} is whole: {len(versions)} version{'s' * (len(versions) != 1)}.")


@click.command()
@click.option("--since", metavar="VERSION", help="The version to compare with. Default: the one before.")
@click.option("--to", metavar="VERSION", help="The version that is compared. Default: the newest.")
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True, help="Sentences, or a line or an object a change.")
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Language of the sentences.")
@click.argument("path", metavar="[PATH|URL]", required=False)
@click.pass_obj
def changes(root: Path, since: str | None, to: str | None, form: str, lang: str, path: str | None) -> None:
    """Tell what changed between any two published versions.

    PATH or URL is the folder above all versions; without it, data/published. What came and went in between is not told;
    of what changed twice, the first value and the last are.

    \b
    Examples:
      km0 changes --since 2026.11.1
      km0 changes --since 2026.9.1 --to 2026.11.1 --format csv https://donnees.example/km0/ > changes.csv
    """
    from km0_pipeline.publish import places
    from km0_pipeline.publish.changes import between, files

    where = path or str(fetched(root, every_version=True).published)
    try:
        versions = places.index(where)
        if versions is None:
            raise click.ClickException(f"{where}: holds no index.json; give the folder above all versions" + (", or run `make run` first." if path is None else "."))
        known = [v["version"] for v in versions]
        newer = _chosen(known, to or (known[-1] if known else ""), "--to", where)
        if since is None and known[0] == newer:
            raise click.ClickException(f"{newer} is the first version: there is none to compare it with.")
        older = _chosen(known, since or known[known.index(newer) - 1], "--since", where)
        if known.index(older) > known.index(newer):
            raise click.ClickException(f"--since {older} is later than --to {newer}; change them about.")
        entries = {v["version"]: v for v in versions}
        with (
            places.files(where, entries[older], files(), _progress) as old,
            places.files(where, entries[newer], files(), _progress) as new,
        ):
            click.echo(_sentences(old, new, older, lang) if form == "text" else _table(between(old, new), form, older, newer), nl=form == "text")
    except places.NotThere as e:
        raise click.ClickException(str(e)) from None


@click.command()
@click.argument("snapshots", metavar="SNAPSHOT...", nargs=-1, required=True)
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--keep-going", is_flag=True, help="Leave out a snapshot that can't be had or is not whole; the exit status is 1 all the same.")
def federate(snapshots: tuple[str, ...], out: Path, keep_going: bool) -> None:
    """Read several hubs' snapshots together: one set of tables, with the hub in the key.

    SNAPSHOT is a snapshot, or the folder above all versions, of which the last is taken: a path or a URL each. OUT is a new folder, or an
    earlier federation, which is replaced. Organisations of several hubs are joined by SIREN, in the table entities.

    \b
    Example:
      km0 federate data/published https://filature.example/donnees/ ../region
    """
    from km0_pipeline.federation import CannotFederate
    from km0_pipeline.federation import federate as together
    from km0_pipeline.storage.hindrance import hindrance

    try:
        made = together(snapshots, out, keep_going, _progress)
    except CannotFederate as e:
        raise click.ClickException(str(e)) from None
    except OSError as e:
        raise click.ClickException(hindrance(e) or f"{out}: can't be written ({e.strerror or e}); name another folder.") from None
    hubs, organisations, entities = (made.rows[name] for name in ("hubs", "organisations", "entities"))
    click.echo(f"{made.folder}: {hubs} hub{'s' * (hubs != 1)}, {organisations:,} organisations, which are {entities:,} entities, {made.shared:,} of them in several hubs{'' if made.new else '; nothing changed'}.")
    if made.left_out:
        raise click.ClickException("\n".join(["Left out:", *made.left_out]))


def _sentences(old: Path, new: Path, since: str, lang: str) -> str:
    from km0_pipeline.publish.changelog import Words, sections, since_when
    from km0_pipeline.publish.changes import compared, counted_by_kind, reshaped

    words = Words("fr" if lang == "fr" else "en", str, {})
    with compared(old, new) as connection:
        tables = counted_by_kind(connection, "differences")
        lines = [*since_when(since, {"tables": tables} if tables else None, words), *sections(connection, words, reshaped(old, new))]
    return "\n\n".join(lines).replace("### ", "").replace("**", "")


def _table(found: list[Change], form: str, since: str, to: str) -> str:
    if form == "json":
        return json.dumps({"since": since, "to": to, "changes": [c._asdict() for c in found]}, ensure_ascii=False, indent=2) + "\n"
    from km0_pipeline.publish.changes import Change

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Change._fields)
    writer.writerows(found)
    return text.getvalue()


def _chosen(known: list[str], version: str, option: str, where: str) -> str:
    meant = next((k for k in known if version in (k, as_published(k))), None)
    if meant is None:
        listed = ", ".join(known[-8:]) or "none"
        raise click.ClickException(f"{option} {version}: {where} has no such version; there {'is' if len(known) < 2 else 'are'} {listed}{' and earlier ones' * (len(known) > 8)}.")
    return meant


def _last_snapshot(root: Path) -> tuple[str, list[str]]:
    """Where it lies, and what the bucket, where there is one, does not hold of it."""
    from km0_pipeline.steps import PublishedError

    project = fetched(root)
    try:
        folder = project.last_snapshot()
        last = project.index()["versions"][-1:]
    except PublishedError as e:
        raise click.ClickException(str(e)) from None
    if folder is None:
        raise click.ClickException(f"{project.published} holds no snapshot yet; run `make run` first.")
    with plainly():
        return str(folder), project.published_bucket.wrong(last[0]) if project.published_bucket else []


def _progress(sentence: str) -> None:
    """On a terminal one line that is written over; nothing else, so that nothing stands in what a program reads."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{sentence[:100]}", err=True, nl=False)
