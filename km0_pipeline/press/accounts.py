"""Rules: headcounts, areas, costs; the building; what happens, and when.

How a rule is written is told in `grammar`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from km0_pipeline.claims import Qualifier
from km0_pipeline.press.dates import Found
from km0_pipeline.press.grammar import AUX, BE, FUND, IN, OF, Reader, Rule, Said, rule
from km0_pipeline.press.naming import Mention
from km0_pipeline.press.quantities import Quantity, number

EVENT_NAMES = {"opening": "Ouverture de {}", "arrival": "Arrivée des premiers occupants de {}"}
"""How an event of a kind is called that has no name of its own; {} is whom it is about."""

# --- how many, how large, how much ------------------------------------------------------------

_HOLDS = r"(?:regroup|rassembl|réuni|compt|accueill|héberg|abrit|emploi|employ|fédèr|fédér|log|concentr|dénombr|form|scolaris|totalis)[a-zà-ÿ]*|\ba|\baura"
_PRESENT = r"(?:travaill|étudi|sont|seront|sont|cohabit|se côtoient|y |évolu)[a-zà-ÿ' ]*?(?:attendue?s?|installée?s?|présente?s?|réunie?s?|hébergée?s?|accueillie?s?|basée?s?|employée?s?)?"
_COUNTED = (
    # « 300 m² au KM0 et comptera 40 salariés »: what stands after a preposition of place is not the subject
    rule(rf"(?<!\bau )(?<!\bchez )(?<!\bdans le )<s:OH>[^‹.;:]{{0,90}}?(?<![\w'])(?:{_HOLDS})(?P<ks>(?:[^‹.;:]{{0,25}}<K>){{1,4}})"),
    rule(rf"(?P<ks><K>) {_PRESENT} ?{IN}<s:OH>"),
    rule(r"<s:OH>, (?:une? (?:\w+ )?de |qui compte |avec )?(?P<ks><K>)(?=[,.])"),
    rule(r"[Ll]es (?P<ks><K>) (?:du |de la |de l'|de |d')<s:OH>"),
)
_THERE = (
    rule(r"[Ee]ffectif[^‹.;]{0,30}(?P<ks><K>)"),
    rule(r"\b[Oo]n y (?:compte|dénombre|trouve|recense)(?P<ks>(?:[^‹.;:]{0,15}<K>){1,3})"),
    rule(r"(?P<ks><K>) y (?:sont|ont été|travaillent|étudient|seront|cohabitent)"),
)
_COUNT_IN_BRACKETS = rule(r"<s:OH> \((?P<ks><K>)\)")
_AREA = r"(?:occup|s'éten|s'étal|dispos|compt|offr|propos|représent|mesur|fai|port|abrit|déploi|aménag|possèd|totalis|install|surface|superficie)[a-zà-ÿ]*"
_AREAS = (
    rule(rf"<s:OHL>[^‹.;:]{{0,70}}?\b{_AREA}(?:[^‹.;:]{{0,45}}) ?<a:A>"),
    rule(r"<s:OHL>(?:, | \()(?:un (?:espace|bâtiment|lieu) de )?<a:A>"),
    rule(r"[Ss]urface (?:totale )?(?:du |de la |de l'|de )<s:OHL>[^‹.;:]{0,30}<a:A>"),
)
_COSTS = (
    rule(r"<s:OH>[^‹.;:]{0,60}?\b(?:représent|coût|mobilis|nécessit|investissement|budget|chiffr)[^‹.;:]{0,60}?<e:E>"),
    rule(
        rf"\b(?:[Bb]udget|[Cc]oût|[Ii]nvestissement|[Mm]ontant|[Ee]nveloppe|[Tt]ravaux|[Cc]hantier)[^‹.;:]{{0,30}}? ?{OF}(?:projet )?<s:OH>[^‹.;:]{{0,40}}<e:E>"
    ),
)


def figures(r: Reader) -> Iterator[Said]:
    """Headcounts, areas and costs, and whose they are."""
    for patterns in (_COUNTED, _THERE):
        for pattern in patterns:
            for m, qualifier, _, _ in r.matches(pattern):
                if patterns is _THERE:
                    s = (
                        next(
                            (i for i in r.sentence.items.values() if isinstance(i, Mention) and i.letter in "HO"), None
                        )
                        or r.implied()
                    )
                else:
                    s = r.mention(m["s"])
                if s is not None:
                    for n in re.findall(r"‹K(\d+)›", m["ks"]):
                        yield from _counted(r.mention(n), s, qualifier)
    for m, qualifier, _, _ in r.matches(_COUNT_IN_BRACKETS, full=True):
        yield from _counted(r.mention(re.findall(r"\d+", m["ks"])[0]), r.mention(m["s"]), qualifier)
    for sizes, prop, group in ((_AREAS, "area_m2", "a"), (_COSTS, "investment_eur", "e")):
        for pattern in sizes:
            for m, qualifier, _, _ in r.matches(pattern):
                q: Quantity = r.mention(m[group])
                s = r.mention(m["s"])
                if s.letter == "L" and s.kind in ("commune", "department", "region", "country"):
                    continue
                if prop == "investment_eur" and re.search(rf"\b{FUND}", m[0]) and "investissement" not in m[0]:
                    continue
                for value, how in q.bounds:
                    yield Said(q.start, q.end, s, prop, value, "planned" if qualifier == "planned" else how)


def _counted(k: Quantity, s: Mention, qualifier: Qualifier) -> Iterator[Said]:
    for value, how in k.bounds:
        yield Said(k.start, k.end, s, "headcount", value, "planned" if qualifier == "planned" else how, scope=k.scope)


# --- founders by profession, the building, dates ----------------------------------------------

_INITIATIVE = rule(
    r"(?:à l'initiative|fondée?s?|créée?s?|portée?s?|lancée?s?|imaginée?s?)[^‹.;:]{0,30}?(?:de|d'|par) ?(?P<n>[a-zà-ÿ]+|\d+) (?:[a-zà-ÿ-]+ ?){0,4}: (?P<list>[^.;:‹]+)"
)
_FORMER = rule(
    r"\banciens? (?P<use>(?:site|entrepôt|atelier|garage|abattoir|bâtiment industriel|locaux|hôpital|couvent|cinéma|lycée|tribunal|magasin)s?(?:(?: de | d'| du )(?!la |l')[a-zà-ÿ-]+)?(?: (?:de la |de l'|du |de |d')‹O\d+›)?)"
    r"|\banciennes? (?P<use2>(?:usine|fonderie|filature|manufacture|caserne|gare|halle|brasserie|imprimerie|friche|banque|école|centrale|chaufferie|forge|mine|poste)s?(?:(?: de | d'| du )(?!la |l')[a-zà-ÿ-]+)?(?: (?:de la |de l'|du |de |d')‹O\d+›)?)"
)
_BUILT = (
    rule(r"\bancien(?:ne)?s? (?:usine|fonderie|filature|manufacture|caserne|bâtiment|halle|entrepôt|atelier)s?(?: (?:de|d') ?[a-zà-ÿ-]+)? (?:du |de |datant (?:du |de )|construite? (?:au |en ))‹[DS](?P<d>\d+)›"),
    rule(r"(?:\b(?:[Bb]âtiment|[Ii]mmeuble|[Uu]sine|[Éé]difice|[Hh]alle)|‹L\d+›)[^‹.;:]{0,12}(?:‹[HO]\d+›)?[^‹.;:]{0,20}?\b(?:date|datant|datent) (?:du |de |d')‹[DS](?P<d>\d+)›"),
    rule(r"\b(?:construit|bâti|édifié|érigé)e?s? (?:en |au |vers )‹[DS](?P<d>\d+)›"),
)  # fmt: skip
_OPENS = r"(?:ouvr[a-zà-ÿ]*|ouvert|inaugur[a-zà-ÿ]*|démarr[a-zà-ÿ]*)"
_WHEN = r"(?: ses portes)?(?! (?:un|une|des|le|la|les|son|sa|ses|sur|aux?) (?!\w*(?:printemps|automne|été|hiver|premier|deuxième)?‹|mi-))(?:[^‹.;,]{0,40}<L>)?[^‹.;,]{0,14}?(?: le| en| au| à l'| à la| à| l'| dès| depuis| cet) ?<d:D>"
_OPENING = rule(
    rf"<o:OH>[^‹.;:]{{0,110}}?(?:<K>[^‹.;:]{{0,10}})?(?<![\w'])(?P<verb>{AUX}(?:être )?(?:été )?{_OPENS})(?! \w+ (?:à|aux) )"
)
_OPENING_ON = rule(rf"<o:OH>[^‹.;:]{{0,60}}?(?<![\w'])(?P<verb>{AUX}(?:être )?(?:été )?{_OPENS}){_WHEN}")
_OPENING_NOUN = rule(
    rf"(?P<verb>(?:[Ll]'|[Ss]on |[Ss]a )(?:ouverture|inauguration|mise en service))(?: {OF}<o:OH>)?(?P<gap>[^‹.;:]{{0,60}}?)<d:D>"
)
_LEARNT = rule(r"(?:a-t-on appris|a annoncé|ont annoncé|annoncée?|a-t-il annoncé)(?: le| ce| en)? ?<d:D>")
_ANNOUNCED = rule(rf"<o:OH> {BE}(?:annoncé|dévoilé|présenté)e?s? (?:le |en |au |à l')?<d:D>")
_CREATED = rule(rf"<o:OH> (?:{BE}|,? )(?:créé|fondé|lancé)e?s? (?:le |en |au |à l')<d:D>")
_ARRIVAL = rule(
    rf"(?:occupants|locataires|résidents) {OF}<o:H> (?:sont arrivés|se sont installés|ont emménagé|arriveront|arrivent) (?:le |en |au |à l')<d:D>"
)
_RAILWAY = rule(
    r"(?P<name>lignes? (?:de chemins? de fer|ferroviaires?))[^‹.;:]{0,60}?(?:ouvert|inaugur|mise en service|créée|date)[a-zà-ÿ]*(?: (?:de|en|le|dès|au))? ?<d:D>"
)
_AWARD = rule(
    r"‹H(?P<o>\d+)›[^.;:]{0,40}?dans l'édition (?P<y>20\d\d) de (?:la sélection )?(?P<name>[^.]{8,120}?) ?(?:\.|$)"
)


def buildings(r: Reader) -> Iterator[Said]:
    """What the hub's building was, since when it stands; professions of its founders."""
    s = next((i for i in r.sentence.items.values() if isinstance(i, Mention) and i.letter == "H"), None) or (
        r.implied() if (i := r.implied()) and i.letter == "H" else None
    )
    if s is None:
        return
    for m, qualifier, start, end in r.matches(_FORMER):
        group = "use" if m["use"] else "use2"
        start, end = r.sentence.flat.span(m.start(group), m.end(group))
        yield Said(start, end, s, "former_use", "", "exact" if qualifier == "planned" else qualifier)
    for pattern in _BUILT:
        for m, _, _, _ in r.matches(pattern):
            d: Found = r.mention(m["d"])
            yield Said(d.start, d.end, s, "built_in", d.value)
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


def happenings(r: Reader) -> Iterator[Said]:
    """Openings, arrivals, awards, announcements; the railway."""
    learnt = next(iter(r.matches(_LEARNT)), None)
    opened: list[Mention] = []
    for m, qualifier, start, end in r.matches(_OPENING):
        o: Mention = r.mention(m["o"])
        clause = r.sentence.flat.text[m.start() :]
        if (
            re.match(r"[^‹]{0,3} (?:un|une|des|le|la|les|son|sa|ses) (?!portes|mi-|\d)", clause[m.end() - m.start() :])
        ) or o.letter != "H":
            continue
        start, end = r.sentence.flat.span(m.start("verb"), m.end("verb"))
        event = _event("opening", o, start, end)
        opened.append(event)
        yield from _about(event, o, qualifier)
    for pattern in (_OPENING_ON, _OPENING_NOUN):
        for m, qualifier, _, _ in r.matches(pattern):
            found = r.mention(m["o"]) if m["o"] else (r.implied() or r.hub)
            if found is None or (m["o"] is None and found.letter != "H"):
                continue
            d: Found = r.mention(m["d"])
            start, end = r.sentence.flat.span(m.start("verb"), m.end("verb"))
            event = _event("opening", found, start, end)
            yield from _about(event, found, qualifier)
            yield Said(d.start, d.end, event, "date", d.value, qualifier)
            yield Said(d.start, d.end, found, "opened_on", d.value, qualifier)
    if learnt and opened:
        d = r.mention(learnt[0]["d"])
        yield Said(d.start, d.end, opened[0], "announced_on", d.value)
    for pattern, prop in ((_ANNOUNCED, "announced_on"), (_CREATED, "founded_on")):
        for m, qualifier, _, _ in r.matches(pattern):
            d = r.mention(m["d"])
            yield Said(d.start, d.end, r.mention(m["o"]), prop, d.value, qualifier)
    for m, qualifier, start, end in r.matches(_ARRIVAL):
        d, o = r.mention(m["d"]), r.mention(m["o"])
        event = _event("arrival", o, start, end)
        yield from _about(event, o, qualifier)
        yield Said(d.start, d.end, event, "date", d.value, qualifier)
    for m, qualifier, _, _ in r.matches(_RAILWAY):
        d = r.mention(m["d"])
        start, end = r.sentence.flat.span(m.start("name"), m.end("name"))
        name = (
            re.sub(r"^lignes", "ligne", m["name"]).replace("ferroviaires", "ferroviaire").replace("chemins", "chemin")
        )
        railway = Mention(start, end, "L", name, "railway", 0.9)
        yield Said(d.start, d.end, railway, "opened_on", d.value, qualifier)
    for m, qualifier, start, end in r.matches(_AWARD):
        o = r.mention(m["o"])
        start, end = r.sentence.flat.span(m.start("name"), m.end("name"))
        event = Mention(start, end, "V", f"award {m['y']}", "award", 0.8)
        yield from _about(event, o, qualifier)
        at, _ = r.sentence.flat.span(m.start("y"), m.end("y"))
        yield Said(at, at + 4, event, "date", m["y"], qualifier)


def _event(kind: str, about: Mention, start: int, end: int) -> Mention:
    return Mention(start, end, "V", f"{kind} {about.key}", kind, 0.9)


def _about(event: Mention, about: Mention, qualifier: Qualifier) -> Iterator[Said]:
    yield Said(event.start, event.end, event, "about", about, qualifier)


RULES: tuple[Rule, ...] = (figures, buildings, happenings)
