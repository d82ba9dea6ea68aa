"""Mentions of one subject in one document, joined: they get one `key`.

An acronym and its long form, a name and its repetitions, « M. Rein » and Patrick Rein, « une antenne
régionale du Cnam » and the Cnam. Belongs here: which mentions are the same subject, or part of one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace

from km0_pipeline.press.evidence import ACRONYM, BRACKET, DESCRIBED, JUNK, UP
from km0_pipeline.press.folding import key
from km0_pipeline.press.kinds import NOUN
from km0_pipeline.press.mention import Mention, merge

_ARTICLE = re.compile(r"^(?:(?:l[ae]s?|the) |l')")
_SMALL = frozenset(
    ["de", "du", "des", "d", "et", "la", "le", "les", "l", "a", "au", "aux", "en", "pour", "of", "the", "and"]
)
_SHORT = re.compile(
    r"\b(?:[Ll]a |[Ll]e |[Ll]'|[Dd]u |[Aa]u )(?P<name>Métropole|Région|Agglomération|Communauté|Département|Ville|Université|École|Fondation|Institut|Chambre|Réseau|Banque|Agence|Association|Fédération)\b(?! (?:de|du|des|d'|[A-ZÀ-Þ]))"
)
_EXPLAINED = re.compile(
    rf"(?<![\w'])(?P<short>{ACRONYM.pattern}) ?(?:\(|, )(?:l'|la |le |les )?(?P<after>[{UP}a-z][\w' -]{{8,90}}?)[),]"
)
_EXPLAINING = re.compile(rf"(?:\(|, ou )(?:l'|la |le |les )?(?P<short>{ACRONYM.pattern}(?: \d+)?)(?=[),])")
_GOES_ON = re.compile(rf" [{UP}][a-zà-ÿ]")
"""After a name: the next word of a longer one."""
_WORD = re.compile(r"(?:(?<=')|(?<![\w'-]))[\w-]+")


def name_key(name: str) -> str:
    """`key` of a name without its article: « La Cordée » is « Cordée »."""
    folded = key(name)
    return _ARTICLE.sub("", folded, count=1) if len(folded) > 6 else folded


def explained(flat: str) -> Iterator[tuple[int, int]]:
    """Ranges of long names that an acronym beside them abbreviates: « Institut lorrain du bois (ILB) », « ILB (Institut …) »."""
    for m in _EXPLAINED.finditer(flat):
        if (
            m["after"][0].isupper()
            and key(m["short"]) not in JUNK
            and (_initials(m["short"], m["after"]) or _letters(m["short"], m["after"]))
        ):
            yield m.start("after"), m.end("after")
    for m in _EXPLAINING.finditer(flat):
        if key(m["short"]) in JUNK:
            continue
        end = m.start() - (flat[m.start() - 1 : m.start()] == " ")
        before = max(0, end - 100, flat.rfind(". ", max(0, end - 100), end))
        for word in reversed(list(_WORD.finditer(flat, before, end))):
            if word[0][0].isupper() and " " in (long := flat[word.start() : end]) and _initials(m["short"], long):
                yield word.start(), end
                break


def is_acronym(short: str, words: str) -> bool:
    """Whether `short` may abbreviate the name `words`: « CCI 87 » of « Chambre de commerce et d'industrie de … »."""
    if not ACRONYM.fullmatch(short.split(" ")[0]) or len(words.split()) < 2:
        return False
    return _initials(short, words) or _letters(short, words)


def _letters(short: str, words: str) -> bool:
    """Whether `short` is made of letters of the name `words`, in their order: « LibSol » of « Libre Atelier solidaire … »."""
    letters = iter(key(words))
    short = re.sub(r"[^a-z]", "", key(short))
    return len(short) > 3 and len(words.split()) > 2 and key(words)[0] == short[0] and all(c in letters for c in short)


def _initials(short: str, words: str) -> bool:
    """Whether the letters of `short` are the initials of `words`, small words counting or not, the last ones left out or not."""
    short = re.sub(r"[^a-z]", "", key(short))
    parts = [w for w in re.split(r"[\s'-]+", key(words)) if w]
    full, some = "".join(w[0] for w in parts), "".join(w[0] for w in parts if w not in _SMALL)
    return len(short) > 1 and (
        short in (full, some, some + "s")
        or (len(short) > 2 and (some.startswith(short) and len(some) <= len(short) + 2))
    )


def acronyms(flat: str, chosen: list[Mention]) -> list[Mention]:
    """« Long Name (LN) » and « LN (Long Name) » are one subject, wherever either stands."""
    same: dict[str, str] = {}
    new: list[Mention] = []
    by_range = {(m.start, m.end): m for m in chosen}
    for m in chosen:
        bracket = BRACKET.match(flat, m.end)
        if m.letter not in "OH" or not bracket:
            continue
        start, end = m.end + 2, m.end + 2 + len(bracket["in"])
        inside = by_range.get((start, end))
        words, other = flat[m.start : m.end], bracket["in"]
        if is_acronym(other, words) or is_acronym(words, other):
            same[key(other)] = m.key
            if inside is None or inside.letter != "O":
                new.append(replace(m, start=start, end=end))
            elif inside.key != m.key:
                same.pop(key(other), None)
                same[inside.key if m.known else m.key] = m.key if m.known else inside.key
    weak = {m.key for m in chosen if m.weak}
    joined = [replace(m, key=same.get(m.key, m.key)) for m in merge(new, chosen)]
    return [replace(m, weak=True) if m.key in weak and m.letter == "O" else m for m in joined]


def repeated(flat: str, chosen: list[Mention]) -> list[Mention]:
    """Names found once, by evidence that stands beside them only once, found wherever they stand."""
    import ahocorasick

    more: list[Mention] = []
    seen: dict[str, Mention] = {}
    for m in chosen:
        if m.letter in "OP" and m.named and not m.weak:
            words = flat[m.start : m.end]
            if words not in seen or seen[words].confidence < m.confidence:
                seen[words] = m
    own = {(m.start, m.end) for m in chosen}
    automaton = ahocorasick.Automaton()
    for words, m in seen.items():
        if len(words) >= 3:
            automaton.add_word(words.lower(), (m, words))
    if not len(automaton):
        return chosen
    automaton.make_automaton()
    lower = flat.lower() if len(flat.lower()) == len(flat) else flat
    for last, (m, words) in automaton.iter(lower):
        start, end = last + 1 - len(words), last + 1
        if m.letter == "O" and (start, end) not in own and _GOES_ON.match(flat, end):
            continue
        same = flat[start:end] == words or (words.count(" ") > 1 and flat[start].isupper())
        if same and not re.match(r"[\w-]", flat[start - 1 : start]) and not re.match(r"[\w-]", flat[end : end + 1]):
            more.append(replace(m, start=start, end=end))
    more.sort(key=lambda m: (m.start - m.end, m.start))
    longer = sorted({(m.start, m.end) for m in more if " " in flat[m.start : m.end]})

    def inside(m: Mention) -> bool:
        """Whether `m` is a piece of a longer name."""
        n = bisect_right(longer, (m.start, len(flat))) - 1
        return n >= 0 and longer[n][0] <= m.start and m.end <= longer[n][1] and longer[n] != (m.start, m.end)

    return merge([m for m in chosen if m.known or not inside(m)], more)


def people(chosen: list[Mention]) -> list[Mention]:
    """Last names and first names joined to the one full name that ends or begins with them."""
    full = sorted({m.key for m in chosen if m.letter == "P" and " " in m.key})
    joined = []
    for m in chosen:
        if m.letter == "P":
            whole = [k for k in full if k != m.key and (k.endswith(" " + m.key) or k.startswith(m.key + " "))]
            m = replace(m, key=whole[0], named=False) if len(whole) == 1 else m
        joined.append(m)
    return joined


_CALLED = re.compile(rf"(?:{NOUN}) (?!d[eu]s? |d')(?:l[ae]s? |l')?", re.I)
"""The noun with which a name may begin and which is left out later: « Pôle Rail Fictif », « Rail Fictif »."""


def shortened(flat: str, chosen: list[Mention]) -> list[Mention]:
    """« La Magnanerie » where the document has named one « Magnanerie à Songes », « Rail Fictif » where it has one « Pôle Rail Fictif »: that one."""
    longer: dict[str, set[str]] = {}
    for m in chosen:
        if m.letter == "O" and m.named and not m.known:
            words = m.key.split(" ")
            shorts = {" ".join(words[:n]) for n in range(1, len(words)) if words[n] in _SMALL or n > 1}
            head = _CALLED.match(m.key)
            shorts |= {m.key[head.end() :]} if head else set()
            for short in shorts:
                longer.setdefault(short, set()).add(m.key)
    same = {}
    for m in chosen:
        if m.letter == "O" and m.named and not m.known and not _CALLED.fullmatch(m.key + " ") and len(m.key) > 3 and len(found := longer.get(m.key, ())) == 1:
            same[m.key] = next(iter(found))
    return [replace(m, key=same[m.key]) if m.letter == "O" and m.key in same else m for m in chosen]


_TITLE = re.compile(r"(?:M\.|Mme|Mlle|Me|Dr|Pr|Monsieur|Madame) $")


def titled(flat: str, chosen: list[Mention]) -> list[Mention]:
    """« M. Exemple », where the document gives no first name: the title belongs to the name, and the bare last name is short for it."""
    found = {}
    for m in chosen:
        if (
            m.letter == "P"
            and m.named
            and " " not in flat[m.start : m.end]
            and (t := _TITLE.search(flat, max(0, m.start - 10), m.start))
        ):
            found[m.start] = replace(m, start=t.start())
    keys = {m.key for m in found.values()}
    return [found.get(m.start) or (replace(m, named=False) if m.letter == "P" and m.key in keys else m) for m in chosen]


def within(flat: str, chosen: list[Mention], places: list[Mention]) -> list[Mention]:
    """Towns that an organisation is named after, « fablab de Lannion »: spoken of too. A public body is that of its town."""
    named = {m.end: m.start for m in chosen if m.letter == "O" and m.kind not in ("public_body", "school")}
    return [
        p
        for p in places
        if p.kind in ("commune", "city")
        and named.get(p.end, p.start) < p.start
        and re.match(r"[a-zà-ÿ]|[A-Z]{2,} ", flat[named[p.end] :])
        and flat.endswith((" de ", " d'", " à "), 0, p.start)
    ]


def called_short(flat: str, chosen: list[Mention]) -> list[Mention]:
    """« la Métropole », where the document has named one Métropole de …, is that one."""
    heads: dict[str, dict[str, Mention]] = {}
    for m in chosen:
        if m.letter == "O" and m.named and " " in flat[m.start : m.end]:
            heads.setdefault(flat[m.start : m.end].split()[0].lower(), {}).setdefault(m.key, m)
    short = {}
    for found in _SHORT.finditer(flat):
        meant = list(heads.get(found["name"].lower(), {}).values())
        if len(meant) == 1:
            at = found.span("name")
            short[at] = replace(meant[0], start=at[0], end=at[1], named=False, confidence=meant[0].confidence * 0.9)
    return merge([m for m in chosen if m.known or (m.start, m.end) not in short], short.values())


_OF_ANOTHER = re.compile(r"\b[Cc]ette $|(?:,|,? (?:est|était|reste|devient|sera)(?: aujourd'hui| désormais| aussi)?) (?:une? |la |le |l')?$")
"""Before « filiale de X »: it is no organisation of its own but what is said of the one before, « Ficta est une », « Ficta, »."""


def described(straight: str, chosen: list[Mention]) -> list[Mention]:
    """« une antenne régionale du Cnam »: an organisation of its own, part of the one it contains."""
    found = []
    ends = {m.end for m in chosen if m.letter in "HO"}
    for m in chosen:
        if m.letter == "O" and not m.weak:
            before = straight[max(0, m.start - 110) : m.start]
            if (d := DESCRIBED.search(before)) and not (
                (other := _OF_ANOTHER.search(before, 0, d.start("name"))) and (other[0][0] in "Cc" or m.start - len(before) + other.start() in ends)
            ):
                start = m.start - len(before) + d.start("name")
                found.append(
                    Mention(start, m.end, "O", key(straight[start : m.end]), "", 0.85, weak=True, part_of=m.key)
                )
    return found
