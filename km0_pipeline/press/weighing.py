"""What a name that is not known beforehand is: an organisation, a person or a place, by the weight of what speaks for each.

The language model's label is one voice among several: a first name, the words a name is made of, the
words beside it, and the company it keeps (a list is of one sort: `listing`). Belongs here: the weights.
Where names begin and end is found in `borders`. Patterns that settle the matter alone belong to `evidence`; what
becomes of the names, to `naming`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping

from km0_pipeline.press import headed
from km0_pipeline.press.borders import ARTICLE_BEFORE, PARTICLE, SIGNS, Name, borders, frequencies, is_first
from km0_pipeline.press.evidence import (
    ARTICLES,
    PUBLIC_TAIL,
    ROLE,
    SORT_NOUN,
    SPEECH,
    TRADE_NOUN,
    TRADE_WORD,
    UP,
)
from km0_pipeline.press.folding import key
from km0_pipeline.press.kinds import NOUN
from km0_pipeline.press.listing import even_out

_WHOLE = re.compile(rf"[{UP}][\w'-]+(?: {PARTICLE}[{UP}][\w'-]*\w){{1,3}}")
_COMMON_NOUN = re.compile(rf"(?i:{NOUN})|{headed.WORD.pattern}")
_PLACE_HEAD = re.compile(
    r"(?:Vallée|Massif|Plaine|Plateau|Lac|Col|Canal|Forêt|Rue|Place|Avenue|Quai|Boulevard|Parc|Square|Esplanade|Halles?|Hôtel|Palais|Théâtre|Salle|Gare|Château|Musée|Cité|Quartier|Zénith|Stade|Gymnase|Médiathèque"
    r"|Bibliothèque|Tour|Pont|Port|Cirque|Arènes|Opéra|Cinéma|Chapelle|Église|Abbaye|Amphi|Jardins?|Villa|Caserne) "
)
_TOPONYM = re.compile(
    r"(?:Saint|Sainte|Grande|Petite|Haute?|Basse?|Belle?|Nouvelle|Mont|Pont|Château|Villers|Bourg|Bois|Vieux|Neuf|La|Le|Les)-[A-ZÀ-Þ][\w-]+|[A-ZÀ-Þ][\w']+-(?:sur|sous|lès|les|lez|en|le|la|du|de|des|d'|aux?|et|devant|à|près)-[\w'-]+"
)
_TOWN_END = re.compile(
    r"[A-ZÀ-Þ][a-zà-ÿ]+(?:heim|willer|viller|bourg|court|villers?|wihr|hausen|ingen|dorf|gny|kirch|bach|ange)"
)
_OF_TOWN = re.compile(
    rf"\b(?:une? (?:(?:jeune|petite?|ancien(?:ne)?|autre) )?(?:{NOUN})(?: [a-zà-ÿ-]+)?|(?:PME|start-?up|jeune pousse|entreprise|tiers-lieu|pépinière(?: d'entreprises)?|usine|gare|hôpital|marché|antenne|boutique|magasin|médiathèque|maire|sous-préf\w+|préfète?|élue?s?"
    r"|habitante?s?|arrondissement)) (?:de |d')$",
    re.I,
)
"""What is said of a town: « une PME de », « la maire de »."""
_NOUN_OF = re.compile(r"\b[a-zà-ÿ]{4,} (?:de |d')$")
_AGENT = re.compile(
    r"\b(?:présid|dirig|pilot|anim|men|coordonn|représent|fond|cofond|cré|accueilli|guid|imagin|sign|préparé|réalis|écri|photographi)(?:ée?s?|[eé]s|te?s?|s)? (?:depuis [\w ]{2,20} )?par $"
)
_TOWN_BETWEEN = re.compile(r"^, (?:\w+ )?(?:à|en) [^,]{2,40}(?=,)")
_OFFICE = re.compile(
    r"\b(?:ministre|secrétaire d'[EÉ]tat|haut-commissaire)s?\b[^,.;:()]{0,110}(?:d[eu] |de la |de l'|des |à la |à l'|aux? )$|\b(?:de type|genre) $"
)
_ABSTRACT = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ]+(?:tion|sion|ment|isme|ité|ités|ance|ence|tions|ments)")
_WORK = re.compile(
    r"(?:Manifeste|Charte|Guide|Rapport|Livre|Assises|Plan|Loi|Code|Règlement|Traité|Convention|Contrat|Schéma|Stratégie|Grenelle|Semaine|Journées?|Nuit|Prix|Grand [Pp]rix|Fête|Mois|Rencontres|Reportage|Blog)\b"
)
"""First words of titles and of days: what they name is neither organisation, person nor place."""
_GIVEN_TO = re.compile(
    r"\b(?:[Mm]erci|[Gg]râce|appel|écri\w+|parl\w+|s'adress\w+|demand\w+|confiée?s?|s'alli\w+|ven\w+|cédée?s?|appart\w+|remise?s?|rattachée?s?|associée?s?|parole|succèd\w+|[Ff]ace) ?à $"
)
_AT = re.compile(
    r"\b\d{5} $|\b(?:à|en|vers|près de|entre|depuis|jusqu'à|autour de|hors de|sur) $|\b(?:dans (?:le|la|les|l')|ville de|habitants? d[e']|région de|bassin de|pays de|agglomération de|communes? de|côté de) ?$",
    re.I,
)
_WITH = re.compile(
    r"\b(?:chez|auprès d[e']|marque|baptisée?s?|nommée?s?|intitulée?s?|appelée?s?|dénommée?s?|filiale d[e']|clients?|avec|par|et d[e']|ex-) ?$",
    re.I,
)
_HEADED_BY = re.compile(
    rf"\b(?:{ROLE}|équipe|salariés|fondateurs|associés|locaux|capital|partenaires?|membres?|siège|adhérents|clients|tête|commandes|rênes) (?:(?:et|générale?|[a-zà-ÿ-]+) ){{0,3}}(?:d[eu] |de la |d'|de l'|des |chez |au sein d[eu] )$",
    re.I,
)
_OFFICE_BEFORE = re.compile(rf"\b{ROLE}(?: (?!de\b|du\b|des\b)[a-zà-ÿ-]+){{0,3}}(?:,| :)? (?:M\. |Mme )?$", re.I)
_ROLE_AFTER = re.compile(rf",? ?\(?(?:(?:le |la |l'|l'une? des |son |sa |leur |notre )?(?:\w+ )?{ROLE})\b", re.I)
_SAYS_AFTER = re.compile(rf"(?:,[^,.]{{1,60}},)? (?:a |l'|s'|se |ont |avait )?{SPEECH}")
_SAYS_BEFORE = re.compile(
    rf"{SPEECH}(?:-t-(?:il|elle|on))?,? (?:à l'\w+ |au \w+ )?$|\b(?:[Ss]elon|[Pp]our|d'après|merci à|aux côtés d[e']) ?$"
)
_NOUN_AFTER = re.compile(
    rf" ?,? ?\(?(?:une?|la|le|l'|jeune|première?|leader|est une?|est la|est le|est l'|,) ?(?:\w+ )?{TRADE_NOUN}\b(?! (?:[a-zà-ÿ]+ )?[\"{UP}])|, (?:qui |spécialis|spécialiste|éditeur|éditrice|fabricant|filiale|basée?|fondée?|créée?|implantée?|installée? )"
)
_DOES = re.compile(
    r"(?: \([^()]{1,60}\))?(?:,[^,.]{1,60},)? (?:(?:a|ont|va|vont|vient de|doit) )?(?:lev|lèv|recrut|emploi|édit|fabriqu|développ|commercialis|fédèr|rassembl|accompagn|propos|lanc|s'install|s'implant|s'alli|rejoin|"
    r"héberg|accueill|organis|soutien|financ|rachet|ouvr|compt|investi|produi|conçoi|livr|vend|inaugur|déploi|rachèt|distribu|vise\b|visent|emménag|déménag|exploit|fourni|équip|regroup|embauch|licenci|export|factur|cherch|réuni)[a-zà-ÿ]*\b"
)
_ACTS = re.compile(
    r" (?!(?:d[eu]s?|et|ou|à|aux?|en|pour|par|sur|dans|avec|chez|qui|que|dont|où|mais|ni|car|comme|entre|sans|sous|vers)\b)[a-zà-ÿ']{1,14} "
)
_PREDICATE = re.compile(
    r" (?:(?:n'|ne |s'|se |y )[a-zà-ÿ]|(?:a|ont|est|sont|avait|avaient|était|étaient|fut|aura|sera|va|vont|vient|doit|peut|veut|fait|devient|signe|quitte|verse|entre|passe|gagne|perd|prend|met|tient|reçoit|appartient|vise|mise|cède) )|, (?:elle|lui|quant à) "
)
"""What follows a subject and nothing else: a clitic pronoun or a frequent verb. A common noun does not stand before it without an article."""
_ENTRY = re.compile(r" (?:\(|[–:=] )|\. [A-ZÀ-Þ]|, (?:à|en) [A-ZÀ-Þ]|\n|$")
"""What follows the name of an entry in a list."""
_IN_TOWN = re.compile(r" \((?:à |en )?[A-ZÀ-Þ][a-zà-ÿ'-]+(?:[ -][A-ZÀ-Þa-zà-ÿ'-]+){0,4}(?: depuis[^()]{1,30})?\)")
"""« (Fictange) », « (à Fictange) »: where someone is, not an acronym."""
_PERSON_HAS = re.compile(rf"(?<![\w'-])(?P<first>[{UP}][\w'-]+)(?: {PARTICLE}[{UP}][\w'-]+){{1,2}} \($")
"""« Camille Exemple ( »: whom someone belongs to follows."""
_PROFESSION_AFTER = re.compile(
    r", (?:jeune |ancien(?:ne)? |futur(?:e)? )?(?!spécialiste|filiale|leader|pionni|éditeur|éditrice|fabricant)[a-zà-ÿ-]*(?:logue|iste|icienne?|teur|trice|euse|eur|ière|ier|avocate?|médecin|graphe|agogue|pharmacienne?|architecte|urbaniste|juriste|professeure?|maître|maîtresse|élève|étudiante?|doctorante?|artisane?|luthi\w+|cadre|poète|élue?)(?= (?:à|au|aux|de|du|des|chez|en|dans|et)\b|[,.;)]| d')"
)
_BARE = re.compile(
    r"\b(?!(?:à|a|de|du|des|d|en|vers|pour|par|sur|sous|dans|chez|entre|et|ou|ni|que|dont|où|comme|contre|sans|avec|depuis|près|hors|via|aux?|l[ae]s?|un|une|ce|cette|son|sa|ses|leur|notre|votre|nos|vos|mont|saint|est|sont|mr|dr|pr|me|mm?|famille|clan|certain|avant|après|prix|service|convention|classe|niveau|option|vitamine|plan|numéro|siècle)\b)[a-zà-ÿ']{2,} $"
)
"""A word after which a place does not stand: « dirige Fictoline », « le suédois Fictoline »."""
_CRAFT = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ]{2,}(?:age|erie|tique|tion)s?")
"""Trades with a capital, which names of companies begin with: « Usinage Exemple », « Menuiserie Exemple »."""
_COINED = re.compile(r"[a-zà-ÿ](?:labs?|tech|soft|ware|data|works|shop|drone|tronics?|bot|media)$")
_CONTRACTED = re.compile(r"\b(?:du|aux?|des) $")
_BIRTH_NAME = re.compile(
    rf"[{UP}][a-zà-ÿ-]+ (?:[{UP}][a-zà-ÿ']+-[{UP}][a-zà-ÿ']+|(?:d[eu] |d'|de la |Le )[{UP}][a-zà-ÿ]+)"
)
"""Names of people whose surname shows: « … Exemple-Durand », « … de Fictange », « … Le Fictif »."""
_BORN = re.compile(
    r"\b(?:née?s?|ouverte?s?|située?s?|installée?s?|basée?s?|implantée?s?|domiciliée?s?|sise?s?|partie?s?|déménag\w+|venue?s?|vien(?:t|nent)|retour|antenne|hangar|marché|commune|télécentre|lycée|port) (?:de |d')?(?:au|aux|du|des) $|\b(?:rouler|venue?s?|vien(?:t|nent)|partie?s?|jusqu'à|vers|rentrée?s?|entre) (?:de |d'|à )?$|\b(?:quitt|part|départ|déménag)[^.;:]{0,60} pour $",
    re.I,
)
_CLAUSE = re.compile(r"(?:^|[.!?:;]\s+|\n\s*|\s{2}|, |[»\"] )$")
"""Where a clause begins, and what follows its subject there: no preposition and no conjunction."""
_STREET_BEFORE = re.compile(
    r"\b(?:rue|avenue|boulevard|place|quai|allées?|impasse|cours|square|lycée|collège|école|stade|salle|médiathèque|bibliothèque|théâtre|gymnase|hôpital|clinique|centre|maison|parc|pont|tour|halle|aéroport|gare|prix|concours|fondation|espace|musée)s? (?:de la |de l'|du |de |d')?$",
    re.I,
)
_MADE = re.compile(
    r"\b(?:cré|fond|cofond|mont|rachet|rachèt|repri|exploit|gèr|gér|édit|intégr|rejoin)(?:e|é|ée|s|t|er|ent|is|ise)?,? $"
)
"""Verbs whose object is an organisation."""
_HELD = re.compile(
    r"\b(?:se tien\w+|tenue?s?|aur(?:a|ont) lieu|eu lieu|organisée?s?|accueillie?s?|réunie?s?|rendez-vous|donnée?s?|installée?s?|présentée?s?) [^.;:]{0,40}(?:à la|au|à l'|aux) ?$"
)
"""Where something is held."""
_LED = re.compile(r"(?<![\w.'])(?:(?<=.)L'$|L[ae]s? )")
"""An article with a capital that begins a name within a sentence: « chez La Navette fictive », « au café L'Orbe »."""
_DATELINE = re.compile(r"[A-ZÀ-Þ' -]{4,40}(?=\. [A-ZÀ-Þ]| [–-] |, le \d)")
_SUFFIX = re.compile(
    r"(?:iques?|[tsx]ions?|eries?|isme|ologies?|graphies?|ware|[sS]oft|[tT]ech|[lL]abs?|[dD]ata|[bB]io|works|shop|media|[gG]ames|Energie|Énergie|ing)$"
)


def weighed(flat: str, spans: Iterable[tuple[int, int, str]], taken: Iterable[tuple[int, int, str]]) -> list[Name]:
    """The names of `flat`, in order, weighed; `taken` are ranges with the letter of what is known to stand there.

    A known name is weighed only as part of a longer one.
    """
    known = sorted(taken)
    ends = [k[1] for k in known]
    seen = frequencies(flat)
    found = []
    within: set[tuple[int, int, str]] = set()
    names = list(borders(flat, sorted(spans), seen, {k[0] for k in known}))
    common = {n.words for n in names if _abbreviates_nouns(flat, n)}
    for name in names:
        if name.words in common:
            continue
        n = bisect_right(ends, name.start)
        over = [k for k in known[n : n + 4] if k[0] < name.end]
        if over and not (
            len(over) == 1
            and over[0][2] == "L"
            and name.start <= over[0][0]
            and over[0][1] <= name.end
            and name.end - name.start > over[0][1] - over[0][0] + 1
        ):
            continue
        before = flat[max(0, name.start - 140) : name.start]
        if (_is_linked(before) or before.endswith(("type ", "genre "))) and _OFFICE.search(before):
            continue
        _weigh(flat, name, seen)
        found.append(name)
        within.update(over)
    alone = [k for k in known if k not in within]
    _agree(flat, found, alone)
    even_out(flat, found, alone)
    return found


def _agree(flat: str, names: list[Name], known: list[tuple[int, int, str]]) -> None:
    """Give the same words the same weights wherever they stand, and what is known of them once."""
    same: dict[str, list[Name]] = {}
    for name in names:
        same.setdefault(name.words, []).append(name)
    elsewhere = {flat[s:e]: letter for s, e, letter in known}
    for words, group in same.items():
        shared = {letter: sum(n.weights[letter] for n in group) / len(group) ** 0.5 for letter in "OPL"}
        if words in elsewhere and elsewhere[words] in shared:
            shared[elsewhere[words]] += 3
        elif len(group) > 1 and " " not in words and not is_first(words) and shared["L"] < shared["O"] + 1:
            acts = sum(
                bool(_ACTS.match(flat, n.end)) and bool(_CLAUSE.search(flat[max(0, n.start - 60) : n.start]))
                for n in group
            )
            shared["O"] += min(acts, 3) * 0.8  # whom a text is about: it does this, then that
        for name in group:
            name.weights = dict(shared)
            name.noun = name.noun or next((n.noun for n in group if n.noun), "")


def _abbreviates_nouns(flat: str, name: Name) -> bool:
    """Whether `name` only abbreviates common nouns: « diplôme d'étudiant-entrepreneur (D2E) »."""
    short = re.sub(r"(\d)([A-Z])", lambda m: m[2] * int(m[1]), name.words)
    short = re.sub("[^A-Z]", "", short)
    if not (
        name.words.isupper()
        and len(short) > 1
        and flat.endswith(" (", 0, name.start)
        and flat.startswith(")", name.end)
    ):
        return False
    words = re.findall(r"[\w]+", flat[max(0, name.start - 90) : name.start])[-9:]
    initials = "".join(key(w)[0].upper() for w in words if len(w) > 2)
    return (
        initials.endswith(short)
        and words[-1].islower()
        and not any(headed.WORD.fullmatch(w.capitalize()) or w[:1].isupper() for w in words[-len(short) - 2 :])
    )


def _is_linked(before: str) -> bool:
    """Whether an article or a preposition stands before a name: what else does, says less."""
    return before[-1:] == "'" or before.rstrip(' "(').rsplit(" ", 1)[-1].lower() in ARTICLES


def _weigh(flat: str, name: Name, seen: Mapping[str, int]) -> None:
    words, tokens = name.words, name.words.split()
    before, after = flat[max(0, name.start - 70) : name.start], flat[name.end : name.end + 90]
    before = before.rstrip('"').rstrip("«") if before.endswith(('"', "«")) else before
    after = after.lstrip('"')
    near = before[-40:].partition(" ")[2] if len(before) > 40 else before
    linked = _is_linked(near)
    follows = (near[-1:] == " " and near[-2:-1].isalnum()) or near.endswith((' "', " (", "'", "-"))
    person_like = bool(_WHOLE.fullmatch(words)) and not words.isupper()
    given = is_first(words)
    label = "MISC" if name.label == "PER" and len(tokens) == 1 and not given else name.label
    name.add(**{"PER": {"P": 1.5}, "ORG": {"O": 1.5}, "LOC": {"L": 0.8, "O": 0.4}, "MISC": {"O": 0.7}}.get(label, {}))
    if label == "PER" and person_like and not given and _BIRTH_NAME.fullmatch(words):
        name.add(P=1.5)
    led = (
        not (label == "LOC" and flat.endswith("(", 0, name.start))
        and bool(_LED.search(flat[max(0, name.start - 4) : name.start + 4]))
        and not name.first
    )
    if led:
        name.add(O=2.0, L=0.4, P=-4.0)
    elif label == "LOC" and len(tokens) > 1 and not _PLACE_HEAD.match(words):
        name.add(L=-0.8)
    if given:
        name.add(P=3.0 if person_like else 1.5 if len(tokens) == 1 else 0)
    elif not person_like:
        name.add(P=-3.0)
    if len(tokens) > 1 and not _ABSTRACT.fullmatch(tokens[0]) and (TRADE_WORD.search(words) or _SUFFIX.search(words)):
        name.add(O=2.5, P=-3.5, L=-1)
    if words.isupper() and before[-1:] in ("", "\n") and _DATELINE.match(flat, name.start):
        name.add(L=3.5, O=-2.0)
    elif _TOPONYM.fullmatch(words):
        name.add(L=2.5, O=-0.5)
    elif _TOWN_END.fullmatch(words):
        name.add(L=1.0)
    elif _PLACE_HEAD.match(words):
        called = _NOUN_AFTER.match(after)  # « au Quai 12, la pépinière de Fictange »
        name.add(L=-1.0 if called else 3.0, O=1.0 if called else -1.0, P=-3.0)
    if PUBLIC_TAIL.search(words) and len(tokens) > 1:
        name.add(O=4, P=-4, L=-2)
        name.noun = "collectivité"
    if SIGNS.search(words) or words.endswith("'"):
        name.add(O=1.5, P=-3, L=-0.5)
    elif re.fullmatch(r"[A-ZÉ]{2,8}\d?", words):
        name.add(O=1.2, P=-3, L=-0.5)
        if len(words) == 2 and name.label != "ORG":
            name.add(O=-1)
    if len(tokens) > 1 and any(re.fullmatch(r"[A-Z]{2}", t) for t in tokens):
        name.add(O=-1)
    located = bool(_IN_TOWN.match(after))
    if (
        len(tokens) == 1
        and not located
        and (_ABSTRACT.fullmatch(words) or words.lower() in seen or words.lower() + "s" in seen)
    ):
        name.add(O=-1.5, L=-0.5, P=-1)
    elif (_WORK.match(words) and not SORT_NOUN.search(near)) or _COMMON_NOUN.fullmatch(words):
        name.add(O=-4, L=-4)
    elif len(tokens) > 1 and name.label:
        name.add(O=0.4)
    if re.search(r'" ?$', flat[max(0, name.start - 2) : name.start]) and not re.match(
        r' ?"', flat[name.end : name.end + 2]
    ):
        name.add(O=-2.5, L=-0.5)
    if re.search(r"\b[Ll]es $", before) and len(tokens) == 1:
        name.add(O=-1.5)  # a family: « les Dollfus »
    if ARTICLE_BEFORE.search(near):
        name.add(O=0.8, P=-4, L=0.3)
    if _AT.search(near) and not given and not _GIVEN_TO.search(near):
        name.add(L=1.7 if name.label in ("LOC", "") else 0.9, O=-1.2)
    elif label == "LOC" and len(tokens) == 1 and before.endswith("("):
        name.add(L=1.2)
    elif re.search(r"\b[dD](?:e |')$|\($", before):
        name.add(L=1.2 if name.label == "LOC" and _NOUN_OF.search(near) and not _HEADED_BY.search(before) else 0.4)
    if label == "LOC" and len(tokens) == 1 and _CONTRACTED.search(near) and not _HEADED_BY.search(before):
        name.add(L=0.9, O=-0.6)
    if follows and _STREET_BEFORE.search(near):
        name.add(P=-4)
    if linked and len(tokens) == 1 and _OF_TOWN.search(near):
        name.add(L=2.5)
    elif linked and _HEADED_BY.search(before):
        name.add(O=2.5, L=0.5)
    elif not linked and _OFFICE_BEFORE.search(before):
        name.add(P=2.5)
    if person_like and len(tokens) > 1 and _AGENT.search(before):
        name.add(P=2.5)
    elif follows and _WITH.search(near):
        name.add(O=1.0)
    elif not given and not linked and _MADE.search(near):
        name.add(O=1.8)
    elif linked and _HELD.search(before):
        name.add(L=2.2, O=-1.0)
    town = label == "LOC" and near.endswith("(")
    if follows and not linked and not town and not (given and person_like) and (noun := SORT_NOUN.search(near)):
        name.add(O=2.5, P=-3, L=-1.5)
        name.noun = name.noun or noun[0].strip(' "')
    apposed = False
    if _ROLE_AFTER.match(after):
        name.add(P=2.5)
    elif _NOUN_AFTER.match(_TOWN_BETWEEN.sub("", after, count=1)) and not _AT.search(near):
        name.add(O=1.5)
        apposed = True
    acts = bool(_PREDICATE.match(after)) and not linked
    if acts:
        name.add(O=1.0, P=0.5)
    if not linked and not given and _ENTRY.match(after) and (name.item or (name.first and located)):
        name.add(O=1.7 + 0.8 * (words.isupper() and len(words) > 4), P=-1.0)
    elif not linked and not given and not _AT.search(near) and located:
        name.add(O=1.2)
    if name.label and len(tokens) == 1 and not given and follows and _BARE.search(near):
        name.add(O=1.2, L=-0.6)
    if len(tokens) > 1 and not given and any(_CRAFT.fullmatch(t) for t in tokens):
        name.add(O=1.2, P=-2.0)
    elif len(tokens) == 1 and _COINED.search(words):
        name.add(O=1.0, L=-0.5)
    if (
        near.endswith("(")
        and (m := _PERSON_HAS.search(before))
        and is_first(m["first"])
        and not (label == "LOC" and len(tokens) == 1)
    ):
        name.add(O=2.0, P=-2.0)
    if person_like and not linked and _PROFESSION_AFTER.match(after):
        name.add(P=1.5)
    if label == "LOC" and len(tokens) == 1 and _BORN.search(before):
        name.add(L=1.5, O=-0.6)
    if _SAYS_AFTER.match(after) or _SAYS_BEFORE.search(near):
        name.add(P=1.2, O=0.3)
    elif _DOES.match(after):
        name.add(O=1.5, L=-0.5)
    if seen.get("^" + tokens[0], 0) > 1 or (name.first and "^" + tokens[0] in seen):
        name.add(O=0.4, P=0.2, L=0.2)
    if (
        name.first
        and len(tokens) == 1
        and not (acts or located or apposed)
        and "^" + words not in seen
        and not SIGNS.search(words)
    ):
        name.add(O=-1.2, L=-1.5, P=-0.5)
