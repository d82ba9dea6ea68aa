"""A sentence taken apart: each clause with its own subject, and its pronouns as whom they mean.

    Portée par ‹O0› et financée par ‹O1›, la Halle ‹O2›, qui abrite ‹O3›, a ouvert et la soutient.

has the clauses « ‹O2› est portée par ‹O0› », « ‹O2› est financée par ‹O1› », « ‹O2› abrite ‹O3› », « ‹O2› a ouvert », « ‹O2› soutient ‹O9› »,
where ‹O9› is whom the sentences before are about. So a rule says once how a bond is put, and its pattern need not know what may stand
between a subject and its verb. Where the subject is in doubt there is no clause.

Belongs here: whose verb it is. What the verb says belongs to the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from km0_pipeline.press.grammar import DET, NOUN, SEP
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.sentences import Item, Masked, Sentence, governing

_IT = 10**6
"""The number of whom the first pronoun that is resolved means."""
_A = r"(?:[Ll][ae]s? |[Ll]'|[Uu]ne? |[Cc]et(?:te)? |[Cc]e )?"
_NAME = r"‹[HOP]\d+›"
_SUBJECT = rf"(?P<s>{_A}{NOUN}(?:MM?\. |Mmes? )?{_NAME}(?:{SEP}{DET}{NOUN}{_NAME})*)"
_DASHED = re.compile(r" – [^–;:]{3,160} –(?=[ ,.])")
"""What is put in between dashes: without it the sentence is one."""
_STEM = (
    r"(?:co-?)?(?:accompagn|accueill|acqui|adh[èé]r|anim|annonc|appart|apport|bénéfici|boucl|coll?abor|compt|cré|détien|dirig|emploi|exploit|expos|fédèr|financ|fond|g[èé]r|"
    r"héberg|abrit|incub|initi|install|implant|intègr|intégr|lanc|lèv|lev|lou|nou|nomm|obtien|obten|occup|op[èé]r|organis|pilot|port|poss[èé]d|présid|préside|propos|quitt|rach[èe]t|"
    r"rassembl|re[çc]oi|regroup|rejoi|rejoint|remplac|réuni|sign|soutien|souten|succ[èé]d|travaill|vers|octroi|accord|allou|contribu|particip|abond|mise?|aid|subventionn|prend|reste|"
    r"célébr|fêt|ouvr|ouvert|prépar|prévoi|recrut|vis|souhait|cherch|vend|édit|développ|conçoi|fabriqu|grandi)"
)
_CLITIC = r"(?:ne |n'|se |s'|y |en |l[ae]s? |l'|lui |leur |nous |vous )"
_ADVERB = r"(?:[a-zà-ÿ]+ment |aussi |également |déjà |désormais |aujourd'hui |ainsi |depuis |notamment )?"
_FINITE = rf"(?:{_CLITIC}){{0,2}}(?:(?:a|ont|est|sont|était|étaient|fut|sera|seront|va|vont|vien(?:t|nent) d[e']|doi(?:t|vent)|devrai(?:en)?t|pourrai(?:en)?t|fai(?:t|sait)|font|fera) |{_STEM}(?!é|ée|és|ées|ant|eur|rice)[a-zà-ÿ]*(?<!ée)(?<!é)(?<!és)(?<!ées)(?<!ion)(?<!ions)(?<!ment)[ ,.])"
_PARTICIPLE = rf"{_ADVERB}(?:{_STEM}|bas|né|issu|récompens|soutenu|labellis|dot|imagin|impuls|situ|log|cofond|label|propuls|parrain|sponsoris|administr|coordonn|supervis)(?:é|u|i|is|it|)e?s?\b"
_BEGINS = re.compile(
    rf"[^\w‹]*(?:(?:[A-ZÀ-Ý‹][^‹,;:.]{{1,40}}(?:‹[DSL]\d+›[^‹,;:.]{{0,10}})?|[A-ZÀ-Ý‹]*‹[DS]\d+›), (?:dont )?)?{_SUBJECT}(?=[ ,])"
)
_FRONTED = re.compile(
    rf"[^\w‹]*(?P<front>(?:[A-ZÀ-Ý][a-zà-ÿ']+ (?:ici )?)?(?i:{_PARTICIPLE})[^;:.]{{3,160}}?), {_SUBJECT}(?= {_FINITE}|, [^,;:]{{3,80}}, {_FINITE})"
)
_VERB = re.compile(rf" {_FINITE}")
_BE = re.compile(
    r"(?:n'|ne )?(?:est|sont|sera|seront|fut|était|étaient|a été|ont été)(?: aussi| également| désormais| aujourd'hui| toujours)? "
)
_DONE = re.compile(rf" ?(?={_PARTICIPLE})")
_AND_DONE = re.compile(
    rf",? (?:et|puis|mais)(?: aussi)? (?={_PARTICIPLE} )|, (?={_PARTICIPLE} (?:par|à|au|en|dans|depuis|chez)\b)"
)
_AND_DOES = re.compile(rf",? (?:et|puis|mais) (?={_FINITE})")
_ON = re.compile(rf" {DET}{NOUN}‹[A-Z]\d+›")
_WHICH = re.compile(r" qui (?=[a-zà-ÿ])")
_HIM = re.compile(
    r"(?:ne |n')?(?P<it>la |le |l')(?P<aux>(?:a |ont |avaient |avait |aura |vient de |viennent de )?)(?P<adverb>(?:[a-zà-ÿ]+ment |aussi |également |déjà |ainsi )?)(?P<verb>[a-zà-ÿ]{4,})"
)
_TO_HIM = re.compile(
    r"(?:lui (?=(?:(?:a|ont|avaient|avait) )?(?:\w+ment |aussi |également |déjà )?(?:vers|accord|apport|octroi|allou|attribu|débloqu|consacr))|y (?=(?:(?:a|ont|avaient|avait) )?(?:\w+ment |aussi |également |déjà )?(?:contribu|particip|invest|abond|consacr|apport|vers)))(?P<rest>[^‹.;,:]*(?:‹E\d+›)?)"
)
_AMONG = re.compile(
    r"(?:compt|figur)(?:e|ent) (?:aussi |également |notamment )?parmi (?P<its>ses )(?P<what>(?:\w+ )?[a-zà-ÿ]+)"
)
_THERE = re.compile(r"(?P<before>[^‹.;:,]{0,20})s'y (?P<verb>(?:est |sont )?(?:déjà )?(?:install|implant)[a-zà-ÿ]*)")
_AGREEING = re.compile(r"(.*?(?:é|i|u|int|is|ert))(e?)s?")


@dataclass(frozen=True, slots=True)
class _It:
    """Whom a pronoun means, in its place: characters `start` to `end` of the sentence."""

    start: int
    end: int
    meant: Mention


Piece = tuple[int, int] | str | _It
"""A range of a sentence, a word put in, or a pronoun."""


def clauses(sentence: Sentence, topic: Mention | None = None) -> tuple[list[Masked], dict[int, Item]]:
    """The clauses of a sentence that it does not hold as such, and whom the pronouns in them mean, by number; `topic` is whom the title names."""
    text = sentence.flat.text
    between = _DASHED.search(text)
    whole = [_clause(sentence.flat, ((0, between.start()), (between.end(), len(text))), {})] if between else []
    fronted = _FRONTED.match(text)
    m = fronted or _BEGINS.match(text)
    if m is None or m["s"].count("‹") > 8 or governing(text[: m.start("s")]):
        return whole, {}
    said: list[tuple[Piece, ...]] = []
    if fronted:
        said += [(" est ", part) for part in _parts(text, *m.span("front"), _AND_DONE)]
    asides, verb = _asides(text, m.end("s"))
    for a, b in asides:
        if done := _DONE.match(text, a, b):
            said += [(" est ", part) for part in _parts(text, done.end(), b, _AND_DONE)]
        elif which := _WHICH.match(text, a, b):
            does = list(_predicates(text, which.end(), b))
            said += does + _all_resolved(sentence, topic, m.span("s"), does)
    if verb is not None:
        does = list(_predicates(text, verb + 1, len(text)))
        said += does if fronted or asides else does[1:]
        said += _all_resolved(sentence, topic, m.span("s"), does)
    its: dict[int, Item] = {}
    return [*whole, *(_clause(sentence.flat, (m.span("s"), *pieces), its) for pieces in said)], its


def _asides(text: str, at: int) -> tuple[list[tuple[int, int]], int | None]:
    """What stands between commas after a subject, and where its verb begins, if it is found."""
    if _VERB.match(text, at):
        return [], at
    asides: list[tuple[int, int]] = []
    while at < len(text) and text[at] == ",":
        end = min((p for p in (text.find(c, at + 1) for c in ",;:") if p >= 0), default=len(text.rstrip(" .")))
        if _VERB.match(text, at + 1):
            return asides, at + 1
        if asides and _ON.match(text, at + 1):  # « porté par A, B et C »
            asides[-1] = (asides[-1][0], end)
        else:
            asides.append((at + 1, end))
        at = end
    return asides, None


def _parts(text: str, start: int, end: int, joint: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for m in joint.finditer(text, start, end):
        yield start, m.start()
        start = m.end()
    yield start, end


def _predicates(text: str, start: int, end: int) -> Iterator[tuple[Piece, ...]]:
    """What is said of a subject: its verbs, and the participles of « est incubée par A et hébergée à B »."""
    for a, b in _parts(text, start, end, _AND_DOES):
        done = list(_parts(text, a, b, _AND_DONE)) if _BE.match(text, a, b) else [(a, b)]
        yield " ", done[0]
        yield from ((" est ", part) for part in done[1:])


def _all_resolved(
    sentence: Sentence, topic: Mention | None, s: tuple[int, int], does: list[tuple[Piece, ...]]
) -> list[tuple[Piece, ...]]:
    found = (_resolved(sentence, topic, s, p[-1]) for p in does if isinstance(p[-1], tuple))
    return [pieces for pieces in found if pieces]


def _resolved(
    sentence: Sentence, topic: Mention | None, s: tuple[int, int], part: tuple[int, int]
) -> tuple[Piece, ...] | None:
    """« A la soutient » as « A soutient ‹it› », « A lui a versé ‹E› » as « A a versé ‹E› à ‹it› »."""
    text = sentence.flat.text
    own = {
        i.key for n in re.findall(r"‹[HOP](\d+)›", text[slice(*s)]) if isinstance(i := sentence.items[int(n)], Mention)
    }

    def it(start: int, end: int, gender: str = "") -> tuple[_It, ...]:
        """The one organisation that may be meant; of several, the one that the title names."""
        some = [
            m for m in sentence.before if m.letter in "HO" and m.key not in own and m.gender in ("", gender or m.gender)
        ]
        named = [m for m in some if topic and m.key == topic.key] or some
        return (_It(start, end, named[0]),) if len(named) == 1 else ()

    if m := _HIM.match(text, *part):
        done = _AGREEING.fullmatch(m["verb"]) if m["aux"] and " de" not in m["aux"] else None
        gender = {"la ": "f", "le ": "m"}.get(m["it"]) or ("f" if done and done[2] else "")
        if who := it(*m.span("it"), gender):
            verb = (m.start("aux"), m.start("verb") + len(done[1]) if done else m.end())
            return " ", verb, " ", *who, (m.end(), part[1])
    elif m := _AMONG.match(text, *part):
        if who := it(m.start("its"), m.start("what")):
            return " sont ", m.span("what"), " de ", *who, (m.end(), part[1])
    elif m := _TO_HIM.match(text, *part):
        if who := it(part[0], m.start("rest")):
            return " ", m.span("rest"), " à ", *who, (m.end(), part[1])
    elif (m := _THERE.match(text, *part)) and (who := it(m.end("before"), m.start("verb"))):
        return " ", m.span("before"), "s'", m.span("verb"), " à ", *who, (m.end(), part[1])
    return None


def _clause(flat: Masked, pieces: tuple[Piece, ...], its: dict[int, Item]) -> Masked:
    text = ""
    at: list[int] = []
    ends: dict[int, int] = {}
    for piece in pieces:
        if isinstance(piece, str):
            words, places = piece, [at[-1]] * len(piece)
        elif isinstance(piece, _It):
            number = _IT + len(its)
            its[number] = piece.meant
            words = f"‹{piece.meant.letter}{number}›"
            places = [flat.at[piece.start]] * len(words)
        else:
            a, b = piece
            words, places = flat.text[a:b], list(flat.at[a:b])
            if text.endswith(" est "):  # « Portée par » at the head of a sentence
                words = words[:1].lower() + words[1:]
            ends |= {end - a + len(text): doc for end, doc in flat.ends.items() if a < end <= b}
        text += words
        at += places
    return Masked(text, tuple(at), ends)
