"""Rules: headcounts, areas, costs, money received; professions of founders.

How a rule is written is told in `grammar`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from km0_pipeline.claims import HEADCOUNT_SCOPES, Qualifier
from km0_pipeline.press import measures
from km0_pipeline.press.grammar import (
    APPOSED,
    AUX,
    BE,
    DET,
    FUND,
    IN,
    NOUN,
    OF,
    Reader,
    Rule,
    Said,
    interposed,
    leads,
    rule,
)
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.numerals import number
from km0_pipeline.press.quantities import Quantity

# --- how many, how large, how much ------------------------------------------------------------

_HOLDS = (
    r"(?:regroup|rassembl|réun|compt|accueill|héberg|abrit|emploi|employ|fédèr|fédér|log|concentr|dénombr|form|scolaris|totalis|revendiqu)"
    r"(?:e|es|ent|ons|ait|aient|era|eront|erait|é|er|ant|i|it|ir|ira|iront|issent|issait|issaient|issant|ie?s)(?![\w'])"
    r"|fai(?:t|sait|sant|ra)(?: aujourd'hui| déjà| désormais)? (?:travailler|vivre)(?![\w'])|(?:dispos|s'appui|s'est appuy|repos|s'entour)[a-zà-ÿ]* (?:sur |d')une équipe (?:\w+ )?(?=(?:de |d')‹K)"
    r"|(?<!y )(?:a|aura|avait)(?= (?:[a-zà-ÿ]+ment |déjà |aujourd'hui |désormais )?‹K)"
)
_PRESENT = r"(?:travaill|étudi|sont|seront|cohabit|se côtoient|y |évolu)[a-zà-ÿ' ]*?(?:attendue?s?|installée?s?|présente?s?|réunie?s?|hébergée?s?|accueillie?s?|basée?s?|employée?s?)?"
_ASIDE = r"(?:, (?!dont\b|où\b|[^,‹]{0,40}‹K)[^,.;:]{1,90},)?"
_LEAD = r"(?:(?! et (?:prévo|va |vont |souhait|cherch|devr|vis|ambition|esp)|recrut|embauch)[^‹.;:]){0,25}"
_FLOW = re.compile(
    r",? (?:par|chaque|en moyenne|/) ?\w*(?:an|année|mois|jour|semaine|moyenne)?\b|,? (?:tous|toutes) les ans"
)
"""After a number that passes through: « 300 élèves par an » are not there at one time."""
_COUNTED = (
    # « 300 m² au KM0 et comptera 40 salariés »: what stands after a preposition of place is not the subject
    rule(rf"(?<!\bau )(?<!\bchez )(?<!\bdans le )<s:OH>{_ASIDE}(?P<gap>[^‹.;:]{{0,90}}?)(?<![\w'])(?P<verb>{_HOLDS})(?P<ks>(?:{_LEAD}<K>){{1,4}}(?:[^‹.;:]{{0,60}}, soit <K>)?)"),
    rule(rf"(?i:{IN})<s:OH>,? il (?P<verb>y a|y avait|y aura)(?P<ks>(?:[^‹.;:]{{0,15}}<K>){{1,4}})"),
    rule(rf"<s:OH>{_ASIDE}(?P<gap>[^‹.;:]{{0,60}}?) (?P<grown>est|sont|sera|seront|était) (?P<ks><K>)"),
    rule(r"<s:OH>(?:,? et ses |, avec (?:ses )?|,? forte?s? (?:de|d') ?(?:ses )?)(?P<ks><K>)(?=[ ,.])"),
    rule(r"<s:OH>,? (?P<verb>c'est|ce sont) (?P<ks><K>(?:(?:, | et )<K>)?)"),
    rule(rf"^[^\w‹]*(?:Forte?s? (?:de |d')|Avec )(?:ses |une équipe (?:de |d'))?(?P<ks><K>)[^‹.;:,]{{0,60}}, {DET}{NOUN}<s:OH>"),
    rule(rf"<s:OH>{_ASIDE}(?P<gap>[^‹.;:]{{0,60}}?)(?<![\w'])(?P<jobs>cré)[a-zà-ÿ]*(?P<ks>(?:[^‹.;:]{{0,25}}<K>))"),
    rule(rf"(?P<ks><K>) (?P<jobs>{BE}(?:être )?créés)(?: (?:par|chez|au sein de|au sein du))? (?:le |la |l')?<s:OH>"),
    rule(rf"(?P<ks><K>) {_PRESENT} ?{IN}<s:OH>"),
    rule(r"<s:OH>(?P<apposed>, )(?:une? (?:\w+ )?de |qui compte |avec )?(?P<ks><K>)(?=[,.])"),
    rule(r"<s:OH>(?P<apposed>, )(?:une? |l[ae] |l'|l'une? des )[^‹.;:,]{2,50} (?:de|avec|forte? de|comptant|employant|qui (?:compte|emploie|réunit|regroupe))(?: ses)? (?P<ks><K>)(?=[,.])"),
    rule(rf"(?P<apposed>[Ll]es )(?P<ks><K>) (?:du |de la |de l'|de |d'){NOUN}<s:OH>"),
)  # fmt: skip
_COUNTED_THERE = (
    rule(r"[Ll]'effectif[^‹.;:]{0,30}(?P<ks><K>)"),
    rule(r"\b[Oo]n y (?:compte|dénombre|trouve|recense)(?P<ks>(?:[^‹.;:]{0,15}<K>){1,3})"),
    rule(
        r"(?P<ks><K>) y (?:sont|ont été|travaill|étudi|seront|cohabit|évolu|exerc)[a-z]*(?P<more>[^‹.;:]{0,12}, contre <K>)?"
    ),
)
_COUNTED_INSIDE = rule(
    rf"(?P<ks><K>) {_PRESENT}(?: (?:chaque jour|aujourd'hui|désormais|déjà|au quotidien))? (?:dans|sur) (?:le bâtiment|les lieux|le site|ses murs|ses locaux|l'immeuble)\b"
)
_COUNTED_TOO = rule(
    rf"(?:,? et |, )(?P<verb>en (?:compte|emploie|accueille|forme)|{_HOLDS}|(?:s'appuie|repose|peut compter) sur|prévo(?:it|ient)|vise(?:nt)?)(?P<ks>{_LEAD}<K>)"
)
_THEIR = rule(r"(?<!\bet )\b[Ss]es (?:quelque )?(?P<ks><K>)")
_OTHER = re.compile(r"‹[OH]|(?<!par )(?<!, )(?<! et )‹P|\b(?:qui|que|dont|où)\b(?! ‹)|[;:]")
_STAFF = frozenset({"employees", "people", "volunteers", "students", "members"})
_COUNTED_AGAIN = rule(
    rf"^[^\w‹]*(?:Aujourd'hui, |Désormais, |Depuis, |[A-ZÀ-Ý][a-zà-ÿ ]{{2,20}} plus tard, )?(?i:(?:l'entreprise|la (?:société|start-?up|jeune pousse|PME)|l'atelier|l'agence|le studio|le groupe|le cabinet)|(?P<association>la coopérative|l'association|le collectif)) "
    rf"[^‹.;:]{{0,30}}?(?<![\w'])(?P<verb>{_HOLDS})(?P<ks>(?:{_LEAD}<K>){{1,3}})"
)
_COUNT_IN_BRACKETS = rule(r"<s:OH> \((?P<ks><K>)\)")
_MAIN_CLAUSE = re.compile(r"(?:^[^\w‹]*|, )(?:[Ll][ae] |[Ll]')?(?:[a-zà-ÿ-]+ ){0,2}‹[HO](\d+)›")
_CLAUSE_PUT_IN = re.compile(r"^, (?!et\b)[^.;:]{1,120}?,(?= [^,]*$)")
_COMPARED = re.compile(r"\b(?:contre|au lieu d[eu]|face à|par rapport à)\b")
_AREA = r"(?:occup|s'éten|s'étal|dispos|compt|offr|propos|représent|mesur|fai|port|abrit|déploi|aménag|possèd|totalis|install|surface|superficie)[a-zà-ÿ]*"
_AREAS = (
    rule(rf"<s:OHL>[^‹.;:]{{0,70}}?\b{_AREA}(?:[^‹.;:]{{0,45}}) ?<a:A>"),
    rule(r"<s:OHL>(?:, | \()(?:un (?:espace|bâtiment|lieu) de )?<a:A>"),
    rule(r"[Ss]urface (?:totale )?(?:du |de la |de l'|de )<s:OHL>[^‹.;:]{0,30}<a:A>"),
)
_NO_COST = re.compile(
    r"chiffre d'affaires|\b(?:capital|loyers?|abonnement|tarifs?|prix|cotisation|adhésion|dettes?|pertes?|bénéfices?|salaires?|indemnités?|amendes?|recettes|ventes|valorisation)\b"
)
_BY_THE_PIECE = re.compile(
    r" ?(?:HT|TTC|hors taxes)?,? ?(?:/|par |l'|le |la )(?:an\b|mois|jour|journée|demi-journée|heure|personne|place|poste|semaine|entrée|mètre|m²)"
)
"""After a price: what it is the price of."""
_COSTS = (
    rule(
        r"<s:OH>[^‹.;:]{0,60}?\b(?:représent|coût|mobilis|nécessit|investissement|budget|chiffré|se chiffr)[^‹.;:]{0,60}?<e:E>"
    ),
    rule(
        rf"\b(?:[Bb]udget|[Cc]oût|[Ii]nvestissement|[Mm]ontant|[Ee]nveloppe|[Tt]ravaux|[Cc]hantier)[^‹.;:]{{0,30}}? ?{OF}(?:projet )?<s:OH>[^‹.;:]{{0,40}}<e:E>"
    ),
)


def headcounts(r: Reader) -> Iterator[Said]:
    """How many an organisation that the sentence names counts; what a sentence foresees is not what it says aside (« X, qui emploie 30 salariés, ouvrira »)."""
    for pattern in _COUNTED:
        for m, qualifier, _, _ in r.matches(pattern):
            grown = (
                not m.groupdict().get("grown") or r.mention(re.findall(r"\d+", m["ks"])[0]).was
            )  # « est passé de 12 à 30 »
            jobs = (
                not m.groupdict().get("jobs") or r.mention(re.findall(r"\d+", m["ks"])[0]).scope == "jobs"
            )  # « a créé 50 emplois »
            gap = m.groupdict().get("gap") or ""
            if grown and jobs and leads(m) and not interposed(gap):
                aside = m.groupdict().get("apposed") or (
                    gap.endswith("qui ") and not re.search(r"r(?:a|ont)$", m["verb"])
                )
                yield from _counted(r, m, r.mention(m["s"]), "exact" if aside else qualifier)
    for m, qualifier, _, _ in r.matches(_COUNT_IN_BRACKETS, full=True):
        yield from _counted(r, m, r.mention(m["s"]), qualifier)


def headcounts_there(r: Reader) -> Iterator[Said]:
    """How many there are where the sentence, or the one before it, is about."""
    about = (i for i in r.sentence.items.values() if isinstance(i, Mention) and i.letter in "HO")
    s = next(about, None) or r.implied() or r.topic
    if s is None:
        return
    for pattern in _COUNTED_THERE:
        for m, qualifier, _, _ in r.matches(pattern):
            yield from _counted(r, m, s, qualifier)


def headcounts_inside(r: Reader) -> Iterator[Said]:
    """How many there are in the building of which the text goes on to speak."""
    s = r.implied()
    for m, qualifier, _, _ in r.matches(_COUNTED_INSIDE):
        if s is not None:
            yield from _counted(r, m, s, qualifier)


def headcounts_too(r: Reader) -> Iterator[Said]:
    """What the one that a sentence is about counts besides: « …, et emploie 22 personnes », « … avec ses 14 salariés »."""
    main = _MAIN_CLAUSE.search(r.sentence.flat.text)
    if main is None:
        return
    s, after = r.mention(main[1]), main.end() - 1
    if r.sentence.about not in (None, s):
        return
    for pattern in (_COUNTED_TOO, _THEIR):
        for m, qualifier, _, _ in r.matches(pattern):
            k: Quantity = r.mention(re.findall(r"\d+", m["ks"])[0])
            between = r.sentence.flat.text[after + 1 : m.start()]
            if m.start() <= after or _OTHER.search(_CLAUSE_PUT_IN.sub("", between)) or _COMPARED.search(m["ks"]):
                continue
            verb = m.groupdict().get("verb") or ""
            if k.scope in (("jobs",) if verb.startswith(("pré", "vis")) else _STAFF if not verb else HEADCOUNT_SCOPES):
                yield from _counted(r, m, s, qualifier if verb else "exact")


def headcounts_again(r: Reader) -> Iterator[Said]:
    """How many the company or association counts that the sentence before is about: « L'entreprise emploie 12 personnes »."""
    s = r.implied() or r.topic
    for m, qualifier, _, _ in r.matches(_COUNTED_AGAIN):
        if (
            s is not None
            and s.letter == "O"
            and s.kind in ("", "association" if m["association"] else "company", "" if m["association"] else "startup")
        ):
            yield from _counted(r, m, s, qualifier)


def _counted(r: Reader, m: re.Match[str], s: Mention, qualifier: Qualifier) -> Iterator[Said]:
    """The counts `ks` of a match, each with its date; one to compare with (« contre 300 en 2019 ») only if it has one."""
    found = list(re.finditer(r"‹K(\d+)›", m["ks"]))
    leads = [m["ks"][a.end() if a else 0 : b.start()] for a, b in zip([None, *found], found, strict=False)]
    first = next((n for n, lead in enumerate(leads) if _COMPARED.search(lead)), len(found))
    last = m.end() if first == len(found) else m.start("ks") + found[first - 1].end()
    held = r.held(m, qualifier, m.groupdict().get("verb") or "", last) if first else None
    for n, number_ in enumerate(found):
        k: Quantity = r.mention(number_[1])
        as_of = held if n < first else r.when(m, m.start("ks") + number_.end()) or None
        if re.search(r"\bdont\b", leads[n]):
            continue  # a part of those before
        if k.scope not in HEADCOUNT_SCOPES or _FLOW.match(m.string, m.start("ks") + number_.end()):
            continue
        for value, how in k.bounds[int(k.was) :] if as_of is not None else ():
            how = "planned" if qualifier == "planned" else how
            yield Said(k.start, k.end, s, "headcount", value, how, scope=k.scope, as_of=as_of or "")


def sizes(r: Reader) -> Iterator[Said]:
    """Areas and costs, and whose they are."""
    for patterns, prop, group in ((_AREAS, "area_m2", "a"), (_COSTS, "investment_eur", "e")):
        for pattern in patterns:
            for m, qualifier, _, _ in r.matches(pattern):
                q: Quantity = r.mention(m[group])
                s = r.mention(m["s"])
                if s.letter == "L" and s.kind in ("commune", "department", "region", "country"):
                    continue
                if prop == "investment_eur" and (
                    (re.search(rf"\b{FUND}", m[0]) and "investissement" not in m[0])
                    or _NO_COST.search(m[0])
                    or _BY_THE_PIECE.match(m.string, m.end())
                ):
                    continue
                if not leads(m) or r.held(m, qualifier) is None:
                    continue
                for value, how in q.bounds:
                    yield Said(q.start, q.end, s, prop, value, "planned" if qualifier == "planned" else how)


_MEANS = r"(?:subvention|aide|prêt|financement|enveloppe|soutien|dotation|don|tour de table|appui|avance|bourse|levée de fonds|fonds|montant|budget|crédit|contribution|investissement)s?"
_EARNED = re.compile(r" (?:de|en) (?:chiffre|CA\b|recettes|ventes|bénéfice|commandes|pertes|dettes|loyer)")
_RECEIVED = (
    rule(
        rf"<s:OH>(?P<gap>[^‹.;:]{{0,60}}?)(?<![\w'])(?P<verb>{AUX}(?:l[eè]v|récolt|collect|réuni|obten|obtien|reç|recev|boucl|décroch|bénéfici|touch)[a-zà-ÿ]*)(?: (?:en |le |au |fin |début )?‹D\d+›,?)?"
        rf"(?: (?:d'|de |avec )?(?:une? |l[ae] |sa |son |des )?(?:[a-zà-ÿ]+ )?{_MEANS}(?: [a-zà-ÿ]+){{0,3}}(?: {OF}<from:O>)?(?: (?:de|d'))?| au total| plus)? ?<e:E>"
    ),
    rule(rf"<s:OH>,? (?P<verb>(?:{BE})?dotée?s?) (?:de |d')(?:une? {_MEANS} (?:de |d'))?<e:E>"),
    rule(
        rf"^[^\w‹]*(?P<verb>Dotée?s?) (?:de |d')(?:une? {_MEANS} (?:de |d'))?<e:E>[^.;:]{{0,80}}, (?:le |la |l'|ce |cette )?(?:fonds |programme |dispositif )?<s:OH>"
    ),
)


def received(r: Reader) -> Iterator[Said]:
    """Money that an organisation raises, receives or is endowed with, whoever gives it; what it only seeks is none."""
    for pattern in _RECEIVED:
        for m, qualifier, _, _ in r.matches(pattern):
            e: Quantity = r.mention(m["e"])
            sought = (
                re.search(r"(?:er|ir)$", m["verb"])
                and qualifier != "planned"
                and not re.search(r"\bvien(?:t|nent) (?:tout juste )?d(?:e |')", m["gap"] + m["verb"])
            )
            earned = _EARNED.match(m.string, m.end())
            if (
                sought
                or earned
                or not leads(m)
                or interposed(m.groupdict().get("gap") or "")
                or _BY_THE_PIECE.match(m.string, m.end())
            ):
                continue
            as_of = r.when(m) if "doté" in m["verb"].lower() else r.held(m, qualifier, m["verb"])
            for value, how in e.bounds if as_of is not None else ():
                yield Said(
                    e.start,
                    e.end,
                    r.mention(m["s"]),
                    "received_eur",
                    value,
                    "planned" if qualifier == "planned" else how,
                    as_of=as_of or "",
                )


_GIVE = r"(?:vers|accord|octroi|allou|attribu|apport|contribu|particip|abond|subventionn|cofinanc|prêt)(?:e|ent|é|era|eront|ait)|(?:a|ont) promis|promet(?:tent)?"
_GIFT = r"(?:subvention|aide|prêt|dotation|don|avance|bourse|mécénat|soutien|contribution|financement)s?"
_TO = r"(?:(?: (?:au|à la|à l'|à|pour le|pour la|pour l')(?: |(?<='))(?:{NOUN})?‹[OH](?P<to>\d+)›))?"
_GRANTED = (
    rule(
        rf"<s:O>{APPOSED} (?P<lui>lui )?(?:y )?{AUX}(?P<lui2>lui )?(?:{_GIVE})(?: ‹D\d+›)?(?: à hauteur (?:de |d')| (?:une? |son |sa )?(?:{_GIFT})(?: [a-zà-ÿ']+){{0,2}} (?:de |d')|) ?<e:E>"
        + _TO.format(NOUN=NOUN)
    ),
    rule(
        rf"<s:O>{APPOSED} {AUX}(?:vot|approuv|valid)(?:e|ent|é|era|eront)(?: (?:le |en )?‹D\d+›)? (?:une? )(?:{_GIFT})(?: [a-zà-ÿ']+){{0,2}} (?:de |d')<e:E>"
        + _TO.format(NOUN=NOUN)
    ),
    rule(
        r"\b(?:financ|cofinanc|souten|subventionn|aid)[a-zà-ÿ]*[^‹.;:]{0,40}? par (?:la |le |l')?<s:O>,? à hauteur (?:de |d')<e:E>"
    ),
    rule(
        rf"\b(?:{_GIFT})(?: [a-zà-ÿ']+){{0,2}} (?:de |d')<e:E>,? (?:(?:accordé|versé|octroyé|attribué|alloué|voté)e?s? par (?:la |le |l')?|(?:obtenu|contracté)e?s? auprès {OF}|{OF})<s:O>"
    ),
    rule(
        rf"<e:E> (?:de |en )(?:{_GIFT}) (?:(?:accordé|versé|octroyé|attribué|alloué|voté)e?s? par (?:la |le |l')?|{OF})<s:O>"
    ),
)


def granted(r: Reader) -> Iterator[Said]:
    """Money that an organisation gives where the sentence doesn't name who receives it, or by « lui »; other gifts are read in `relations`."""
    for pattern in _GRANTED:
        for m, qualifier, _, _ in r.matches(pattern):
            e: Quantity = r.mention(m["e"])
            groups = m.groupdict()
            to = (
                r.mention(groups["to"])
                if groups.get("to")
                else r.implied()
                if groups.get("lui") or groups.get("lui2")
                else None
            )
            named_after = re.match(r"[^‹.;:]{0,40}?(?:\bau|\bà|\bdans|\bpour)\b[^‹.;:]{0,12}‹[OH]", m.string[m.end() :])
            if (
                _BY_THE_PIECE.match(m.string, m.end("e") + 1)
                or _NO_COST.search(m.string[m.start() : m.end("e") + 30])
                or (m.start("s") < m.start("e") and not leads(m))
                or (named_after and to is None)
            ):
                continue
            as_of = r.held(m, qualifier)
            for value, how in e.bounds if as_of is not None else ():
                yield Said(
                    e.start,
                    e.end,
                    r.mention(m["s"]),
                    "funding_eur",
                    value,
                    "planned" if qualifier == "planned" else how,
                    scope=to or "",
                    as_of=as_of or "",
                )


# --- founders by profession ------------------------------------------------------------

_INITIATIVE = rule(
    r"(?:à l'initiative|fondée?s?|créée?s?|portée?s?|lancée?s?|imaginée?s?)[^‹.;:]{0,30}?(?:de|d'|par) ?(?P<n>[a-zà-ÿ]+|\d+) (?:[a-zà-ÿ-]+ ?){0,4}: (?P<list>[^.;:‹]+)"
)


def founders(r: Reader) -> Iterator[Said]:
    """How many founded the hub, and their professions."""
    s = next((i for i in r.sentence.items.values() if isinstance(i, Mention) and i.letter == "H"), None) or r.implied()
    if s is None or s.letter != "H":
        return
    for m, qualifier, _, _ in r.matches(_INITIATIVE):
        n = number(m["n"])
        parts = list(
            re.finditer(
                r"(?P<n>une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|\d+) (?P<what>[a-zà-ÿ][a-zà-ÿ' -]+?)(?=,| et |$| ainsi que )",
                m["list"],
            )
        )
        if n is None or sum((number(p["n"]) or 0) for p in parts) != n:
            continue
        start, end = r.sentence.flat.span(m.start("n"), m.end("n"))
        yield Said(start, end, s, "headcount", str(n), qualifier, scope="founders")
        for p in parts:
            start, end = r.sentence.flat.span(m.start("list") + p.start(), m.start("list") + p.end())
            yield Said(start, end, s, "founder_profession", _singular(p["what"]), qualifier, scope=str(number(p["n"])))


def _singular(words: str) -> str:
    """A profession in the singular: the words before the first « de »."""
    head, of, rest = re.match(r"(.*?)( de | d'| du | en |$)(.*)", words).groups()  # type: ignore[union-attr]
    return " ".join(re.sub(r"(?<=[a-zà-ÿ]{3})(?<!s)(?<!i)s$|(?<=eau)x$", "", w) for w in head.split()) + of + rest


RULES: tuple[Rule, ...] = (
    headcounts,
    headcounts_there,
    headcounts_inside,
    headcounts_too,
    headcounts_again,
    sizes,
    received,
    granted,
    founders,
    *measures.RULES,
)
