"""Names found in texts: whole, accents, case and signs aside.

« Élodie d'Exemple » stands in "(elodie D’EXEMPLE)", not in "Élodie d'Exemplet", and never for its first name alone. Belongs
here: the plain form of a text, in Python and in SQL, and the search for many names at once (Aho-Corasick).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

MASK = "[…]"
"""What stands in the place of what was taken out of a text; as in `tables.contacts`."""

PLAIN_SQL = """create or replace temp macro plain(x) as ' ' || trim(regexp_replace(lower(strip_accents(x)), '[^a-z0-9]+', ' ', 'g')) || ' ';"""
"""DuckDB macro: `plain`."""


def plain(text: str) -> str:
    """The words of `text` in small letters without accents, a space before, between and after them."""
    return f" {' '.join(re.findall(r'[a-z0-9]+', _bare(text)))} "


def _bare(text: str) -> str:
    return re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFD", text)).lower()


class Names:
    """Names of two words and more, looked for together; what lies within one of the `known`, which may stand there, is not found.

    A street, an organisation may bear the name of somebody: « Fondation Camille Exemple » says nothing of another Camille Exemple.
    """

    def __init__(self, wanted: Iterable[str], known: Iterable[str] = ()) -> None:
        import ahocorasick

        private = {p for p in map(plain, wanted) if " " in p.strip()}
        self._automaton: Any = ahocorasick.Automaton()
        for name in sorted(private):
            self._automaton.add_word(name, (len(name), True))
        if private:  # of the known only those in which a wanted one stands are of use
            self._automaton.make_automaton()
            for name in sorted({p for p in map(plain, known) if any(True for _ in self._automaton.iter(p))}):
                self._automaton.add_word(name, (len(name), False))
            self._automaton.make_automaton()
        self.count = len(private)

    def found(self, words: str) -> list[str]:
        """The wanted names that stand in a `plain` text, outside the known ones."""
        if not self.count:
            return []
        hits = [(end + 1 - length, end + 1, wanted) for end, (length, wanted) in self._automaton.iter(words)]
        covers = [(start, end) for start, end, wanted in hits if not wanted]
        return [words[start:end] for start, end, wanted in hits if wanted and not any(a <= start and end <= b for a, b in covers)]

    def masked(self, text: str) -> str:
        """`text` with […] in the place of each wanted name."""
        for name in self.found(plain(text)):
            letters = [_bare(c) for c in text]
            bare = "".join(c if len(c) == 1 else " " for c in letters)
            place = re.search(r"(?<![a-z0-9])" + r"[^a-z0-9]+".join(name.split()) + r"(?![a-z0-9])", bare)
            if place is None:  # written with letters apart from their accents
                return MASK
            text = text[: place.start()] + MASK + text[place.end() :]
        return text
