"""What a name that is not known beforehand is: an organisation, a person or a place, by the weight of what speaks for each.

The language model's label is one voice among several: a first name, the words a name is made of, the
words beside it, and the company it keeps (a list is of one sort). Belongs here: the scan for names,
their borders, and the weights. Patterns that settle the matter alone belong to `evidence`; what
becomes of the names, to `naming`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from km0_pipeline.press import headed
from km0_pipeline.press.evidence import (
    ARTICLES,
    COMMON_FIRST,
    JUNK,
    PUBLIC_TAIL,
    ROLE,
    ROMAN,
    SORT_NOUN,
    SPEECH,
    TRADE_NOUN,
    TRADE_WORD,
    UP,
)
from km0_pipeline.press.folding import key
from km0_pipeline.press.kinds import NOUN
from km0_pipeline.press.listing import Sorts, announces, even_out
from km0_pipeline.reference import first_names

_TOKEN = (
    rf"(?:(?!(?:[LDCSJNMT]|Qu)')[{UP}](?:[\w&@+]|[.](?=[{UP}\d])|['-](?=\w)|[(]\w{{1,3}}[)])*|[a-z]{{1,3}}[A-Z]\w*)"
)
_RUN = re.compile(
    rf"(?<![\w'@./-])(?:(?<=[dlDL]')|(?<![\w'])){_TOKEN}(?: (?:(?:& )?{_TOKEN}|\d{{1,3}}(?:\.\d)?(?![\w%]|[,.]\d| ?(?:%|€|[a-zà-ÿ]+s\b|m²|k?m\b|h\b))))*|(?<=\b[dlDL]'){_TOKEN}(?: {_TOKEN})*"
)
_PARTICLE = r"(?:(?:d[eu]|d'|de la|von|van|van der|ben|el|al|le|la) ?)?"
_SURNAME = re.compile(rf"(?: {_PARTICLE}[{UP}][\w'-]*\w)+")
_WHOLE = re.compile(rf"[{UP}][\w'-]+(?: {_PARTICLE}[{UP}][\w'-]*\w){{1,3}}")
_LINKED = re.compile(rf" (?:(?:des|du|de la|aux) |de l')(?P<of>{_TOKEN}(?: {_TOKEN})*)| d'à [\w-]+")
_PURPOSE = re.compile(
    r"(?:(?:Petite |Grande )?(?:Usine|Fabrique|Boîte|Machine|Moulin|Mine|Malle|Café|Atelier|Laboratoire|Labo|Maison|Cabane|Four|Coffre|Boutique|Ruche|Halle|Caisse|Sac|Marmite)) à [A-ZÀ-Þ][\w-]+"
)
_FAMILY = re.compile(r" (?:et|&) (?:Compagnie|Cie|Co|Fils|Filles|Frères|Sœurs|Associée?s?)\b")
_QUALITY = re.compile(
    r" (?:numériques?|digitale?s?|connectée?s?|créati(?:f|ve)s?|solidaires?|citoyen(?:ne)?s?|partagée?s?|participati(?:f|ve)s?|collaborati(?:f|ve)s?|simplifiée?s?|populaires?|mobiles?|verte?s?|bleue?s?|rouges?|électriques?"
    r"|magiques?|communs?|utiles?|libres?|ouverte?s?|durables?|curieu(?:x|se)s?|perchée?s?|éphémères?|mécaniques?|sonores?|vivante?s?|urbaine?s?|rurale?s?|malins?|vagabonde?s?)(?![\w'-])"
)
"""Adjectives that make a name of a common noun: « la Filature numérique », « Démarches simplifiées »."""
_NO_COMPOUND = re.compile(
    rf"(?:{ROLE}|{headed.WORD.pattern}|Nord|Sud|Est|Ouest|État|Monsieur|Madame|Journ\w+|Internet|Web)\b", re.I
)
_TITLE = re.compile(
    r"(?:[EÉ]tat|Présidente?|Ministre|Mme|Madame|Monsieur|SASU?|SARL|EURL|SCIC|SCOP|Scic|Scop|PME|TPE|ETI|ESN|ONG) (?=\w)"
)
"""What stands before a name and does not belong to it."""
_COMMON_NOUN = re.compile(rf"(?i:{NOUN})|{headed.WORD.pattern}")
_ITEM = re.compile(r"(?:^|[\s;])[-•–] $")
_PLACE_HEAD = re.compile(
    r"(?:Vallée|Massif|Plaine|Plateau|Lac|Col|Canal|Forêt|Rue|Place|Avenue|Quai|Boulevard|Parc|Square|Esplanade|Halles?|Hôtel|Palais|Théâtre|Salle|Gare|Château|Musée|Cité|Quartier|Zénith|Stade|Gymnase|Médiathèque"
    r"|Bibliothèque|Tour|Pont|Port|Jardins?|Villa|Caserne) "
)
_TOPONYM = re.compile(
    r"(?:Saint|Sainte|Mont|Pont|Château|Villers|Bourg|Bois|Vieux|Neuf|La|Le|Les)-[A-ZÀ-Þ][\w-]+|[A-ZÀ-Þ][\w']+-(?:sur|sous|lès|les|lez|en|le|la|du|de|des|d'|aux?|et|devant|à|près)-[\w'-]+"
)
_TOWN_END = re.compile(
    r"[A-ZÀ-Þ][a-zà-ÿ]+(?:heim|willer|viller|bourg|court|villers?|wihr|hausen|ingen|dorf|gny|kirch|bach|ange)"
)
_OF_TOWN = re.compile(
    rf"\b(?:une? (?:(?:jeune|petite?|ancien(?:ne)?|autre) )?(?:{NOUN})(?: [a-zà-ÿ-]+)?|(?:tiers-lieu|pépinière(?: d'entreprises)?|usine|gare|hôpital|marché|antenne|boutique|magasin|médiathèque|maire|sous-préf\w+|préfète?|élue?s?"
    r"|habitante?s?|arrondissement)) (?:de |d')$",
    re.I,
)
"""What is said of a town: « une PME de », « la maire de »."""
_NOUN_OF = re.compile(r"\b(?:une?|l[ea]|du|au|cette|ce) [a-zà-ÿ]{4,} (?:de |d')$")
_AGENT = re.compile(
    r"\b(?:présid|dirig|pilot|anim|men|coordonn|représent|fond|cofond|cré|accueilli|guid|imagin|sign|préparé|réalis|écri|photographi)(?:ée?s?|[eé]s|te?s?|s)? (?:depuis [\w ]{2,20} )?par $"
)
_TOWN_BETWEEN = re.compile(r"^, (?:\w+ )?(?:à|en) [^,]{2,40}(?=,)")
_OFFICE = re.compile(
    r"\b(?:ministre|secrétaire d'[EÉ]tat|haut-commissaire)s?\b[^,.;:()]{0,110}(?:d[eu] |de la |de l'|des |à la |à l'|aux? )$|\b(?:de type|genre) $"
)
_ABSTRACT = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ]+(?:tion|sion|ment|isme|ité|ités|ance|ence|tions|ments)")
_WORK = re.compile(
    r"(?:Manifeste|Charte|Guide|Rapport|Livre|Assises|Plan|Loi|Code|Règlement|Traité|Convention|Contrat|Schéma|Stratégie|Grenelle|Semaine|Journées?|Nuit|Fête|Mois|Rencontres|Reportage|Blog)\b"
)
"""First words of titles and of days: what they name is neither organisation, person nor place."""
_GIVEN_TO = re.compile(
    r"\b(?:[Mm]erci|[Gg]râce|appel|confiée?s?|s'alli\w+|ven\w+|cédée?s?|appart\w+|remise?s?|rattachée?s?|associée?s?|parole|succèd\w+|[Ff]ace) ?à $"
)
_ARTICLE_BEFORE = re.compile(r"(?:\b(?:l[ae]s?|d[ue]s|du|aux?|une?|ce|cet|cette|son|sa|notre|leur) |\b[lL]')$", re.I)
_AT = re.compile(
    r"\b(?:à|en|vers|près de|entre|depuis|jusqu'à|autour de|hors de|sur) $|\b(?:dans (?:le|la|les|l')|ville de|habitants? d[e']|région de|bassin de|pays de|agglomération de|communes? de|côté de) ?$",
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
_OFFICE_BEFORE = re.compile(rf"\b{ROLE}(?: (?!de\b|du\b|des\b)[a-zà-ÿ-]+){{0,3}},? (?:M\. |Mme )?$", re.I)
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
_DATELINE = re.compile(r"[A-ZÀ-Þ' -]{4,40}(?=\. [A-ZÀ-Þ]| [–-] |, le \d)")
_SUFFIX = re.compile(
    r"(?:iques?|[tsx]ions?|eries?|isme|ologies?|graphies?|ware|[sS]oft|[tT]ech|[lL]abs?|[dD]ata|[bB]io|works|shop|media|[gG]ames|Energie|Énergie|ing)$"
)
_SIGNS = re.compile(r"[&@+(]|[a-zà-ÿ]'\w{3,}|[a-zà-ÿ][A-Z]|\d")


@dataclass
class Name:
    """A name in the text: its range and the weights of what it may be."""

    start: int
    end: int
    words: str
    weights: Sorts = field(default_factory=lambda: {"O": 0.0, "P": 0.0, "L": 0.0})
    label: str = ""
    first: bool = False
    noun: str = ""

    def add(self, **weights: float) -> None:
        for letter, weight in weights.items():
            self.weights[letter] += weight

    @property
    def best(self) -> tuple[str, float]:
        """The letter that weighs most, and by how much it leads the next."""
        (letter, most), (_, next_), _ = sorted(self.weights.items(), key=lambda w: (-w[1], w[0]))
        return letter, most - max(next_, 0)


def weighed(flat: str, spans: Iterable[tuple[int, int, str]], taken: Iterable[tuple[int, int, str]]) -> list[Name]:
    """The names of `flat`, in order, weighed; `taken` are ranges with the letter of what is known to stand there.

    A known name is weighed only as part of a longer one.
    """
    known = sorted(taken)
    ends = [k[1] for k in known]
    seen = frequencies(flat)
    found = []
    within: set[tuple[int, int, str]] = set()
    for name in _names(flat, sorted(spans), seen, {k[0] for k in known}):
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
        for name in group:
            name.weights = dict(shared)
            name.noun = name.noun or next((n.noun for n in group if n.noun), "")


def frequencies(flat: str) -> Mapping[str, int]:
    """How often each word stands in lower case (a name that is also a word), and capitalised inside a sentence (`^` before it)."""
    counts: dict[str, int] = {}
    for m in re.finditer(rf"(?<![\w'])[a-zà-ÿ][\w-]+|(?<=[a-zà-ÿ,;'] )[{UP}][\w-]+|(?<=[dlDL]')[{UP}][\w-]+", flat):
        word = m[0] if m[0][0].islower() else "^" + m[0]
        counts[word] = counts.get(word, 0) + 1
    return counts


def _names(flat: str, labelled: list[tuple[int, int, str]], seen: Mapping[str, int], known: Set[int]) -> Iterable[Name]:
    starts = [s for s, _, _ in labelled]
    done = 0
    for m in _RUN.finditer(flat):
        start, end = m.start(), m.end()
        if start < done:
            continue
        first = starts_sentence(flat, start) and not announces(flat, start)
        if office := _TITLE.match(flat, start, end):
            start += office.end()
        while (
            first
            and (head := re.match(r"[\w'-]+ ?", flat[start:end]))
            and _is_word(head[0].strip(), seen, single=start + len(head[0]) >= end)
        ):
            start += len(head[0])
            first = False
        label = ""
        n = bisect_right(starts, start)
        for s, e, x in labelled[max(0, n - 2) : n + 2]:
            if s < end and e > start:
                label = label if label in ("PER", "ORG") else x
                inside = flat[start : max(end, e)]
                if (
                    e > end
                    and x != "PER"
                    and "  " not in inside
                    and len(inside.split()) <= 6
                    and re.fullmatch(
                        rf" (?:d[eu]s? |de la |de l'|d'|à |en |aux? |'|la |le |les )*[{UP}].*|'", flat[end:e]
                    )
                    and not re.search(r"[,.;:!?()\"]", flat[end:e])
                ):
                    end = e
        if family := _FAMILY.match(flat, end):
            end = family.end()
        if (
            flat[end : end + 1] == "'"
            and not flat[end + 1 : end + 2].isalnum()
            and "'" not in flat[max(0, start - 1) : start]
        ):
            end += 1
        while " " in flat[start:end] and flat[start:end].rsplit(" ", 1)[1].lower() in ARTICLES:
            end = start + flat[start:end].rindex(" ")
        whole = _whole(flat, start, end, known) if not first or _ITEM.search(flat[max(0, start - 5) : start]) else end
        compound, end = whole > end, max(end, whole)
        words = flat[start:end]
        if (
            not re.search(rf"[{UP}]", words)
            or re.fullmatch(r"[A-Z]\d|" + ROLE, words, re.I)
            or len(words) < 2
            or words.lower() in COMMON_FIRST
            or ROMAN.fullmatch(words)
            or key(words) in JUNK
        ):
            continue
        done = end
        surname = _SURNAME.match(flat, end) if is_first(words) else None
        if surname and flat[surname.end() : surname.end() + 1] != "'":
            end = done = surname.end()
        elif (
            " " not in words
            and is_first(words)
            and (p := re.match(rf" (?:de |d'|du |de la ){_TOKEN}", flat[end : end + 60]))
            and flat[end + len(p[0]) : end + len(p[0]) + 1] != "'"
        ):
            end = done = end + len(p[0]) if label == "PER" else end
        name = Name(start, end, flat[start:end], label=label, first=first)
        if compound:
            name.add(O=2.4, P=-3.0)
        yield name


def _whole(flat: str, start: int, end: int, known: Set[int]) -> int:
    """Where the name ends that `start` to `end` begin with a common noun: « Comptoir des Colibris », « Usine à Liens »."""
    if m := _PURPOSE.match(flat, start):
        return m.end()
    words = flat[start:end]
    last = words.rsplit(" ", 1)[-1]
    if start in known or last.isupper() or _SIGNS.search(words) or is_first(words) or _NO_COMPOUND.match(words):
        return end
    if " " not in words and (m := _QUALITY.match(flat, end)):
        before = flat[max(0, start - 70) : start]
        return m.end() if _ARTICLE_BEFORE.search(before) or SORT_NOUN.search(before) else end
    m = _LINKED.match(flat, end)
    if not m or (m["of"] and (m.start("of") in known or is_first(m["of"]) or key(m["of"]) in JUNK)):
        return end
    return m.end()


def is_first(words: str) -> bool:
    """Whether `words` begin with a first name: « Camille », « Jean-Baptiste »."""
    return re.split(r"[ -]", words)[0] in first_names()


def _is_word(word: str, seen: Mapping[str, int], single: bool) -> bool:
    """Whether a word that begins a sentence is capitalised for that only."""
    low = word.lower()
    if low in COMMON_FIRST:
        return single or low not in ("grand", "grande", "petit", "petite", "bon", "bonne", "nouveau", "nouvelle")
    if re.match(r"(?:qu|[cdjlmnst])'", low):
        return True
    if "^" + word in seen:
        return False
    if word in first_names() or _SIGNS.search(word) or word.isupper():
        return False
    return (
        low in seen
        or bool(re.search(r".{3}(?:ons|ez)$", low))
        or (not single and bool(re.search(r"(?:ée?s?|ez|ons|ant|ment)$", low)))
    )


def starts_sentence(flat: str, start: int) -> bool:
    """Whether a capital at `start` may be that of a sentence."""
    before = flat[max(0, start - 12) : start].rstrip(" \"'(–-•*")
    return before[-1:] in (".", "!", "?", ":", "…", "\n", "") or "  " in flat[max(0, start - 2) : start]


def _is_linked(before: str) -> bool:
    """Whether an article or a preposition stands before a name: what else does, says less."""
    return before[-1:] == "'" or before.rstrip(' "(').rsplit(" ", 1)[-1].lower() in ARTICLES


def _weigh(flat: str, name: Name, seen: Mapping[str, int]) -> None:
    words, tokens = name.words, name.words.split()
    before, after = flat[max(0, name.start - 70) : name.start], flat[name.end : name.end + 90]
    before = before.rstrip('"').rstrip("«") if before.endswith(('"', "«")) else before
    after = after.lstrip('"')
    linked = _is_linked(before)
    name.add(
        **{"PER": {"P": 1.5}, "ORG": {"O": 1.5}, "LOC": {"L": 0.8, "O": 0.4}, "MISC": {"O": 0.7}}.get(name.label, {})
    )
    person_like = bool(_WHOLE.fullmatch(words)) and not words.isupper()
    given = is_first(words)
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
        name.add(L=3.0, O=-1.0, P=-3.0)
    if PUBLIC_TAIL.search(words) and len(tokens) > 1:
        name.add(O=4, P=-4, L=-2)
        name.noun = "collectivité"
    if _SIGNS.search(words) or words.endswith("'"):
        name.add(O=1.5, P=-3, L=-0.5)
    elif re.fullmatch(r"[A-ZÉ]{2,8}\d?", words):
        name.add(O=1.2, P=-3, L=-0.5)
        if len(words) == 2 and name.label != "ORG":
            name.add(O=-1)
    if len(tokens) > 1 and any(re.fullmatch(r"[A-Z]{2}", t) for t in tokens):
        name.add(O=-1)
    if len(tokens) == 1 and (_ABSTRACT.fullmatch(words) or words.lower() in seen or words.lower() + "s" in seen):
        name.add(O=-1.5, L=-0.5, P=-1)
    elif _WORK.match(words) or _COMMON_NOUN.fullmatch(words):
        name.add(O=-4, L=-4)
    elif len(tokens) > 1 and name.label:
        name.add(O=0.4)
    if re.search(r'" ?$', flat[max(0, name.start - 2) : name.start]) and not re.match(
        r' ?"', flat[name.end : name.end + 2]
    ):
        name.add(O=-2.5, L=-0.5)
    if re.search(r"\b[Ll]es $", before) and len(tokens) == 1:
        name.add(O=-1.5)  # a family: « les Dollfus »
    if _ARTICLE_BEFORE.search(before):
        name.add(O=0.8, P=-4, L=0.3)
    if _AT.search(before) and not _GIVEN_TO.search(before):
        name.add(L=1.7 if name.label in ("LOC", "") else 0.9, O=-1.2)
    elif re.search(r"\b[dD](?:e |')$|\($", before):
        name.add(L=1.2 if name.label == "LOC" and _NOUN_OF.search(before) and not _HEADED_BY.search(before) else 0.4)
    if _STREET_BEFORE.search(before):
        name.add(P=-4)
    if linked and len(tokens) == 1 and _OF_TOWN.search(before):
        name.add(L=2.5)
    elif linked and _HEADED_BY.search(before):
        name.add(O=2.5, L=0.5)
    elif not linked and _OFFICE_BEFORE.search(before):
        name.add(P=2.5)
    if person_like and len(tokens) > 1 and _AGENT.search(before):
        name.add(P=2.5)
    elif _WITH.search(before):
        name.add(O=1.0)
    elif not given and not linked and _MADE.search(before):
        name.add(O=1.8)
    elif linked and _HELD.search(before):
        name.add(L=2.2, O=-1.0)
    if not linked and not (given and person_like) and (noun := SORT_NOUN.search(before)):
        name.add(O=2.5, P=-3)
        name.noun = name.noun or noun[0].strip(' "')
    if _ROLE_AFTER.match(after):
        name.add(P=2.5)
    elif _NOUN_AFTER.match(_TOWN_BETWEEN.sub("", after, count=1)) and not _AT.search(before):
        name.add(O=1.5)
    if _SAYS_AFTER.match(after) or _SAYS_BEFORE.search(before):
        name.add(P=1.2, O=0.3)
    elif _DOES.match(after):
        name.add(O=1.5, L=-0.5)
    if seen.get("^" + tokens[0], 0) > 1 or (name.first and "^" + tokens[0] in seen):
        name.add(O=0.4, P=0.2, L=0.2)
    if name.first and len(tokens) == 1 and "^" + words not in seen and not _SIGNS.search(words):
        name.add(O=-1.2, L=-1.5, P=-0.5)
