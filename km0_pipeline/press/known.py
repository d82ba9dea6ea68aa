"""Names known beforehand, and where they stand in a text.

They come from hub.toml (the hub, its sites, `press.known_names`), from the registries, and from
`reference`. All are looked for at once (Aho-Corasick): the time is that of reading the text,
however many names there are. Case, accents, hyphens and apostrophes may differ, but for the case of
acronyms (CeA is not CEA); a name must stand between word borders and, outside its article, bear a
capital letter or a digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from km0_pipeline.claims import digest
from km0_pipeline.hub import Hub
from km0_pipeline.press.folding import fold, key, spell, straighten
from km0_pipeline.reference import institutions, places
from km0_pipeline.steps import modules_version

Sort = Literal["hub", "organisation", "place"]
_RANK = {"hub": 0, "organisation": 1, "place": 2}
_ARTICLE = re.compile(r"(?:l[ae]s?|une?|the)\s|l'", re.I)
_FORM = re.compile(
    r"\s*,?\s*\b(?:S\.?A\.?S\.?U?|S\.?A\.?R\.?L\.?|E\.?U\.?R\.?L\.?|SA|SNC|SCI|SCOP|SCIC|GIE|GIP|GmbH)\.?$"
)


@dataclass(frozen=True, slots=True)
class Known:
    """A name to look for: its `key` within a document, what it names, and what is known of that."""

    key: str
    sort: Sort
    kind: str = ""
    name: str = ""
    parent: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A known name in a text."""

    start: int
    end: int
    known: Known


class Names:
    """The known names of one hub, ready to be found in texts."""

    def __init__(self, hub: Hub, others: Iterable[str] = ()) -> None:
        self._surfaces: dict[str, tuple[Known, str]] = {}
        self.hub = Known("hub", "hub", "hub", hub.hub.name)
        for name in (*hub.names, hub.hub.legal_name):
            self._add(name, self.hub)
        self.commune = hub.hub.commune_name
        town = f"Ville de {hub.hub.commune_name}"
        self.town = Known(key(town), "organisation", "public_body", town)
        for site in hub.sites:
            known = Known(f"site {site.id}", "place", "site", site.name)
            for name in (site.name, *site.aliases):
                self._add(name, known)
        for i in institutions():
            for name in (i.name, *i.aliases):
                self._add(name, Known(key(i.name), "organisation", i.kind, i.name, key(i.parent)))
        for name in (*hub.press.known_names, *others):
            short = _FORM.sub("", name.strip())
            self._add(name, Known(key(short), "organisation", "", ""))
            self._add(short, Known(key(short), "organisation", "", ""))
        for p in places():
            for name in (p.name, *p.aliases):
                self._add(name, Known(key(p.name), "place", p.kind, p.name, "", p.code))

    def _add(self, name: str, known: Known) -> None:
        folded = key(name)
        if len(folded) >= 3 and not folded.replace(" ", "").isdigit():
            acronym = len(name) <= 5 and sum(c.isupper() for c in name) >= 2 and known.sort != "hub"
            if folded not in self._surfaces or (self._surfaces[folded][0] == known and not acronym):
                self._surfaces[folded] = (known, name if acronym else "")

    @cached_property
    def _automaton(self) -> Any:
        import ahocorasick

        automaton = ahocorasick.Automaton()
        for folded, (known, acronym) in self._surfaces.items():
            automaton.add_word(folded, (len(folded), known, acronym))
        automaton.make_automaton()
        return automaton

    @cached_property
    def version(self) -> str:
        """What changes when the names do, or how they are found."""
        surfaces = (f"{surface}\t{known}" for surface, known in sorted(self._surfaces.items(), key=lambda s: s[0]))
        return digest(modules_version(__file__), *surfaces, length=64)

    def find(self, text: str) -> list[Match]:
        """Known names in `text` as stored, longest first where they overlap, in order."""
        straight = straighten(text)
        folded, at = spell(fold(text))
        found: list[Match] = []
        for last, (length, known, acronym) in self._automaton.iter(folded):
            first, after = last + 1 - length, last + 1
            if (first and folded[first - 1].isalnum()) or (after < len(folded) and folded[after].isalnum()):
                continue
            start, end = at[first], at[last] + 1
            words = straight[start:end]
            bare = _ARTICLE.sub("", words, count=1) if _ARTICLE.match(words) else words
            if (acronym and words != acronym) or not any(c.isupper() or c.isdigit() for c in bare):
                continue
            if known.kind == "department" and not _is_department(straight, start, end, known.name):
                continue
            found.append(Match(start, end, known))
        found.sort(key=lambda m: (m.start - m.end, _RANK[m.known.sort], m.start))
        kept: list[Match] = []
        taken = bytearray(len(text))
        for m in found:
            if not any(taken[m.start : m.end]):
                taken[m.start : m.end] = b"\1" * (m.end - m.start)
                kept.append(m)
        return sorted(kept, key=lambda m: m.start)


def _is_department(text: str, start: int, end: int, name: str) -> bool:
    """Whether a department's name is meant as one: many are rivers, compass points or common words."""
    if "-" in name or "'" in name:
        return True
    before, after = text[max(0, start - 12) : start], text[end : end + 1]
    return bool(re.search(r"\((?:l[ae] )?$", before) and after == ")") or bool(
        re.search(r"\bdépartement d(?:e |e la |u |e l')$", text[max(0, start - 20) : start])
    )
