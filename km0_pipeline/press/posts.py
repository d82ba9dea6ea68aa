"""Rules: the posts people hold: who heads, founded, owns or works for what, in which role.

A role stands beside a name: « X, directrice de A », « la directrice de A, X », « directrice : X », « X est nommée directrice ». Whose role
it is that names no organisation (« X, cofondatrice et présidente ») tells `Reader.whose`.

Belongs here: roles, and verbs that give one. `bonds` reads what an organisation is to another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from km0_pipeline.claims import Qualifier
from km0_pipeline.press import evidence
from km0_pipeline.press.grammar import APPOSED, AUX, BE, NOUN, OF, Form, Reader, Rule, Said, rule
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.sentences import Masked

ROLE = rf"(?:{evidence.ROLE}|(?:co-?)?(?:président|gérant|dirigeant)e?s|patronn?e?s?|DG|fabmanag(?:er|euse)|associée?s|permanente?|médiat(?:eur|rice)|ingénieure?|porteu(?:r|se))"
_PHRASE = rf"(?P<role>{ROLE}(?: (?!(?:de|du|des|d'|à|au|aux|chez|pour|et|en|est|sont|a|qui|que|s'|se)\b|[a-zà-ÿ-]+(?:é|i|u)e?s? (?:à|aux?|chez|dans|par)\b)[a-zà-ÿ-]+| ‹L\d+›| de (?!l[a'])[a-zà-ÿ-]+(?= (?:de|du|des|d'|et|chez)\b)| (?:de la |du |des |de l'|à la |à l'|aux? )[a-zà-ÿ-]+(?: [a-zà-ÿ-]+(?:ique|ale?|elle?))?(?= (?:de|du|des|d'|et|chez|au)\b)| et {ROLE}){{0,8}})"
_WHOSE = rf"{OF}(?:(?:chantier|site|centre|bureau d'études|réseau|groupe) (?:[a-zà-ÿ-]+ )?)?{NOUN}<o:OHL>"
_A = r"(?:le |la |l'|l'un des |l'une des |un des |une des |les (?:deux |trois )?|son |sa |leurs? )?(?:nouve(?:au|l|lle) |future? |actuel(?:le)? |seule? )?"
_NOW = r"(?:(?:par ailleurs|aujourd'hui|désormais|également|aussi|alors|elle-même|lui-même) )?"
_THE = r"(?:\b(?:[Ll]e |[Ll]a |[Ll]'|[Ss]on |[Ss]a |[Nn]otre )(?:nouve(?:au|l|lle) |future? |actuel(?:le)? |seule? )?)"

_OF_NAMED = (
    rule(rf"<ss:P*>,? {_NOW}{_A}{_PHRASE}(?: {OF}| chez | au sein (?:du |de la |de l'|de |d')|, ){NOUN}<o:OHL>"),
    rule(rf"<ss:P*>, {_NOW}{_A}{_PHRASE} {_WHOSE}"),
    rule(rf"<ss:P*>{APPOSED}(?:,? qui)? {BE}{_NOW}(?:nommée? |élue? )?{_A}{_PHRASE} {_WHOSE}"),
    rule(rf"(?i:le |la |l')?{_PHRASE} {_WHOSE},? <ss:P*>"),
    rule(rf"{_PHRASE} {_WHOSE} (?:sont|est|:) <ss:P*>"),
    rule(rf"<o:OH>,? dont (?:le |la |les |l')?{_PHRASE}(?: est| sont|,) <ss:P*>"),
    rule(rf"^[^\w‹]*(?:À|Chez|Au sein d[eu]s?) (?:l[ae] |l')?{NOUN}<o:OH>, {_THE}{_PHRASE},? <ss:P*>"),
)
_OF_IMPLIED = (
    rule(rf"<ss:P*>(?:, {_NOW}|{APPOSED},? {BE}{_NOW}(?:nommée? |élue? )?){_A}{_PHRASE}(?=[,.;)–]|$)"),
    rule(rf"(?<![\w'-])(?i:les )?(?i:{_PHRASE}) ?: <ss:P*>"),
    rule(rf"(?<![‹\w]){_THE}{_PHRASE},? <ss:P*>(?=[,.;) ]|$)"),
)
_ITS = re.compile(r"(?:[Ss]on|[Ss]a|[Ll]eurs?) ")
_HIS = rule(rf"(?:[Ss]on|[Ss]a|[Ll]eur) (?:nouve(?:au|lle) |future? |actuel(?:le)? )?{_PHRASE}(?:,| est|) <ss:P*>")
_NAMED = rule(
    rf"(?:a |ont |vient de |a été |)(?:nommé|élu|désigné|recruté)e? (?:[^‹,.;:]{{0,12}}‹D\d+› )?<s:P>,? (?:comme |en tant que |au poste de )?{_PHRASE}(?: {OF}{NOUN}<o:OH>)?"
)
_JOINED = rule(
    rf"<s:P>{APPOSED} {AUX}(?:rejoi(?:nt|ndra)|entr(?:e|era) (?:chez|à)) {NOUN}(?:l[ae] |l'|les )?{NOUN}<o:OH> (?:comme|en tant que|en qualité de) {_PHRASE}"
)
_LEADS = (
    rule(rf"<s:P>(?:[^‹.;:]|‹[PDO]\d+›){{0,60}}? (?:prend|prendra|a pris|assure|assurera|reprend) (?:la (?:direction|présidence|gérance|tête|co-?direction)|les rênes)(?: générale| exécutive)?(?: {OF}{NOUN}<o:OH>|(?=[,.;]|$| (?:à|le|en|dès|depuis)\b))"),
    rule(rf"[Ll]a (?:présidence|direction)(?: générale| scientifique| exécutive)?(?: {OF}{NOUN}<o:OH>)? (?:échoit|revient|reviendra|est (?:confiée|assurée)|a été confiée|sera (?:confiée|assurée)) (?:à |au |par )(?:[a-zà-ÿ]+ )?<s:P>"),
    rule(rf"<s:P>(?:[^‹.;:]|‹[PD]\d+›){{0,40}}? à la tête {OF}{NOUN}<o:OH>"),
)  # fmt: skip
_WORKS = (
    rule(
        rf"<s:P>(?: |, )(?:qui )?(?:travaille|est salariée?|est employée?|exerce|enseigne|est entrée?|est en poste)(?: (?:[^‹.;:,]|‹D\d+›){{0,40}})? (?:pour|chez|à|au|dans|par) (?:l[ae] |l')?{NOUN}<o:OH>"
    ),
    rule(
        r"<s:P>, (?:une? |l[ae] |l')?(?:[a-zà-ÿ-]+(?:logue|nome|iste|teur|trice|euse|eur|cien|cienne|icien|aire|phe|graphe|cate?|ecte|nieure?)|professeure?|médecin|juriste|avocate?|architecte|chef|cheffe|maître|maîtresse|enseignante?|consultante?|salariée?)(?: (?!‹)[a-zà-ÿ'-]+(?<![ée])(?<!ées)(?<!és)){0,4} (?:au|à la|à l'|chez|au sein d[eu]s?) (?:l[ae] |l')?"
        + NOUN
        + r"<o:OH>"
    ),
)
_STARTED = rule(
    rf"<s:P>{APPOSED} {AUX}(?:lanc|cré|fond|mont)(?:e|é|er) (?:son (?:activité|entreprise|affaire|studio|agence|cabinet)|sa (?:propre )?(?:société|entreprise|start-up|startup|structure|boîte|marque))\b"
)
"""Whose company, the sentences before say: « elle a lancé son activité »."""
_IN_BRACKETS = rule(rf"<ss:P*> \({_PHRASE} {_WHOSE}\)")
_OF_IN_BRACKETS = rule(r"<s:P> \(<o:OH>\)")
PUBLIC = re.compile(
    r"(?:vice-|maire|adjoint|conseill|ministre|préf|secrétaire|trésori|élue?\b|déléguée?$|chef|porteu|porte-parole|administrat|chargée?$|rect)"
)
"""Roles that say by themselves nothing of the organisation a text is about."""


def posts(r: Reader) -> Iterator[Said]:
    """Who founded, heads or works for what, in which role."""
    for pattern in _OF_NAMED:
        for m, qualifier, start, end in r.matches(pattern):
            yield from _role(r, m, r.own(m, qualifier), start, end, r.sentence.flat, r.mention(m["o"]))
    for m, qualifier, start, end in r.matches(_IN_BRACKETS, full=True):
        yield from _role(r, m, r.own(m, qualifier), start, end, r.sentence.full, r.mention(m["o"]))
    for pattern in _OF_IMPLIED:
        for m, qualifier, start, end in r.matches(pattern):
            if not _ITS.match(m[0]):
                founded = r.hub if r.hub and r.hub.start < end and relation(m["role"]) == "founder_of" else None
                yield from _role(r, m, r.own(m, qualifier), start, end, r.sentence.flat, r.whose(m) or founded)
    for m, qualifier, start, end in r.matches(_HIS):
        whose = r.sentence.about if "‹" in m.string[: m.start()] else r.sentence.within or r.sentence.subject
        if (
            whose
            and r.sentence.within is None
            and r.topic
            and whose.key != r.topic.key in {b.key for b in r.sentence.before}
        ):
            continue  # it may be of either
        yield from _role(r, m, r.own(m, qualifier), start, end, r.sentence.flat, whose)
    for m, qualifier, start, end in r.matches(_NAMED):
        target = r.mention(m["o"]) if m["o"] else r.sentence.about
        yield from _role(r, m, qualifier, start, end, r.sentence.flat, target)
    for m, qualifier, start, end in r.matches(_JOINED):
        yield from _role(r, m, qualifier, start, end, r.sentence.flat, r.mention(m["o"]))
    for m, qualifier, start, end in r.clauses(_STARTED):
        s, own = r.mention(m["s"]), r.sentence.subject
        if own is not None and not s.named:
            yield Said(start, end, s, "founder_of", own, qualifier)
    yield from _held(r, _LEADS, "heads")
    yield from _held(r, _WORKS, "works_for")
    for m, qualifier, start, end in r.matches(_OF_IN_BRACKETS, full=True):
        yield Said(start, end, r.mention(m["s"]), "works_for", r.mention(m["o"]), r.own(m, qualifier), confidence=0.7)


def _held(r: Reader, patterns: tuple[Form, ...], prop: str) -> Iterator[Said]:
    for pattern in patterns:
        for m, qualifier, start, end in r.clauses(pattern):
            o = r.mention(m["o"]) if m["o"] else r.whose(m)
            if o is not None and r.held(m, qualifier) is not None:
                yield Said(start, end, r.mention(m["s"]), prop, o, qualifier)


def _role(
    r: Reader, m: re.Match[str], qualifier: Qualifier, start: int, end: int, masked: Masked, target: Mention | None
) -> Iterator[Said]:
    if r.held(m, qualifier) is None and relation(m["role"]) != "founder_of":  # who founded, founded for ever
        return
    role_start, role_end = masked.span(m.start("role"), m.end("role"))
    groups = m.groupdict()
    for s in r.many(groups["ss"]) if "ss" in groups else [r.mention(m["s"])]:
        yield Said(role_start, role_end, s, "role", "", qualifier)
        for role in re.split(r" et ", m["role"]):
            if target is not None and target.letter in "OH" and (groups.get("o") or not PUBLIC.match(role.lower())):
                yield Said(
                    start, end, s, relation(role), target, qualifier, confidence=0.85 if groups.get("o") else 0.75
                )


_HEADING = re.compile(
    r"(?:co-?)?présidente?s?(?:-direct(?:eur|rice) général[e]?)?|(?:directeur|directrice)s?(?: (?:général|exécutif|exécutive|régiona|départementa|territoria|nationa)(?:l|le|e)?)?|PDG|P-DG|DG|CEO|(?:co-?)?gérante?s?|"
    r"(?:co-?)?dirigeante?s?|patronn?e?s?|responsable|proviseure?|doyenne?|rect(?:eur|rice)|déléguée? générale?"
)


def relation(role: str) -> str:
    role = role.strip()
    role = role if role.isupper() else role.lower()
    if re.match(r"co-?fond|fond|créat|co-?initiat|initiat", role):
        return "founder_of"
    if re.match(r"(?:co-?)?associée?", role):
        return "owner_of"
    return "heads" if _HEADING.fullmatch(role) else "works_for"


RULES: tuple[Rule, ...] = (posts,)
