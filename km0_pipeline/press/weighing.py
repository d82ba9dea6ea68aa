"""What a name that is not known beforehand is: an organisation, a person or a place, by the weight of what speaks for each.

The language model's label is one voice among several: a first name, the words a name is made of, the
words beside it, and the company it keeps (a list is of one sort: `listing`). Belongs here: the weights.
Where names begin and end is found in `borders`. Patterns that settle the matter alone belong to `evidence`; what
becomes of the names, to `naming`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from km0_pipeline.press import around, headed
from km0_pipeline.press.borders import ARTICLE_BEFORE, SIGNS, Name, borders, frequencies, is_first
from km0_pipeline.press.evidence import (
    ARTICLES,
    PUBLIC_TAIL,
    SORT_NOUN,
    TRADE_WORD,
    UP,
)
from km0_pipeline.press.folding import key
from km0_pipeline.press.listing import even_out
from km0_pipeline.reference import places

_SPEAKER = re.compile(rf"(?:^|\n) *([{UP}][\w&@+'-]*)[^\n–]{{0,20}} –")
"""« ORVANE – »: who speaks next, at the beginning of a line; counted once for all names, since a transcript may be long."""


@cache
def _wide_places() -> frozenset[str]:
    """Names of departments, regions and countries: « Fictange (Gers) » is a town, « Ficta (Fictange) » none."""
    return frozenset(p.name for p in places() if p.kind in ("department", "region", "country"))


def weighed(flat: str, spans: Iterable[tuple[int, int, str]], taken: Iterable[tuple[int, int, str]]) -> list[Name]:
    """The names of `flat`, in order, weighed; `taken` are ranges with the letter of what is known to stand there.

    A known name is weighed only as part of a longer one.
    """
    known = sorted(taken)
    ends = [k[1] for k in known]
    seen, speakers = frequencies(flat), Counter(m[1] for m in _SPEAKER.finditer(flat))
    found = []
    within: set[tuple[int, int, str]] = set()
    names = list(borders(flat, sorted(spans), seen, {k[0] for k in known}))
    common = {n.words for n in names if _abbreviates_nouns(flat, n)}
    for name in names:
        if name.words in common:
            continue
        n = bisect_right(ends, name.start)
        over = [k for k in known[n : n + 4] if k[0] < name.end]
        if over and over[0][2] == "L" and flat[over[0][0] : name.start] in ("Le ", "La ", "Les "):
            name.start, name.words = over[0][0], flat[over[0][0] : name.end]  # « La Fictelle Métropole »
        if over and not (
            len(over) == 1
            and over[0][2] == "L"
            and name.start <= over[0][0]
            and over[0][1] <= name.end
            and name.end - name.start > over[0][1] - over[0][0] + 1
        ):
            continue
        before = flat[max(0, name.start - 140) : name.start]
        if (_is_linked(before) or before.endswith(("type ", "genre "))) and around.OFFICE.search(before):
            continue
        _weigh(flat, name, seen, speakers)
        found.append(name)
        within.update(over)
    alone = [k for k in known if k not in within]
    _agree(flat, found, alone)
    even_out(flat, found, alone)
    return found


def _agree(flat: str, names: list[Name], known: list[tuple[int, int, str]]) -> None:
    """Give the same words the same weights wherever they stand, and what is known of them once."""
    same: dict[str, list[Name]] = {}
    for name in names:
        same.setdefault(name.words, []).append(name)
    elsewhere = {flat[s:e]: letter for s, e, letter in known}
    for words, group in same.items():
        shared = {letter: sum(n.weights[letter] for n in group) / len(group) ** 0.5 for letter in "OPL"}
        if words in elsewhere and elsewhere[words] in shared:
            shared[elsewhere[words]] += 3
        elif len(group) > 1 and " " not in words and not is_first(words) and shared["L"] < shared["O"] + 1:
            acts = sum(
                bool(around.ACTS.match(flat, n.end)) and bool(around.CLAUSE.search(flat[max(0, n.start - 60) : n.start]))
                for n in group
            )
            shared["O"] += min(acts, 3) * 0.8  # whom a text is about: it does this, then that
        for name in group:
            name.weights = dict(shared)
            name.noun = name.noun or next((n.noun for n in group if n.noun), "")


def _abbreviates_nouns(flat: str, name: Name) -> bool:
    """Whether `name` only abbreviates common nouns: « diplôme d'étudiant-entrepreneur (D2E) »."""
    short = re.sub(r"(\d)([A-Z])", lambda m: m[2] * int(m[1]), name.words)
    short = re.sub("[^A-Z]", "", short)
    if not (
        name.words.isupper()
        and len(short) > 1
        and flat.endswith(" (", 0, name.start)
        and flat.startswith(")", name.end)
    ):
        return False
    words = re.findall(r"[\w]+", flat[max(0, name.start - 90) : name.start])[-9:]
    initials = "".join(key(w)[0].upper() for w in words if len(w) > 2)
    return (
        initials.endswith(short)
        and words[-1].islower()
        and not any(headed.WORD.fullmatch(w.capitalize()) or w[:1].isupper() for w in words[-len(short) - 2 :])
    )


def _is_linked(before: str) -> bool:
    """Whether an article or a preposition stands before a name: what else does, says less."""
    return before[-1:] == "'" or before.rstrip(' "(').rsplit(" ", 1)[-1].lower() in ARTICLES


def _weigh(flat: str, name: Name, seen: Mapping[str, int], speakers: Mapping[str, int]) -> None:
    words, tokens = name.words, name.words.split()
    single = len(tokens) == 1 or (len(tokens) == 2 and tokens[0] in ("Le", "La", "Les"))
    before, after = flat[max(0, name.start - 70) : name.start], flat[name.end : name.end + 90]
    before = before.rstrip('"').rstrip("«") if before.endswith(('"', "«")) else before
    after = after.lstrip('"')
    near = before[-40:].partition(" ")[2] if len(before) > 40 else before
    linked = _is_linked(near)
    follows = (near[-1:] == " " and near[-2:-1].isalnum()) or near.endswith((' "', " (", "'", "-"))
    person_like = bool(around.WHOLE.fullmatch(words)) and not words.isupper()
    given = is_first(words)
    label = "MISC" if name.label == "PER" and len(tokens) == 1 and not given else name.label
    name.add(**{"PER": {"P": 1.5}, "ORG": {"O": 1.5}, "LOC": {"L": 0.8, "O": 0.4}, "MISC": {"O": 0.7}}.get(label, {}))
    if label == "PER" and person_like and not given and around.BIRTH_NAME.fullmatch(words):
        name.add(P=1.5)
    led = (
        not (label == "LOC" and flat.endswith("(", 0, name.start))
        and bool(around.LED.search(flat[max(0, name.start - 4) : name.start + 4]))
        and not name.first
    )
    if led:
        name.add(O=2.0, L=0.4, P=-4.0)
    elif label == "LOC" and len(tokens) > 1 and not around.PLACE_HEAD.match(words):
        name.add(L=-0.8)
    if given:
        name.add(P=3.0 if person_like else 1.5 if len(tokens) == 1 else 0)
    elif not person_like:
        name.add(P=-3.0)
    if len(tokens) > 1 and not around.ABSTRACT.fullmatch(tokens[0]) and (TRADE_WORD.search(words) or around.SUFFIX.search(words)):
        name.add(O=2.5, P=-3.5, L=-1)
    if words.isupper() and before[-1:] in ("", "\n") and around.DATELINE.match(flat, name.start):
        name.add(L=3.5, O=-2.0)
    elif around.TOPONYM.fullmatch(words):
        name.add(L=2.5, O=-0.5)
    elif around.TOWN_END.fullmatch(words):
        name.add(L=1.0)
    elif around.PLACE_HEAD.match(words):
        called = around.NOUN_AFTER.match(after)  # « au Quai 12, la pépinière de Fictange »
        name.add(L=-1.0 if called else 3.0, O=1.0 if called else -1.0, P=-3.0)
    if words.isupper() and len(words) > 4 and around.NOUN_ALONE.fullmatch(words.capitalize()):
        name.add(O=-4.0, L=-4.0)
    if len(tokens) == 1 and around.DEMONYM.fullmatch(words) and ARTICLE_BEFORE.search(near):
        name.add(O=-1.5)
    if words.isupper() and not given and before[-1:] in ("", "\n") and after.startswith(" –") and speakers[tokens[0]] > 1:
        name.add(P=9.0, O=-3.0, L=-5.0)  # who speaks next, and again
    if PUBLIC_TAIL.search(words) and len(tokens) > 1:
        name.add(O=4, P=-4, L=-2)
        name.noun = "collectivité"
    if SIGNS.search(words) or words.endswith("'"):
        name.add(O=2.3 if around.CAMEL.match(words) else 1.5, P=-3, L=-0.5)
    elif re.fullmatch(r"[A-ZÉ]{2,8}\d?", words):
        name.add(O=1.5 if len(words) > 2 and ARTICLE_BEFORE.search(near) else 1.2, P=-3, L=-0.5)
        if len(words) == 2 and name.label != "ORG":
            name.add(O=-1)
    if len(tokens) > 1 and any(re.fullmatch(r"[A-Z]{2}", t) for t in tokens):
        name.add(O=-1)
    town_after = around.IN_TOWN.match(after)
    located = town_after is not None and after[2 : town_after.end() - 1] not in _wide_places()
    if (
        len(tokens) == 1
        and not located
        and (around.ABSTRACT.fullmatch(words) or words.lower() in seen or words.lower() + "s" in seen)
    ):
        name.add(O=-1.5, L=-0.5, P=-1)
    elif (around.WORK.match(words) and not SORT_NOUN.search(near)) or around.COMMON_NOUN.fullmatch(words):
        name.add(O=-4, L=-4)
    elif len(tokens) > 1 and name.label:
        name.add(O=0.4)
    if re.search(r'" ?$', flat[max(0, name.start - 2) : name.start]) and not re.match(
        r' ?"', flat[name.end : name.end + 2]
    ):
        name.add(O=-2.5, L=-0.5)
    if re.search(r"\b[Ll]es $", before) and len(tokens) == 1:
        name.add(O=-1.5)  # a family: « les Dollfus »
    if ARTICLE_BEFORE.search(near):
        name.add(O=0.8, P=-4, L=0.3)
    if around.AT.search(near) and not given and not around.GIVEN_TO.search(near):
        name.add(L=1.7 if name.label in ("LOC", "") else 0.9, O=-1.2)
    elif given and single and label != "PER" and before.endswith((" à ", "\nA ", "\nÀ ")) and not around.GIVEN_TO.search(near):
        name.add(L=2.0, P=-1.5)
    elif label == "LOC" and len(tokens) == 1 and before.endswith("("):
        name.add(L=1.2)
    elif after.startswith(")") and not words.isupper() and not given and around.LAST_IN_BRACKETS.search(flat[max(0, name.start - 70) : name.start + 4 * words.startswith(("Le ", "La "))]):
        name.add(L=1.5 if label == "LOC" else 0.8, O=-1.5)
    elif after[:1] in (",", ".", ";") and label in ("LOC", "") and around.OF_APPOSED.search(near):
        name.add(L=2.2, O=-1.0)
    elif re.search(r"\b[dD](?:e |')$|\($", before):
        name.add(L=1.2 if name.label == "LOC" and around.NOUN_OF.search(near) and not around.HEADED_BY.search(before) else 0.4)
    if label == "LOC" and len(tokens) == 1 and around.CONTRACTED.search(near) and not around.HEADED_BY.search(before):
        name.add(L=0.9, O=-0.6)
    if follows and around.STREET_BEFORE.search(near):
        name.add(P=-4)
    if linked and single and around.OF_TOWN.search(near):
        name.add(L=2.5)
    elif linked and around.HEADED_BY.search(before):
        name.add(O=2.5, L=0.5)
    elif not linked and around.OFFICE_BEFORE.search(before):
        name.add(P=2.5)
    if person_like and len(tokens) > 1 and around.AGENT.search(before):
        name.add(P=2.5)
    elif follows and around.WITH.search(near):
        name.add(O=1.0)
    elif not given and not linked and around.MADE.search(near):
        name.add(O=1.8)
    elif linked and around.HELD.search(before):
        name.add(L=2.2, O=-1.0)
    town = label == "LOC" and near.endswith("(")
    firm = follows and person_like and given and bool(around.FIRM_BEFORE.search(near))
    if follows and not linked and not town and (firm or not (given and person_like)) and (noun := SORT_NOUN.search(near)):
        name.add(O=4.5 if firm else 2.5, P=-3, L=-1.5)
        name.noun = name.noun or noun[0].strip(' "')
    apposed = bool(after[:1] in (",", " ") and "," in after[:2] and not given and around.HOUSE_AFTER.match(after))
    if apposed:
        name.add(O=3.5, L=-3.0, P=-2.0)
    if around.ROLE_AFTER.match(after):
        name.add(P=2.5)
    elif not apposed and around.NOUN_AFTER.match(around.TOWN_BETWEEN.sub("", after, count=1)) and not around.AT.search(near):
        name.add(O=1.5)
        apposed = True
    acts = bool(around.PREDICATE.match(after)) and not linked
    if acts:
        name.add(O=1.0, P=0.5)
    if not linked and not given and around.ENTRY.match(after) and (name.item or (name.first and located)):
        name.add(O=1.7 + 0.8 * (words.isupper() and len(words) > 4), P=-1.0)
    elif located and not given and (not linked or around.GIVEN_TO.search(near)):
        name.add(O=1.2, L=-1.0)
    if len(tokens) > 1 and around.COMMON_NOUN.fullmatch(tokens[0]) and not around.PLACE_HEAD.match(words) and not given:
        name.add(O=2.0, P=-4.0)
    if (around.STAFF_AFTER.match(after) and not linked) or around.ANOTHER.search(near):
        name.add(O=2.5, L=-1.0)
    elif around.KIN_OR_TRADE.search(near) and (given or (person_like and len(tokens) == 2)) and not TRADE_WORD.search(words):
        name.add(P=3.5, O=-2.0)
    if not given and around.FIELD_BEFORE.search(before):
        name.add(O=2.5, P=-1.0)
    if name.label and len(tokens) == 1 and not given and follows and around.BARE.search(near):
        name.add(O=1.2, L=-0.6)
    if len(tokens) > 1 and not given and any(around.CRAFT.fullmatch(t) for t in tokens):
        name.add(O=1.2, P=-2.0)
    elif len(tokens) == 1 and around.COINED.search(words):
        name.add(O=1.0, L=-0.5)
    if (
        near.endswith("(")
        and (m := around.PERSON_HAS.search(before))
        and is_first(m["first"])
        and not (label == "LOC" and len(tokens) == 1)
    ):
        name.add(O=2.0, P=-2.0)
    if person_like and not linked and around.PROFESSION_AFTER.match(after):
        name.add(P=1.5)
    if label == "LOC" and len(tokens) == 1 and around.BORN.search(before):
        name.add(L=1.5, O=-0.6)
    if around.SAYS_AFTER.match(after) or around.SAYS_BEFORE.search(near):
        name.add(P=1.2, O=0.3)
    elif around.DOES.match(after):
        name.add(O=1.5, L=-0.5)
    if seen.get("^" + tokens[0], 0) > 1 or (name.first and "^" + tokens[0] in seen):
        name.add(O=0.4, P=0.2, L=0.2)
    if (
        name.first
        and len(tokens) == 1
        and not (acts or located or apposed)
        and "^" + words not in seen
        and not SIGNS.search(words)
    ):
        name.add(O=-1.2, L=-1.5, P=-0.5)
