"""Rules: headcounts, areas, costs, money received; professions of founders.

How a rule is written is told in `grammar`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from km0_pipeline.claims import HEADCOUNT_SCOPES, Qualifier
from km0_pipeline.press.grammar import AUX, BE, DET, FUND, IN, NOUN, OF, Reader, Rule, Said, interposed, leads, rule
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.quantities import Quantity, number

# --- how many, how large, how much ------------------------------------------------------------

_HOLDS = (
    r"(?:regroup|rassembl|réuni|compt|accueill|héberg|abrit|emploi|employ|fédèr|fédér|log|concentr|dénombr|form|scolaris|totalis|revendiqu)[a-zà-ÿ]*"
    r"|(?:dispos|s'appui|s'est appuy|repos|s'entour)[a-zà-ÿ]* (?:sur |d')une équipe (?:\w+ )?(?=(?:de |d')‹K)"
    r"|(?<!y )(?:a|aura|avait)(?= (?:[a-zà-ÿ]+ment |déjà |aujourd'hui |désormais )?‹K)"
)
_PRESENT = r"(?:travaill|étudi|sont|seront|cohabit|se côtoient|y |évolu)[a-zà-ÿ' ]*?(?:attendue?s?|installée?s?|présente?s?|réunie?s?|hébergée?s?|accueillie?s?|basée?s?|employée?s?)?"
_ASIDE = r"(?:, (?!dont\b|où\b)[^,.;:]{1,90},)?"
_LEAD = r"(?:(?! et (?:prévo|va |vont |souhait|cherch|devr|vis|ambition|esp)|recrut|embauch)[^‹.;:]){0,25}"
_FLOW = re.compile(
    r",? (?:par|chaque|en moyenne|/) ?\w*(?:an|année|mois|jour|semaine|moyenne)?\b|,? (?:tous|toutes) les ans"
)
"""After a number that passes through: « 300 élèves par an » are not there at one time."""
_COUNTED = (
    # « 300 m² au KM0 et comptera 40 salariés »: what stands after a preposition of place is not the subject
    rule(rf"(?<!\bau )(?<!\bchez )(?<!\bdans le )<s:OH>{_ASIDE}(?P<gap>[^‹.;:]{{0,90}}?)(?<![\w'])(?P<verb>{_HOLDS})(?P<ks>(?:{_LEAD}<K>){{1,4}})"),
    rule(rf"(?i:{IN})<s:OH>,? il (?P<verb>y a|y avait|y aura)(?P<ks>(?:[^‹.;:]{{0,15}}<K>){{1,4}})"),
    rule(rf"<s:OH>{_ASIDE}(?P<gap>[^‹.;:]{{0,60}}?) (?P<grown>est|sont|sera|seront|était) (?P<ks><K>)"),
    rule(r"<s:OH>(?:,? et |, avec |,? forte?s? (?:de|d') ?)(?:ses )?(?P<ks><K>)(?=[ ,.])"),
    rule(rf"^[^\w‹]*(?:Forte?s? (?:de |d')|Avec )(?:ses |une équipe (?:de |d'))?(?P<ks><K>)[^‹.;:,]{{0,60}}, {DET}{NOUN}<s:OH>"),
    rule(rf"<s:OH>{_ASIDE}(?P<gap>[^‹.;:]{{0,60}}?)(?<![\w'])(?P<jobs>cré)[a-zà-ÿ]*(?P<ks>(?:[^‹.;:]{{0,25}}<K>))"),
    rule(rf"(?P<ks><K>) (?P<jobs>{BE}(?:être )?créés)(?: (?:par|chez|au sein de|au sein du))? (?:le |la |l')?<s:OH>"),
    rule(rf"(?P<ks><K>) {_PRESENT} ?{IN}<s:OH>"),
    rule(r"<s:OH>, (?:une? (?:\w+ )?de |qui compte |avec )?(?P<ks><K>)(?=[,.])"),
    rule(r"[Ll]es (?P<ks><K>) (?:du |de la |de l'|de |d')<s:OH>"),
)  # fmt: skip
_COUNTED_THERE = (
    rule(r"[Ee]ffectif[^‹.;]{0,30}(?P<ks><K>)"),
    rule(r"\b[Oo]n y (?:compte|dénombre|trouve|recense)(?P<ks>(?:[^‹.;:]{0,15}<K>){1,3})"),
    rule(r"(?P<ks><K>) y (?:sont|ont été|travaillent|étudient|seront|cohabitent)"),
)
_COUNTED_AGAIN = rule(
    rf"^[^\w‹]*(?:Aujourd'hui, |Désormais, |Depuis, )?(?:L'entreprise|La (?:société|start-?up|jeune pousse|PME)|(?P<association>La coopérative|L'association)) "
    rf"[^‹.;:]{{0,30}}?(?<![\w'])(?P<verb>{_HOLDS})(?P<ks>[^‹.;:]{{0,25}}<K>)"
)
_COUNT_IN_BRACKETS = rule(r"<s:OH> \((?P<ks><K>)\)")
_COMPARED = re.compile(r"\b(?:contre|au lieu d[eu]|face à|par rapport à)\b")
_AREA = r"(?:occup|s'éten|s'étal|dispos|compt|offr|propos|représent|mesur|fai|port|abrit|déploi|aménag|possèd|totalis|install|surface|superficie)[a-zà-ÿ]*"
_AREAS = (
    rule(rf"<s:OHL>[^‹.;:]{{0,70}}?\b{_AREA}(?:[^‹.;:]{{0,45}}) ?<a:A>"),
    rule(r"<s:OHL>(?:, | \()(?:un (?:espace|bâtiment|lieu) de )?<a:A>"),
    rule(r"[Ss]urface (?:totale )?(?:du |de la |de l'|de )<s:OHL>[^‹.;:]{0,30}<a:A>"),
)
_NO_COST = re.compile(
    r"chiffre d'affaires|\b(?:capital|loyers?|abonnement|tarifs?|prix|cotisation|adhésion|dettes?|pertes?|bénéfices?|salaires?|recettes|ventes|valorisation)\b"
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
    """How many an organisation that the sentence names counts."""
    for pattern in _COUNTED:
        for m, qualifier, _, _ in r.matches(pattern):
            grown = (
                not m.groupdict().get("grown") or r.mention(re.findall(r"\d+", m["ks"])[0]).was
            )  # « est passé de 12 à 30 »
            jobs = (
                not m.groupdict().get("jobs") or r.mention(re.findall(r"\d+", m["ks"])[0]).scope == "jobs"
            )  # « a créé 50 emplois »
            if grown and jobs and leads(m) and not interposed(m.groupdict().get("gap") or ""):
                yield from _counted(r, m, r.mention(m["s"]), qualifier)
    for m, qualifier, _, _ in r.matches(_COUNT_IN_BRACKETS, full=True):
        yield from _counted(r, m, r.mention(m["s"]), qualifier)


def headcounts_there(r: Reader) -> Iterator[Said]:
    """How many there are where the sentence, or the one before it, is about."""
    about = (i for i in r.sentence.items.values() if isinstance(i, Mention) and i.letter in "HO")
    s = next(about, None) or r.implied()
    if s is None:
        return
    for pattern in _COUNTED_THERE:
        for m, qualifier, _, _ in r.matches(pattern):
            yield from _counted(r, m, s, qualifier)


def headcounts_again(r: Reader) -> Iterator[Said]:
    """How many the company or association counts that the sentence before is about: « L'entreprise emploie 12 personnes »."""
    s = r.implied()
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
        rf"<s:OH>(?P<gap>[^‹.;:]{{0,60}}?)(?<![\w'])(?P<verb>{AUX}(?:l[eè]v|récolt|collect|réuni|obten|obtien|reç|recev|boucl|décroch|bénéfici|touch)[a-zà-ÿ]*)"
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


RULES: tuple[Rule, ...] = (headcounts, headcounts_there, headcounts_again, sizes, received, founders)
