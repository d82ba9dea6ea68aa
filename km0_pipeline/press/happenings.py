"""Rules: what happens or is announced, and when: openings, foundations, arrivals, signatures, awards, occasions.

An event is `planned` where the sentence puts it into the future, or its date lies after the publication;
where the two contradict each other (« a eu lieu » and a date to come) nothing is claimed. An occasion
(a conference, a fair, an evening, a call for projects) needs a date of its own.

How a rule is written is told in `grammar`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from km0_pipeline.claims import Qualifier
from km0_pipeline.press.dates import Found
from km0_pipeline.press.folding import key
from km0_pipeline.press.grammar import APPOSED, AUX, BE, DET, IN, NOUN, OF, Reader, Rule, Said, interposed, leads, rule
from km0_pipeline.press.mention import Mention

EVENT_NAMES = {
    "opening": "Ouverture de {}",
    "arrival": "Arrivée de {}",
    "arrivals": "Arrivée des premiers occupants de {}",
    "departure": "Départ de {}",
    "funding": "Financement de {}",
    "signing": "Signature par {}",
    "award": "Distinction de {}",
}
"""How an event is called that has no name of its own, by the first word of its key; {} is whom it is about."""

# --- openings, foundations, announcements -------------------------------------------------------

_OPENS = r"(?:ouvr[a-zà-ÿ]*|ouverte?s?|inaugur[a-zà-ÿ]*|démarr[a-zà-ÿ]*)(?![a-zà-ÿ])"
_WHEN = r"(?: ses portes)?(?! (?:un|une|des|le|la|les|son|sa|ses|sur|aux?) (?!\w*(?:printemps|automne|été|hiver|premier|deuxième)?‹|mi-))(?:[^‹.;,]{0,40}<L>)?[^‹.;,]{0,14}?(?: le| en| au| à l'| à la| à| l'| dès| depuis| cet) ?<d:D>"
_OPENING = rule(
    rf"<o:OH>(?P<gap>[^‹.;:]{{0,110}}?(?:<K>[^‹.;:]{{0,10}})?)(?<![\w'])(?P<verb>{AUX}(?:être )?(?:été )?{_OPENS})(?! \w+ (?:à|aux) )"
)
_OPENING_ON = rule(rf"<o:OH>(?P<gap>[^‹.;:]{{0,60}}?)(?<![\w'])(?P<verb>{AUX}(?:être )?(?:été )?{_OPENS}){_WHEN}")
_OBJECT = re.compile(
    r" ‹[AKE]| (?:une?|des|l[ae]s?|son|sa|ses|deux|trois|plusieurs|\d+) (?!\d*‹[DS])[a-zà-ÿ]| l'(?!\w*‹[DS])[a-zà-ÿ]"
)
"""After the day of an opening: what is opened by its subject, « ouvrira le 6 janvier 800 m² »."""
_OPENED_FIRST = rule(
    rf"^[^\w‹]*(?P<verb>Ouverte?|Inaugurée?)(?P<gap>)(?: à ‹L\d+›)? (?:le |en |au |à l'|à la |depuis |fin |début )?<d:D>(?: à ‹L\d+›)?, {DET}{NOUN}<o:OH>"
)
_OPENING_NOUN = rule(
    rf"(?P<verb>(?:[Ll]'|[Ss]on |[Ss]a )(?:ouverture|inauguration|mise en service))(?: [a-zà-ÿ]+(?:el|elle|ale|ée|ive|aine))?(?: {OF}<o:OH>)?(?P<gap>[^‹.;:]{{0,60}}?)<d:D>(?P<after>,? {OF}(?:‹H(?P<late>\d+)›)?)?"
)
_OF_SOMETHING = re.compile(
    r"(?<!fin )(?<!début )(?<!cours )(?<!courant )(?<!partir )(?<!mois )\b(?:d[ue] (?!l'(?:année|été|automne|hiver))|des |d'(?!ici\b))"
)
_LEARNT = rule(r"(?:a-t-on appris|a annoncé|ont annoncé|annoncée?|a-t-il annoncé)(?: le| ce| en)? ?<d:D>")
_ANNOUNCED = rule(rf"<o:OH> {BE}(?:annoncé|dévoilé|présenté)e?s? (?:le |en |au |à l')?<d:D>")
_CREATED = (
    rule(
        rf"<o:OH>(?:, (?:une? )?(?:association|société|entreprise|start-?up|coopérative|jeune pousse|école|agence|PME)(?: [a-zà-ÿ-]+)? | \(|,? )(?:qui )?(?:{BE})?(?:créé|fondé|lancé|initié|né)e?s?(?: officiellement)?(?: par [^.;:‹]{{0,30}}(?:‹[OPL]\d+›)?[^.;:‹,]{{0,20}}?| à ‹L\d+›)? (?:le |en |au |à l'|depuis )<d:D>"
    ),
    rule(r"<o:OH> (?:a vu|voit|verra) le jour (?:le |en |au |à l')<d:D>"),
    rule(r"<o:OH> existe depuis (?:le |l')?<d:D>"),
    rule(
        rf"^[^\w‹]*(?:Créé|Fondé|Lancé|Né)e?s?(?: à ‹L\d+›)? (?:le |en |au |à l'|à la |fin |début )<d:D>(?: par [^.;:,]{{0,60}})?, {DET}(?:[a-zà-ÿ-]+ )?<o:OH>"
    ),
)
_ARRIVALS = rule(
    rf"(?:occupants|locataires|résidents) {OF}<o:H> (?:sont arrivés|se sont installés|ont emménagé|arriveront|arrivent) (?:le |en |au |à l')<d:D>"
)
_RAILWAY = rule(
    r"(?P<name>lignes? (?:de chemins? de fer|ferroviaires?))[^‹.;:]{0,60}?(?:ouvert|inaugur|mise en service|créée|date)[a-zà-ÿ]*(?: (?:de|en|le|dès|au))? ?<d:D>"
)
_EDITION = rule(
    r"<o:H>[^.;:]{0,40}?dans l'édition <d:D> de (?:la sélection )?(?P<name>[^.]{8,120}?) ?(?:\.|$)"
)

# --- what an organisation does on a day -----------------------------------------------------------

_PAPERS = (
    r"(?:convention|charte|partenariat|accord|accord-cadre|contrat|protocole|pacte|bail|compromis|lettre d'intention)s?"
)
_PRIZES = r"(?:prix|trophée|concours|label|médaille|distinction|récompense|titre)s?"
_ON_DAY = r"(?:,? (?:(?:le|en|au|à l'|dès|depuis|fin|début|courant) ?)?‹D(?P<d>\d+)›,?)?"
_DEEDS = (
    ("arrival", rule(rf"<o:O>{APPOSED} {AUX}(?:s'|se sont |s'est |s'y )?(?:install|implant|emménag|rejoin|intègr|intégr)[a-zà-ÿ]*(?<!er)(?<!dre){_ON_DAY} (?:{IN}|le |la |l')?<to:HL>")),
    ("arrival", rule(rf"<o:O>{APPOSED} (?:doit |devrait |va |vient de |(?:s'y|y) )(?:s'y |y )?(?:(?:install|implant|emménag)(?:er|e|ent|era|eront)|est installée?|a emménagé)\b{_ON_DAY}")),
    ("departure", rule(rf"<o:O>{APPOSED} {AUX}quitt[a-zà-ÿ]*(?<!er){_ON_DAY} (?:(?:le |la |l'|définitivement )*<to:HL>|(?:les lieux|ses locaux|le site|le bâtiment)\b)")),
    ("funding", rule(rf"<o:OH>{APPOSED} {AUX}(?:l[èe]v|boucl)[a-zà-ÿ]*(?<!er){_ON_DAY} [^‹.;:]{{0,40}}<E>(?: {OF}euros)?(?: auprès (?:de |du |d')[^.;:‹]{{0,30}}(?:‹O\d+›)?)?")),
    ("signing", rule(rf"<o:OH>(?:(?:, | et |, et )(?:le |la |l'|les )?‹[OHLP]\d+›)*{APPOSED} [^‹.;:]{{0,30}}?(?<![\w'])(?:co-)?sign(?:e|ent|é|era|eront|aient)\b{_ON_DAY}[^‹.;:]{{0,40}}?\b{_PAPERS}\b[^‹.;:,]{{0,40}}?(?:avec [^‹.;:]{{0,20}}‹[OHLP]\d+›)?(?=,? (?:le|en|au|à l'|fin|début|ce) ?‹D|[,.]|$)")),
    ("award", rule(rf"<o:OH>{APPOSED} {AUX}(?:remport|reç|recev|décroch|obten|obtien|gagn)[a-zà-ÿ]*(?<!er){_ON_DAY} [^‹.;:]{{0,30}}?\b{_PRIZES}\b[^‹.;:,]{{0,60}}?(?:‹O\d+›)?(?= (?:en|le|au|à l') ?‹D|[,.]|$)")),
    ("award", rule(rf"<o:OH>{APPOSED},? {BE}(?:lauréate?|récompensée?|distinguée?|primée?|labellisée?)\b[^‹.;:,]{{0,60}}?(?:‹O\d+›)?(?= (?:en|le|au|à l') ?‹D|[,.]|$)")),
)  # fmt: skip

# --- occasions ------------------------------------------------------------------------------------

_OCCASIONS = {
    "call": r"appels? (?:à|aux) (?:projets?|candidatures?|manifestations? d'intérêt|contributions?|participation|idées)|consultation",
    "contest": r"concours|hackathon|challenge|compétition|tournoi|défi",
    "conference": r"conférence(?:-débat| de presse)?|débat|colloque|symposium|séminaire|table[ -]ronde|webinaire|keynote|plénière",
    "fair": r"salon|forum|foire|congrès|assises|convention annuelle|marché|braderie|bourse aux \w+",
    "meeting": r"rencontres?|réunion(?: publique| d'information)?|soirée|afterwork|apéro|petit[ -]déjeuner|café|comité(?: de [a-zà-ÿ]+)?|assemblée générale|rendez-vous|cocktail|déjeuner|dîner|visite|cérémonie",
    "workshop": r"ateliers?|formation|sessions?|stage|masterclass|bootcamp|initiation|cours|permanence",
    "celebration": r"festival|fête|exposition|portes ouvertes|journées?|gala|anniversaire|inauguration officielle|concert|vernissage|spectacle|tournée|tour",
}
_NOUN = (
    "(?:(?=[a-z]|Assises|Salon|Forum|Festival|Congrès|Journées?|Rencontres|Fête|Foire|Hackathon)(?i:"
    + "|".join(rf"(?P<{kind}>{words})" for kind, words in _OCCASIONS.items())
    + "))"
)
_EDITION_OF = r"(?:(?:(?:première|deuxième|seconde|troisième|quatrième|cinquième|\d+e|\d+ème|nouvelle|prochaine) )?édition (?:du |de la |de l'|des |de |d'))?"
_REST = r"(?:(?:[ -](?!(?:qui|aura|auront|a eu|ont eu|se |s'|est |sera |le|à|au|aux|dans|chez|où|afin|animée?s?|proposée?s?|présentée?s?|ouvert\w*|organisée?s?|prévue?s?|programmée?s?)\b)(?:[^\s‹.,;:()!?]+|‹[HOPL]\d+›)){0,8}?)"
_NAMED = rf"(?P<name>(?:(?:grande?|première?|prochaine?|nouvelle|traditionnelle?|grand) )?{_EDITION_OF}\b(?:{_NOUN})\b{_REST})"
_FULLY_NAMED = _NAMED.removesuffix("?))") + "))"
"""As many words as may be its name; `_NAMED` as few as its sentence leaves."""
_ANY_NAMED = rf"(?P<name>{_EDITION_OF}(?:{_NOUN}|[a-zà-ÿ]{{4,}})\b(?:[ -](?!(?:à|au|aux|dans|chez|avec|où|qui|afin|en|pour que)\b)(?:[^\s‹.,;:()!?]+|‹[HOPL]\d+›)){{0,8}})"
_HAPPENS = (
    r"(?P<verb>aur(?:a|ont) lieu|a(?: déjà)? eu lieu|ont eu lieu|avait eu lieu|a lieu|ont lieu|se tien(?:dra|t|dront|nent)|s'est tenue?|se sont tenue?s|se déroul(?:e|era|eront|ent)|s'est déroulée?"
    r"|(?:est|sont|sera|seront|a été|ont été) (?:organisée?s?|prévue?s?|programmée?s?|fixée?s?|proposée?s?)|débutera|s'ouvrira|reviendra|prévue?s?|organisée?s?|programmée?s?)"
)
_ON = r"(?:[^‹.;:]{0,30}(?:‹[LHO]\d+›)[^‹.;:]{0,10}|[^‹.;:,]{0,20}?)(?:,? )?(?:le |du |les |en |au |à l'|dès le |à partir du |entre le )?<d:D>"
_TAKES_PLACE = (
    rule(rf"{_NAMED}(?:, [^‹.;:,]{{1,60}},)?,? (?:qui )?{_HAPPENS}(?!\w){_ON}"),
    rule(
        rf"<d:D>(?:,? (?:à|au|dans|en)[^‹.;:]{{0,20}}‹[LHO]\d+›)?,? {_HAPPENS} (?:(?:à|au|dans)[^‹.;:,]{{0,20}}(?:‹[LHO]\d+›)?,? )?(?:une? |l[ae]s? |l'|son |sa |plusieurs ){_ANY_NAMED}"
    ),
    rule(
        rf"\b[Rr]endez-vous[^‹.;:]{{0,20}}<d:D>[^‹.;:]{{0,40}}(?:‹[LHO]\d+›)?[^‹.;:]{{0,20}} pour (?:la |le |l'|une? |notre )(?P<verb>){_FULLY_NAMED}"
    ),
)
_ORGANISED = (
    rule(
        rf"<s:OH>{APPOSED}[^‹.;:]{{0,30}}? (?P<verb>(?:co-)?organis[a-zà-ÿ]*|propos[a-zà-ÿ]*|accueill[a-zà-ÿ]*),? (?:le |du |les |en |au |à l'|ce )?<d:D>,? (?:[^‹.;:,]{{0,20}}‹[LOH]\d+›,? )?(?:une? |son |sa |l[ae]s? |l')(?:premi(?:er|ère) )?{_FULLY_NAMED}"
    ),
    rule(
        rf"<s:OH>{APPOSED}[^‹.;:]{{0,30}}? (?P<verb>organis[a-zà-ÿ]*|convie[a-zà-ÿ]*|invite[a-zà-ÿ]*|propos[a-zà-ÿ]*|accueill[a-zà-ÿ]*|particip[a-zà-ÿ]*)[^‹.;:]{{0,30}}? (?:une? |son |sa |l[ae]s? |l'|à l[ae] |à son |à sa |au |aux )(?:tout )?{_NAMED},?{_ON}"
    ),
    rule(
        rf"^[^\w‹]*(?:(?:En|Le|Du|Les|Au|À l'|Fin|Début|Courant|Dès) ?)?<d:D>,? (?:le |la |l')?(?:réseau |association |société |collectif )?<s:OH>(?:(?:, | et |, et )(?:le |la |l'|les )?‹[OHLP]\d+›)*{APPOSED} (?P<verb>organis[a-zà-ÿ]*|co-organis[a-zà-ÿ]*|accueill[a-zà-ÿ]*|lanc[a-zà-ÿ]*) (?:une? |son |sa |l[ae]s? |l'){_ANY_NAMED}"
    ),
)
_OF_THE_DAY = rule(
    rf"\b(?:[Ll]e |[Ll]a |[Ll]'|[Dd]u |[Aa]u |[Cc]ette |[Cc]e |[Ss]a |[Ss]on |[Uu]ne? |[Ll]ors de la |[Ll]ors du ){_NAMED}(?: (?:du|de|des|le|en)|,? le) <d:D>"
)
_AGENDA = rule(
    rf"^[^\w‹]*<d:D>,?(?: (?:à |de )?\d{{1,2}} ?h[ \d]{{0,3}}(?: ?[-–à] ?\d{{1,2}} ?h[ \d]{{0,3}})?)? ?[:–] ?(?:une? |l[ae] |l')?{_FULLY_NAMED}"
)
"""A line of an agenda: « Mercredi 18 janvier, 18 h 30 : réunion publique »."""
_UNTIL = rule(
    rf"{_FULLY_NAMED}[^.;:]{{0,80}}?\b(?:jusqu'(?:au|en|à)|avant le|clôture[a-zà-ÿ]*[^‹.;:]{{0,25}}?|date limite[^‹.;]{{0,30}}?:?|au plus tard)(?: le| la)? ?<d:D>"
)
_CUT_SHORT = re.compile(r" (?:d[eu]s?|à|aux?|avec|pour|en|sur|d')$")
"""How no name ends: a figure or a date goes on with it."""
_PAST_VERB = re.compile(
    r"(?:a|ont|avait)(?: déjà)? (?:eu|été|organisé|accueilli|proposé|participé)|s'est|se sont|a lieu d'avoir"
)


def happenings(r: Reader) -> Iterator[Said]:
    """Openings, arrivals, awards, announcements; the railway."""
    learnt = next(iter(r.matches(_LEARNT)), None)
    opened: list[Mention] = []
    for m, qualifier, start, end in r.matches(_OPENING):
        o: Mention = r.mention(m["o"])
        clause = r.sentence.flat.text[m.start() :]
        if (
            (
                re.match(
                    r"[^‹]{0,3} (?:un|une|des|le|la|les|son|sa|ses) (?!portes|mi-|\d)", clause[m.end() - m.start() :]
                )
            )
            or o.letter != "H"
            or interposed(m["gap"])
        ):
            continue
        start, end = r.sentence.flat.span(m.start("verb"), m.end("verb"))
        event = _event("opening", o, start, end)
        opened.append(event)
        yield from _about(event, o, qualifier)
    for pattern in (_OPENING_ON, _OPENED_FIRST, _OPENING_NOUN):
        for m, qualifier, _, _ in r.matches(pattern):
            found = r.mention(m["o"]) if m["o"] else _opened(r, m)
            if pattern is _OPENING_ON and (_OBJECT.match(m.string, m.end()) or m["gap"] == ", "):
                continue
            if found is None or (
                pattern is _OPENING_ON and (interposed(m["gap"]) or not (found.named or found.letter == "H"))
            ):
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
    for m, qualifier, _, _ in r.matches(_ANNOUNCED):
        d = r.mention(m["d"])
        yield Said(d.start, d.end, r.mention(m["o"]), "announced_on", d.value, _surely(qualifier, d))
    for m, qualifier, start, end in r.matches(_ARRIVALS):
        yield from _dated_event(
            _event("arrivals", r.mention(m["o"]), start, end), r.mention(m["o"]), r.mention(m["d"]), qualifier
        )
    for m, qualifier, _, _ in r.matches(_RAILWAY):
        d = r.mention(m["d"])
        start, end = r.sentence.flat.span(m.start("name"), m.end("name"))
        name = (
            re.sub(r"^lignes", "ligne", m["name"]).replace("ferroviaires", "ferroviaire").replace("chemins", "chemin")
        )
        railway = Mention(start, end, "L", name, "railway", 0.9)
        yield Said(d.start, d.end, railway, "opened_on", d.value, qualifier)
    for m, qualifier, start, end in r.matches(_EDITION):
        d = r.mention(m["d"])
        start, end = r.sentence.flat.span(m.start("name"), m.end("name"))
        event = Mention(start, end, "V", f"edition {d.value}", "award", 0.8)
        yield from _dated_event(event, r.mention(m["o"]), d, qualifier)


def _opened(r: Reader, m: re.Match[str]) -> Mention | None:
    """The hub, where a bare « l'ouverture » is its own: not « l'ouverture du parking », « l'ouverture en 2019 de la gare »."""
    if m["late"]:
        late: Mention = r.mention(m["late"])
        return late
    if m["after"] or _OF_SOMETHING.search(m["gap"]):
        return None
    found = r.implied()
    return found if found is not None and found.letter == "H" else None


_CREATED_THEN = (
    rule(r"^[^\w‹]*(?:Créé|Fondé|Lancé|Né)e?s?(?: à ‹L\d+›)? (?:le |en |au |à l'|à la |fin |début )<d:D>"),
    rule(r"\b(?:[Ss]a|[Ss]on) (?:création|fondation|naissance),? (?:le |en |au |à l'|à la |fin |début )<d:D>"),
    rule(rf"<d:D> après (?:sa|son) (?:création|fondation|naissance)\b(?:, {DET}{NOUN}‹[HO](?P<o>\d+)›)?"),
)
"""The same without its name: of whom the sentence, or the text, is about."""


def foundings(r: Reader) -> Iterator[Said]:
    """When an organisation was founded."""
    for pattern in _CREATED_THEN:
        for m, qualifier, _, _ in r.matches(pattern):
            d: Found = r.mention(m["d"])
            elsewhere = (
                pattern is _CREATED_THEN[0] and "‹O" in r.sentence.flat.text
            )  # « Créée en 2019 par deux anciens de A »
            o = r.mention(m["o"]) if m.groupdict().get("o") else r.whose(m)
            if o is not None and len(d.value) <= 10 and not (elsewhere and o.start > r.sentence.start):
                yield Said(d.start, d.end, o, "founded_on", d.value, _surely(qualifier, d), confidence=0.75)
    for pattern in _CREATED:
        for m, qualifier, _, _ in r.matches(pattern):
            d = r.mention(m["d"])
            if leads(m, "o") and len(d.value) <= 10:
                yield Said(d.start, d.end, r.mention(m["o"]), "founded_on", d.value, _surely(qualifier, d))


def deeds(r: Reader) -> Iterator[Said]:
    """Arrivals, departures, fund raisings, signatures, awards that the sentence dates."""
    for kind, pattern in _DEEDS:
        for m, qualifier, start, end in r.matches(pattern):
            o: Mention = r.mention(m["o"])
            to = r.mention(m["to"]) if m.groupdict().get("to") else None
            d = r.mention(m["d"]) if m.groupdict().get("d") else r.dated(m)
            if d is None or not leads(m, "o") or (to is not None and to.letter == "L" and to.kind != "site"):
                continue
            yield from _dated_event(_event(kind, o, start, end, f"|{d.value}"), o, d, qualifier)


def occasions(r: Reader) -> Iterator[Said]:
    """Conferences, fairs, evenings, contests, calls: when they take place, who holds them, until when one may answer."""
    for pattern in (*_TAKES_PLACE, *_ORGANISED, _OF_THE_DAY, _AGENDA):
        for m, qualifier, _, _ in r.matches(pattern):
            d: Found = r.mention(m["d"])
            verb = m.groupdict().get("verb") or ""
            past = bool(_PAST_VERB.match(verb)) or bool(re.search(r"(?:é|aient|ait|i)$", verb) and qualifier == "exact")
            to_come = qualifier == "planned" or (d.ahead is True and not past)
            if (to_come and d.ahead is False) or (past and d.ahead) or (not past and not to_come and d.ahead is None):
                continue  # it contradicts itself, or doesn't say whether it is past
            if _CUT_SHORT.search(m["name"]):
                continue
            event = _occasion(r, m)
            held_by = (
                r.mention(m["s"])
                if "s" in m.groupdict() and verb.startswith(("organis", "co-organis", "convie", "invite")) and leads(m)
                else None
            )
            yield from _dated_event(event, held_by, d, "planned" if to_come else "exact")
    for m, _, _, _ in r.matches(_UNTIL):
        d = r.mention(m["d"])
        if m["call"] or m["contest"]:
            yield Said(d.start, d.end, _occasion(r, m), "deadline", d.value.split("/")[-1], _surely("exact", d))


def _occasion(r: Reader, m: re.Match[str]) -> Mention:
    """The occasion that `m` names, in its words."""
    start, end = r.sentence.flat.span(m.start("name"), m.end("name"))
    kind = next((k for k in _OCCASIONS if m[k]), "occasion")
    return Mention(start, end, "V", f"{kind} {key(m['name'])}", kind, 0.8)


def _event(kind: str, about: Mention, start: int, end: int, which: str = "") -> Mention:
    """An event without a name of its own: whom it is about, and which of theirs it is, if there may be several."""
    return Mention(start, end, "V", f"{kind} {about.key}{which}", "arrival" if kind == "arrivals" else kind, 0.9)


def _dated_event(event: Mention, about: Mention | None, d: Found, qualifier: Qualifier) -> Iterator[Said]:
    if about is not None:
        yield from _about(event, about, qualifier)
    yield Said(d.start, d.end, event, "date", d.value, _surely(qualifier, d))


def _surely(qualifier: Qualifier, d: Found) -> Qualifier:
    """The qualifier of what is said, or of its date where that is no more than rough."""
    return d.qualifier if qualifier == "exact" else qualifier


def _about(event: Mention, about: Mention, qualifier: Qualifier) -> Iterator[Said]:
    yield Said(event.start, event.end, event, "about", about, qualifier)


RULES: tuple[Rule, ...] = (happenings, foundings, deeds, occasions)
