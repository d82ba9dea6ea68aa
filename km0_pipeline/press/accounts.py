"""Rules: headcounts, areas, costs; professions of founders; what happens, and when.

How a rule is written is told in `grammar`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from km0_pipeline.claims import Qualifier
from km0_pipeline.press.dates import Found
from km0_pipeline.press.grammar import AUX, BE, FUND, IN, OF, Reader, Rule, Said, interposed, rule
from km0_pipeline.press.naming import Mention
from km0_pipeline.press.quantities import Quantity, number

EVENT_NAMES = {"opening": "Ouverture de {}", "arrival": "Arrivée des premiers occupants de {}"}
"""How an event of a kind is called that has no name of its own; {} is whom it is about."""

# --- how many, how large, how much ------------------------------------------------------------

_HOLDS = (
    r"(?:regroup|rassembl|réuni|compt|accueill|héberg|abrit|emploi|employ|fédèr|fédér|log|concentr|dénombr|form|scolaris|totalis)[a-zà-ÿ]*"
    r"|(?<!y )(?:a|aura|avait)(?= (?:[a-zà-ÿ]+ment |déjà |aujourd'hui |désormais )?‹K)"
)
_PRESENT = r"(?:travaill|étudi|sont|seront|cohabit|se côtoient|y |évolu)[a-zà-ÿ' ]*?(?:attendue?s?|installée?s?|présente?s?|réunie?s?|hébergée?s?|accueillie?s?|basée?s?|employée?s?)?"
_COUNTED = (
    # « 300 m² au KM0 et comptera 40 salariés »: what stands after a preposition of place is not the subject
    rule(rf"(?<!\bau )(?<!\bchez )(?<!\bdans le )<s:OH>(?P<gap>[^‹.;:]{{0,90}}?)(?<![\w'])(?P<verb>{_HOLDS})(?P<ks>(?:[^‹.;:]{{0,25}}<K>){{1,4}})"),
    rule(rf"(?i:{IN})<s:OH>,? il (?P<verb>y a|y avait|y aura)(?P<ks>(?:[^‹.;:]{{0,15}}<K>){{1,4}})"),
    rule(rf"(?P<ks><K>) {_PRESENT} ?{IN}<s:OH>"),
    rule(r"<s:OH>, (?:une? (?:\w+ )?de |qui compte |avec )?(?P<ks><K>)(?=[,.])"),
    rule(r"[Ll]es (?P<ks><K>) (?:du |de la |de l'|de |d')<s:OH>"),
)  # fmt: skip
_COUNTED_THERE = (
    rule(r"[Ee]ffectif[^‹.;]{0,30}(?P<ks><K>)"),
    rule(r"\b[Oo]n y (?:compte|dénombre|trouve|recense)(?P<ks>(?:[^‹.;:]{0,15}<K>){1,3})"),
    rule(r"(?P<ks><K>) y (?:sont|ont été|travaillent|étudient|seront|cohabitent)"),
)
_COUNT_IN_BRACKETS = rule(r"<s:OH> \((?P<ks><K>)\)")
_COMPARED = re.compile(r"\b(?:contre|au lieu d[eu]|face à|par rapport à)\b")
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


def headcounts(r: Reader) -> Iterator[Said]:
    """How many an organisation that the sentence names counts."""
    for pattern in _COUNTED:
        for m, qualifier, _, _ in r.matches(pattern):
            if not interposed(m.groupdict().get("gap") or ""):
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
        for value, how in k.bounds if as_of is not None else ():
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
                if prop == "investment_eur" and re.search(rf"\b{FUND}", m[0]) and "investissement" not in m[0]:
                    continue
                for value, how in q.bounds:
                    yield Said(q.start, q.end, s, prop, value, "planned" if qualifier == "planned" else how)


# --- founders by profession, dates ------------------------------------------------------------

_INITIATIVE = rule(
    r"(?:à l'initiative|fondée?s?|créée?s?|portée?s?|lancée?s?|imaginée?s?)[^‹.;:]{0,30}?(?:de|d'|par) ?(?P<n>[a-zà-ÿ]+|\d+) (?:[a-zà-ÿ-]+ ?){0,4}: (?P<list>[^.;:‹]+)"
)
_OPENS = r"(?:ouvr[a-zà-ÿ]*|ouvert|inaugur[a-zà-ÿ]*|démarr[a-zà-ÿ]*)"
_WHEN = r"(?: ses portes)?(?! (?:un|une|des|le|la|les|son|sa|ses|sur|aux?) (?!\w*(?:printemps|automne|été|hiver|premier|deuxième)?‹|mi-))(?:[^‹.;,]{0,40}<L>)?[^‹.;,]{0,14}?(?: le| en| au| à l'| à la| à| l'| dès| depuis| cet) ?<d:D>"
_OPENING = rule(
    rf"<o:OH>(?P<gap>[^‹.;:]{{0,110}}?(?:<K>[^‹.;:]{{0,10}})?)(?<![\w'])(?P<verb>{AUX}(?:être )?(?:été )?{_OPENS})(?! \w+ (?:à|aux) )"
)
_OPENING_ON = rule(rf"<o:OH>(?P<gap>[^‹.;:]{{0,60}}?)(?<![\w'])(?P<verb>{AUX}(?:être )?(?:été )?{_OPENS}){_WHEN}")
_OPENING_NOUN = rule(
    rf"(?P<verb>(?:[Ll]'|[Ss]on |[Ss]a )(?:ouverture|inauguration|mise en service))(?: [a-zà-ÿ]+(?:el|elle|ale|ée|ive|aine))?(?: {OF}<o:OH>)?(?P<gap>[^‹.;:]{{0,60}}?)<d:D>(?P<after>,? {OF}(?:‹H(?P<late>\d+)›)?)?"
)
_OF_SOMETHING = re.compile(r"(?<!fin )(?<!début )(?<!cours )(?<!courant )(?<!partir )(?<!mois )\b(?:d[ue] (?!l'(?:année|été|automne|hiver))|des |d'(?!ici\b))")
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


def happenings(r: Reader) -> Iterator[Said]:
    """Openings, arrivals, awards, announcements; the railway."""
    learnt = next(iter(r.matches(_LEARNT)), None)
    opened: list[Mention] = []
    for m, qualifier, start, end in r.matches(_OPENING):
        o: Mention = r.mention(m["o"])
        clause = r.sentence.flat.text[m.start() :]
        if (
            re.match(r"[^‹]{0,3} (?:un|une|des|le|la|les|son|sa|ses) (?!portes|mi-|\d)", clause[m.end() - m.start() :])
        ) or o.letter != "H" or interposed(m["gap"]):
            continue
        start, end = r.sentence.flat.span(m.start("verb"), m.end("verb"))
        event = _event("opening", o, start, end)
        opened.append(event)
        yield from _about(event, o, qualifier)
    for pattern in (_OPENING_ON, _OPENING_NOUN):
        for m, qualifier, _, _ in r.matches(pattern):
            found = r.mention(m["o"]) if m["o"] else _opened(r, m)
            if found is None or (pattern is _OPENING_ON and interposed(m["gap"])):
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


def _opened(r: Reader, m: re.Match[str]) -> Mention | None:
    """The hub, where a bare « l'ouverture » is its own: not « l'ouverture du parking », « l'ouverture en 2019 de la gare »."""
    if m["late"]:
        late: Mention = r.mention(m["late"])
        return late
    if m["after"] or _OF_SOMETHING.search(m["gap"]):
        return None
    found = r.implied()
    return found if found is not None and found.letter == "H" else None


def _event(kind: str, about: Mention, start: int, end: int) -> Mention:
    return Mention(start, end, "V", f"{kind} {about.key}", kind, 0.9)


def _about(event: Mention, about: Mention, qualifier: Qualifier) -> Iterator[Said]:
    yield Said(event.start, event.end, event, "about", about, qualifier)


RULES: tuple[Rule, ...] = (headcounts, headcounts_there, sizes, founders, happenings)
