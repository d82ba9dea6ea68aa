"""What a figure counts: the noun that follows it, or what stands around it where none does.

    12 graphistes, trois jeunes pousses        34 des 51 salariés         Combien d'élèves ? Une centaine.
    une équipe de trois, ils sont quatre       Effectif : 6               14 salariés, contre 10 en 2019

Belongs here: the nouns and their scopes, and where a count may do without. What the figure is belongs to `numerals`.
"""

from __future__ import annotations

import re

from km0_pipeline.press.numerals import FIGURE

_SCOPES = {
    "people": "personnes gens présents présentes collègues voisins voisines professionnels professionnelles coworkers pompiers commerciaux investisseurs sinistrés sinistrées occupants résidents résidentes membres_du_personnel associés associées artisans artisanes designers experts expertes porteurs_de_projet porteurs_de_projets"
    " porteuses_de_projets jeunes femmes hommes filles garçons enfants adultes familles usagers usagères bénéficiaires demandeurs_d'emploi indépendants indépendantes enseignants enseignantes"
    " doctorants doctorantes makers seniors retraités retraitées réfugiés réfugiées adolescents adolescentes intervenants intervenantes mentors coachs élus élues agriculteurs ouvriers_qualifiés"
    " commerçants commerçantes infirmiers infirmières chargés chargées chefs cheffes ingénieurs ingénieures compagnons gérants gérantes copains copines pers"
    " citoyens citoyennes fabmanagers fab-managers facilitateurs boursiers boursières lauréats lauréates diplômés diplômées candidats candidates patients patientes licenciés licenciées couturiers couturières cuisiniers cuisinières menuisiers"
    " architectes avocats avocates assistants assistantes responsables cadets internautes personnels talents joueurs joueuses électriciens électriciennes usagers_permanents",
    "employees": "salariés salariées salaries employes collaborateurs collaboratrices employés employées agents agentes permanents permanentes équivalents_temps_plein équivalents_temps_pleins etp recrues intérimaires saisonniers saisonnières vacataires ouvriers ouvrières cadres",
    "jobs": "emplois postes cdi cdd embauches recrutements",
    "students": "scolaires étudiants étudiantes élèves lycéens lycéennes collégiens collégiennes écoliers écolières apprenants apprenantes apprentis apprenties alternants alternantes stagiaires",
    "startups": "start-up start-ups startup startups jeunes_pousses jeunes_entreprises",
    "companies": "entreprises sociétés pme tpe eti commerces",
    "structures": "structures locataires organisations organismes associations résidents_permanents",
    "founders": "fondateurs fondatrices cofondateurs cofondatrices co-fondateurs co-fondatrices initiateurs initiatrices",
    "members": "membres adhérents adhérentes sociétaires inscrits inscrites abonnés abonnées cotisants cotisantes coopérateurs coopératrices",
    "volunteers": "bénévoles volontaires",
    "visitors": "visiteurs visiteuses participants participantes spectateurs spectatrices festivaliers festivalières convives curieux invités invitées exposants auditeurs auditrices",
    "inhabitants": "habitants habitantes riverains riveraines administrés",
}
"""What is counted -> the words for it. All but `inhabitants` are scopes of a claim: those live in a place."""
_NOUNS = {word: scope for scope, words in _SCOPES.items() for word in words.split()}
_PEOPLE = re.compile(r"[a-zà-ÿ]{3,}(?:teurs|trices|eurs|euses|istes|iens|iennes|logues)")
"""How French calls people by what they do: « graphistes », « développeuses », « mécaniciens »."""
_NO_PEOPLE = """
    ordinateurs microordinateurs moteurs capteurs secteurs facteurs tracteurs projecteurs vidéoprojecteurs connecteurs accélérateurs incubateurs indicateurs réacteurs extincteurs aspirateurs
    radiateurs congélateurs réfrigérateurs vecteurs ventilateurs générateurs compteurs compacteurs simulateurs distributeurs ascenseurs processeurs serveurs transformateurs alternateurs
    transmetteurs émetteurs récepteurs isolateurs découpeuses fraiseuses brodeuses imprimeuses traceurs diffuseurs détecteurs contrôleurs microcontrôleurs valeurs couleurs fleurs hauteurs
    largeurs longueurs épaisseurs douleurs douceurs saveurs odeurs erreurs honneurs meilleurs plusieurs ailleurs leurs extérieurs intérieurs inférieurs supérieurs antérieurs ultérieurs
    cœurs chœurs vapeurs peurs ampleurs teneurs lueurs humeurs rigueurs acteurs opérateurs éditeurs employeurs fournisseurs constructeurs financeurs producteurs exploitants
    concepteurs donateurs scooters mixeurs percepteurs conteneurs agrégateurs équipementiers tondeuses ponceuses perceuses broyeurs broyeuses rayonneurs convecteurs condensateurs lave-vaisselle
    batteurs curseurs routeurs adaptateurs amplificateurs ordonnateurs bailleurs assureurs composteurs lecteurs couveuses serveuses actrices matrices cicatrices calculatrices directrices motrices
    imprimantes listes pistes biens liens moyens riens soutiens entretiens maintiens chiens anciens anciennes quotidiens quotidiennes européens européennes parisiens parisiennes mosellans
    dialogues catalogues analogues prologues épilogues classeurs tuteurs interrupteurs minuteurs nombreuses sérieuses précieuses heureuses curieuses majeurs mineurs porteurs
"""
"""Words in such endings that mean things, or organisations as often as people."""
_NOUNS = {word: scope for scope, words in _SCOPES.items() for word in words.split()}
_PEOPLE = re.compile(r"[a-zà-ÿ]{3,}(?:teurs|trices|eurs|euses|istes|iens|iennes|logues)")
"""How French calls people by what they do: « graphistes », « développeuses », « mécaniciens »."""
_THINGS = frozenset(_NO_PEOPLE.split())
_ADJECTIVES = re.compile(
    r"nouve(?:aux|lles)|jeunes|autres|future?s|petite?s|grande?s|bons|bonnes|premi(?:er|ère)s|derni(?:er|ère)s|seule?s|ancien(?:ne)?s|principa(?:ux|les)|différente?s"
)
_PHRASE = re.compile(rf"(?:{'|'.join(n.replace('_', ' ') for n in _NOUNS if '_' in n)})\b", re.I)
_NOUN = re.compile(
    r"(?P<stem>[a-zà-ÿ-]+)(?P<inclusive>[·⋅•][\w·⋅•]{1,9}|\.(?:e|ne|rice|euse)\.?s\b|\(\w{1,4}\)s\b)?(?![\w-])(?! de travail\b)(?!(?<=associés) d[eu'])(?!(?<=associées) d[eu'])",
    re.I,
)
"""A noun, in inclusive writing too: « salarié⋅es », « adhérent(e)s »; « postes de travail » are desks, « deux associés de X » who owns it."""
_TEAM = re.compile(
    r"\b(?:équipe|effectif)[ ](?:[a-zà-ÿ]+[ ])?(?:de[ ]|d')$|\b(?:ils|elles|nous|on)[ ](?:n')?(?:sommes|sont|seront|serons|étaient|étions|était|est|sera)[ ](?:déjà[ ]|désormais[ ]|aujourd'hui[ ]|maintenant[ ]|que[ ])?$",
    re.I,
)
"""What makes a bare number a headcount: « une équipe de trois », « ils sont quatre »."""
BARE_END = re.compile(
    r"(?= ?[^\w\s%€/+'-]|$| (?:à|dans|et|en|au|pour|autour|avec|depuis|par|chaque|sont|ont|y|d'entre|aujourd'hui|désormais|maintenant|actuellement|chez|sur|avant|lors|début|fin|mi-|d'ici|il y a|l'an|l'année|un an|deux ans)\b)(?! (?:à|et|pour) \d)(?! ?[,.:–] ?\d)"
)
_AGAIN = re.compile(
    r"(?:\b(?:contre|au lieu d[e']|dont|puis|mais|passe à|passée? à)|\ben (?:compt|emploi|employ|recrut|embauch|accueill|form|réuni|regroup|dénombr|rassembl|héberg|fédèr)[a-zà-ÿ]*(?: (?:déjà|aujourd'hui|désormais|actuellement|maintenant|environ))?"
    r"|[;,] [A-ZÀ-Ý][^,;.\d]{1,40},)(?: (?:que|seulement|à peine))? ?$"
)
"""After a count: another of the same, without its noun: « contre une soixantaine en 2019 », « dont quatre à mi-temps », « en compte 38 »."""
_STATISTIC = re.compile(r"[–:] (?:le nombre (?:de |d')|(?:les|nos|des) )")
"""After the figure of a list of key figures: « 28 — le nombre de salariés »."""
_OF_THOSE = re.compile(
    r"(?<![uU]n)(?<![uU]ne) ?(?:des|de (?:ses|nos|leurs|ces|vos)|d'entre les|parmi (?:les|ses|nos|leurs)|sur (?:les|ses|leurs|nos)) (?:quelque )?(?P<noun>[a-zà-ÿ-]+s\b)?"
)
"""After a part of what is counted next: « 34 des 51 salariés », « trois de ses 14 collègues »."""
_GOAL = re.compile(
    r"\b[Oo]bjectif(?: [a-zé]+)? ?(?:(?:est|était|reste)(?: toujours)?|de|à|:)(?: (?:passer|monter|grimper))?(?: (?:de|d'|à))?(?: terme)? ?$"
)
_HEADED = re.compile(
    r"(?:[Nn]ombre (?:de |d')|\bCombien (?:de |d')|(?:^|\s|[|•▪–(-] ?))(?P<noun>[A-ZÀ-Ýa-zà-ÿ][a-zà-ÿ-]+s|ETP|[Ee]ffectif|[ÉéE]quipe|[Tt]eam)(?: [^?:|•.!;]{0,50}\?| (?:[a-zà-ÿ]+ ){0,3}?:|:)\s+$"
)
"""What is counted stands before the figure: « Salariés : 12 », « Nombre d'adhérents : 340 », « Combien de personnes viennent ? 700 »."""
_OF_A_KIND = re.compile(
    r"(?:\b(?:[Dd]es|d'autres|[Ll]es|[Ss]es|[Nn]os|[Ll]eurs|aux) (?P<noun>[a-zà-ÿ-]+s)\b[^.;:?!\d]{0,40}?)(?:,|\b(?:sont|étaient|seront|furent)(?: [a-zà-ÿ']+){0,2}) $"
)
"""What is named before is counted after: « des lycéens, une quinzaine », « les exposants seront cette année 140 »."""
_LISTED = re.compile(r"(?<!\b\d{4})(?: (?:à|au|aux|en|dans|chez|sont|ont)\b(?! \d{1,3}\b)|\))")
"""After one more of a list: « huit personnes à Ornans, quatre à Morteau », « 28 salariés (26 en 2022) », « entre Brest (9) et Quimper (5) »."""
_OF_THEM = re.compile(r" d'entre (?:eux|elles|nous)\b")
_PART = re.compile(
    r"(?= (?:à|en|au|aux|pour|chez|par|sont|d'entre|femmes|hommes|filles|garçons)\b|[,.;)]| [a-zà-ÿ]+(?:é|i|u)e?s\b)"
)
"""After « dont 12 »: how or who they are, not what else there are twelve of (« dont un tiers »)."""
_FOUNDED_BY = re.compile(r"\b(?:fond|cré|lanc|imagin|initi|mont)ée?s?\b[^.;:!?]{0,40}\bpar $", re.I)
_NETWORK = re.compile(
    r"\b(?:réseau|fédération|cluster|grappe|groupement|confédération|union|alliance)\b[^.!?;]{0,80}$", re.I
)


def what_is_counted(text: str, m: re.Match[str], last: tuple[str, int] | None) -> tuple[str, int] | None:
    """What the figure `m` counts, and where the words for it end; None where it counts nothing we know. `last` is the scope and end of the count before it."""
    return _by_noun(text, m) or _by_context(text, m, last)


def _by_noun(text: str, m: re.Match[str]) -> tuple[str, int] | None:
    """What the figure `m` counts, and where the words for it end; None where it counts nothing we know."""
    listed = _STATISTIC.match(text, m.end())
    at, best = listed.end() if listed else m.end(), None
    if phrase := _PHRASE.match(text, at):
        return _NOUNS[phrase[0].lower().replace(" ", "_")], phrase.end()
    for _ in range(3):
        noun = _NOUN.match(text, at)
        if noun is None:
            break
        word = noun["stem"].lower()
        scope = scope_of(word if not noun["inclusive"] or word.endswith("s") else f"{word}s")
        if scope:
            best = scope, noun.end()
        if not _ADJECTIVES.fullmatch(word):
            break
        at = noun.end() + 1
    if best and best[0] == "members" and _NETWORK.search(text, max(0, m.start() - 100), m.start()):
        return "structures", best[1]
    if best is None and (figure := bare_end(text, m)) and _TEAM.search(text, max(0, m.start() - 40), m.start()):
        return "people", figure
    if best and best[0] == "people" and _FOUNDED_BY.search(text, max(0, m.start() - 60), m.start()):
        return "founders", best[1]
    return best


def scope_of(noun: str) -> str:
    """What a plural noun in lower case counts; '' where we don't know."""
    found = _NOUNS.get(noun) or _NOUNS.get(noun.split("-")[0])
    return found or ("people" if _PEOPLE.fullmatch(noun) and noun not in _THINGS else "")


def bare_end(text: str, m: re.Match[str]) -> int:
    """Where the figure `m` ends that no noun follows; 0 where one may."""
    figure = m.end("n") if m["n"] else m.end("high") if m["high"] else 0
    return figure if figure and not m["multiple"] and BARE_END.match(text, figure) else 0


def _by_context(text: str, m: re.Match[str], last: tuple[str, int] | None) -> tuple[str, int] | None:
    """What `m` counts where no noun follows it: part of what is counted next, what was asked or announced for, or the same as the `last` count."""
    figure = m.end("n") if m["n"] else m.end("high") if m["high"] else 0
    if not figure or m["multiple"]:
        return None
    if of := _OF_THOSE.match(text, figure):
        whole = FIGURE.match(text, of.end())
        of_all = _by_noun(text, whole) if whole else None
        scope = of_all[0] if of_all else scope_of(of["noun"] or "")
        return (scope, figure) if scope else None
    bare = bare_end(text, m)
    if not bare and not text.endswith("dont ", 0, m.start()) and not text.startswith(" d'entre", figure):
        return None
    if text[m.start() - 2 : m.start()] in (": ", "? ") and (
        headed := _HEADED.search(text, max(0, m.start() - 90), m.start())
    ):
        scope = (
            "people" if headed["noun"].lower() in ("effectif", "équipe", "team") else scope_of(headed["noun"].lower())
        )
        return (scope, bare) if scope else None
    before = text[max(0, m.start() - 60) : m.start()]
    if (
        bare
        and (before[-2:] == ", " or "ont " in before or "aient " in before)
        and (kind := _OF_A_KIND.search(before))
        and (scope := scope_of(kind["noun"]))
    ):
        return scope, bare
    if last is None or m.start() - last[1] > 120:
        return None
    if bare and "bjectif" in before and _GOAL.search(before):
        return last[0], bare
    if re.search(r"[.!?] ", text[last[1] : m.start()]):
        return None
    figure = bare or (figure if before.endswith("dont ") and _PART.match(text, figure) else 0)
    again = _AGAIN.search(before) or (_LISTED.match(text, figure) and re.search(r"[;,] $| et $|\w \($", before))
    return (last[0], figure) if figure and (again or _OF_THEM.match(text, figure)) else None
