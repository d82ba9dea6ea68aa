"""Where names stand in a text, and where each begins and ends.

A name is a run of capitalised words, without the word that is capitalised for beginning a sentence, and with what
belongs to it: a surname, « & Associés », « des Colibris » after a common noun. Belongs here: runs and their borders.
What a name is, is weighed in `weighing`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from km0_pipeline.press import headed
from km0_pipeline.press.evidence import ARTICLES, COMMON_FIRST, JUNK, ROLE, ROMAN, SORT_NOUN, UP
from km0_pipeline.press.folding import key
from km0_pipeline.press.listing import Sorts, announces
from km0_pipeline.reference import first_names

_TOKEN = rf"(?:(?!(?:[LDCSJNMT]|Qu)')[{UP}](?:[\w&@+]|[.](?=[{UP}\d]|(?:io|fr|com|org|ai|net|eu|tech|app)\b)|['-](?=\w)|[(]\w{{1,3}}[)])*|[a-z]{{1,3}}[A-Z]\w*)"
_RUN = re.compile(
    rf"(?<![\w'@./-])(?:(?<=[dlDL]')|(?<![\w'])){_TOKEN}(?: (?:(?:& |in |of |of the |for |and |the |by )?{_TOKEN}|\d{{1,3}}(?:\.\d)?(?![\w%]|[,.]\d| \d{{3}}(?!\d)| ?(?:%|€|[a-zà-ÿ]+s\b|m²|k?m\b|h\b|(?:janv?|févr?|avr|mai|juin|juil|août|sept|oct|nov|déc)))))*|(?<=\b[dlDL]'){_TOKEN}(?: {_TOKEN})*"
)
PARTICLE = r"(?:(?:d[eu]|d'|de la|von|van|van der|ben|el|al|le|la) ?)?"
_SURNAME = re.compile(rf"(?: {PARTICLE}[{UP}][\w'-]*\w)+")
_LINKED = re.compile(rf" (?:(?:des|du|de la|aux) |de l')(?P<of>{_TOKEN}(?: {_TOKEN})*)| d'à [\w-]+")
_PURPOSE = re.compile(rf" à (?P<of>[{UP}][a-zà-ÿ]+s)(?![\w'-])")
"""« Usine à Liens », « la Remise à Songes »: a common noun, and what it is for; not a town."""
_DEVICE = re.compile(
    r"(?:L[ae] )?(?:Usine|Fabrique|Boîte|Machine|Moulin|Mine|Malle|Café|Atelier|Laboratoire|Labo|Maison|Cabane|Four|Coffre|Boutique|Ruche|Halle|Caisse|Sac|Marmite|Forge)"
)
_COMMON_TAIL = re.compile(
    r"(?: (?:de |d'|en |sans )[a-zà-ÿ]{3,}|(?<=[sx]) (?!dans\b|sans\b|sous\b|vers\b|puis\b|depuis\b|mais\b|plus\b|pas\b|très\b|dès\b|après\b|hors\b|tous\b|nous\b|vous\b|l?eurs?\b|ses\b|ces\b|des\b|aux\b)[a-zà-ÿ]{3,}[sx])(?![\w'-])"
)
"""« l'association Femmes de quart », « la coopérative Les Amarres communes »: what goes on after a plural that a noun announces."""
_TAIL = re.compile(rf" (?:(?:de |d'|à |en |sans |et )[a-zà-ÿ]{{3,}}|de \d+|(?:d[eu] |d'|a |& |à )[{UP}][\w'-]+|& [a-zà-ÿ]{{3,}})(?![\w'-])")
"""What goes on after a name, and belongs to it if it does so wherever the name stands."""
_INNER = re.compile(rf" (?:en|dans l[ae]|sans|sous|contre) (?P<of>[{UP}][\w'-]+)")
"""« l'association Fils en Fête »: within the name that a noun announces."""
_PLURAL = re.compile(r"(?:L[ae]s? )?[A-ZÀ-Þ][a-zà-ÿ-]{3,}[sx]|L[ae] [A-ZÀ-Þ][a-zà-ÿ-]{3,}")
_OF = re.compile(
    r" (?:de |d')(?P<of>(?!\w+(?:heim|willer|bourg|court|ville|wihr|ingen|kirch|ange|bach)\b)[A-ZÀ-Þ][a-zà-ÿ]+)(?![\w-])"
)
"""« Bulles de Vie », « Graines d'Avenir »: of several things; not « Capucins de Fictange »."""
_FAMILY = re.compile(r" (?:et|&) (?:Compagnie|Cie|Co|Fils|Filles|Frères|Sœurs|Associée?s?)\b")
_QUALITY = re.compile(
    r" (?:numériques?|digitale?s?|connectée?s?|créati(?:f|ve)s?|solidaires?|citoyen(?:ne)?s?|partagée?s?|participati(?:f|ve)s?|collaborati(?:f|ve)s?|simplifiée?s?|populaires?|mobiles?|verte?s?|bleue?s?|rouges?|électriques?"
    r"|magiques?|communs?|utiles?|libres?|ouverte?s?|durables?|curieu(?:x|se)s?|perchée?s?|éphémères?|mécaniques?|sonores?|vivante?s?|urbaine?s?|rurale?s?|malins?|vagabonde?s?)(?![\w'-])"
)
"""Adjectives that make a name of a common noun: « la Filature numérique », « Démarches simplifiées »."""
_DEMONYM = re.compile(r"(?:(?<=[Ll][ae] )|(?<=[dD]u ))[A-ZÀ-Þ][a-zà-ÿ]{2,}(?:ais|ois|ien|ain|and|éen|ard)(?:e|ne)? ")
"""« le Fictangeois Camille Exemple »."""
_NO_COMPOUND = re.compile(
    rf"(?:{ROLE}|{headed.WORD.pattern}|Nord|Sud|Est|Ouest|État|Monsieur|Madame|Journ\w+|Internet|Web)\b", re.I
)
_TITLE = re.compile(
    r"(?:[EÉ]tat|Présidente?|Ministre|Mme|Madame|Monsieur|SASU?|SARL|EURL|SCIC|SCOP|Scic|Scop|PME|TPE|ETI|ESN|ONG) (?=\w)"
)
"""What stands before a name and does not belong to it."""
BULLET = "-•–▪▸►▹→⇨➔✔✓✗✘★◆◦■□●○‣➢❖·"
"""Signs that begin the items of a list."""
_ITEM = re.compile(rf"(?:^|[\s;])(?:[{BULLET}]|\d{{1,2}}[.)]) $")
_ENTRY = re.compile(rf"(?:^|\n) *(?:[{BULLET}]|\d{{1,2}}[.)]) $|\s[{BULLET[3:-1]}] $")
_NUMBERED = re.compile(
    r"(?:Articles?|Points?|Pages?|Chapitre|Annexe|[EÉ]tapes?|Phase|Lot|Axe|Volet|Niveau|Tome|Saison|Promo(?:tion)?|[EÉ]dition|Semaine|Figure|Tableau|Question|DU|LE|AU|DE|DÈS|JUSQU'AU|LUN|MAR|MER|JEU|VEN|SAM|DIM|(?:Lun|Mar|Mercre|Jeu|Vendre|Same)di|Dimanche) \d+(?: (?:AU|ET) \d+)?(?: [A-ZÉÛ]{3,9})?|[A-Z]{1,4}-?\d[\d-]{2,}|[A-ZÀ-Þ]{2,}[ÉUI]E?S?"
)
"""What only counts, refers or says what was done: « Article 2 », « Jeudi 21 », « SN-2023-04 », « VENDU »."""
_SHOUTED = re.compile(rf"(?<![\w'])[{UP}][{UP}\d'-]*(?:[ ,?!&/:–]{{1,3}}[{UP}\d][{UP}\d'-]*)*(?![\w'-])")
_FUNCTION_WORD = re.compile(
    r"(?<![\w-])(?:À|AUX?|LA|LES?|DES?|DU|ET|EN|OU|NE|PAS|POUR|SUR|AVANT|[VN]OUS|[VN]OTRE|[VN]OS|M[AE]S?|S[AE]S?|UNE?|QU[EI]|CE|EST|ON)(?![\w-])|(?<!\w)[DL]'"
)
_FROM = re.compile(r"\b(?:de (?:la |l')?|du |des |d')$")
ARTICLE_BEFORE = re.compile(r"(?:\b(?:l[ae]s?|d[ue]s|du|aux?|une?|ce|cet|cette|son|sa|notre|leur) |\b[lL]')$", re.I)
SIGNS = re.compile(r"[&@+(]|[a-zà-ÿ]'\w{3,}|[a-zà-ÿ][A-Z]|\d")


@dataclass
class Name:
    """A name in the text: its range and the weights of what it may be."""

    start: int
    end: int
    words: str
    weights: Sorts = field(default_factory=lambda: {"O": 0.0, "P": 0.0, "L": 0.0})
    label: str = ""
    first: bool = False
    item: bool = False
    noun: str = ""

    def add(self, **weights: float) -> None:
        for letter, weight in weights.items():
            self.weights[letter] += weight

    @property
    def best(self) -> tuple[str, float]:
        """The letter that weighs most, and by how much it leads the next."""
        (letter, most), (_, next_), _ = sorted(self.weights.items(), key=lambda w: (-w[1], w[0]))
        return letter, most - max(next_, 0)


def frequencies(flat: str) -> Mapping[str, int]:
    """How often each word stands in lower case (a name that is also a word), and capitalised inside a sentence (`^` before it)."""
    counts: dict[str, int] = {}
    for m in re.finditer(rf"(?<![\w'])[a-zà-ÿ][\w-]+|(?<=[a-zà-ÿ,;'] )[{UP}][\w-]+|(?<=[dlDL]')[{UP}][\w-]+", flat):
        word = m[0] if m[0][0].islower() else "^" + m[0]
        counts[word] = counts.get(word, 0) + 1
    return counts


def borders(
    flat: str, labelled: list[tuple[int, int, str]], seen: Mapping[str, int], known: Set[int]
) -> Iterator[Name]:
    starts = [s for s, _, _ in labelled]
    places = {s for s, _, x in labelled if x == "LOC"}
    shouted = headings(flat)
    done = 0
    for m in _RUN.finditer(flat):
        start, end = m.start(), m.end()
        while shouted and shouted[0][1] <= start:
            shouted.pop(0)
        if start < done or (shouted and shouted[0][0] <= start and end <= shouted[0][1]):
            continue
        first = starts_sentence(flat, start) and not announces(flat, start)
        if office := _TITLE.match(flat, start, end):
            start = office.end()
        if (of := _DEMONYM.match(flat, start, end)) and is_first(flat[of.end() : end]):
            start = of.end()
        while (
            first
            and (head := re.match(r"[\w'-]+ ?", flat[start:end]))
            and _is_word(head[0].strip(), seen, single=start + len(head[0]) >= end)
        ):
            start += len(head[0])
            first = False
            if office := _TITLE.match(flat, start, end):
                start = office.end()
        label = ""
        n = bisect_right(starts, start)
        for s, e, x in labelled[max(0, n - 2) : n + 2]:
            if s < end and e > start:
                label = label if label in ("PER", "ORG") else x
                inside = flat[start : max(end, e)]
                if (
                    e > end
                    and x != "PER"
                    and "  " not in inside
                    and len(inside.split()) <= 6
                    and re.fullmatch(
                        rf" (?:d[eu]s? |de la |de l'|d'|à |en |aux? |'|la |le |les )*[{UP}].*|'", flat[end:e]
                    )
                    and not re.search(r"[,.;:!?()\"]", flat[end:e])
                    and not (_FROM.search(flat, max(0, start - 8), start) and re.match(" (?:à|aux?) ", flat[end:e]))
                ):
                    end = e
        if family := _FAMILY.match(flat, end):
            end = family.end()
        if (
            flat[end : end + 1] == "'"
            and not flat[end + 1 : end + 2].isalnum()
            and "'" not in flat[max(0, start - 1) : start]
        ):
            end += 1
        while " " in flat[start:end] and flat[start:end].rsplit(" ", 1)[1].lower() in ARTICLES and "& " not in flat[start:end]:
            end = start + flat[start:end].rindex(" ")
        item = bool(_ITEM.search(flat[max(0, start - 5) : start]))
        if item and (m_ := _SHOUTED.match(flat, start)):
            end = max(end, start + len(m_[0].rstrip(" ,?!&/:–")))
        listed = item or flat.endswith(": ", 0, start)
        wider = whole(flat, start, end, known, frozenset() if item else places) if listed or not first else end
        compound, end = wider > end, max(end, wider)
        words = flat[start:end]
        if (
            not re.search(rf"[{UP}]", words)
            or re.fullmatch(r"[A-Z]\d|" + ROLE, words, re.I)
            or _NUMBERED.fullmatch(words)
            or len(words) < 2
            or words.lower() in COMMON_FIRST
            or ROMAN.fullmatch(words)
            or key(words) in JUNK
        ):
            continue
        done = end
        surname = _SURNAME.match(flat, end) if is_first(words) else None
        if surname and flat[surname.end() : surname.end() + 1] != "'":
            end = done = surname.end()
        elif (
            " " not in words
            and is_first(words)
            and (p := re.match(rf" (?:de |d'|du |de la ){_TOKEN}", flat[end : end + 60]))
            and flat[end + len(p[0]) : end + len(p[0]) + 1] != "'"
        ):
            end = done = end + len(p[0]) if label == "PER" else end
        name = Name(
            start,
            end,
            flat[start:end],
            label=label,
            first=first and not item,
            item=bool(_ENTRY.search(flat, max(0, start - 9), start)),
        )
        if compound:
            name.add(**({"O": 1.2, "L": 1.0} if label == "LOC" else {"O": 2.4}), P=-3.0)
        yield name


def headings(flat: str) -> list[tuple[int, int]]:
    """Ranges, in order, of what is written in capitals for being a heading: whole lines, or several words with one that no name begins with.

    What begins an item, « ▸ TISSAGES FICTIFS (Orbeville). », is no heading.
    """
    found = []
    for m in _SHOUTED.finditer(flat):
        start, end = m.span()
        if _ITEM.search(flat, max(0, start - 5), start):
            continue
        line = flat[flat.rfind("\n", 0, start) + 1 : (flat.find("\n", end) + 1 or len(flat) + 1) - 1]
        if (len(m[0]) > 3 and not re.search(r"[a-zà-ÿ]", line)) or (" " in m[0] and _FUNCTION_WORD.search(m[0])):
            found.append((start, end))
    return found


def _times(flat: str, words: str) -> int:
    """How often these words stand in `flat`, and not as part of longer ones. They are looked for first: `re` then skips what they don't begin in."""
    return len(re.findall(rf"{(found := re.escape(words))}(?<![\w'-]{found})(?![\w-])", flat))


def whole(flat: str, start: int, end: int, known: Set[int], places: Set[int]) -> int:
    """Where the name ends that `start` to `end` begin with a common noun: « Comptoir des Colibris », « Usine à Liens ».

    `known` and `places` are where known names begin, and what the language model takes for a place.
    """
    words = flat[start:end]
    if (
        (m := _PURPOSE.match(flat, end))
        and m.start("of") not in known
        and (m.start("of") not in places or _DEVICE.fullmatch(words))
        and (words.startswith(("La ", "Le ")) or ARTICLE_BEFORE.search(flat, max(0, start - 8), start))
        and " " not in re.sub(r"^L[ae] ", "", words)
    ):
        return m.end()
    last = words.rsplit(" ", 1)[-1]
    if start in known or last.isupper() or SIGNS.search(words) or is_first(words) or _NO_COMPOUND.match(words):
        return end
    if " " not in re.sub(r"^L[ae]s? ", "", words) and (m := _QUALITY.match(flat, end)):
        before = flat[max(0, start - 70) : start]
        return m.end() if " " in words or ARTICLE_BEFORE.search(before) or SORT_NOUN.search(before) else end
    bare = " " not in re.sub(r"^L[ae]s? ", "", words)
    if bare and words.endswith(("s", "x")) and (m := _COMMON_TAIL.match(flat, end)) and SORT_NOUN.search(flat, max(0, start - 70), start):
        return m.end()
    if bare and start not in places and (m := _TAIL.match(flat, end)) and not any(n in known for n in range(end, m.end())):
        often = flat.count(flat[start : m.end()])
        led = words.startswith(("La ", "Le ")) and (m[0][-1].isdigit() or (_DEVICE.fullmatch(words) and m[0].startswith(" à ")))
        if led or m[0].startswith(" & ") or (often > 1 and often == _times(flat, words)):
            return m.end()
    m = _LINKED.match(flat, end)
    if not m and _PLURAL.fullmatch(words):
        m = _OF.match(flat, end)
    if not m and " " not in words and (inner := _INNER.match(flat, end)):
        m = inner if SORT_NOUN.search(flat, max(0, start - 70), start) else None
    if m and flat.startswith(" aux ", end) and _FROM.search(flat, max(0, start - 8), start):
        return end  # « de la Fictie aux Exemples »
    if not m or (m["of"] and ((m.start("of") in known and not (words.endswith("s") and (flat.endswith(("chez ", "par ", "filiale de ", " les ", "\nLes "), 0, start) or SORT_NOUN.search(flat, max(0, start - 70), start)))) or is_first(m["of"]) or key(m["of"]) in JUNK)):
        return end
    return m.end()


def is_first(words: str) -> bool:
    """Whether `words` begin with a first name: « Camille », « Jean-Baptiste »."""
    return re.split(r"[ -]", words)[0] in first_names()


def _is_word(word: str, seen: Mapping[str, int], single: bool) -> bool:
    """Whether a word that begins a sentence is capitalised for that only."""
    low = word.lower()
    if low in COMMON_FIRST:
        return single or low not in ("grand", "grande", "petit", "petite", "bon", "bonne", "nouveau", "nouvelle")
    if re.match(r"(?:qu|[cdjlmnst])'", low):
        return True
    if "^" + word in seen:
        return False
    if word in first_names() or SIGNS.search(word) or word.isupper():
        return False
    return (
        low in seen
        or bool(re.search(r".{3}(?:ons|ez)$", low))
        or (not single and bool(re.search(r"(?:ez|ons|ant|ment)$", low)))
    )


def starts_sentence(flat: str, start: int) -> bool:
    """Whether a capital at `start` may be that of a sentence."""
    before = flat[max(0, start - 12) : start].rstrip(" \"'(–-•*")
    return before[-1:] in (".", "!", "?", ":", "…", "\n", "") or "  " in flat[max(0, start - 2) : start]
