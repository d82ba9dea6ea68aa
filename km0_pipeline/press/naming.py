"""Spans re-typed, re-cut and joined: from what was found in a text to mentions of subjects.

Evidence, strongest first: the hub's names; titles (M., Mme), addresses, and long names that an acronym beside them
abbreviates; branches of known bodies (Ademe Grand Est), known organisations and words that head a name (Université de…);
roles, sites (le quartier de…) and apposition (la société X); known places, unless they stand in a longer name of weight;
then the names that `weighing` is sure enough of, the language model's label being one voice among others.
Mentions of one subject in one document share its `key`: an acronym and its long form, « M. Rein »
and Patrick Rein, « le pôle » and the hub.

Belongs here: who is spoken of, where. What is said of them belongs to `relations`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from km0_pipeline.press import joining, kinds
from km0_pipeline.press.borders import Name, is_first, whole
from km0_pipeline.press.evidence import (
    ADDRESS,
    APPOSED,
    BODY,
    BY_ROLE,
    CAP,
    COMMON_FIRST,
    COREFERENT,
    FORMED,
    INITIAL,
    JUNK,
    MASTHEAD,
    METROPOLITAN,
    QUOTED,
    QUOTED_NOUN,
    ROMAN,
    SITE,
    TITLED,
    TRADE_WORD,
    UP,
    WEAK,
    WEB,
)
from km0_pipeline.press.folding import key, straighten
from km0_pipeline.press.headed import headed, is_unit
from km0_pipeline.press.known import Names
from km0_pipeline.press.lines import one_line
from km0_pipeline.press.mention import Letter, Mention, merge
from km0_pipeline.press.weighing import weighed

_DISTRICT = re.compile(r"(?:quartier|site|secteur)\b")
"""Nouns that say what a place is and do not belong to its name."""
_BRANCHED = frozenset(["public_body", "association", "bank", "school", "incubator"])
"""Kinds of which « Ficta Occitanie » is the branch of Occitanie."""


def mentions(
    text: str, spans: Iterable[tuple[int, int, str]], names: Names, *, about_hub: bool = False
) -> list[Mention]:
    """Mentions in `text` as stored, in order; only descriptive ones (`part_of`) contain another.

    `spans` are the language model's; `about_hub` says that the title names the hub, so that
    « le pôle » may mean it though the text does not name it first.
    """
    straight = straighten(WEB.sub(lambda m: " " * len(m[0]), text))
    flat = one_line(straight)
    candidates = _candidates(flat, spans, names)
    candidates += [(2.5, _organisation(flat, *m.span("name"), 0.6, kind="media")) for m in MASTHEAD.finditer(straight, 0, _TOP)]
    chosen = merge([], [m for _, m in sorted(candidates, key=lambda c: (c[0], c[1].start - c[1].end, c[1].start))])
    chosen = joining.people(joining.repeated(flat, joining.acronyms(flat, _completed(flat, _districts(flat, chosen)))))
    chosen = joining.shortened(flat, joining.called_short(flat, joining.titled(flat, chosen)))
    if about_hub or any(m.letter == "H" for m in chosen):
        chosen = merge(
            chosen,
            [
                Mention(m.start(), m.end(), "H", "hub", "hub", 0.9, named=False, known=names.hub)
                for m in COREFERENT.finditer(flat)
            ],
        )
    chosen = merge(chosen, [_town(_at(m, "O", weak=True), flat, names) for m in WEAK.finditer(flat)])
    chosen = merge(chosen, [_town(replace(_at(m, "O", UNNAMED), kind="public_body"), flat, names) for m in BODY.finditer(flat)])
    towns = [m for _, m in candidates if m.known and m.letter == "L"]
    chosen = _doubted(flat, chosen)
    return sorted(
        chosen + joining.described(straight, chosen) + joining.within(flat, chosen, towns),
        key=lambda m: (m.start, -m.end),
    )


_TOP = 250
"""Characters at the head of a text in which the paper is named that it stands in."""
UNNAMED = 0.5
"""Confidence of a public body that the text calls by a common noun alone: which one it is, a person tells."""
UNSURE = 0.45
"""Confidence of a name of several words that nothing tells to be of an organisation, but of no person and no place either."""
DOUBTED = 0.6
"""Confidence of a known name that may be a piece of a longer one."""
_GOES_ON = re.compile(r"\+| [A-ZÀ-Ý][a-zà-ÿ]")
_NEXT = re.compile(r"(?<= )[\w'-]+")
_CAPITALS_AFTER, _CAPITALS_BEFORE = re.compile(rf" [{UP}]{{2,}}(?!\w)"), re.compile(rf"(?<!\w)[{UP}]{{2,}} $")
_UNIT_OF = re.compile(
    r"\b(?:pôle|antenne|agence|délégation|comité|réseau|club|collectif|cluster|association|groupe|journal|radio) $",
    re.I,
)
_BEGAN = re.compile(r"(?:[a-zà-ÿ,;] (?:[ldLD]')?[A-ZÀ-Ý][\w'-]*[a-zà-ÿ]|\([A-Z]{2,8}\)) $")


def _doubted(flat: str, chosen: list[Mention]) -> list[Mention]:
    """`chosen`, but unsure of known names that touch another word with a capital, and may be a piece of a longer name.

    « chez Ficta Mulhouse », « la Ficta (FIC) Alsace », « le KM0 Prototype », « le pôle Alsace »; not « le maire de Mulhouse Jean Exemple ».
    Without places that are such a piece for sure: « Mulhouse-Matin ».
    """
    chosen = [
        m for m in chosen if not (m.known and m.letter == "L" and re.match(r"-[A-ZÀ-Ý]", flat[m.end : m.end + 2]))
    ]
    return [
        replace(m, confidence=DOUBTED)
        if m.known
        and m.named
        and (
            (_GOES_ON.match(flat, m.end) and (m.letter != "L" or not any(is_first(n[0]) for n in _NEXT.finditer(flat, m.end + 1, m.end + 25))))
            or _BEGAN.search(flat[max(0, m.start - 40) : m.start])
            or (m.letter == "L" and _UNIT_OF.search(flat, max(0, m.start - 14), m.start))
        )
        else m
        for m in chosen
    ]


def _town(m: Mention, flat: str, names: Names) -> Mention:
    """« la Ville » is the hub's commune where the text speaks of that commune."""
    if m.key == "ville" and re.search(rf"\b{re.escape(names.commune)}\b", flat):
        return replace(m, key=names.town.key, kind=names.town.kind, named=False, known=names.town)
    return m


def _at(m: re.Match[str], letter: Letter, confidence: float = 0.8, group: str = "name", weak: bool = False) -> Mention:
    return Mention(m.start(group), m.end(group), letter, key(m[group]), confidence=confidence, weak=weak)


def _candidates(flat: str, spans: Iterable[tuple[int, int, str]], names: Names) -> list[tuple[float, Mention]]:
    """Everything that may be a mention, with its rank: lower is stronger."""
    found: list[tuple[float, Mention]] = []
    known = [k for k in names.find(flat) if not (k.known.sort == "place" and _is_shouted(flat, k.start, k.end))]
    for k in known:
        letter: Letter = {"hub": "H", "organisation": "O", "place": "L"}[k.known.sort]  # type: ignore[assignment]
        mention = Mention(k.start, k.end, letter, k.known.key, k.known.kind, 0.95, known=k.known)
        found.append(({"H": 0, "O": 2, "L": 2 if k.known.kind == "site" else 5}[letter], mention))
    found += [
        (1.9, _organisation(flat, o.start, p.end, 0.85, kind=o.known.kind))
        for o, p in pairwise(known)
        if o.known.sort == "organisation"
        and o.known.kind in _BRANCHED
        and p.known.sort == "place"
        and flat[o.end : p.start] == " "
        and not re.match(rf" [{UP}]", flat[p.end : p.end + 2])
    ]
    found += [
        (1.9, _organisation(flat, k.start, k.end + m.end(), 0.75))
        for k in known
        if k.known.sort == "organisation"
        and (m := re.match(rf" {TRADE_WORD.pattern}(?! [{UP}])", flat[k.end : k.end + 30]))
    ]
    found += [(1, _at(m, "P", 0.95)) for m in TITLED.finditer(flat)]
    found += [(1, _at(m, "P", 0.75)) for m in INITIAL.finditer(flat) if is_first(m["name"]) or m["name"][1] == "."]
    found += [(1, replace(_at(m, "L", 0.85), kind="address")) for m in ADDRESS.finditer(flat)]
    listed = {(m.start, m.end) for _, m in found}
    for start, end in joining.explained(flat):
        if (start, end) in listed:
            continue
        found.append((1.5, _organisation(flat, start, end, 0.85, weak=is_unit(flat[start:end]))))
    found += [(1.9, _organisation(flat, *m.span("name"), 0.8, kind="public_body")) for m in METROPOLITAN.finditer(flat)]
    found += [
        (2, _organisation(flat, s, e, 0.8, weak=is_unit(flat[s:e]))) for s, e in headed(flat) if (s, e) not in listed
    ]
    found += [
        (2, _organisation(flat, *m.span("name"), 0.75, noun=noun["noun"]))
        for m in QUOTED.finditer(flat)
        if m["name"].count(" ") < 6 and (noun := QUOTED_NOUN.search(flat, max(0, m.start() - 50), m.start()))
    ]
    found += [
        (3, _at(m, "P", 0.9, "name" if m["name"] else "name2"))
        for m in BY_ROLE.finditer(flat)
        if not TRADE_WORD.search(m[0]) and (m["name"] or m["name2"]).split()[0].lower() not in COMMON_FIRST
    ]
    found += [
        (3, _at(m, "L", 0.7, "name2" if m["name2"] else "tail" if _DISTRICT.match(m["name"]) else "name"))
        for m in SITE.finditer(flat)
        if not ROMAN.match(m["tail"] or "")
    ]
    begun, places = {m.start for _, m in found}, {s for s, _, x in spans if x == "LOC"}
    for pattern in (APPOSED, FORMED):
        for m in pattern.finditer(flat):
            if key(m["name"]) not in JUNK and m["name"].lower() not in COMMON_FIRST and not is_first(m["name"]):
                end = whole(flat, m.start("name"), m.end("name"), begun, places)
                found.append((4, _organisation(flat, m.start("name"), end, 0.75)))
    for name in weighed(flat, spans, [(m.start, m.end, m.letter) for _, m in found]):
        found += _taken_for(flat, name)
    return found


def _is_shouted(flat: str, start: int, end: int) -> bool:
    """Whether a place is a word of a heading in capitals, « FICTANGE LE MAG »; not « FICTANGE, le 3 mai »."""
    return flat[start:end].isupper() and bool(_CAPITALS_AFTER.match(flat, end) or _CAPITALS_BEFORE.search(flat, max(0, start - 12), start))


_REST = re.compile(rf" (?:d'|du |de la |de l'|des |dans l[ae] |à )(?:{CAP})(?: {CAP})*")


def _completed(flat: str, chosen: list[Mention]) -> list[Mention]:
    """`chosen`, the names of organisations with what follows them and was taken for no name: « Wagons du Nord », « Les Mains dans la Pâte »."""
    starts = sorted(m.start for m in chosen)
    found = []
    for m in chosen:
        rest = _REST.match(flat, m.end) if m.letter == "O" and m.named and not m.known and m.confidence > UNNAMED else None
        if rest and bisect_left(starts, rest.end()) == bisect_left(starts, m.end):
            m = replace(m, end=rest.end(), key=joining.name_key(flat[m.start : rest.end()]), confidence=min(m.confidence, 0.7))
        found.append(m)
    return found


def _taken_for(flat: str, name: Name) -> list[tuple[float, Mention]]:
    """What a weighed name is taken for, if it weighs enough."""
    if name.words.startswith("A ") and name.label == "LOC" and name.words.count(" ") == 1:  # « A Fictange », without its accent
        return [(4.5, Mention(name.start + 2, name.end, "L", key(name.words[2:]), confidence=0.65))]
    letter, lead = name.best
    weight = name.weights[letter]
    least = {"O": 1.5, "P": 2.5, "L": 1.9}[letter] + (0 if name.label else 0.7)
    if name.label and " " in name.words and max(name.weights["O"], weight) >= 0.8 and (weight < least or lead < 0.5) and not is_first(name.words):
        return [(6.5, _organisation(flat, name.start, name.end, UNSURE, noun=name.noun))]  # seen as a name, and nothing says that it is a person's or a place's
    if weight < least or lead < 0.5:
        return []
    rank = 4.5 if lead >= 1.5 and re.search("[ -]", name.words) else 6
    confidence = round(min(0.85, 0.5 + 0.07 * lead), 2)
    if letter == "O":
        return [(rank, _organisation(flat, name.start, name.end, confidence, noun=name.noun))]
    if letter == "L" and len(name.words.split()) > 4:
        return []
    return [(rank, Mention(name.start, name.end, letter, key(name.words), confidence=confidence))]  # type: ignore[arg-type]


def _organisation(
    flat: str, start: int, end: int, confidence: float, *, kind: str = "", noun: str = "", weak: bool = False
) -> Mention:
    """A mention of an organisation, with the kind that is known, or that its name or the noun beside it says."""
    words = flat[start:end]
    kind = kind or kinds.of_name(words) or kinds.of_noun(noun)
    return Mention(start, end, "O", joining.name_key(words), kind, confidence, weak=weak)


def _districts(flat: str, chosen: list[Mention]) -> list[Mention]:
    """« La Fonderie », where the text also speaks of « le quartier de la Fonderie », is that place."""
    tails = {key(m["tail"]) for m in SITE.finditer(flat) if m["tail"] and " " not in m["tail"]}
    return [
        replace(m, letter="L", kind="") if m.letter == "O" and not m.known and m.key in tails else m for m in chosen
    ]
