"""Rules: what one is to another, each bond in every construction that French has for it.

A bond is a row of words: verbs, participles, nouns. The constructions are the same for all: « X pilote Y », « Y, piloté par X »,
« Porté par X, Y », « Y, que pilote X », « X, pilote de Y », « le pilote de Y, X », « Y a pour pilote X », « pilotes : A, B et C ».

Belongs here: the words of bonds, and constructions that hold for all of them. Bonds that go with money, spaces, places
or roles have rules of their own in `relations`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from km0_pipeline.press.evidence import ROLE
from km0_pipeline.press.grammar import ADJECTIVE, APPOSED, AUX, BE, NOUN, THE, Form, Reader, Rule, Said, rule
from km0_pipeline.press.mention import Mention


@dataclass(frozen=True)
class Bond:
    """A property, the letters of its subjects and objects, and the words for it.

    `verb` stands between subject and object, `done` is a participle of the object (then `by`), `noun` names the subject
    (« X est membre de Y »). `once`: it happened, and is no less true when it is over. `turned`: the grammar's subject is the
    property's object. `others` are constructions of its own, of sentences that hold its `cue`. `network`, `incubator`: so only if the object is a network, the subject an incubator.
    """

    property: str
    verb: str = ""
    done: str = ""
    noun: str = ""
    by: str = "par "
    subjects: str = "OH"
    objects: str = "OH"
    once: bool = False
    turned: bool = False
    network: bool = False
    incubator: bool = False
    cue: str = ""
    others: tuple[str, ...] = ()


_ALSO = r"(?:(?:chaque année|aujourd'hui|déjà|actuellement|également|aussi|notamment|ensemble|conjointement|désormais|parallèlement|ainsi|officiellement) )?"
_WHEN = rf"(?:[a-zà-ÿ]+ement )?(?:(?:(?:en|le|au|à l'|dès|depuis|fin|début)(?: [a-z]+)? ?)?‹[DS]\d+›,? )?(?:pour la [a-zà-ÿ]+ (?:fois|année)(?: consécutive)? )?(?:(?:au |aux |dans l[ae] )?‹L\d+›,? |à (?:‹L\d+›|[A-ZÀ-Ý][a-zà-ÿ'-]+(?:-[A-Z][a-zà-ÿ-]+)*),? )?{_ALSO}"
_GAP = (
    rf"(?:{APPOSED}|, (?!dont|où|qu|et |mais|car|avec|pour|dans|en |à |sans|selon)[^‹,.;:]{{3,60}}?|,? qui"
    r"| ?(?:est|sont|reste|était) (?:une? |l[ae] |l'|des |les )[^‹,.;:]{2,60}?(?:,? qui)?)"
)
_SOME = r"(?:(?:deux|trois|quatre|cinq|une?) [a-zà-ÿ-]+(?: [a-zà-ÿ-]+){0,3}(?:,| :) )?"
_E = r"(?:e|ent|era|eront|ait|aient|é|er)"
_CARE = (
    r"(?:l'animation|la gestion|le pilotage|la coordination|l'exploitation|le portage|l'administration|la gouvernance)"
)
_FOUND = rf"(?:co-?)?(?:fond|cré|initi|imagin|lanc){_E}|(?:est |sont |fut |a été |ont été )?à l'(?:origine|initiative)"
_FOUNDED = r"(?:co-?)?(?:fondé|créé|initié|imaginé|lancé|impulsé|né|ouvert)"
_BEGUN_BY = r"(?:par |à l'initiative |sous l'impulsion |à l'instigation )"
_FOUNDER = r"(?:co-?)?(?:fondateur|fondatrice|créateur|créatrice|initiateur|initiatrice)"
_FOLLOW = (
    r"(?:succèd|succéd|remplac)(?:e|ent|é|era|eront)|(?:prend|prendra|a pris) (?:la suite|le relais|la succession)"
)

BONDS = (
    Bond(
        "operates",
        rf"(?:co-?)?(?:pilot|anim|coordonn|op[èé]r|g[èé]r|exploit|administr){_E}|port{_E}(?= l[ea'] ?(?:projet|programme|dispositif|démarche|réseau|tiers-lieu|fablab))"
        rf"|assur{_E} {_CARE}",
        r"(?:co-?)?(?:piloté|animé|coordonné|opéré|géré|exploité|porté|administré|supervisé)",
        r"(?:co-?)?(?:gestionnaire|exploitant|opérateur|opératrice|pilote|porteur|porteuse|structure porteuse|coordinateur|coordinatrice|animateur|animatrice)",
    ),
    Bond(
        "organiser_of",
        rf"(?:co-?)?(?:organis|orchestr){_E}",
        r"(?:co-?)?(?:organisé|orchestré)",
        r"(?:co-?)?(?:organisateur|organisatrice|instigateur|instigatrice)",
        subjects="OHP",
        once=True,
    ),
    Bond(
        "incubates",
        rf"incub{_E}",
        r"(?:pré-?)?(?:incubé|accéléré)",
        "",
        r"(?:par |au sein |à |chez |dans |(?=aux? ))",
    ),
    Bond("incubates", done="(?:accompagné|suivi|passé|coaché|couvé|hébergé|issu|sorti)", by=r"(?:par |au sein |de |d'|du |chez |à )(?=l)?", incubator=True),
    Bond(
        "owner_of",
        r"détien(?:t|nent|dra)|possèd(?:e|ent)|rach(?:èt|et)(?:e|ent|é|era|eront)|acqu(?:is|iert|ièrent|erra)",
        r"(?:racheté|acquis|détenu)",
        r"(?:(?:co-?)?propriétaire|(?:co-?)?associée?|actionnaire majoritaire)",
        subjects="OHP",
        cue="[Pp]ropriété|acquisition|rachat|reprise|capital",
        others=(rf"<a:OHP*>{APPOSED} {AUX}(?:est entrée?|sont entrée?s|entr[a-zé]+|monte(?:nt)?|participe(?:nt)?) (?:au|dans le) capital (?=d)<b:OH>", rf"<a:OHP> {AUX}(?:annonc|conclu|finalis|officialis|réalis)[a-zé]* (?:mardi |hier |‹D\d+› )?(?:l'acquisition|le rachat|la reprise) (?=d)<b:OH*>", rf"^[\W\d]*Propriété (?=d)<a:OHP*>, {THE}<b:OH>", rf"<b:OH*>(?:{APPOSED} {BE}(?:la )?|, )propriété (?=d)<a:OHP*>"),
    ),
    Bond("founder_of", _FOUND, _FOUNDED, _FOUNDER, _BEGUN_BY, subjects="OHP", once=True,
         cue="initiative|impulsion|instigation|avec|côtés|compagnie", others=(rf"<a:P> {AUX}(?:co-?)?(?:fond|cré|lanc){_E} {THE}<b:OH> (?:‹D\d+› |en ‹D\d+› )?(?:avec|aux côtés de|en compagnie de) <c:P*>", rf"^(?i:à l'initiative|sous l'impulsion|à l'instigation) <a:OHP*>, {THE}<b:OH>",)),
    Bond(
        "heads",
        rf"(?:co-?)?(?:dirig|présid|g[èé]r){_E}|(?:est |sont |arrive |nommée? |prend )?à la tête|(?:prend|prendra|assure|a pris) (?:la présidence|la direction)",
        r"(?:co-?)?(?:dirigé|présidé|géré)",
        subjects="P",
    ),
    Bond("member_of", rf"adh[èé]r{_E}|participe(?:nt)? au (?=consortium)", "", r"(?:membre|adhérente?|sociétaire|membre (?:fondateur|fondatrice|actif|associé))"),
    Bond("member_of", rf"(?:rejoi(?:nt|gnent|ndra|ndront|ndre)|int[èé]gr{_E})|(?:fait|font|fera|feront) partie|appart(?:ient|iennent)", network=True,
         cue="l'(?:adhésion|entrée|arrivée)|dont|auquel|à laquelle", others=(r"<b:OH>,? (?:[a-zà-ÿ]+ )?dont <a:OH*> (?:est|sont|fait|font) (?:déjà |aussi |également )?(?:membres?|adhérentes?|adhérents?|partie)", r"<b:OH>,? (?:[a-zà-ÿ]+ )?dont (?:font|fait) (?:déjà |aussi |également )?partie <a:OH*>", r"<b:OH>,? (?:auquel|à laquelle) (?:appart|adh)[a-zéè]+ <a:OH*>",r"<b:OH> (?:a |vient de |ont )?(?:valid|approuv|accept|entérin|act|enregistr|vot|annonc|salu|accueill)[a-zé]* l'(?:adhésion|entrée|arrivée) (?:de ‹K\d+› ?: |de (?:\w+ ){1,3}: )?<a:O*>",)),
    Bond(
        "member_of",
        r"(?:regroup|rassembl|féd[èé]r|associ)(?:e|ent|era)|réuni(?:t|ra)|compren(?:d|nent)|se compose|est (?:composé|constitué|formé)e?",
        network=True,
        turned=True,
    ),
    Bond("succeeds", rf"{_FOLLOW}|est (?:née?|issue?) de la fusion", "remplacé", "successeur", once=True,
         cue="anciennement|autrefois|jadis|précédemment|ex", others=(r"<a:OH>,? \(?(?:anciennement|autrefois|jadis|précédemment|ex)(?: appelée?| nommée?| dénommée?| connue? sous le nom d[e'])?[ -]<b:OH*>",)),
    Bond("succeeds", _FOLLOW, "remplacé", "successeur", subjects="P", objects="P", once=True),
    Bond(
        "succeeds",
        r"(?:devient|deviendra|est devenue?|est rebaptisée?|a été rebaptisée?|change de nom(?: pour| et devient)|s'appelle(?:ra)? (?:désormais|maintenant|aujourd'hui)|(?:laiss|cèd|céd)(?:e|é|era) (?:la )?place|se transforme en)",
        turned=True,
        once=True,
    ),
    Bond(
        "partner_of",
        rf"s'associ{_E}(?: avec)?|(?:collabor|coop[èé]r){_E} avec|(?:nou|sign|conclu|scell)[a-zé]* (?:un |une |son |sa )?(?:partenariat|convention)(?: [a-z]+)? avec|travaill(?:e|ent)(?: aussi| également| main dans la main| étroitement| régulièrement| en lien(?: étroit)?| en partenariat| de concert)* avec",
        "",
        "partenaire",
    ),
)  # fmt: skip

LISTED = {
    "member_of": r"membres|adhérents|sociétaires|l'(?:a|ont) rejointe?s?",
    "partner_of": r"partenaires|en partenariat avec|avec la participation d[eu]s?",
    "funds": r"financeurs?|mécènes?|soutiens?|sponsors?|parrains|cofinanceurs|investisseurs|ils nous soutiennent|avec (?:le soutien|l'appui|l'aide|le concours)(?: financier)?(?: d[eu]s?)?|participé (?:à l'opération|à la levée|au tour de table)",
    "organiser_of": r"organisateurs?|co-?organisateurs?|organisation",
    "founder_of": r"fondateurs|membres fondateurs|créateurs",
    "tenant_of": r"locataires|résidents|occupants|ils nous ont rejoints|hébergés|y (?:ont|sont|a|est) (?:déjà )?(?:installé|posé|élu|trouvé|pris)[^‹.;:]{0,40}",
    "operates": r"gestion|gestionnaire|animation|exploitation|exploitant|pilotage|coordination|structure porteuse|porteur du projet",
    "owner_of": r"propriétaires?(?: des murs| du bâtiment| du lieu| du site| de l'immeuble)?",
    "incubates": r"promotion|promo|incubée?s|nos pépites|(?:start-ups|startups|projets|entreprises|jeunes pousses) (?:accompagn|incub|suivi|couv|héberg)[a-zé]*",
}
"""What the members of a list are called that a text gives after a colon, by what it makes them; a network's may be counted only. Who incubates is whom the text is about."""
_INCUBATOR = re.compile(r"incubateur|accelerateur|pepiniere|couveuse|technopole")
_TURNED = frozenset({"incubates"})

_NETWORK = re.compile(
    r"(?:reseau|cluster|pole|federation|collectif|groupement|alliance|consortium|association|club|communaute(?! (?:de communes|d'agglomeration|urbaine))|label|syndicat|mouvement|guilde|ligue|union|"
    r"confederation|comite|cooperative|technopole|french tech|filiere|campus des metiers)\b"
)

_ONE = r"(?:l'un des |l'une des |un des |une des |une? |l[ea]s? |l'|des |comme |en tant que )?(?:(?:deux|trois|quatre|cinq|principa(?:l|le|ux|les)|nouve(?:au|l|lle|aux|lles)|premi(?:er|ère)s?|seule?s?) ){0,2}"
_OF = r"(?=d[eu] |d'|des |au |aux |à |chez )"


def _forms(b: Bond) -> Iterator[Form]:
    """The constructions of a bond: `a` is who does, `b` to whom it is done, `c` who does it too."""
    a, o = b.subjects, b.objects
    if b.turned:
        a, o = o, a
    if b.verb:
        yield rule(rf"<a:{a}*>{APPOSED}(?:,? qui|,(?= a | ont | est ))? {AUX}(?:{b.verb}) {_WHEN}(?:à )?<b:{o}*>")
        if b.once:
            yield rule(
                rf"<a:{a}*>{APPOSED}(?:,? qui)? {AUX}(?:{b.verb}) {_ALSO}(?:avec|aux côtés d[eu]) <c:{a}*>,? (?:l[ae] (?:[a-zà-ÿ]+ )?édition (?=d))?<b:{o}*>"
            )
        yield rule(rf"<b:{o}*>,? qu(?:e |'){AUX}(?:{b.verb})e?s? {_ALSO}<a:{a}*>")
        yield rule(rf"<b:{o}*>,? qu(?:e |')<a:{a}*> {AUX}(?:{b.verb})e?s?(?=[ ,.;]|$)")
    if b.done:  # of « Porté par X, le Y ouvrira », what is to come is no more of the bond
        yield rule(
            rf"<b:{o}*>{_GAP}(?:,? {BE}|,? )(?:[a-z]+ement )?(?P<done>{b.done}e?s?) {_WHEN}{b.by}{_SOME}<a:{a}*>"
        )
        yield rule(
            rf"^(?P<front>[\W\d]*)(?:[A-Z]\w+ )?(?i:{b.done})e?s? {_WHEN}{b.by}<a:{a}*>[^‹.;:,]{{0,30}}(?:‹D\d+›)?, {THE}<b:{o}>"
        )
    if b.noun:
        some = rf"{b.noun}s?(?: {ADJECTIVE})?"
        yield rule(rf"^[\W\d]*(?i:{b.noun})s?(?: {ADJECTIVE})? {_OF}<b:{o}*>(?: depuis ‹D\d+›)?, {THE}<a:{a}>")
        more = rf"(?:,? (?:avec|aux côtés|ainsi que|comme) <c:{a}*>)?"
        yield rule(rf"<a:{a}*>(?:(?P<apposed>, )|{APPOSED}(?:,? qui)? {BE}){_ONE}{some} {_OF}<b:{o}*>{more}")
        yield rule(rf"(?:[Ll]es? |[Ll]a |[Ll]'){some} {_OF}<b:{o}*>(?: {BE}{_ONE}| ?: ){{1}}<a:{a}*>")
        yield rule(rf"(?:[Ll]e |[Ll]a |[Ll]'){b.noun}(?: {ADJECTIVE})? {_OF}<b:{o}*>, <a:{a}>(?=[,.;]|$)")
        yield rule(rf"<b:{o}*> {AUX}compt[a-z]+ (?:notamment |déjà )?<a:{a}*> parmi (?:ses|leurs) {some}")
        yield rule(
            rf"<b:{o}*>,? (?:{AUX}(?:compt[a-z]+|a|ont) (?:parmi|pour) (?:ses |leurs )?|dont l[ea]s? ?){some}(?: {BE}|,? )<a:{a}*>"
        )


_BONDS = (
    *((b, rule("|".join(filter(None, (b.verb, b.done, b.noun)))), tuple(_forms(b))) for b in BONDS),
    *((b, rule(b.cue), tuple(map(rule, b.others))) for b in BONDS if b.others),
)
_IT = "espace|lieu|endroit|équipement|établissement|structure|site|projet|entreprise|société|association|initiative|événement|évènement|manifestation"
"""« Fondé par X, l'endroit … »: nouns that take up whom the text is about."""
_ELLIPTIC = tuple(
    (
        b,
        rule(b.done),
        rule(
            rf"^[\W\d]*(?:(?:Une? )?[A-Z][a-zà-ÿ-]+ |(?:Cette|Cet|Ce) [^‹,.;:]{{3,40}}? (?:a été |est |fut ))?(?i:{b.done})e?s? {_WHEN}{b.by}{_SOME}<a:{b.subjects}*>(?=[.;)]|$|, [a-zà-ÿ-]+[.;]?$|, (?:l'|le |la )(?:{_IT})\b)"
        ),
    )
    for b in (
        *BONDS,
        Bond(
            "funds",
            done=r"(?:soutenu|financé|cofinancé|co-financé|subventionné|aidé|sponsorisé|parrainé)",
            subjects="O",
        ),
    )
    if b.done and not b.turned
)
_LIST = tuple(
    (p, re.compile(rf"(?:(?i:\b(?:{words}))|‹K(?P<k>\d+)›)(?: {ADJECTIVE})?(?: (?:de |du |des |de la |de l'|d')(?i:{NOUN})‹[OH](?P<o>\d+)›|(?! d[eu]s?\b| d'))(?: (?:sont|figurent))?(?:[^‹.;:]|‹[DL]\d+›){{0,30}}(?::\s*(?P<a>.*)|$)"))
    for p, words in LISTED.items()
)  # fmt: skip
_ENTRY = rule(r"[^‹\w]*<a:OH*>")
_PEOPLE = rule(r"[^‹\w]*<a:OHP*>")
_BY_PEOPLE = frozenset({"founder_of", "organiser_of"})


def bonds(r: Reader) -> Iterator[Said]:
    """Who operates, organises, incubates, owns, founded, heads, succeeds what; who is a member or a partner of what."""
    text = r.sentence.flat.text
    if "‹" in text:
        for b, words, forms in _BONDS:
            if r.may(words):
                for form in forms:
                    yield from _bound(r, b, form)
        for b, words, form in _ELLIPTIC:
            if r.may(words):
                yield from _elliptic(r, b, form)
    if ":" in text or r.sentence.listed:
        yield from _listed(r)


def _bound(r: Reader, b: Bond, form: Form) -> Iterator[Said]:
    for m, qualifier, start, end in r.clauses(form):
        if "front" in m.re.groupindex:
            qualifier = r.modality(r.sentence.flat, m.start(), m.end("a"), 0) or qualifier
        as_of = r.held(m, qualifier)
        if as_of is None:
            if not b.once:
                continue
            as_of = ""
        doers, done_to = _ends(r, m)
        if b.turned:
            doers, done_to = done_to, doers
        for o in done_to:
            if b.network and not is_network(o):
                continue
            for s in doers:
                if s.key != o.key and (not b.incubator or is_incubator(s)):
                    yield Said(start, end, s, of_event(b.property, o), o, qualifier, as_of=as_of)


def is_network(o: Mention) -> bool:
    """Whether `o` is called a network, a cluster, a federation: by its name or by the noun that introduces it."""
    return o.kind != "public_body" and bool(_NETWORK.match(o.key) or _NETWORK.match(o.noun))


def is_incubator(m: Mention) -> bool:
    """Whether `m` is called an incubator, an accelerator."""
    return m.kind == "incubator" or bool(_INCUBATOR.match(m.noun) or _INCUBATOR.match(m.key))


_EVENT = re.compile(
    r"(?:salon|festival|forum|concours|hackathon|journee|nuit|fete|rencontres|trophees|assises|semaine|rendez-vous|conference|soiree|foire|bal)s?\b"
)


def of_event(prop: str, o: Mention) -> str:
    """Who runs an event organises it."""
    return (
        "organiser_of"
        if prop == "operates" and (o.kind == "event" or _EVENT.match(o.key) or _EVENT.match(o.noun))
        else prop
    )


_RELATIVE = re.compile(r"›,? (?:qui |que |qu'|dont )")
_PERSON_OF = re.compile(rf"\b{ROLE}\b[^‹,]{{0,40}}$")


def _ends(r: Reader, m: re.Match[str]) -> tuple[list[Mention], list[Mention]]:
    """Those of group `a` (and `c`) and those of group `b`; none of the group that only seems to be meant.

    « La directrice de X pilote Y » is not of X, but « membre de X, qui regroupe Y » and « le projet de X, membre de Y » are;
    « X vend des outils créés par Y » is of the tools.
    """
    done = m.groupdict().get("done") or ""
    if done.endswith("s") and not done.endswith("acquis") and m["b"].count("‹") <= 1:
        return [], []
    groups = {n: r.many(m[n]) if "‹" in m[n] else [r.mention(m[n])] for n in "ab"}
    first = min("ab", key=lambda n: m.start(n))
    if _RELATIVE.search(m[0]) or m.groupdict().get("apposed"):
        if _PERSON_OF.search(m.string[: m.start()]):
            return [], []
    else:
        groups[first] = r.doers(m, m[first])
    return groups["a"] + r.many(m.groupdict().get("c") or ""), groups["b"]


def _elliptic(r: Reader, b: Bond, form: Form) -> Iterator[Said]:
    """« Fondée par X. », « Structure soutenue par A », of whom the text is about."""
    for m, qualifier, start, end in r.matches(form):
        o = r.whose(m)
        if o is None or r.held(m, qualifier) is None:
            continue
        for s in r.many(m["a"]):
            if s.key != o.key and (not b.incubator or is_incubator(s)):
                yield Said(start, end, s, of_event(b.property, o), o, qualifier, confidence=0.75)


def _listed(r: Reader) -> Iterator[Said]:
    """« Les partenaires de X : A, B et C », « X compte 12 membres : » or « Partenaires » and the list that follows."""
    text = r.sentence.flat.text
    for prop, pattern in _LIST:
        m = pattern.search(text)
        if (
            m is None
            or (m["a"] is None and not r.sentence.listed)
            or r.modality(r.sentence.flat, m.start(), m.end()) is None
        ):
            continue
        about = r.sentence.about if "‹" in text[: m.start()] else None
        heads = r.topic if r.sentence.listed or m["a"] is None else None
        o: Mention | None = (
            r.mention(m["o"]) if m["o"] else about or r.sentence.within or heads or r.sentence.subject or r.focus
        )
        if r.sentence.item and not m["o"] and about is None:
            o = r.sentence.within
        if o is None or (m["k"] and (prop != "member_of" or not is_network(o))):
            continue
        if prop in _TURNED and not is_incubator(o):
            continue
        entries = (_PEOPLE if prop in _BY_PEOPLE else _ENTRY).pattern.match(m["a"] or "")
        listed = r.many(entries["a"]) if entries else r.sentence.listed if not (m["a"] or "").strip() else []
        for s in listed:
            if s.key != o.key:
                yield Said(s.start, s.end, o, prop, s) if prop in _TURNED else Said(s.start, s.end, s, prop, o)


_TO_US = {"tenant_of": "accueill|héberg|abrit", "funds": "soutien|financ|subventionn", "partner_of": "accompagn"}
_US = rule(rf"<a:OH*>,? (?:qui )?nous (?P<verb>{'|'.join(_TO_US.values())})[a-z]*")


def to_us(r: Reader) -> Iterator[Said]:
    """« La Halle, qui nous accueille »: of whom the title names, in a text that speaks for it."""
    for m, qualifier, start, end in r.clauses(_US) if r.topic else ():
        prop = next(p for p, verbs in _TO_US.items() if m["verb"] in verbs.split("|"))
        for a in r.many(m["a"]):
            if r.topic is not None and a.key != r.topic.key and r.held(m, qualifier) is not None:
                s, o = (r.topic, a) if prop == "tenant_of" else (a, r.topic)
                yield Said(start, end, s, prop, o, qualifier)


RULES: tuple[Rule, ...] = (bonds, to_us)
