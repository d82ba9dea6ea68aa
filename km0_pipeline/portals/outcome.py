"""What a push did, or would do, and how one that could not says so."""

from __future__ import annotations

from dataclasses import dataclass

SHOWN = 6
"""Names of one kind that a person is shown."""


class PortalError(Exception):
    """A push could not be done, or what the portal holds is not what was sent; the message is a sentence for who can act.

    `passing`: the same may go well later, with nothing mended.
    """

    def __init__(self, sentence: str, passing: bool = False) -> None:
        super().__init__(sentence)
        self.passing = passing


@dataclass(frozen=True)
class Outcome:
    """What a push of `version` changed on a portal; of a dry run, what it would change.

    `address` is where people find it (empty where it does not exist yet); `added`, `replaced` and `removed` are paths of files,
    `described` what was changed of the words about them, `left_out` a sentence for each file that the portal does not take.
    """

    portal: str
    address: str
    version: str
    created: bool = False
    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    described: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    dry_run: bool = False

    @property
    def changed(self) -> bool:
        return bool(self.created or self.added or self.replaced or self.removed or self.described)

    def lines(self) -> list[str]:
        """For a person: what changed, where to look, what is not there."""
        if not self.changed:
            found = [f"{self.portal}: has version {self.version} already; nothing was changed."]
        else:
            would = "would be " if self.dry_run else ""
            found = [f"{self.portal}: {would}made anew." if self.created else f"{self.portal}: {would}brought to version {self.version}."]
            for what, names in (("added", self.added), ("replaced", self.replaced), ("removed", self.removed), ("described anew", self.described)):
                if names:
                    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
                    found.append(f"  {would}{what}: {len(names)} ({', '.join(names[:SHOWN])}{more})")
        found += [f"  left out: {sentence}" for sentence in self.left_out]
        return [*found, f"  {self.address}"] if self.address else found
