"""Spans re-typed, re-cut and joined: from what was found in a text to mentions of subjects.

Evidence, strongest first: known names, titles (M., Mme), words that head a name (Université de…),
words beside it (la société X, X, fondateur de…), acronyms in brackets, then the language model.
Mentions of one subject in one document share its `key`: an acronym and its long form, « M. Rein »
and Patrick Rein, « le pôle » and the hub.

Belongs here: who is spoken of, where. What is said of them belongs to `relations`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from km0_pipeline.press.folding import key, straighten
from km0_pipeline.press.known import Known, Names

Letter = Literal["H", "O", "P", "L", "V"]
"""Hub, other organisation, person, place, event."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A subject spoken of at `start` to `end`.

    `named`: the words are a name (else a pronoun, a title, « le pôle »). `weak`: worth a claim only
    if something is said of it. `part_of`: key of the organisation that a descriptive name contains.
    """

    start: int
    end: int
    letter: Letter
    key: str
    kind: str = ""
    confidence: float = 0.6
    named: bool = True
    weak: bool = False
    known: Known | None = None
    part_of: str = ""


_UP = "A-ZÀ-ÖØ-Þ"
_CAP = rf"[{_UP}][\w'&+@-]*[\w+]|[{_UP}]"
_WORD = rf"(?:(?:{_CAP})|\d+(?![\w%]))"
_TAIL = rf"(?:[ -](?:(?:de la |de l'|de |du |des |d'|& |by |la |le |les |l')?{_WORD}))"
_PROPER = rf"(?:{_CAP}){_TAIL}{{0,5}}"
_PERSON = rf"[{_UP}][\w'-]+(?:[ ](?:d[eu] |d'|de la |van |von |le |la )?[{_UP}][\w'-]*\w){{1,2}}"
_HEADS = (
    r"[Uu]niversité|[EÉeé]cole|[Ii]nstitut|[Ll]ycée|[Cc]ommunauté de communes?|[Cc]ommunauté d'agglomération|[Aa]ssociation|[Ff]ondation"
    r"|[Cc]hambre|[Mm]inistère|Région|Département|[Vv]ille|[Mm]étropole|[Ee]urométropole|[Mm]airie|[Ss]yndicat|[Ff]édération|[Rr]éseau"
    r"|Agence|Incubateur|Fonds|Office|[Cc]onseil (?:régional|départemental|général)|[Tt]echnopole|Pôle|Banque|Caisse"
    r"|[Ff]ablab|[Cc]oopérative|[Cc]ollectif|Comité|[Pp]réfecture|[Rr]ectorat|[Cc]ampus|LUG|Groupe|[Pp]rogramme|Club"
)
_HEADED = re.compile(
    rf"\b(?P<name>(?:{_HEADS})(?: [a-zà-ÿ]+(?:al|ale|aux|ique|el|elle))?(?:(?: de la | de l'| du | des | de | d')(?=[{_UP}\d])|(?: (?=[{_UP}])))(?:{_CAP}){_TAIL}{{0,5}})"
)
_LOWER_NEEDS_LINK = re.compile(
    r"(?:école|institut|lycée|association|fondation|réseau|agence|campus|fablab|coopérative|collectif|technopole) [A-Z]"
)
_APPOSED = re.compile(
    r"\b(?:société|entreprise(?: textile| familiale| industrielle)?|start-?up|éditeur|agence|association|groupe|studio|cabinet|PME|ESN|maison|marque|techlab|"
    rf"incubateur|accélérateur|chez|(?:co-?)?fondat(?:eur|rice) (?:et [a-zà-ÿ]+ )?(?:de|d'|du)|(?:PDG|CEO|gérante?|dirigeante?|présidente?|directeur|directrice)(?: générale?)? (?:de|d'|du))[ ]?(?P<name>(?:{_CAP})(?:[ ](?:{_WORD})){{0,3}})"
)
_FORMED = re.compile(rf"\b(?P<name>(?:{_CAP})(?:[ ](?:{_WORD})){{0,3}})(?=,? (?:SASU?|SARL|EURL|SCOP|SCIC|GmbH)\b)")
_TITLED = re.compile(
    rf"\b(?:M\.|MM\.|Mmes?|Mlle|Me|Dr|Pr|Monsieur|Madame)[ ](?P<name>[{_UP}][\w'-]+(?:[ ](?:d[eu] |d')?[{_UP}][\w'-]+){{0,2}})"
)
ROLE = (
    r"(?:vice-présidente?|présidente?|co-?présidente?|directeur|directrice|co-?fondat(?:eur|rice)s?|fondat(?:eur|rice)s?|déléguée?|PDG|P-DG|CEO|CTO|gérante?"
    r"|dirigeante?|maire|adjointe?|responsable|chef|cheffe|secrétaire|trésori(?:er|ère)|conseill(?:er|ère)|ministre|préfète?|rect(?:eur|rice)|coordinat(?:eur|rice)"
    r"|chargée?|porte-parole|associée?|co-?initiat(?:eur|rice)|initiat(?:eur|rice)|créat(?:eur|rice)|doyenne?|proviseure?|administrat(?:eur|rice)|manager|animat(?:eur|rice))"
)
_BY_ROLE = re.compile(
    rf"(?:(?<=[\s,(\"–])|^)(?P<name>{_PERSON})(?=(?:, |[ ]est |[ ]\()(?:le |la |l'|l'une? des |les )?{ROLE}\b)"
    rf"|(?:{ROLE})(?: [\w' -]{{0,60}}?)?, (?P<name2>{_PERSON})(?=[,.)])"
)
_ACRONYM = re.compile(r"[A-Z][A-Za-z0-9&-]{1,9}")
_SITE = re.compile(
    rf"\b(?P<name>(?:site|quartier|parc|village industriel|place|avenue|boulevard|quai|rue|pont) (?:de la |de l'|du |des |de |d')?(?:{_CAP})(?:[ -](?:{_WORD})){{0,3}})"
)
_ADDRESS = re.compile(
    rf"\b(?P<name>\d{{1,4}}(?: bis| ter)?,? (?:rue|avenue|boulevard|place|quai|allée|impasse|chemin|route) (?:de la |de l'|du |des |de |d')?(?:{_CAP})(?:[ -](?:{_WORD})){{0,3}})"
)
_BY_VERB = re.compile(
    rf"(?:(?<=[.!?] )|(?<=  )|^)(?!(?:Ils?|Elles?|L[ae]s?|Ces?|Cette|Un|Une|On|Nous|Vous|Je|Qui|Tout|Son|Sa|Ses|Leur|En|Au|Aux|Des|Du)\b)(?:[LD]')?(?P<name>(?!\w')(?:{_CAP})(?:[ ](?:{_WORD})){{0,3}})"
    r"(?=(?: \([^()]{1,80}\))?(?:, [^,.]{1,60},)? (?:occupe|emploie|rejoint|s'installe|s'implante|recrute|développe|édite|lève|a levé|a rejoint|s'est (?:installée?|implantée?)"
    r"|(?:est|sera|sont|seront) (?:déjà |aussi |également )?(?:locataires?|installée?s?|hébergée?s?|une? (?:start-?up|entreprise|société|association|agence|éditeur)))\b)"
)
_WEAK = re.compile(
    r"(?P<name>\b[Cc]ollectivités (?:locales|territoriales)|\b(?:(?<=[Ll]a )Ville|(?<=l')agglomération|(?<=L')agglomération)(?= (?:a|ont|apporte|soutient|finance|verse|accorde)\b))"
)
_DESCRIBED = re.compile(
    r"(?:^|[\s(])(?:une?|la|le|sa|son|cette|leur|l')[\s]?(?P<name>(?:structure d'incubation|incubateur|accélérateur|pépinière|antenne|agence|filiale|délégation|branche|caisse régionale|"
    r"direction|centre de formation|laboratoire|campus)(?:\s[a-zà-ÿ'-]+){0,5}?\s(?:du\s|de\sla\s|de\sl'|des\s|de\s|d'))$",
    re.I,
)
_COREFERENT = re.compile(
    r"\b(?:(?<!à )(?<!À )[Ll]'(?:écosystème|initiative)(?: privée| collective)?|(?:[Ll]e|[Cc]e|[Dd]u|[Aa]u) (?:pôle|hub|tiers-lieu|lieu|site|projet|quartier numérique|totem)|[Ll]a cité (?:du )?numérique)"
    r"(?: numérique)?\b(?! (?:de|du|des|d'|internet|web|a été (?:construit|édifié))\b|[ -][A-Z\d]| d')"
)
_JUNK = frozenset(
    [
        "sud",
        "nord",
        "est",
        "ouest",
        "pdg",
        "ceo",
        "tpe",
        "pme",
        "cdi",
        "cdd",
        "erp",
        "rh",
        "ia",
        "ht",
        "ttc",
        "rgpd",
        "tic",
        "credits",
        "photo",
        "photos",
        "video",
        "covid",
        "internet",
        "web",
        "euros",
        "euro",
        "twitter",
        "facebook",
        "linkedin",
        "youtube",
        "instagram",
        "communique",
        "gnu",
        "otp",
        "scop",
        "bureau",
        "linux",
        "presse",
        "contact",
        "contacts",
        "bonjour",
        "merci",
        "oui",
        "non",
        "lire",
        "voir",
        "accueil",
    ]
)
_WEB = re.compile(r"(?:https?://|www\.)\S+|\b[\w.+-]{1,64}@\S{1,200}")
_LISTED = re.compile(
    rf"\b(?:membres|partenaires|locataires|entreprises|start-?ups?|sociétés|structures|associations|acteurs|lauréats|occupants)[^.:;]{{0,60}} ?:\s+"
    rf"(?P<items>{_PROPER}(?:(?:, | et |, et )(?:{_PROPER}))+)"
)
_ROMAN = re.compile(r"[IVXLC]+(?:e|er|ème|ième)?(?: siècle)?")


def mentions(
    text: str, spans: Iterable[tuple[int, int, str]], names: Names, *, about_hub: bool = False
) -> list[Mention]:
    """Mentions in `text` as stored, in order; only descriptive ones (`part_of`) contain another.

    `spans` are the language model's; `about_hub` says that the title names the hub, so that
    « le pôle » may mean it though the text does not name it first.
    """
    straight = _WEB.sub(lambda m: " " * len(m[0]), straighten(text))
    flat = straight.replace("\n", " ")
    chosen = _chosen(flat, _candidates(flat, spans, names))
    chosen = _acronyms(flat, chosen)
    chosen = _repeated(flat, chosen)
    chosen = _people(chosen, flat)
    if about_hub or any(m.letter == "H" for m in chosen):
        chosen = _merge(
            chosen,
            [
                Mention(m.start(), m.end(), "H", "hub", "hub", 0.9, named=False, known=names.hub)
                for m in _COREFERENT.finditer(flat)
            ],
        )
    chosen = _merge(chosen, [_town(_at(m, "O", weak=True), flat, names) for m in _WEAK.finditer(flat)])
    return sorted(chosen + _described(straight, chosen), key=lambda m: (m.start, -m.end))


def _town(m: Mention, flat: str, names: Names) -> Mention:
    """« la Ville » is the hub's commune where the text speaks of that commune."""
    if m.key == "ville" and re.search(rf"\b{re.escape(names.commune)}\b", flat):
        return replace(m, key=names.town.key, kind=names.town.kind, named=False, known=names.town)
    return m


def _at(m: re.Match[str], letter: Letter, confidence: float = 0.8, group: str = "name", weak: bool = False) -> Mention:
    return Mention(m.start(group), m.end(group), letter, key(m[group]), confidence=confidence, weak=weak)


def _candidates(flat: str, spans: Iterable[tuple[int, int, str]], names: Names) -> list[tuple[int, Mention]]:
    """Everything that may be a mention, with its rank: lower is stronger."""
    found: list[tuple[int, Mention]] = []
    for k in names.find(flat):
        letter: Letter = {"hub": "H", "organisation": "O", "place": "L"}[k.known.sort]  # type: ignore[assignment]
        mention = Mention(k.start, k.end, letter, k.known.key, k.known.kind, 0.95, known=k.known)
        found.append(({"H": 0, "O": 2, "L": 5}[letter], mention))
    found += [(1, _at(m, "P", 0.95)) for m in _TITLED.finditer(flat)]
    for m in _HEADED.finditer(flat):
        if (
            not _LOWER_NEEDS_LINK.match(m["name"])
            and not re.search(r"dans la $", flat[max(0, m.start() - 8) : m.start()])
        ) or m["name"][0].isupper():
            found.append((2, _at(m, "O")))
    for pattern in (_APPOSED, _FORMED):
        found += [(4, _at(m, "O", 0.75)) for m in pattern.finditer(flat) if key(m["name"]) not in _JUNK]
    found += [(3, _at(m, "P", 0.9, "name" if m["name"] else "name2")) for m in _BY_ROLE.finditer(flat)]
    found += [(6, _at(m, "O", 0.7)) for m in _BY_VERB.finditer(flat) if key(m["name"]) not in _JUNK]
    found += [(1, replace(_at(m, "L", 0.85, weak=True), kind="address")) for m in _ADDRESS.finditer(flat)]
    found += [(3, _at(m, "L", 0.7)) for m in _SITE.finditer(flat)]
    for m in _LISTED.finditer(flat):
        for item in re.finditer(rf"(?:^|(?<=, )|(?<= et ))(?:{_PROPER})(?=, | et |$)", m["items"]):
            start = m.start("items") + item.start()
            found.append((4, Mention(start, start + len(item[0]), "O", key(item[0]), confidence=0.7)))
    for start, end, label in spans:
        found += _from_model(flat, start, end, label)
    return found


def _from_model(flat: str, start: int, end: int, label: str) -> list[tuple[int, Mention]]:
    words = flat[start:end]
    if cut := re.match(r"(?:(?:M\.|Mme|Mlle|Dr|Me|les?|la|une?|d[ue]s?|aux?|et|à) |[ldLD]'|[\"'(–-]\s*)+", words):
        start += cut.end()
    words = flat[start:end].rstrip(" \"'.,;:)–-")
    words = words.split("  ")[0]
    end = start + len(words)
    capitals = re.findall(rf"\b[{_UP}]", words)
    if (
        len(words) < 2
        or not capitals
        or key(words) in _JUNK
        or _ROMAN.fullmatch(words)
        or re.search(r"https?:|www\.|@\w+\.|\.(?:fr|com|org)\b", words)
    ):
        return []
    mention = Mention(start, end, "O", key(words))
    if label == "PER":
        name = re.search(rf"(?:^|(?<=[a-zà-ÿ] )){_PERSON}$", words)
        if not name or any(w in _JUNK for w in key(words).split()) or re.match(ROLE, name[0]):
            return []
        return [(4, replace(mention, start=start + name.start(), key=key(name[0]), letter="P", confidence=0.8))]
    if label == "ORG" or (label in ("LOC", "MISC") and re.fullmatch(r"[A-Z]{4,8}", words)):
        if re.search(
            r"\bministres? (?:délégué[a-z]* )?(?:à |de )(?:la |l')$", flat[max(0, start - 30) : start]
        ) or re.fullmatch(r"[A-Z]{1,2}", words):
            return []
        if (
            len(words.split()) > 7
            or (words.islower() or not words[0].isupper())
            or (_starts_sentence(flat, start) and len(words.split()) == 1 and not re.search(r"\w[A-Z\d]", words))
        ):
            return []
        return [(6, replace(mention, confidence=0.6))]
    if (
        label == "LOC"
        and re.search(
            r"(?:\b(?:à|en|vers|près de|entre)|\bd[ue] |dans (?:le|la|les|l')|\() ?$", flat[max(0, start - 9) : start]
        )
        and len(words.split()) <= 4
    ):
        return [(7, replace(mention, letter="L", confidence=0.6))]
    return []


def _starts_sentence(flat: str, start: int) -> bool:
    return (
        not flat[:start].strip()
        or flat[:start].rstrip(" \"'(–-")[-1:] in (".", "!", "?", ":", "")
        or "  " in flat[max(0, start - 2) : start]
    )


def _chosen(flat: str, candidates: list[tuple[int, Mention]]) -> list[Mention]:
    """The strongest of each overlapping group; a headed name wins over the shorter known one it contains."""

    def rank(c: tuple[int, Mention]) -> tuple[float, int, int]:
        level, m = c
        if level == 6 and " " in flat[m.start : m.end] and not re.search(r" (?:à|en) ", flat[m.start : m.end]):
            level = 4.5  # type: ignore[assignment]
        return (level, m.start - m.end, m.start)

    kept: list[Mention] = []
    for _, m in sorted(candidates, key=rank):
        if not any(k.start < m.end and m.start < k.end for k in kept):
            kept.append(m)
    return sorted(kept, key=lambda m: m.start)


def _merge(chosen: list[Mention], more: list[Mention]) -> list[Mention]:
    free = [m for m in more if not any(k.start < m.end and m.start < k.end for k in chosen)]
    return sorted(chosen + free, key=lambda m: m.start)


def _acronyms(flat: str, chosen: list[Mention]) -> list[Mention]:
    """« Long Name (LN) » and « LN (Long Name) » are one subject, wherever either stands."""
    same: dict[str, str] = {}
    new: list[Mention] = []
    for m in chosen:
        bracket = re.match(r" \((?P<in>[^()]{2,80})\)", flat[m.end :])
        if m.letter not in "OH" or not bracket:
            continue
        start, end = m.end + 2, m.end + 2 + len(bracket["in"])
        inside = next((k for k in chosen if k.start == start and k.end == end), None)
        words, other = flat[m.start : m.end], bracket["in"]
        if _is_acronym(other, words) or _is_acronym(words, other):
            same[key(other)] = m.key
            if inside is None or inside.letter != "O":
                new = [n for n in new if n.start != start] + [replace(m, start=start, end=end)]
            elif inside.key != m.key:
                same.pop(key(other))
                same[inside.key if m.known else m.key] = m.key if m.known else inside.key
    kept = [m for m in chosen if not any(n.start < m.end and m.start < n.end for n in new)]
    return sorted([replace(m, key=same.get(m.key, m.key)) for m in kept + new], key=lambda m: m.start)


def _is_acronym(short: str, words: str) -> bool:
    if not _ACRONYM.fullmatch(short) or len(words.split()) < 2:
        return False
    initials = "".join(
        w[0]
        for w in re.split(r"[\s'-]+", key(words))
        if w and w not in ("de", "du", "des", "d", "et", "la", "le", "les", "l")
    )
    return key(short).replace(" ", "") in (initials, initials + "s")


def _repeated(flat: str, chosen: list[Mention]) -> list[Mention]:
    """Names found once, by evidence that stands beside them only once, found wherever they stand."""
    more: list[Mention] = []
    seen: dict[str, Mention] = {}
    for m in chosen:
        if m.letter in "OP" and m.named and not m.weak:
            seen.setdefault(flat[m.start : m.end], m)
    for words, m in seen.items():
        if len(words) >= 3 and (m.letter == "O" or " " in words):
            more += [
                replace(m, start=f.start(), end=f.end())
                for f in re.finditer(rf"(?<![\w-]){re.escape(words)}(?![\w-])", flat)
            ]
    return _merge(chosen, _spread(more))


def _spread(found: list[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for m in sorted(found, key=lambda m: (m.start - m.end, m.start)):
        if not any(k.start < m.end and m.start < k.end for k in kept):
            kept.append(m)
    return kept


def _people(chosen: list[Mention], flat: str) -> list[Mention]:
    """Last names joined to the full name that ends in them; names in a list of people are people."""
    full = {m.key for m in chosen if m.letter == "P" and " " in m.key}
    for sep in re.finditer(rf"(?P<a>{_PERSON})(?:, | et )(?=(?P<b>{_PERSON}))", flat):
        keys = {key(sep["a"]), key(sep["b"])}
        if keys & full and not keys <= full and not any(re.match(ROLE, sep[g]) for g in "ab"):
            extra = [Mention(sep.start(g), sep.end(g), "P", key(sep[g]), confidence=0.8) for g in ("a", "b")]
            chosen = _merge(
                [
                    m
                    for m in chosen
                    if m.known or m.letter == "P" or not any(e.start < m.end and m.start < e.end for e in extra)
                ],
                extra,
            )
            full |= keys
    joined = []
    for m in chosen:
        if m.letter == "P" and m.key not in full:
            whole = [k for k in sorted(full) if k.endswith(" " + m.key)]
            m = replace(m, key=whole[0], named=False) if len(whole) == 1 else m
        joined.append(m)
    return joined


def _described(straight: str, chosen: list[Mention]) -> list[Mention]:
    """« une antenne régionale du Cnam »: an organisation of its own, part of the one it contains."""
    found = []
    for m in chosen:
        if m.letter == "O" and not m.weak:
            before = straight[max(0, m.start - 110) : m.start]
            if d := _DESCRIBED.search(before):
                start = m.start - len(before) + d.start("name")
                found.append(
                    Mention(start, m.end, "O", key(straight[start : m.end]), "", 0.85, weak=True, part_of=m.key)
                )
    return found
