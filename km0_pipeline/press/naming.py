"""Spans re-typed, re-cut and joined: from what was found in a text to mentions of subjects.

Evidence, strongest first: known names, titles (M., Mme), words that head a name (Université de…),
words beside it (la société X, X, fondateur de…), acronyms in brackets, then the language model.
Mentions of one subject in one document share its `key`: an acronym and its long form, « M. Rein »
and Patrick Rein, « le pôle » and the hub.

Belongs here: who is spoken of, where. What is said of them belongs to `relations`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from km0_pipeline.press.evidence import (
    ACRONYM,
    ADDRESS,
    APPOSED,
    BRACKET,
    BY_ROLE,
    BY_VERB,
    COREFERENT,
    DESCRIBED,
    FORMED,
    HEADED,
    JUNK,
    LISTED,
    LOWER_NEEDS_LINK,
    PERSON,
    PROPER,
    ROLE,
    ROMAN,
    SITE,
    TITLED,
    UP,
    WEAK,
    WEB,
)
from km0_pipeline.press.folding import key, straighten
from km0_pipeline.press.known import Known, Names

Letter = Literal["H", "O", "P", "L", "V"]
"""Hub, other organisation, person, place, event."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A subject spoken of at `start` to `end`.

    `named`: the words are a name (else a pronoun, a title, « le pôle »). `weak`: worth a claim only
    if something is said of it. `part_of`: key of the organisation that a descriptive name contains.
    `noun`: what the text calls it besides its name (folded; see `resumed`).
    """

    start: int
    end: int
    letter: Letter
    key: str
    kind: str = ""
    confidence: float = 0.6
    named: bool = True
    weak: bool = False
    known: Known | None = None
    part_of: str = ""
    noun: str = ""


def mentions(
    text: str, spans: Iterable[tuple[int, int, str]], names: Names, *, about_hub: bool = False
) -> list[Mention]:
    """Mentions in `text` as stored, in order; only descriptive ones (`part_of`) contain another.

    `spans` are the language model's; `about_hub` says that the title names the hub, so that
    « le pôle » may mean it though the text does not name it first.
    """
    straight = WEB.sub(lambda m: " " * len(m[0]), straighten(text))
    flat = straight.replace("\n", " ")
    chosen = _chosen(flat, _candidates(flat, spans, names))
    chosen = _acronyms(flat, chosen)
    chosen = _repeated(flat, chosen)
    chosen = _people(chosen, flat)
    if about_hub or any(m.letter == "H" for m in chosen):
        chosen = _merge(
            chosen,
            [
                Mention(m.start(), m.end(), "H", "hub", "hub", 0.9, named=False, known=names.hub)
                for m in COREFERENT.finditer(flat)
            ],
        )
    chosen = _merge(chosen, [_town(_at(m, "O", weak=True), flat, names) for m in WEAK.finditer(flat)])
    return sorted(chosen + _described(straight, chosen), key=lambda m: (m.start, -m.end))


def _town(m: Mention, flat: str, names: Names) -> Mention:
    """« la Ville » is the hub's commune where the text speaks of that commune."""
    if m.key == "ville" and re.search(rf"\b{re.escape(names.commune)}\b", flat):
        return replace(m, key=names.town.key, kind=names.town.kind, named=False, known=names.town)
    return m


def _at(m: re.Match[str], letter: Letter, confidence: float = 0.8, group: str = "name", weak: bool = False) -> Mention:
    return Mention(m.start(group), m.end(group), letter, key(m[group]), confidence=confidence, weak=weak)


def _candidates(flat: str, spans: Iterable[tuple[int, int, str]], names: Names) -> list[tuple[int, Mention]]:
    """Everything that may be a mention, with its rank: lower is stronger."""
    found: list[tuple[int, Mention]] = []
    for k in names.find(flat):
        letter: Letter = {"hub": "H", "organisation": "O", "place": "L"}[k.known.sort]  # type: ignore[assignment]
        mention = Mention(k.start, k.end, letter, k.known.key, k.known.kind, 0.95, known=k.known)
        found.append(({"H": 0, "O": 2, "L": 5}[letter], mention))
    found += [(1, _at(m, "P", 0.95)) for m in TITLED.finditer(flat)]
    for m in HEADED.finditer(flat):
        if (
            not LOWER_NEEDS_LINK.match(m["name"])
            and not re.search(r"dans la $", flat[max(0, m.start() - 8) : m.start()])
        ) or m["name"][0].isupper():
            found.append((2, _at(m, "O")))
    for pattern in (APPOSED, FORMED):
        found += [(4, _at(m, "O", 0.75)) for m in pattern.finditer(flat) if key(m["name"]) not in JUNK]
    found += [(3, _at(m, "P", 0.9, "name" if m["name"] else "name2")) for m in BY_ROLE.finditer(flat)]
    found += [(6, _at(m, "O", 0.7)) for m in BY_VERB.finditer(flat) if key(m["name"]) not in JUNK]
    found += [(1, replace(_at(m, "L", 0.85, weak=True), kind="address")) for m in ADDRESS.finditer(flat)]
    found += [(3, _at(m, "L", 0.7)) for m in SITE.finditer(flat)]
    for m in LISTED.finditer(flat):
        for item in re.finditer(rf"(?:^|(?<=, )|(?<= et ))(?:{PROPER})(?=, | et |$)", m["items"]):
            start = m.start("items") + item.start()
            found.append((4, Mention(start, start + len(item[0]), "O", key(item[0]), confidence=0.7)))
    for start, end, label in spans:
        found += _from_model(flat, start, end, label)
    return found


def _from_model(flat: str, start: int, end: int, label: str) -> list[tuple[int, Mention]]:
    words = flat[start:end]
    if cut := re.match(r"(?:(?:M\.|Mme|Mlle|Dr|Me|les?|la|une?|d[ue]s?|aux?|et|à) |[ldLD]'|[\"'(–-]\s*)+", words):
        start += cut.end()
    words = flat[start:end].rstrip(" \"'.,;:)–-")
    words = words.split("  ")[0]
    end = start + len(words)
    capitals = re.findall(rf"\b[{UP}]", words)
    if (
        len(words) < 2
        or not capitals
        or key(words) in JUNK
        or ROMAN.fullmatch(words)
        or re.search(r"https?:|www\.|@\w+\.|\.(?:fr|com|org)\b", words)
    ):
        return []
    mention = Mention(start, end, "O", key(words))
    if label == "PER":
        name = re.search(rf"(?:^|(?<=[a-zà-ÿ] )){PERSON}$", words)
        if not name or any(w in JUNK for w in key(words).split()) or re.match(ROLE, name[0]):
            return []
        return [(4, replace(mention, start=start + name.start(), key=key(name[0]), letter="P", confidence=0.8))]
    if label == "ORG" or (label in ("LOC", "MISC") and re.fullmatch(r"[A-Z]{4,8}", words)):
        if re.search(
            r"\bministres? (?:délégué[a-z]* )?(?:à |de )(?:la |l')$", flat[max(0, start - 30) : start]
        ) or re.fullmatch(r"[A-Z]{1,2}", words):
            return []
        if (
            len(words.split()) > 7
            or (words.islower() or not words[0].isupper())
            or (_starts_sentence(flat, start) and len(words.split()) == 1 and not re.search(r"\w[A-Z\d]", words))
        ):
            return []
        return [(6, replace(mention, confidence=0.6))]
    if (
        label == "LOC"
        and re.search(
            r"(?:\b(?:à|en|vers|près de|entre)|\bd[ue] |dans (?:le|la|les|l')|\() ?$", flat[max(0, start - 9) : start]
        )
        and len(words.split()) <= 4
    ):
        return [(7, replace(mention, letter="L", confidence=0.6))]
    return []


def _starts_sentence(flat: str, start: int) -> bool:
    before = flat[max(0, start - 12) : start].rstrip(" \"'(–-")
    return before[-1:] in (".", "!", "?", ":", "") or "  " in flat[max(0, start - 2) : start]


def _chosen(flat: str, candidates: list[tuple[int, Mention]]) -> list[Mention]:
    """The strongest of each overlapping group; a headed name wins over the shorter known one it contains."""

    def rank(c: tuple[int, Mention]) -> tuple[float, int, int]:
        level, m = c
        if level == 6 and " " in flat[m.start : m.end] and not re.search(r" (?:à|en) ", flat[m.start : m.end]):
            level = 4.5  # type: ignore[assignment]
        return (level, m.start - m.end, m.start)

    return _merge([], [m for _, m in sorted(candidates, key=rank)])


def _merge(chosen: list[Mention], more: Iterable[Mention]) -> list[Mention]:
    """`chosen`, and of `more`, in their order, those that overlap none before them; in the order of the text."""
    kept, more = list(chosen), list(more)
    taken = bytearray(max((m.end for m in (*kept, *more)), default=0))
    for m in kept:
        taken[m.start : m.end] = b"\1" * (m.end - m.start)
    for m in more:
        if taken.find(1, m.start, m.end) < 0:
            taken[m.start : m.end] = b"\1" * (m.end - m.start)
            kept.append(m)
    return sorted(kept, key=lambda m: m.start)


def _acronyms(flat: str, chosen: list[Mention]) -> list[Mention]:
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
        if _is_acronym(other, words) or _is_acronym(words, other):
            same[key(other)] = m.key
            if inside is None or inside.letter != "O":
                new.append(replace(m, start=start, end=end))
            elif inside.key != m.key:
                same.pop(key(other), None)
                same[inside.key if m.known else m.key] = m.key if m.known else inside.key
    return [replace(m, key=same.get(m.key, m.key)) for m in _merge(new, chosen)]


def _is_acronym(short: str, words: str) -> bool:
    if not ACRONYM.fullmatch(short) or len(words.split()) < 2:
        return False
    initials = "".join(
        w[0]
        for w in re.split(r"[\s'-]+", key(words))
        if w and w not in ("de", "du", "des", "d", "et", "la", "le", "les", "l")
    )
    return key(short).replace(" ", "") in (initials, initials + "s")


def _repeated(flat: str, chosen: list[Mention]) -> list[Mention]:
    """Names found once, by evidence that stands beside them only once, found wherever they stand."""
    import ahocorasick

    more: list[Mention] = []
    seen: dict[str, Mention] = {}
    for m in chosen:
        if m.letter in "OP" and m.named and not m.weak:
            seen.setdefault(flat[m.start : m.end], m)
    automaton = ahocorasick.Automaton()
    for words, m in seen.items():
        if len(words) >= 3 and (m.letter == "O" or " " in words):
            automaton.add_word(words, m)
    if not len(automaton):
        return chosen
    automaton.make_automaton()
    for last, m in automaton.iter(flat):
        start, end = last + 1 - (m.end - m.start), last + 1
        if not re.match(r"[\w-]", flat[start - 1 : start]) and not re.match(r"[\w-]", flat[end : end + 1]):
            more.append(replace(m, start=start, end=end))
    return _merge(chosen, sorted(more, key=lambda m: (m.start - m.end, m.start)))


def _people(chosen: list[Mention], flat: str) -> list[Mention]:
    """Last names joined to the full name that ends in them; names in a list of people are people."""
    full = {m.key for m in chosen if m.letter == "P" and " " in m.key}
    for sep in re.finditer(rf"(?P<a>{PERSON})(?:, | et )(?=(?P<b>{PERSON}))", flat):
        keys = {key(sep["a"]), key(sep["b"])}
        if keys & full and not keys <= full and not any(re.match(ROLE, sep[g]) for g in "ab"):
            extra = [Mention(sep.start(g), sep.end(g), "P", key(sep[g]), confidence=0.8) for g in ("a", "b")]
            chosen = _merge(
                [
                    m
                    for m in chosen
                    if m.known or m.letter == "P" or not any(e.start < m.end and m.start < e.end for e in extra)
                ],
                extra,
            )
            full |= keys
    joined = []
    for m in chosen:
        if m.letter == "P" and m.key not in full:
            whole = [k for k in sorted(full) if k.endswith(" " + m.key)]
            m = replace(m, key=whole[0], named=False) if len(whole) == 1 else m
        joined.append(m)
    return joined


def _described(straight: str, chosen: list[Mention]) -> list[Mention]:
    """« une antenne régionale du Cnam »: an organisation of its own, part of the one it contains."""
    found = []
    for m in chosen:
        if m.letter == "O" and not m.weak:
            before = straight[max(0, m.start - 110) : m.start]
            if d := DESCRIBED.search(before):
                start = m.start - len(before) + d.start("name")
                found.append(
                    Mention(start, m.end, "O", key(straight[start : m.end]), "", 0.85, weak=True, part_of=m.key)
                )
    return found
