"""Rules: the hub's building: what it was, and when it was built.

A building is the hub's where the sentence puts the hub into it, or it into the hub's name; a hub
somewhere in the sentence is not enough (« à deux pas du KM0, une ancienne filature »).

How a rule is written is told in `grammar`. Here ‹B0› stands for a building: a noun that means one,
or a site of the hub.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from km0_pipeline.press.dates import Found
from km0_pipeline.press.grammar import OF, Reader, Rule, Said, interposed
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.sentences import governing

_OF_WHAT = r"(?:(?: de | d'| du )(?!la |l')[a-zà-ÿ-]+)?(?: (?:de la |de l'|du |de |d')‹O\d+›)?"
_BUILDING = re.compile(
    rf"\banciens? (?P<use>(?:site|entrepôt|atelier|garage|abattoir|bâtiment industriel|locaux|hôpital|couvent|cinéma|lycée|tribunal|magasin)s?{_OF_WHAT})"
    rf"|\banciennes? (?P<use2>(?:usine|fonderie|filature|manufacture|caserne|gare|halle|brasserie|imprimerie|friche|banque|école|centrale|chaufferie|forge|mine|poste)s?{_OF_WHAT})"
    r"|\b(?:anciens? )?(?:[Bb]âtiment|[Ii]mmeuble|[Uu]sine|[ÉéE]difice|[Hh]alle)\b|‹L(?P<place>\d+)›"
)
_A = r"(?:une? |l[ae]s? |l'|cet(?:te)? |ce |d'une? |d[ue]s? |de l[a'] ?|d')?"
_H, _B = r"‹H(?P<h>\d+)›", r"‹B(?P<b>\d+)›"
_STANDS = (
    r"(?:install|implant|situ|nich|log|héberg|établi|ouvr|ouvert|trouv|emménag|sis|créé|inaugur|accueilli|bas)[a-zà-ÿ]*"
)
_ASIDE = r"(?: ses portes)?(?:,? (?:à|en|au|le|depuis|dans) (?:l[ae] |l')?‹[LDO]\d+›|,? [a-zà-ÿ]+ment|,? aujourd'hui|,? désormais)*"
_WITHIN = rf"(?:dans|sur|au sein d[eu]|au cœur d[eu]|à la place d[eu]) ?{_A}(?:(?:locaux|murs|enceinte|site|cœur|partie) {_A})?"
_HOUSES = tuple(
    re.compile(p)
    for p in (
        rf"{_H}, {_B}",  # le KM0, ancienne usine
        rf"{_B} {OF}(?:projet )?{_H}",  # le bâtiment du KM0
        # le KM0, un pôle numérique, s'est installé à Mulhouse dans les locaux d'une ancienne usine; occupe une ancienne usine
        rf"{_H}(?P<gap>[^.;:]{{0,120}}?)\b(?:{_STANDS}{_ASIDE},? {_WITHIN}|(?:occup|invest|est|était|fut)[a-zà-ÿ]* {_A}){_B}",
        rf"{_H}(?P<gap>), {_A}{_B}",
        # l'ancienne usine abrite le KM0; où s'est installé le KM0
        rf"{_B}[^.;:‹]{{0,60}}\b(?:accueill|abrit|héberg|log|devien|devenue?|deviendr|transformée? en|reconvertie? en|où)[a-zà-ÿ]*(?: [^.;:‹]{{0,30}})? (?:le |la |l'|en )?(?<!du )(?<!au ){_H}",
        # installé dans une ancienne usine, le KM0
        rf"^[^\w‹]*(?i:{_STANDS}){_ASIDE},? {_WITHIN}{_B}[^.;:‹]{{0,60}}, (?:le |la |l')?{_H}",
    )
)
_TO_VERB = re.compile(
    r"(?:,[^.;:]*,| de ‹L\d+›|[^,]* et(?= (?:s'|se |est |sera |a ))|,? qui)? ?"
    r"(?:(?:est|sera|était|fut|a été|a|va|doit|devrait|s'est|s'y|[a-zà-ÿ]+ment|désormais|aujourd'hui|bientôt|ainsi) |s'|se |être )*"
)
"""What may stand between the hub and the verb of which it is the subject."""
_AGAIN = re.compile(
    r"‹B(?P<a>\d+)›(?=(?:(?:[^‹.;:]|‹H\d+›){0,40}\b(?:est|était|fut)|,|,? et)? (?:une? |l'|d'une? )?‹B(?P<b>\d+)›)"
)
_FIRST = re.compile(r"[^\w‹]*(?:L[ae]s? |L'|Cet(?:te)? |Ce )‹B(\d+)›")
_SINCE = r"(?:du |de |d'|datant (?:du |de |d')|date(?:nt)? (?:du |de |d')|(?:(?:a été|fut|est) )?(?:construit|bâti|édifié|érigé)e?s? (?:en |au |vers |dans les ))‹[DS](?P<d>\d+)›"
_DATED = (
    re.compile(rf"{_B}(?: [a-zà-ÿ]+)?(?: {OF}‹[HO]\d+›)?,? (?:qui )?{_SINCE}"),
    re.compile(
        rf"^[^\w‹]*(?:Construit|Bâti|Édifié|Érigé)e?s? (?:en |au |vers |dans les )‹[DS](?P<d>\d+)›, (?:le |la |l'|ce |cette )?{_B}"
    ),
)
_HUB_DATED = re.compile(rf"^[^\w‹]*(?:L[ae] |L')?{_H} {_SINCE}")


def buildings(r: Reader) -> Iterator[Said]:
    """What the hub's building was, since when it stands."""
    nouns: list[re.Match[str]] = []

    def mark(m: re.Match[str]) -> str:
        if m["place"] and r.mention(m["place"]).kind != "site":
            return m[0]
        nouns.append(m)
        return f"‹B{len(nouns) - 1}›"

    flat = r.sentence.flat
    text = _BUILDING.sub(mark, flat.text)
    of = _hubs(r, text, nouns)
    for n, s in sorted(of.items()):
        group = "use" if nouns[n]["use"] else "use2"
        if nouns[n][group] and (qualifier := r.modality(flat, *nouns[n].span())) is not None:
            start, end = flat.span(*nouns[n].span(group))
            yield Said(start, end, s, "former_use", "", "exact" if qualifier == "planned" else qualifier)
    dated = [(of.get(int(m["b"])), m["d"]) for form in _DATED for m in form.finditer(text)]
    dated += [(r.mention(m["h"]), m["d"]) for m in _HUB_DATED.finditer(text) if "datant" not in m[0]]
    for hub, date in dated:
        d: Found = r.mention(date)
        if hub is not None:
            yield Said(d.start, d.end, hub, "built_in", d.value)


def _hubs(r: Reader, text: str, nouns: list[re.Match[str]]) -> dict[int, Mention]:
    """The hub of each building of `text` that is the hub's."""
    of = {n: r.hub for n, noun in enumerate(nouns) if noun["place"] and r.hub}
    for form in _HOUSES:
        for m in form.finditer(text):
            gap = m.groupdict().get("gap")
            subject = not governing(text[: m.start("h") - 2])
            if gap is None or (subject and _TO_VERB.fullmatch(gap) and not interposed(gap)):
                of.setdefault(int(m["b"]), r.mention(m["h"]))
    implied = r.implied()
    if "‹H" not in text and implied and implied.letter == "H" and (first := _FIRST.match(text)):
        of.setdefault(int(first[1]), implied)
    for m in _AGAIN.finditer(text):
        if (hub := of.get(int(m["a"]))) is not None:
            of.setdefault(int(m["b"]), hub)
    return of


RULES: tuple[Rule, ...] = (buildings,)
