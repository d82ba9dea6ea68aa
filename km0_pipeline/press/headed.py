"""Names that begin with the word for what they name: « Université de Haute-Alsace », « CCI des Vosges », « Agence de l'eau Rhin-Meuse ».

Such a name is a head, its adjectives and its complements: of a field (« d'agriculture », « de l'emploi et des
solidarités ») and of a place or a proper name (« du Bas-Rhin », « Grand Est »). A place in it is no place of its
own. Belongs here: heads, and where the names that they begin end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from km0_pipeline.press.evidence import CAP, TAIL, UP
from km0_pipeline.press.kinds import NOUN

_BRANCHED = (
    r"CCIR?|CMA|CAF|CPAM|MJC|ADIL|UIMM|MSA|URSSAF|Urssaf|DREETS|DREAL|DRAC|DRAAF|DDT|ARS|CIDFF|CCAS|EPCI|PETR|CROUS|Crous|UDAF|CAUE|CRESS|Cress|APEC|ADIE|Adie|LPO|IUT|INSA|Insa|CHU|CHRU|SDIS|CFA|CNFPT"
    r"|Ademe|ADEME|Bpifrance|Pôle emploi|France Travail|France Active|Réseau Entreprendre|Réseau Initiative|Initiative|Emmaüs(?: Connect)?|Medef|MEDEF|CPME|Familles Rurales|Secours [a-zà-ÿ]+|Cap Emploi"
    r"|Restos du [Cc]œur|Mutualité [a-zà-ÿ]+|Fondation [a-zà-ÿ]+|Croix-Rouge"
)
"""Acronyms and names of bodies with a branch a place: with the place, they name the branch."""
_INSTITUTED = (
    r"[Cc]hambre (?:(?:régionale|départementale) )?(?:de commerce(?: et d'industrie)?|de métiers(?: et de l'artisanat)?|d'agriculture)|[Cc]aisse d'allocations familiales|[Cc]aisse primaire d'assurance maladie"
    r"|Conseil (?:national|supérieur|européen|économique|scientifique)|[Tt]ribunal (?:de commerce|judiciaire|administratif)|[Oo]ffice de tourisme|[Mm]ission locale|[Mm]aison de l'emploi|[Mm]aison des jeunes et de la culture|[Aa]gence de l'eau|[Aa]gence d'urbanisme"
    r"|[Cc]ommunauté de communes?|[Cc]ommunauté d'agglomération|[Cc]ommunauté urbaine|[Pp]arc naturel régional|[Gg]rand [Pp]ort(?: maritime)?|[Cc]onseil (?:régional|départemental|général)|Conseil de développement|[Cc]entre (?:social|hospitalier)|[Ss]yndicat mixte|Pôle d'équilibre territorial et rural"
)
_HEADS = (
    rf"{_INSTITUTED}|[Uu]niversité|[EÉeé]cole|[Ii]nstitut|[Ll]ycée|[Cc]ollège|[Aa]gglomération|[Aa]ssociation|[Ff]ondation|[Cc]hambre|[Mm]inistère|Région|Département|[Vv]ille|[Mm]étropole|[Ee]urométropole"
    r"|[Mm]airie|[Ss]yndicat|[Ff]édération|[Rr]éseau|Centre|[Tt]ribunal|Agence|Incubateur|Accélérateur|Pépinière|Fonds|Office|[Tt]echnopole|Technopôle|Pôle|Cluster|Banque|Caisse|Crédit|Laboratoire"
    r"|[Ff]ab-?[Ll]ab|[Cc]oopérative|[Cc]ollectif|Comité|[Pp]réfecture|[Rr]ectorat|[Cc]ampus|LUG|Groupe|[Pp]rogramme|Club|[Bb]rasserie|Fabrique|Atelier|Observatoire|Conservatoire|Commissariat"
    r"|Confédération|Collectivité|Chaire|Mutuelle|Compagnie|Régie|Union|Société|Mission|Secrétariat|Académie|Faculté|Pays(?= d')|[Hh]ôpital|[Pp]arquet|Bureau|[Dd]irection|Maison|Délégation|Établissement public"
)
_ADJECTIVE = r"(?: (?:[a-zà-ÿ-]+(?:ale?s?|aux|iques?|els?|elles?|iens?|iennes?|ains?|aines?|ais|aises?|ois|oises?|ards?|ardes?|ins?|ines?|éens?|éennes?|aires?|ifs?|ives?|euses?|eurs?|eures?|ables?|oles?|iles?|ôteliers?|ilières?)|publics?|mixtes?|libres?|indépendante?s?|locale?s?|ouverte?s?|(?:et )?solidaires?)(?![\w'-]))"
_LINK = r"(?: de la | de l'| du | des | de | d')"
_LOW = rf"(?:(?:deuxième|seconde|première|haute|basse|jeune|petite|grande|nouvelle|bonne)s? )?[a-zà-ÿ-]{{3,}}{_ADJECTIVE}{{0,2}}(?: et [a-zà-ÿ]+(?:ale?|ique|aire|ive|euse)\b)?"
_HEAD = re.compile(
    rf"\b(?P<head>(?:(?:Grande|Haute|Nouvelle|Petite) (?=[EÉ]cole|Fabrique|Bibliothèque|Brasserie))?(?:{_BRANCHED}|{_HEADS}|[{UP}][a-zà-ÿ]{{3,}}erie))(?![\w-]){_ADJECTIVE}{{0,3}}(?: et [a-zà-ÿ]+(?:ale|ique|aire)\b)?"
)
_FIELD = re.compile(
    rf"(?:{_LINK}| pour (?:la |le |les |l'))(?!suite|fois)(?:{_LOW})(?:{_LINK}{_LOW})?(?:(?:,{_LINK}{_LOW})*,? et{_LINK}(?!(?:{NOUN})\b){_LOW})?(?![\w'-])|{_ADJECTIVE} et{_ADJECTIVE}"
)
"""What a body is for, in common nouns."""
_COMMON = re.compile(r" (?:de |d')[a-zà-ÿ-]+")
"""A field that makes a common noun: « un Centre d'affaires »."""
_DOMAIN = r"(?:[Rr]égion|[Vv]allée|[Pp]laine|[Pp]ays|bassin|canton|piémont|plateau|massif|agglomération|métropole|ville|porte|côte|rives?)"
_PROPER = re.compile(
    rf"(?: à la (?!suite|fois|tête|fin)| à l'| aux? |{_LINK}|{_LINK}{_DOMAIN}{_LINK}| (?=[{UP}]))(?=[{UP}\d])(?P<name>(?:{CAP}){TAIL}{{0,5}})"
)
_PORTFOLIO = re.compile(
    rf"(?:{_LINK}[{UP}][\w'-]+{_ADJECTIVE}{{0,2}}(?:(?:,{_LINK}[{UP}][\w'-]+{_ADJECTIVE}{{0,2}})*,? et{_LINK}[{UP}][\w'-]+{_ADJECTIVE}{{0,2}})?)"
)
_SIDES = re.compile(
    r" (?:méridiona|septentriona|orienta|occidenta|centra)(?:le?s?|ux)\b| (?:haut|bas|nord|sud|centre)-[a-zà-ÿ]+"
)
_OF_SITE = re.compile(r"\b(?:site|quartier|secteur|friche|zone|parvis|ancienn?e?) (?:de |d')?(?:la |l')?$")
_SCHOOL = re.compile(r"[eé]cole|[Ii]nstitut|[Ll]ycée|[Hh]ôpital|[Tt]ribunal")
"""Common nouns that with a field and a place name one body: « l'école d'horlogerie de Fictange »."""
_FEAST = r"Nuits?|Bals?|Printemps|Automnales?|Estivales|Rendez-vous|Semaine|Quinzaine|Trophées|Biennale|Matinales?|Matinée|Soirées?|Challenge|Défi|Carrefour|Tournoi|Olympiades|Apéros?|Mardis|Mercredis|Jeudis|Samedis|Kabar"
_FAIR = (
    r"Journées?|Rencontres|Fêtes?|Salon|Forum|Festival|Marché|Foire|Assises|États généraux|Hackathon|Université d'été"
)
"""Of these, what has no proper name is an occasion that `happenings` reads."""
_FESTIVE = re.compile(
    rf"(?<![\w-])(?:(?:{_FEAST})(?P<of> du | de la | de l'| des )[a-zà-ÿ-]{{3,}}(?: (?:numériques?|connectée?s?|sociale?s?|solidaires?|créati(?:f|ve)s?))?(?! [{UP}])"
    rf"|(?:{_FEAST}|{_FAIR})(?: du | de la | de l'| des )[{UP}][\w'-]+(?: [{UP}][\w'-]+)*)(?![\w-])"
)
"""Names of events that come back: « la Nuit du code », « les Bals du quai »."""
_IN_SENTENCE = re.compile(r"(?:[a-zà-ÿ,(\"]|\b(?:L[ae]s?)) $|(?:[a-zà-ÿ] |\b)[ldL]'$")
_GENERIC = re.compile(r"(?:\b(?:une?|ce|cet|cette|ces|notre|votre|son|sa|leur|chaque|tout|toute|des|les|aucune?) )$")
_BESIDE = re.compile(
    r"(?:école|institut|association|fondation|réseau|agence|campus|fab-?lab|coopérative|collectif|technopole|incubateur|pépinière|direction|syndicat|fédération|tribunal|métropole|ministère|ville|chambre|brasserie)$"
)
"""Common nouns that stand beside a name, « l'association Les Fictifs », and begin one only with a link."""
_UNIT = re.compile(
    r"(?:[Dd]irection|Bureau|Comité|Mission|Centre)(?: (?!locale|régiona|départementa|interministé|nationa|général|socia|hospita)[a-zà-ÿ]+)? (?:de |du |des |d')"
)
"""Names of parts of a body, or of places: said of only if something is said of them."""
WORD = re.compile(rf"(?:{_HEADS})")
"""The word for what is named, alone."""


def is_unit(name: str) -> bool:
    """Whether `name` is that of a part of a body, « Direction des achats »."""
    return bool(_UNIT.match(name))


def headed(flat: str) -> Iterator[tuple[int, int]]:
    """Ranges of such names in a straightened text on one line: of events, then of bodies."""
    for m in _FESTIVE.finditer(flat):
        before = flat[max(0, m.start() - 24) : m.start()]
        if (not m["of"] or _IN_SENTENCE.search(before)) and not re.search(r"[A-ZÀ-Þ](?!es? $|a $)[\w'-]+ $", before):
            yield m.span()
    done = 0
    for m in _HEAD.finditer(flat):
        start, after = m.start(), m.end()
        if start < done:
            continue
        end = _end(flat, m["head"], start, after)
        if end > start:
            done = end
            yield start, end


def _end(flat: str, head: str, start: int, after: int) -> int:
    """Where the name ends that begins with `head` and its adjectives, to `after`; 0 if there is none."""
    upper = head[0].isupper()
    if re.match(r"[Mm]inistère|Secrétariat d'", head) and (ministry := _PORTFOLIO.match(flat, after)):
        return ministry.end()
    if _OF_SITE.search(flat, max(0, start - 24), start):
        return 0
    before = flat[max(0, start - 8) : start]
    end = after
    field = _FIELD.match(flat, after)
    if field and not (upper or re.fullmatch(_INSTITUTED, head)):
        field = field if _SCHOOL.fullmatch(head) and _PROPER.match(flat, field.end()) else None
    if field:
        end = field.end()
    elif upper and after > start + len(head):
        end = after
    proper = _PROPER.match(flat, end)
    if not proper and field and field.end() > after and (proper := _PROPER.match(flat, after)):
        field, end = None, after
    if proper:
        if not upper and proper.start("name") > end + 1 and WORD.match(flat, proper.start("name")):
            return 0
        if not upper and (
            before.endswith("dans la ")
            or _GENERIC.search(before)
            or (_BESIDE.match(head) and flat[end] == " " and flat[end + 1].isupper())
        ):
            return 0
        end = proper.end()
        return side.end() if (side := _SIDES.match(flat, end)) else end
    bare = after == start + len(head)
    if upper and bare and " " in head and re.fullmatch(_INSTITUTED, head) and not _GENERIC.search(before):
        return end
    if not upper or _GENERIC.search(before) or (bare and (not field or _COMMON.fullmatch(flat, after, end))):
        return 0
    if not field and flat.count(" ", start + len(head), after) < 2:
        return 0
    opens = not before.strip() or before.rstrip()[-1:] in ".!?:;\n–-•"
    return 0 if opens and bare else end
