"""Lists of names, which are of one sort: « A, B et C », « A (Sélestat) - B (Benfeld) », « 62 communes, dont A et B ».

Each member gets the weight of its neighbours, and of the noun that announces the list; what stands beside the
members, the towns in brackets or after « à », is a list of its own. Belongs here: what is a list, and its weight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from km0_pipeline.press.kinds import NOUN

Sorts = dict[str, float]
"""Letter -> weight."""


class Weighed(Protocol):
    """A name with its weights."""

    start: int
    end: int
    weights: Sorts

    def add(self, **weights: float) -> None: ...


Member = tuple[int, int, "Weighed | str"]
"""Range of a name, and its weights, or its letter where it is known."""

_BETWEEN = re.compile(
    r"(?: ?\([^()\n]{1,60}\)|,? (?:à|en) [^,;:()\n]{2,40}?)?"
    r"(?:, (?:et |ou |mais aussi |ainsi que |puis )?| et | & | ou | ainsi que | / |, dont | ?; ?(?:et |ou )?|[ ;,.]*\n+ *[-•–] *| [-•–] )"
    r"(?:(?:l[ae]s?|aux?|d[ue]s?|de la|avec|à|à la|en) |l'|d'|à l'|de l')?",
    re.I,
)
_ANNOUNCED = r"[^.;:]{0,60}(?::|, dont|tel(?:le)?s? que|comme|parmi (?:lesquel(?:le)?s|eux|elles),?)[\s\-•–]*(?:l[ae]s? |l'|à |en )?$"
_ORGANISATIONS = re.compile(
    rf"\b(?:(?:{NOUN})s?|membres|adhérents|partenaires|lauréats|locataires|occupants|espaces|lieux|ateliers|structures|acteurs|financeurs|mécènes|finalistes|exposants|projets){_ANNOUNCED}",
    re.I,
)
_TOWNS = re.compile(
    rf"\b(?:communes|villes|villages|localités|départements|cantons|territoires|pays|agglomérations|métropoles|antennes)(?:{_ANNOUNCED}| (?:de |d'))$",
    re.I,
)
_LEAD = 110


def announces(flat: str, start: int) -> bool:
    """Whether a list is announced that begins at `start`."""
    before = flat[max(0, start - _LEAD) : start]
    if before.rstrip()[-1:] not in (":", "-", "–", "•"):
        return False
    return bool(_ORGANISATIONS.search(before) or _TOWNS.search(before))


def even_out(flat: str, names: Iterable[Weighed], known: Iterable[tuple[int, int, str]]) -> None:
    """Give each name of a list the weight of its neighbours; `known` are ranges with their letter."""
    members: list[Member] = sorted(
        [*((n.start, n.end, n) for n in names), *((s, e, x) for s, e, x in known)], key=lambda m: (m[0], m[1])
    )
    group: list[Member] = []
    asides: list[Member] = []
    for member in members:
        if group and _is_aside(flat, group[-1], member):
            asides.append(member)
            continue
        if group and not _BETWEEN.fullmatch(flat, group[-1][1], member[0]):
            _finish(flat, group, asides)
            group, asides = [], []
        group.append(member)
    _finish(flat, group, asides)


def _is_aside(flat: str, main: Member, member: Member) -> bool:
    """Whether `member` only says where `main` is: « A (Sélestat) », « A, à Sélestat, »."""
    start, end, _ = member
    between = flat[main[1] : start]
    return (between in (" (", "(") and flat.startswith(")", end)) or (
        between in (", à ", ", en ", " à ", " en ")
        and not flat.endswith((" à ", " en "), 0, main[0])
        and bool(re.match(r" ?(?:[,;.\n]|et\b|$)", flat[end : end + 4]))
    )


def _finish(flat: str, group: list[Member], asides: list[Member]) -> None:
    if len(group) > 1:
        _level(flat, group)
        if len(asides) > 1:
            _level(flat, asides)


def _level(flat: str, group: list[Member]) -> None:
    total = {"O": 0.0, "P": 0.0, "L": 0.0}
    for _, _, m in group:
        for letter, weight in ({m: 2.5} if isinstance(m, str) else m.weights).items():
            if letter in total:
                total[letter] += max(-2.0, min(weight, 3.0))
    lead = flat[max(0, group[0][0] - _LEAD) : group[0][0]]
    if _TOWNS.search(lead):
        total["L"] += 3.0 * len(group) ** 0.5
    elif _ORGANISATIONS.search(lead):
        total["O"] += 3.0 * len(group) ** 0.5
    average = {letter: weight / len(group) for letter, weight in total.items()}
    for _, _, m in group:
        if not isinstance(m, str):
            m.add(**{letter: min(weight, 2.0) if weight > 0 else weight / 2 for letter, weight in average.items()})
