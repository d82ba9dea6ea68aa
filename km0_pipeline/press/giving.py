"""Rules: who supports whom with money or means, and with how much.

« A finance X », « X, soutenu par A », « A apporte 500 000 euros, B 75 000 »: where it is not said to whom, it is to whom the text is about.

Belongs here: gifts, grants, loans, investments and their givers. What is raised without a giver belongs to `accounts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from km0_pipeline.claims import Qualifier
from km0_pipeline.press.grammar import APPOSED, AUX, BE, DET, FUND, NOUN, OF, THE, Reader, Rule, Said, rule
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.quantities import Quantity

_FUNDS = (
    rule(rf"<ss:OP*>{APPOSED} {AUX}{FUND}(?: chacun| chacune)?[^‹.;:]{{0,40}}(?P<e><E>)[^‹.;:]{{0,40}}?(?: au| à la| à l'| à| dans le| dans la| dans| pour le| pour la| pour)(?: |(?<='))<o:OH>"),
    rule(rf"<ss:O*>{APPOSED} {AUX}(?:souti|souten|subventionn|financ|cofinanc)[a-zà-ÿ]*(?: financièrement)? (?:le |la |l'|les )?<o:OH>"),
    rule(rf"<o:OH>(?:[^‹.;:]|‹[LDE]\d+›){{0,60}}?(?:,? {BE}|, | )(?:\w+ment )?(?:soutenu|financé|cofinancé|co-financé|subventionné|aidé|sponsorisé|parrainé)e?s? (?:[^‹.;]|‹E\d+›){{0,40}}?par <ss:O*>"),
    rule(r"^[\W\d]*(?i:(?:soutenu|financé|cofinancé|co-financé|subventionné|aidé|sponsorisé)e?s?) (?:[^‹.;,]|‹E\d+›){0,30}?par <ss:O*>, {THE}<o:OH>"),
    rule(rf"<o:OH>{APPOSED} {AUX}(?:lèv|lev|boucl|récolt|collect|réuni|obt|décroch|annonc|finalis|conclu|réalis)[a-zé]* [^‹.;:]{{0,60}}(?:<E>|(?:levée de fonds|tour de table|augmentation de capital))[^‹.;:]{{0,40}}? auprès (?=d[ue]s? |de l|d')<ss:O*>"),
    rule(rf"^[^‹]{{0,10}}(?i:avec|grâce (?:au?|à)) (?:le |l'|la )?(?:soutien|aide|appui|concours financier|subvention)[^‹.;:,]{{0,40}}?(?=d[ue]s? |de l|d')<ss:O*>, {THE}<o:OH>"),
    rule(r"<o:OH>(?:[^‹.;:]|‹[PDL]\d+›){0,60}?\b(?:reçoit|reçu|bénéficie|bénéficié|obtient|obtenu|recevra|bénéficiera)\b[^‹.;:]{0,60}?(?:<E>|\bsoutien|\baide\b|\bappui|\bsubvention|\bfinancement|\bprêt|\bbourse|\bdotation|\bmécénat)[^‹.;:]{0,50}?(?:<E>)?[^‹.;:]{0,20}?(?=d[ue]s? |de l|d')<ss:O*>"),
    rule(r"<o:OH>[^‹.;:]{0,60}?\bavec (?:le soutien|l'aide|l'appui|le concours financier)[^‹.;:]{0,40}?(?=d[ue]s? |de l|d')<ss:O*>"),
    rule(rf"<ss:O*>{APPOSED} {BE}(?:l'un des |l'une des |les |des )?(?:\w+ )?(?:actionnaire|financeur|investisseur|soutien|mécène)s? {OF}<o:OH>"),
    rule(rf"<ss:O*>{APPOSED} {AUX}(?:entr[a-zà-ÿ]*|est entrée?|sont entrées?) au capital {OF}<o:OH>"),
    rule(rf"[Pp]art {OF}<ss:O> dans (?:le |la |l')?<o:OH>".replace("<ss:O>", "(?P<ss>‹O\\d+›)")),
)  # fmt: skip
_GIVEN = rule(
    r"dont <e:E> (?:(?:de|en) (?:subventions?|dotation|aides?|mécénat) (?=d)|(?:apporté|versé|accordé|alloué|octroyé|financé|pris en charge)e?s? par )<ss:O*>(?: et <E> (?:par |(?=d))<cs:O*>)?"
)
"""« un budget de …, dont … de subvention de A »: of whom the sentence is about."""
_PAID = r"(?:pay|financ|cofinanc|apport|vers|accord|offer|octroy|allou|abond|garanti|souscri|pris en charge)[a-zé]*(?: en charge)?"
_SILENT = (
    rule(rf"<ss:O*>{APPOSED}(?:, (?:elle|lui|eux),)? {AUX}(?:apport|vers|accord|octroi|allou|invest|inject|débloqu|financ|ajout|contribu|mis|met|prêt)[a-zà-ÿ]* (?:à (?:la|l'|cette|ce) ?(?:nouvelle |jeune )?(?:association|structure|entreprise|société|coopérative|start-up|projet) )?(?!aux? |à )(?:à hauteur d[e'] ?)?[^‹.;:,]{{0,20}}<e:E>(?! (?:aux?|à la|à l'|pour les)\b)"),
    rule(rf"<ss:O*>{APPOSED} {AUX}(?:prêt|apport|financ|couvr|paie|pay|règl|pren)[a-zà-ÿ]* (?:en charge )?(?:le reste|le solde|la moitié|l[ae]s? (?:deux |trois )?(?:tiers|quarts?)|(?:près de |plus de )?[\d,]+ %)"),
    rule(rf"(?:<E>|moitié|tiers|quarts?|solde|reste|subvention|financement|prêt|aide|dotation|enveloppe|prix|travaux|machine)[^‹.;:]{{0,30}}? (?<!peut )(?<!peuvent )(?:est |sont |était |étaient |a été |ont été )?(?<!être ){_PAID} [^‹.;:]{{0,25}}?par <ss:O*>"),
    rule(r"(?i:avec|grâce (?:au?|à)|bénéficie d[eu]|bénéficié d[eu]) (?:le |l'|la )?(?:soutien|aide|appui|concours financier|mécénat)(?: [a-zé]+){0,2}? ?(?=d[eu]s? |de l|d')<ss:O*>"),
)  # fmt: skip
"""Of whom the text is about."""
_AND = re.compile(rf"(?:[,;]|,? et) {DET}{NOUN}‹O(?P<s>\d+)›(?:, (?:elle|lui),)? (?:[a-zé]+ )?‹E(?P<e>\d+)›")
"""« …, la Banque A 40 000 euros »: the verb goes on."""


_ACTS = re.compile(r"‹[OH]\d+›(?:,|[^‹.;:]*(?:organis|lanc|propos|souhait|anim|mèn)[a-zé]*[^‹.;:]*) avec ")


def gifts(r: Reader) -> Iterator[Said]:
    """Who funds whom, with what amount."""
    for pattern in _FUNDS:
        for m, qualifier, start, end in r.clauses(pattern):
            o = r.mention(m["o"])
            amount = re.search(r"‹E(\d+)›", m[0])
            since = re.match(r" depuis (?:le |la |l')?‹D(\d+)›", m.string[m.end() :])
            as_of = r.mention(since[1]).value if since else r.held(m, qualifier)
            if o.letter == "O" and m[0][0] == "‹" and m.start("ss") > m.start():
                o = r.subject_of(m, o)
            if o is not None and _ACTS.match(m[0]) and (o.kind == "public_body" or "›, avec" not in m[0]):
                o = None  # it acts itself, with the help of others
            if as_of is None or o is None:
                continue
            if "auprès" in m[0] and m["ss"].count("‹") > 1:
                amount = None  # it is what they give together
            for s in r.doers(m, m["ss"]) if m.start("ss") == m.start() else r.many(m["ss"]):
                if s.letter == "O" and s.key != o.key:
                    yield from _given(s, o, start, end, qualifier, as_of, r.mention(amount[1]) if amount else None)
    for m, qualifier, start, end in r.clauses(_GIVEN):
        o = r.sentence.about or r.sentence.subject
        for s in r.many(m["ss"] + (m["cs"] or "")):
            if o is not None and s.letter == "O" and s.key != o.key and r.held(m, qualifier) is not None:
                yield Said(start, end, s, "funds", o, qualifier)
    yield from _to_the_topic(r)


def _to_the_topic(r: Reader) -> Iterator[Said]:
    o = r.topic
    for pattern in _SILENT if o is not None else ():
        for m, qualifier, start, end in r.matches(pattern):
            as_of = r.held(m, qualifier)
            if o is None or as_of is None or any(s.key == o.key for s in r.many(m.string)) or r.sentence.item:
                continue
            named = r.doers(m, m["ss"]) if m.start("ss") == m.start() else r.many(m["ss"])
            one: Quantity | None = r.mention(m["e"]) if m.groupdict().get("e") and len(named) == 1 else None
            for s in named:
                yield from _given(s, o, start, end, qualifier, as_of, one, 0.75)
            more = _AND.match(m.string, m.end()) if one else None
            while more:
                first, last = r.sentence.flat.span(more.start("s") - 2, more.end())
                yield from _given(r.mention(more["s"]), o, first, last, qualifier, as_of, r.mention(more["e"]), 0.75)
                more = _AND.match(m.string, more.end())


def _given(
    s: Mention,
    o: Mention,
    start: int,
    end: int,
    qualifier: Qualifier,
    as_of: str,
    amount: Quantity | None,
    confidence: float = 0.85,
) -> Iterator[Said]:
    yield Said(start, end, s, "funds", o, qualifier, as_of=as_of, confidence=confidence)
    for value, q in amount.bounds if amount else ():
        how = "planned" if qualifier == "planned" else q
        at = (amount.start, amount.end) if amount else (start, end)
        yield Said(*at, s, "funding_eur", value, how, scope=o, as_of=as_of, confidence=confidence)


RULES: tuple[Rule, ...] = (gifts,)
