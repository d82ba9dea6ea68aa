"""`km0 review`: what waits for a person is shown, asked about in turn, and the answers are kept.

Belongs here: how it is shown and asked. What waits, and what an answer means, is said in `explain.waiting` (claims) and
`explain.pairs` (organisations).
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import click

from km0_pipeline.terminal import fetched, place, width_of_terminal, wrapped

if TYPE_CHECKING:
    from km0_pipeline.explain.pairs import Doubt, Known
    from km0_pipeline.explain.waiting import Waiting

T = TypeVar("T")

BY = click.option(
    "--by",
    default=getpass.getuser,
    show_default="the user of this machine",
    help="Who decides; kept with the decision, never published.",
)

CLAIM_KEYS = {"a": "accept", "r": "reject"}
CLAIM_HELP = """a: it says so, publish it.  r: it does not, or not of this one.  s: leave it for later.  u: back to the one before, its decision
withdrawn.  q: stop; what was decided stays.  A reason may follow a or r: r another company of that name"""

PAIR_KEYS = {"y": "same", "n": "different", "d": "unsure"}
PAIR_HELP = """y: they are the same, join them.  n: they are different, keep them apart.  d: one can't tell; it is not asked again.  s: leave it for later.
u: back to the one before, its decision withdrawn.  q: stop; what was decided stays.  A reason may follow y, n or d: n two shops of one owner"""


@click.group()
def review() -> None:
    """Decide on what the programme is not sure of. Decisions are kept in data/raw/decisions; the next `make run` heeds them."""


@review.command()
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Ask about the first N claims only.")
@click.option("--list", "listed", is_flag=True, help="Show the claims that wait, and ask nothing.")
@BY
@click.pass_context
def claims(context: click.Context, limit: int | None, listed: bool, by: str) -> None:
    """Accept or reject what was understood of the press, where the programme is not sure.

    A claim whose confidence is below press.review_below of hub.toml waits here and is not published. Asked first: names that
    most other claims wait for, then what is most likely right. Who accepts a claim accepts the names in it. Answer with a letter and
    Enter; a reason may follow it: "r another company of that name".
    """
    from km0_pipeline.explain.waiting import CannotReview, decide, waiting

    project = fetched(context.obj)
    try:
        found = waiting(project)
    except CannotReview as e:
        raise click.ClickException(str(e)) from None
    if not found:
        click.echo("Nothing to review: no claim of the press waits for a decision.")
        return
    click.echo(f"{len(found):,} claim{'s wait' if len(found) > 1 else ' waits'} for a decision.")

    def note(claim: Waiting, decision: str, why: str) -> None:
        decide(project, claim, decision, by=by, why=why, when=datetime.now(UTC))

    _review(
        "claims",
        found,
        found[:limit],
        listed,
        _waiting,
        CLAIM_KEYS,
        CLAIM_HELP,
        note,
        "The next `make run` publishes what you accepted.",
    )


@review.command()
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Ask about the first N pairs only.")
@click.option("--list", "listed", is_flag=True, help="Show the pairs that wait, and ask nothing.")
@BY
@click.pass_context
def entities(context: click.Context, limit: int | None, listed: bool, by: str) -> None:
    """Say whether two organisations whose names nearly agree are the same.

    Each pair is shown side by side: what sources say of either, what speaks for one organisation (=) and against (≠), and sentences that
    name them. Asked first: what is most likely the same. Answer with a letter and Enter; a reason may follow it.
    """
    from km0_pipeline.explain.pairs import decide, doubts
    from km0_pipeline.explain.waiting import CannotReview

    project = fetched(context.obj)
    try:
        found = doubts(project)
    except CannotReview as e:
        raise click.ClickException(str(e)) from None
    if not found:
        click.echo("Nothing to review: no pair of organisations waits for a decision.")
        return
    click.echo(f"{len(found):,} pair{'s wait' if len(found) > 1 else ' waits'} for a decision.")

    def note(doubt: Doubt, decision: str, why: str) -> None:
        decide(project, doubt, decision, by=by, why=why, when=datetime.now(UTC))

    _review(
        "entities", found, found[:limit], listed, _doubt, PAIR_KEYS, PAIR_HELP, note, "The next `make run` heeds it."
    )


def _review(
    what: str, found: Sequence[T], some: Sequence[T], listed: bool, show: Callable[[T, int], list[str]], keys: dict[str, str], explained: str,
    note: Callable[[T, str, str], None], then: str,
) -> None:  # fmt: skip
    """Show or ask about `some` of what was `found`, and say how it went."""
    width = width_of_terminal()
    if listed:
        click.echo("\n\n".join("\n".join(show(one, width)) for one in some))
        return
    try:
        answered, decided = _ask(some, lambda one: show(one, width), keys, explained, note)
    except OSError as e:
        raise click.ClickException(
            f"The decision could not be written to data/raw/decisions: {e}. Mend that and decide again."
        ) from None
    if not answered:
        raise click.ClickException(
            f"No answer could be read. Run `km0 review {what}` in a terminal, or with --list to see what waits."
        )
    click.echo(f"{decided:,} decided, {len(found) - decided:,} left." + (f" {then}" if decided else ""))


def _ask(
    some: Sequence[T],
    show: Callable[[T], list[str]],
    keys: dict[str, str],
    explained: str,
    note: Callable[[T, str, str], None],
) -> tuple[int, int]:
    """Ask about each in turn; returns how many answers were read, and how many are decided."""
    prompt = "   ".join(
        f"{key} {word}" for key, word in (keys | {"s": "skip", "u": "undo", "q": "quit", "?": "help"}).items()
    )
    decisions: list[str] = []  # one for each passed; '' where it was skipped
    answered, shown = 0, -1
    while len(decisions) < len(some):
        one, n = some[len(decisions)], len(decisions)
        if shown != n:
            click.echo("\n" + "\n".join([f"{n + 1} of {len(some)}", *show(one)]))
            shown = n
        click.echo(f"{prompt} > ", nl=False)
        line = sys.stdin.readline()
        if not line:
            click.echo()
            break
        answered += 1
        key, _, why = line.strip().partition(" ")
        if key in keys:
            note(one, keys[key], why.strip())
            decisions.append(keys[key])
        elif key == "s":
            decisions.append("")
        elif key == "u" and decisions:
            if decisions.pop():
                note(some[len(decisions)], "withdraw", "")
        elif key == "u":
            click.echo("Nothing to undo.")
        elif key == "q":
            break
        else:
            click.echo(explained)
    return answered, sum(map(bool, decisions))


def _waiting(claim: Waiting, width: int) -> list[str]:
    """A claim to decide on: what it says, its words, where they stand, and who else speaks of it."""
    before, words, after = claim.sentence
    waits = f"; {claim.waiting} other{'s wait' if claim.waiting > 1 else ' waits'} for it" if claim.waiting else ""
    document = ", ".join(part for part in (claim.title, claim.publisher, claim.published_on or "undated") if part)
    lines = [click.style(line, bold=True) for line in wrapped(claim.says, width, "")]
    lines += wrapped(f"“{before}[{words}]{after}”", width, "  ")
    lines += wrapped(document, width, "  ") + wrapped(f"{claim.path}, {place(claim.locator)}", width, "  ")
    lines.append(f"  confidence {claim.confidence:.2f}{waits}")
    for label, said in (("also said by", claim.also), ("otherwise:", claim.otherwise)):
        lines += [line for other in said for line in wrapped(f"{label} {other}", width, "  ")]
    return lines


def _doubt(doubt: Doubt, width: int) -> list[str]:
    """Two organisations side by side."""
    half = (width - 18) // 2
    lines = [click.style(f"{doubt.one.name}  |  {doubt.other.name}", bold=True)]
    for row in doubt.rows:
        left, right = (wrapped(side or "–", half, "") for side in (row.one, row.other))
        mark = {True: "=", False: "≠", None: " "}[row.agree]
        for n in range(max(len(left), len(right))):
            label = f"{row.label[:12]:<12} {mark}" if n == 0 else " " * 14
            lines.append(
                f"  {label} {left[n] if n < len(left) else '':<{half}}  {right[n] if n < len(right) else ''}".rstrip()
            )
    for side in (doubt.one, doubt.other):
        lines += _sentences(side, width)
    lines.append(f"  likely the same: {doubt.probability:.2f}")
    return lines


def _sentences(side: Known, width: int) -> list[str]:
    return [
        line
        for before, words, after, source in side.sentences
        for line in wrapped(f"{source}: “{before}[{words}]{after}”", width, "  ")
    ]
