"""Rules: who occupies what; who is part or a partner of whom; where they are.

How a rule is written is told in `grammar`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from km0_pipeline.press.bonds import is_network
from km0_pipeline.press.grammar import (
    ADJECTIVE,
    APPOSED,
    AT,
    AUX,
    BE,
    DET,
    IN,
    NOUN,
    OF,
    SEP,
    THE,
    Reader,
    Rule,
    Said,
    rule,
)
from km0_pipeline.press.mention import Mention

# --- who is where -----------------------------------------------------------------------------

_ONE = r"(?:l'un des |l'une des |un des |une des |de |des |les |un |une |parmi les )?(?:plus |gros |grands |principaux |nouveaux? |premiers? |premières |futurs? |autres? |tout premiers )*"
_SPACE = r"(?:rez-de-chaussée|(?:\w+|\d+(?:er|e|ème)) étages?|étage \d+|sous-sol|plateau \w+|lot \w+|atelier \w+)"
_TENANT = (
    rule(rf"<ss:O*>{APPOSED} {BE}{_ONE}locataires? {OF}{NOUN}<o:HOL>"),
    rule(
        rf"<ss:O*>{APPOSED},? (?:{BE})?(?:\w+ment )?(?:installé|hébergé|implanté|logé|basé|accueilli)e?s? (?:depuis ‹D\d+› )?{IN}{NOUN}<o:HOL>"
    ),
    rule(rf"<ss:O*>{APPOSED},? (?:{BE})?(?:\w+ment )?(?:hébergé|logé)e?s? par (?:le |la |l'|les )?{NOUN}<o:HO>"),
    rule(rf"<ss:O*>{APPOSED} {AUX}(?:s'|se sont |s'est |s'y )?(?:install|implant|emménag)[a-zà-ÿ]* {IN}{NOUN}<o:HOL>"),
    rule(rf"<ss:O*>{APPOSED} {AUX}(?:rejoin|intègr|intégr)[a-zà-ÿ]* (?:le |la |l')?<o:HL>"),
    rule(rf"<ss:O*>{APPOSED},? {_ONE}locataires? {OF}<o:H>"),
    rule(
        r"<ss:O*>[^‹.;:]{0,40}(?:<K>)?[^‹.;:]{0,10} dans (?:ses|leurs) (?:nouveaux )?(?:locaux|bureaux) (?:de la |du |de l')<o:HOL>"
    ),
    rule(
        rf"<ss:O*>{APPOSED} {AUX}(?:inaugur|install|pos|ouv|pren|pri)[a-zà-ÿ]* (?:[a-z]+ )?(?:ses|leurs) (?:nouveaux |premiers )?(?:locaux|bureaux|quartiers|équipes|cartons|valises) {IN}{NOUN}<o:HOL>"
    ),
    rule(
        rf"<ss:O*>{APPOSED} {AUX}lou(?:e|ent|é|era) [^‹.;:]{{1,40}} (?:de l'|du |de la |dans le |dans la |dans l'|au sein du |au sein de la |au sein de l'){NOUN}<o:HO>"
    ),
    rule(r"<ss:O*>, (?:l'un des |un des |des |une? )?(?:\w+ ){0,2}locataires?(?! (?:de|du|des)\b| d')"),
    rule(
        rf"[Pp]armi (?:les |ses )?(?:\w+ )?(?P<its>locataires|occupants|résidents)(?: {OF}<o:HO>)?[^‹.;]{{0,40}}(?:figurent|figure|on trouve|on compte|:) <ss:O*>"
    ),
    rule(rf"(?:[Ll]ocataires|[Oo]ccupants) {OF}<o:H>[^‹.;]{{0,20}}(?:sont|:) <ss:O*>"),
    rule(rf"<ss:O*>{APPOSED} {AUX}occup[a-zà-ÿ]* (?:<A>|[^‹.;]{{1,60}}) (?:{OF}|{IN})<o:HL>"),
)
_HOSTS = rule(
    rf"<o:H>[^‹.;:]{{0,40}}? {AUX}(?P<verb>(?:accueill|héberg|abrit|regroup|rassembl|réuni|log)[a-zà-ÿ]*) (?P<rest>.+)"
)
_TENANT_APPOSED = re.compile(r"›, (?:l'un|une?|nouve|premi|futur|locataire)")
_HOUSED = r"(?:entreprises|start-ups?|sociétés|jeunes pousses|structures|associations|locataires|résidents|occupants)"
_HAS_TENANTS = rule(
    rf"<o:OH>{APPOSED} {AUX}(?:accueill|héberg|abrit)[a-zà-ÿ]* [^‹.;:]{{0,30}}(?:<k:K>|{_HOUSED}|promotion)(?: [a-zà-ÿ]+)?(?:,? (?:dont|parmi lesquel(?:le)?s|parmi eux|comme|notamment|tel(?:le)?s que)| ?:) <ss:O*>"
)
_ORGANISATIONS = frozenset({"companies", "startups", "structures"})
_HOUSES = rule(
    rf"<o:O>(?:{APPOSED}|, [^‹,.;:]{{3,60}}? à ‹L\d+›,)(?:,? qui)? {AUX}(?:accueill(?:e|ent|i|era)|héberg(?:e|ent|é|era)|abrit(?:e|ent|é|era))(?: (?:aujourd'hui|notamment|également|aussi|désormais|déjà|actuellement|en résidence|dans ses locaux))? <ss:O*>(?=[,.;]|$| (?:dans|depuis|au|aux|à|en|et|sur|ainsi)\b)"
)
_OCCUPIES = rule(rf"<s:O>{APPOSED} {AUX}(?P<verb>occup[a-zà-ÿ]*) (?P<rest>[^;]+)")
_SPACE_OF = rule(rf"(?:le |la |l'|au )?(?P<space>{_SPACE}) {OF}<o:HL>")
_ITEM = rule(rf"(?:[^‹]*?: )?{DET}{NOUN}<o:O>(?P<tail>[^‹]*)")


def tenants(r: Reader) -> Iterator[Said]:
    """Who is a tenant of whom; in which space of the hub."""
    for pattern in _TENANT:
        for m, qualifier, start, end in r.clauses(pattern):
            o = r.mention(m["o"]) if m.groupdict().get("o") else r.hub or r.topic or r.sentence.subject
            as_of = r.held(m, qualifier)
            if (
                o is None
                or as_of is None
                or (m.start("ss") == m.start() and r.governed(m) and not _TENANT_APPOSED.search(m[0]))
            ):
                continue
            host = r.hub if o.letter == "H" or o.kind == "site" else o if o.letter == "O" else None
            for s in r.many(m["ss"]):
                if host is not None and s.key != host.key:
                    yield Said(start, end, s, "tenant_of", host, qualifier, as_of=as_of)
    for m, qualifier, start, end in (*r.clauses(_HOUSES), *r.clauses(_HAS_TENANTS)):
        if (k := m.groupdict().get("k")) and r.mention(k).scope not in _ORGANISATIONS:
            continue
        as_of = r.held(m, qualifier)
        for s in r.many(m["ss"]):
            if as_of is not None and s.key != r.mention(m["o"]).key and not r.governed(m):
                yield Said(start, end, s, "tenant_of", r.mention(m["o"]), qualifier, as_of=as_of)
    if r.hub is None:
        return
    for m, qualifier, _, _ in r.matches(_HOSTS):
        rest = re.split(r", (?:a|ont) (?:dit|détaillé|expliqué|précisé|indiqué|déclaré|ajouté)\b", m["rest"])[0]
        dated = re.search(rf",? {AT}[ .]*$", rest)
        rest = rest[: dated.start()] if dated else rest
        as_of = r.held(m, qualifier, m["verb"], m.start("rest") + len(rest))
        for part in re.split(rf"{SEP}|; ", rest):
            if (
                as_of is not None
                and (i := _ITEM.pattern.fullmatch(part.strip(" .,")))
                and not re.search(r"\b(?:de|du|des|pour|qui|avec)\b", i["tail"])
            ):
                s = r.mention(i["o"])
                yield Said(s.start, s.end, s, "tenant_of", r.hub, qualifier, as_of=as_of)
    for m, qualifier, _, _ in r.matches(_OCCUPIES):
        for space in _SPACE_OF.pattern.finditer(m["rest"]):
            o = r.mention(space["o"])
            as_of = r.held(m, qualifier, m["verb"], m.start("rest") + space.end())
            if as_of is not None and (o.letter == "H" or o.kind == "site"):
                start, end = r.sentence.flat.span(
                    m.start("rest") + space.start("space"), m.start("rest") + space.end("space")
                )
                s = r.mention(m["s"])
                yield Said(start, end, s, "space", space["space"], qualifier, as_of=as_of)
                yield Said(start, end, s, "tenant_of", r.hub, qualifier, as_of=as_of)


_THERE = r"(?:à|au|aux|dans l[ae]s?|dans l'|sur l[ae]|sur l'|près d[eu]|en|quai|rue|boulevard) (?:la |l'|le |les )?(?:(?:ville|commune|quartier|centre|cœur|hôtel d'entreprises|port) d[eu](?: l[ae'])? ?)?"
"""What leads to a place, as far as it does not belong to its name."""
_STANDS = r"(?:installée?|située?|basée?|implantée?|sise?|domiciliée?|établie?|logée?)s?"
_A_HOUSE = r"(?:jeune |petite )?(?:start-up|startup|jeune pousse|entreprise|société|PME|association|coopérative|Scop|SCOP|agence|éditeur|fablab|tiers-lieu|brasserie|usine|imprimerie|manufacture|école|pépinière|atelier|studio|fonderie|librairie)"
_LOCATED = (
    rule(
        r"<s:OH>(?:[^‹.;:]|<K>){0,110}?\b(?:a ouvert|ouvre|ouvrira|se trouve|se situe)(?: ses portes)?,? (?:à|dans la ville de|près de) <o:L>"
    ),
    rule(rf"<s:OH>(?:{APPOSED}|(?:(?! et )[^‹.;:]){{0,60}}?)(?:,? (?:{BE})?|, )(?:\w+ment |désormais |aujourd'hui )?{_STANDS} (?:depuis (?:[a-z]+ )?‹D\d+› |depuis [a-z]+ )?{_THERE}<o:L>"),
    rule(r"<s:OH>[^‹.;:]{0,60}?\b(?:installée?|située?|basée?) (?:[^‹.;:]|‹L\d+›){0,40}, à <o:L>"),
    rule(
        r"<s:OH>(?:,? qui)? (?:s'(?:installe|implante)(?:ra|nt)?|emménage(?:ra)?|s'est (?:installée?|implantée?)|a emménagé) à <o:L>"
    ),
    rule(
        rf"^[\W\d]*(?:[A-ZÀ-Ý][a-zà-ÿ']+ )?(?i:{_STANDS}|née?)(?: depuis ‹D\d+›)? {_THERE}<o:L>(?: depuis ‹D\d+›| en ‹D\d+›)?, (?:l[ae] |l')?(?:[a-zà-ÿ-]+ ){{0,3}}<s:OH>"
    ),
    rule(rf"^[^\w‹]*[A-ZÀ-Ý][a-zà-ÿ]+ [^‹.;:,]{{2,40}}(?:‹L\d+›)?, à <o:L>, {NOUN}(?:l[ae] |l')?<s:OH>(?= [a-zà-ÿ]+(?:e|ent|t) )"),
    rule(r"<s:OH>(?:, (?:dans |au |sur |rue |quai |boulevard |avenue )[^,.;:]{2,60})?, à (?:la |l')?<o:L>"),
    rule(rf"^[^\w‹]*À <o:L>, {THE}<s:OH>(?=,)"),
    rule(
        rf"(?:[Ll]e siège(?: social)?|[Ll]es (?:bureaux|locaux|ateliers)) {OF}<s:OH> (?:est|sont|se trouve(?:nt)?|se situe(?:nt)?) (?:situés? |basés? |installés? |implantés? )?à <o:L>"
    ),
    rule(r"<s:OH>,? dont (?:le siège(?: social)?|l'atelier|l'usine|les (?:bureaux|locaux|ateliers)) (?:est|sont|se trouve(?:nt)?|se situe(?:nt)?)(?:, [^‹,.;:]{3,40},)? (?:situés? |basés? |installés? |implantés? )?à <o:L>"),
    rule(rf"<s:OH>, (?:une? |l[ae] |l')?{_A_HOUSE}(?: {ADJECTIVE})?…? (?:de |d')<o:L>"),
    rule(rf"\b{_A_HOUSE} (?:{ADJECTIVE} )?(?:[\"] ?)?<s:O>,? (?:de |d')<o:L>(?=[,.;:)]|$| [a-zà-ÿ])"),
)  # fmt: skip
_LOCATED_SILENT = (
    rule(rf"^[\W\d]*(?:[A-ZÀ-Ý][a-zà-ÿ']+ )?(?i:{_STANDS}) (?:depuis ‹D\d+› )?{_THERE}<o:L>(?=[.;]|$)"),
    rule(r"(?:^|, |[.;] )(?i:siège(?: social)?|antenne|bureaux?|locaux|adresse)(?: (?:situé|basé)e?s?)?(?: :| à| au) (?:la |le |l')?<o:L>"),
)  # fmt: skip
"""Of whom the text is about."""
_BESIDE = rule(r"^[^‹]{0,25}<s:OH> à <o:L>")
_IN_BRACKETS = rule(r"<s:OH> \((?:[^‹()]{1,40}, )?(?:à )?<o:L>(?: depuis ‹[DS]\d+›)?[,)]")
_DEPARTMENT = rule(r"<s:L> \((?:le |la |l')?<o:L>\)")
_ADDRESS = rule(r"<s:OH>[^‹.;:]{0,60}?,? (?:au|à l'adresse|adresse :) <o:L>")
_IN_SITE = rule(
    rf"<s:H>[^‹.;:]{{0,60}}?\b(?:s'install|install|s'implant|implant|situé|occup)[a-zà-ÿ]* (?:{IN}|le |la )<o:L>"
)
_TOO_WIDE = frozenset({"department", "region", "country", "address", "site", "railway"})
"""Kinds of places in which nothing is said to be located: too wide, or said otherwise."""


def _somewhere(o: Mention) -> bool:
    return o.letter == "L" and o.kind not in _TOO_WIDE


def places(r: Reader) -> Iterator[Said]:
    """Where an organisation is: its commune, its address."""
    for pattern in _LOCATED:
        for m, qualifier, start, end in r.clauses(pattern):
            if _somewhere(r.mention(m["o"])):
                yield Said(start, end, r.mention(m["s"]), "located_in", r.mention(m["o"]), r.own(m, qualifier))
    for pattern in _LOCATED_SILENT:
        for m, qualifier, start, end in r.matches(pattern):
            if (s := r.whose(m)) is not None and _somewhere(r.mention(m["o"])):
                yield Said(start, end, s, "located_in", r.mention(m["o"]), r.own(m, qualifier), confidence=0.75)
    for m, qualifier, start, end in r.matches(_BESIDE):
        if _somewhere(r.mention(m["o"])):
            start, end = r.sentence.flat.span(m.start("s") - 2, m.end())
            yield Said(start, end, r.mention(m["s"]), "located_in", r.mention(m["o"]), r.own(m, qualifier))
    for m, qualifier, start, end in r.matches(_IN_BRACKETS, full=True):
        if _somewhere(r.mention(m["o"])):
            yield Said(start, end, r.mention(m["s"]), "located_in", r.mention(m["o"]), r.own(m, qualifier))
    for m, _, start, end in r.matches(_DEPARTMENT, full=True):
        s, o = r.mention(m["s"]), r.mention(m["o"])
        if s.kind == "commune" and o.kind == "department":
            yield Said(o.start, o.end, s, "department", o.known.name if o.known else "", confidence=0.95)
            yield Said(start, end, s, "located_in", o, confidence=0.95)
    for m, qualifier, _, _ in r.clauses(_ADDRESS):
        if (o := r.mention(m["o"])).kind == "address":
            yield Said(o.start, o.end, r.mention(m["s"]), "address", "", r.own(m, qualifier))
    for m, qualifier, start, end in r.clauses(_IN_SITE):
        if r.mention(m["o"]).kind == "site":
            yield Said(start, end, r.mention(m["s"]), "located_in", r.mention(m["o"]), r.own(m, qualifier))


# --- who with whom ----------------------------------------------------------------------------

_WITH = r"(?:(?i:en) (?:partenariat|collaboration|coopération|association|lien étroit)(?: [a-z]+)?|main dans la main|de concert) avec"
_PARTNERS = (
    rule(rf"<o:OH>(?:[^‹.;:]|‹[DLE]\d+›){{0,80}}?\b{_WITH} <ss:OH*>"),
    rule(rf"^[^‹]{{0,30}}{_WITH} <ss:OH*>, {THE}<o:OH>"),
    rule(
        r"<o:OH>[^‹.;:]{0,40}?\b(?:s'associent?|s'est associée?|a signé (?:un partenariat|une convention))(?: avec| à) <ss:OH*>"
    ),
)
_BETWEEN = rule(
    rf"<s:OH>(?: et |, ){DET}{NOUN}<o:OH> (?:sont (?:désormais |aujourd'hui |maintenant )?partenaires|(?:ont |avaient |viennent de )?(?:sign|nou|scell|conclu)[a-zé]* (?:\w+ |‹D\d+› )?(?:un |une |leur )?(?:nouve(?:au|lle) |premi(?:er|ère) )?(?:partenariat|(?:accord|convention) de (?:partenariat|coopération|collaboration))|s'associent|collaborent|ont uni leurs forces|unissent leurs forces)"
)
_LINKED = rule(r"\b(?:accord|partenariat|convention|alliance)[^‹.;:]{0,40} (?:lie|lient|unit|unissent|associe|associent)(?:ra|nt)? [^‹.;:]{0,20}?<s:OH> (?:et|à) (?:la |le |l'|les )?(?:[a-zà-ÿ-]+ )?<o:OH>")
_PARTS = (
    rule(
        rf"<s:O>, (?:une? |la |le |l')?(?:filiale|incubateur|antenne|agence|branche|marque|campus|structure|laboratoire|entité|école)(?: [^‹.;,:]{{0,30}}?)? ?{OF}{NOUN}<o:O>"
    ),
    rule(
        rf"<s:O> (?:{BE}|,? qui fait |fait )(?:partie {OF}(?:groupe )?|(?:le |la |un |une |l')(?:\w+ )?(?:filiale|campus|antenne|incubateur|branche|marque)(?: \w+)? {OF}(?:groupe )?)<o:O>"
    ),
    rule(rf"<s:O> appartient {OF}(?:groupe )?<o:O>"),
    rule(rf"^[\W\d]*(?i:filiale|antenne|marque|branche|entité) (?:{ADJECTIVE} )?{OF}(?:groupe )?<o:O>, <s:O>"),
)
_PARENT = rule(r"<s:O> \(<o:O>\)")
_FORMER = rule(r"<s:OH> \((?i:ex|anciennement|jadis|née?)[ -]<o:OH>\)")


def together(r: Reader) -> Iterator[Said]:
    """Who is part of, is a partner of whom, besides what `bonds` reads."""
    for pattern in _PARTNERS:
        for m, qualifier, start, end in r.clauses(pattern):
            o = r.subject_of(m, r.mention(m["o"]))
            for s in r.many(m["ss"]):
                if o is not None and s.key != o.key and r.held(m, qualifier) is not None:
                    yield Said(start, end, s, "partner_of", o, qualifier)
    for m, qualifier, start, end in (*r.clauses(_BETWEEN), *r.clauses(_LINKED)):
        if r.mention(m["s"]).key != r.mention(m["o"]).key and r.held(m, qualifier) is not None:
            yield Said(start, end, r.mention(m["s"]), "partner_of", r.mention(m["o"]), qualifier)
    for pattern in _PARTS:
        for m, qualifier, start, end in r.clauses(pattern):
            s, o = r.mention(m["s"]), r.mention(m["o"])
            if s.key == o.key or r.held(m, qualifier) is None or r.governed(m) or is_network(o):
                continue
            if o.kind == "public_body" and "appartien" in m[0]:
                yield Said(start, end, o, "owner_of", s, qualifier)
            else:
                yield Said(start, end, s, "part_of", o, qualifier)
    for m, _, start, end in r.matches(_FORMER, full=True):
        yield Said(start, end, r.mention(m["s"]), "succeeds", r.mention(m["o"]))
    for m, _, start, end in r.matches(_PARENT, full=True):
        s, o = r.mention(m["s"]), r.mention(m["o"])
        if s.known and o.known and s.known.parent == o.key:
            yield Said(start, end, s, "part_of", o, confidence=0.9)


RULES: tuple[Rule, ...] = (tenants, places, together)
