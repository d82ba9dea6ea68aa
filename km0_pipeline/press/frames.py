"""Rules: bonds that a verb tells, whatever stands between it and whom it binds.

A frame is a row of verbs and what they say of their subject and object: « X finance Y », « Y est financé par X », « financé par X, Y ».
Constructions are the grammar's (`arguments`), the same for all frames; inflections are made from the infinitives. Belongs here: what verbs
mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from km0_pipeline.press.arguments import OWN, agents, objects, subjects
from km0_pipeline.press.bonds import is_incubator, is_network, of_event
from km0_pipeline.press.folding import key
from km0_pipeline.press.grammar import Reader, Rule, Said
from km0_pipeline.press.inflected import forms
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.phrases import Phrase, Verbs, phrases
from km0_pipeline.press.referents import LESS_SURE, he, it
from km0_pipeline.press.sentences import Masked


@dataclass(frozen=True)
class Frame:
    """What verbs say: that their subject (`does`: its letters) has a `property` whose value is their object (`to`), after one of `preps`.

    `by`: prepositions of who does it, where the object is the grammar's subject (« porté par »). `turned`: the object has the property.
    `once`: it happened, and is no less true when it is over. `money`: only beside an amount or a word for money. `through`: nouns of the object that lead on.
    `active`, `passive`: whether it is said so; `itself`: only reflexively; `intransitive`: its participle is of who does it (« passée par »).
    `only`: what the two, or the words beside the verb, must be (`_fits`, `_BESIDE`).
    """

    property: str
    verbs: str
    does: str = "OH"
    to: str = "OH"
    preps: tuple[str, ...] = ("",)
    by: tuple[str, ...] = ("par",)
    turned: bool = False
    once: bool = False
    money: bool = False
    active: bool = True
    passive: bool = True
    itself: bool = False
    intransitive: bool = False
    only: str = ""


_IN = ("à", "chez", "dans", "sur", "en", "near")
FRAMES = (
    Frame("operates", "gérer cogérer piloter copiloter animer coanimer coordonner opérer exploiter administrer superviser"),
    Frame("operates", "porter coporter", does="O"),
    Frame("operates", "confier tenir éditer entretenir", active=False),
    Frame("organiser_of", "organiser coorganiser orchestrer", does="OHP", to="OHV", once=True),
    Frame("founder_of", "fonder cofonder créer cocréer initier imaginer impulser", does="OHP", once=True),
    Frame("founder_of", "lancer monter ouvrir inventer", does="P", once=True),
    Frame("founder_of", "lancer naître ouvrir", does="OHP", once=True, active=False),
    Frame("founder_of", "voir", to="OHP", preps=("par",), turned=True, once=True, passive=False, only="day"),
    Frame("heads", "diriger codiriger présider coprésider gérer cogérer", does="P"),
    Frame("incubates", "incuber préincuber accélérer couver", by=("par", "à", "chez", "dans")),
    Frame("incubates", "accompagner suivre héberger accueillir coacher soutenir", by=("par", "à", "chez", "dans"), only="incubator"),
    Frame("incubates", "passer sortir issir", does="OH", to="OH", preps=("par", "de", "à", "chez"), turned=True, only="incubator", once=True, intransitive=True),
    Frame("incubates", "intégrer rejoindre", turned=True, only="incubator", once=True),
    Frame("owner_of", "racheter acquérir détenir posséder contrôler", does="OHP"),
    Frame("owner_of", "appartenir", does="OH", to="OHP", preps=("à",), turned=True, only="public"),
    Frame("part_of", "appartenir dépendre relever", does="OH", to="OH", preps=("à", "de"), only="private"),
    Frame("funds", "financer cofinancer subventionner sponsoriser parrainer soutenir doter", does="OH"),
    Frame("funds", "verser accorder octroyer allouer apporter attribuer prêter offrir consacrer débloquer injecter investir mettre abonder contribuer participer donner remettre supporter", does="OH",
          preps=("à", "dans", "for", "pour"), money=True),
    Frame("funds", "recevoir obtenir décrocher toucher lever boucler collecter bénéficier récolter percevoir réunir", does="OH", preps=("de", "from"), turned=True, money=True),
    Frame("tenant_of", "héberger abriter loger", turned=True, by=("par", "à", "chez", "dans"), only="house"),
    Frame("tenant_of", "accueillir", turned=True, by=("par", "à", "chez", "dans"), only="house"),
    Frame("tenant_of", "installer implanter emménager poser siéger trouver situer", to="OH", preps=_IN, by=(), passive=False),
    Frame("tenant_of", "installer implanter baser situer domicilier établir", active=False, turned=True, by=_IN),
    Frame("tenant_of", "rejoindre intégrer", only="house"),
    Frame("tenant_of", "louer occuper", only="house", preps=("", "à", "dans", "chez")),
    Frame("located_in", "installer implanter emménager siéger trouver situer établir déménager", to="L", preps=_IN, passive=False),
    Frame("located_in", "installer implanter baser situer domicilier établir loger naître ouvrir immatriculer siser", active=False, turned=True, to="OH", does="L", by=_IN),
    Frame("located_in", "ouvrir inaugurer exploiter posséder employer disposer compter occuper louer transférer accompagner fabriquer produire assembler", to="L", preps=("à", "en"), passive=False, only="site"),
    Frame("member_of", "adhérer", preps=("à",)),
    Frame("member_of", "rejoindre intégrer", only="network"),
    Frame("member_of", "faire", preps=("de",), passive=False, only="party"),
    Frame("member_of", "appartenir", preps=("à",), only="network"),
    Frame("member_of", "regrouper rassembler fédérer associer réunir", turned=True, only="networks"),
    Frame("succeeds", "succéder remplacer", preps=("", "à"), once=True),
    Frame("succeeds", "succéder remplacer", does="P", to="P", preps=("", "à"), once=True),
    Frame("partner_of", "associer", preps=("à", "avec"), itself=True, passive=False),
    Frame("partner_of", "collaborer coopérer travailler", preps=("avec", "with"), passive=False),
    Frame("partner_of", "signer nouer conclure sceller parapher", preps=("avec", "with"), passive=False, only="agreement"),
    Frame("succeeds", "passer céder laisser transmettre", does="P", to="P", preps=("à",), turned=True, once=True, passive=False, only="seat"),
    Frame("heads", "prendre assurer occuper exercer assumer", does="P", preps=("de", "à"), passive=False, only="direction"),
    Frame("heads", "confier attribuer échoir revenir", does="P", to="OH", active=False, by=("à",), only="direction"),
    Frame("works_for", "travailler entrer exercer enseigner", does="P", preps=("à", "chez", "pour", "dans")),
    Frame("works_for", "rejoindre intégrer", does="P"),
    Frame("works_for", "recruter embaucher engager", to="P", turned=True, once=True),
    Frame("tenant_of", "prendre élire poser", preps=_IN, passive=False, only="quarters"),
    Frame("tenant_of", "partager travailler louer occuper", preps=("à", "dans", "chez"), passive=False, only="house"),
    Frame("tenant_of", "choisir", passive=False, only="house", once=True),
    Frame("funds", "mener conduire", active=False, money=True),
    Frame("funds", "voter approuver miser", preps=("à", "for", "pour", "dans", "sur"), money=True, passive=False),
    Frame("part_of", "adosser rattacher intégrer", active=False, turned=True, by=("à", "dans"), only="private"),
    Frame("member_of", "affilier intégrer rattacher", active=False, turned=True, by=("à", "dans"), only="network"),
    Frame("owner_of", "reprendre", does="OHP", once=True),
    Frame("owner_of", "détenir posséder contrôler", does="OHP", preps=("de", "dans"), passive=False, only="share"),
    Frame("owner_of", "entrer participer monter", does="OHP", preps=("de",), passive=False, only="share"),
    Frame("owner_of", "prendre", does="OHP", preps=("de", "dans"), passive=False, only="control"),
    Frame("partner_of", "allier unir rapprocher", preps=("à", "avec", "de"), itself=True, passive=False),
    Frame("incubates", "faire intégrer rejoindre", preps=("de",), turned=True, passive=False, only="promotion"),
)  # fmt: skip
_OTHERS = (
    "annoncer recruter compter employer proposer vendre développer concevoir fabriquer grandir viser prévoir célébrer fêter préparer chercher conserver quitter devenir demander affirmer expliquer "
    "ajouter préciser indiquer confirmer rappeler estimer souligner raconter résumer confier lancer mener produire publier signer remporter gagner atteindre réaliser fermer cesser garder dédier consacrer "
    "former aider permettre donner tenir venir prendre faire dire rester voir dépasser doubler louer occuper livrer remettre décerner récompenser labelliser doter nommer élire désigner choisir retenir"
)
"""Verbs that say nothing here, but end what others say."""
_NO_VERBS = frozenset({"président", "résident", "adhérent", "dirigeant", "gérant", "entre"})
"""Forms that a newspaper uses as nouns only, or nearly always as a preposition."""
_THROUGH = frozenset(["développement", "création", "lancement", "projet", "projets", "équipe", "équipes", "groupe", "réseau", "site", "activité", "activités", "travaux", "construction", "rénovation", "ouverture", "fonctionnement", "gestion", "animation", "exploitation", "budget", "réhabilitation", "aménagement", "prototype", "capital", "étage", "étages", "rez-de-chaussée", "niveau", "sous-sol", "aile", "plateau"])
_MONEY = re.compile(r"‹E|\b(?:subvention|aide|prêt|don|chèque|fonds|bourse|dotation|financement|enveloppe|soutien|levée|opération|capital|ticket|avance|tour de table|mécénat|appui)s?\b")
_BESIDE = {
    "seat": re.compile(r"\b(?:main|relais|flambeau|place|fauteuil|siège|rênes|direction|présidence|commandes|clés|barre)\b"),
    "agreement": re.compile(r"\b(?:partenariat|convention|accord|alliance|contrat)\b"),
    "party": re.compile(r"\bpartie\b"),
    "quarters": re.compile(r"\b(?:quartiers|domicile|cartons|valises|bagages|machines|équipes|racines)\b"),
    "day": re.compile(r"\ble jour\b"),
    "share": re.compile(r"%|\b(?:parts|capital|majorité|moitié|tiers|quart)\b"),
    "control": re.compile(r"\b(?:contrôle|participation|majorité)\b"),
    "promotion": re.compile(r"\b(?:promotion|promo|cohorte|lauréats)\b"),
    "site": re.compile(r"‹[KA]|\b(?:sites?|usines?|ateliers?|agences?|bureaux?|locaux|antennes?|boutiques?|magasins?|entrepôts?|laboratoires?|établissements?|sièges?|implantations?|lignes? de production|espaces?|lieux?|portes)\b"),
    "direction": re.compile(r"\b(?:direction|présidence|gérance|tête|rênes|commandes|manettes)\b"),
}
_HOUSE = re.compile(
    r"(?:hub|fablab|fab-lab|tiers-lieu|espace|coworking|lieu|pepiniere|incubateur|accelerateur|hotel|technopole|campus|cite|halle|ruche|usine|friche|maison|village|parc|batiment|immeuble|centre|quai|grange|manufacture|filature|atelier|fabrique|cantine|technoparc|station|gare|pole|plateau|couveuse|residence)\b"
)


@cache
def verbs() -> Verbs:
    found: dict[str, dict[tuple[str, str], None]] = {}
    for infinitive in sorted({v for f in FRAMES for v in f.verbs.split()} | set(_OTHERS.split())):
        for form, what in forms(infinitive):
            if form not in _NO_VERBS:
                found.setdefault(form, {})[infinitive, what] = None
    return {form: tuple(what) for form, what in found.items()}


@lru_cache(maxsize=4)
def row_of(text: str) -> list[Phrase]:
    """The phrases of a masked sentence, for all rules that read it."""
    return phrases(text, verbs())


@cache
def _by_lemma() -> dict[str, tuple[Frame, ...]]:
    return {v: tuple(f for f in FRAMES if v in f.verbs.split()) for f in FRAMES for v in f.verbs.split()}


def frames(r: Reader) -> Iterator[Said]:
    """What the verbs of a sentence say of whom it names."""
    for masked in (r.sentence.flat, *(p for p in r.parts if _RESOLVED.search(p.text))):
        if "‹" in masked.text:
            row = row_of(masked.text)
            for at, verb in enumerate(row):
                for lemma in verb.lemmas:
                    for frame in _by_lemma().get(lemma, ()):
                        yield from _framed(r, masked, row, at, frame)


_DONE_SINCE = re.compile(r"\b(?:avant d(?:e |')|(?:quitt|parti|associ|démissionn|uni|laiss)\w*\b[^.;:]{0,60} pour |(?:\ba |ont |vient de )(?:choisi(?:r)?|décidé(?:r)?|préféré) d(?:e |')(?:s')?)$")
"""« avant de créer X », « quitte A pour créer X »: before an infinitive that says what was done."""
_RESOLVED = re.compile(r"‹[A-Z]\d{7}›")
_GENERIC = OWN | frozenset(["ressourcerie", "recyclerie", "brasserie", "maison", "technopole", "accélérateur", "couveuse", "festival", "concours", "salon", "forum", "scop", "scic", "pme", "marque", "usine", "librairie", "épicerie", "boutique", "plateforme", "réseau", "cluster", "fondation", "lieu", "structure", "entreprise", "société", "association", "start-up", "startup", "projet", "équipement", "établissement", "espace", "endroit", "initiative", "coopérative", "il", "événement", "manifestation", "incubateur", "pépinière", "tiers-lieu", "programme", "dispositif", "bâtiment", "site"])


def _framed(r: Reader, masked: Masked, row: Sequence[Phrase], at: int, f: Frame) -> Iterator[Said]:
    verb = row[at]
    if verb.voice == "infinitive" and (f.once or f.property in ("works_for", "heads", "tenant_of", "located_in")) and _DONE_SINCE.search(masked.text, 0, verb.start):
        verb = replace(verb, voice="active")
        at_main = next((k for k in range(at - 1, -1, -1) if row[k].kind == "verb" and row[k].voice in ("active", "passive")), -1)
    else:
        at_main = at
    passive = verb.voice in ("passive", "bare") and not verb.itself and not f.intransitive
    if verb.voice == "infinitive" or (passive and not f.passive) or (not passive and not f.active) or (f.itself and not verb.itself):
        return
    if verb.itself and f.property in ("funds", "owner_of", "operates", "heads", "founder_of", "incubates"):
        return
    letters, others = (f.to, f.does) if passive else (f.does, f.to)
    letters, others = (x + "N" if "O" in x else x for x in (letters, others))
    if passive:
        there = agents(row, at, f.by, others)
    else:
        there = objects(row, at, f.preps, others, _THROUGH, skip_nouns=bool(f.money or "" not in f.preps))
    who = subjects(row, at_main, letters) if at_main >= 0 else []
    named, given = _whom(r, who, letters), _whom(r, there, others)
    sure = 0.85 if all(p.number >= 0 for p in (*who, *there)) else 0.7
    if not named and who and who[0].words == "il" and who[0].the:
        some = he(r, masked, who[0].start, who[0].the) if "P" in letters else []
        thing = it(r, masked, who[0].start, who[0].the) if not some and "O" in letters else None
        named, sure = some or [m for m in (thing,) if m is not None], LESS_SURE
    if not named and passive and f.money and who and (who[0].letter == "E" or who[0].words.split()[:1] == ["chèque"] or _MONEY.search(who[0].words)):
        to = objects(row, at, ("à", "for", "pour"), "OHN", skip_nouns=True)
        named, sure = _whom(r, to, "OHN") or [m for m in (r.spoken(),) if m is not None], 0.7
    if not named and who and (not who[0].words or who[0].words.split()[0] in _GENERIC or who[0].the in ("ce", "cet", "cette")) and (who[0].the in ("", "le", "la", "l'", "ce", "cet", "cette") or not who[0].words):
        named, sure = [m for m in (r.spoken(),) if m is not None and m.letter in letters], 0.7
    if not given and named and (verb.him or (f.money and not f.turned and not passive)) and "O" in others:
        near = [i for n in re.findall(r"‹O(\d+)›", masked.text[: verb.start]) if isinstance(i := r.mention(n), Mention) and i.key not in {m.key for m in named}]
        meant = near[-1] if near and verb.voice == "active" and named[0].letter == "P" else r.spoken({m.key for m in named})
        given, sure = [meant] if meant is not None else [], 0.7
    if not given and named and verb.him and others == "P":
        given, sure = [m for m in he(r, masked, verb.start) if m.key not in {n.key for n in named}], LESS_SURE
    if not given and named and not passive and "O" in others and "" in f.preps and at + 1 < len(row) and row[at + 1].the in ("la", "l'", "le", "cette", "ce", "cet") and row[at + 1].words in _GENERIC and not row[at + 1].prep:
        meant = it(r, masked, row[at + 1].start, noun=key(row[at + 1].words), besides=frozenset(m.key for m in named))
        given, sure = [meant] if meant is not None else [], LESS_SURE
    if not given and named and f.only == "site" and row[0].letter == "L" and row[0].prep in ("à", "en") and row[1].kind == "comma" and not passive:
        given = [r.mention(str(row[0].number))]  # « À C, A fabrique … »
    if not given and named and verb.there and f.property == "tenant_of" and not f.turned:
        meant = it(r, masked, verb.start, besides=frozenset(m.key for m in named)) or r.spoken({m.key for m in named})
        given, sure = [meant] if meant is not None and is_house(meant) else [], LESS_SURE
    if not given and len(named) == 2 and not passive and f.property == "partner_of" and at + 1 < len(row) and (verb.itself or f.only or verb.lemmas[0] in ("collaborer", "coopérer")):
        named, given = named[:1], named[1:]
    if not named or not given:
        return
    first, last = min(p.start for p in (verb, *who, *there)), max(p.end for p in (verb, *there))
    if f.money and not _MONEY.search(masked.text[verb.start : last + 60]):
        return
    if f.only in _BESIDE and (f.only != "site" or there) and not _BESIDE[f.only].search(masked.text[min(p.start for p in (verb, *who)) : max(last, verb.end + 40 * (f.only == "quarters"))]):
        return
    qualifier = r.modality(masked, verb.start, last)
    m = re.compile(r".*", re.S).match(masked.text, first, last)
    if qualifier is None or m is None:
        return
    as_of = r.held(m, qualifier, masked.text[max(0, verb.start - 12) : verb.end])
    if as_of is None:
        if not f.once:
            return
        as_of = ""
    start, end = masked.span(first, last)
    doers, done = (given, named) if passive else (named, given)
    if f.turned:
        doers, done = done, doers
    for o in done:
        for s in doers:
            if s.key != o.key and _fits(f, s, o):
                yield Said(start, end, s, of_event(f.property, o), o, qualifier, as_of=as_of, confidence=sure)


def _whom(r: Reader, some: Sequence[Phrase], letters: str) -> list[Mention]:
    """Whom phrases name; who speaks is whom the text is about."""
    found = [r.mention(str(p.number)) if p.number >= 0 else r.focus for p in some if p.letter and p.letter in letters]
    return [m for m in found if m is not None]


def _fits(f: Frame, s: Mention, o: Mention) -> bool:
    """Whether these two may be so bound."""
    if f.property == "located_in":
        return o.letter == "L" and o.kind not in ("department", "region", "country", "site", "railway")
    if f.property == "funds":
        return s.letter == "O" and o.kind != "public_body"
    match f.only:
        case "incubator":
            return is_incubator(s)
        case "house":
            return is_house(o) and not (is_incubator(o) and "rejoindre" in f.verbs)
        case "network" | "party":
            return is_network(o)
        case "networks":
            return is_network(o)
        case "public":
            return s.kind == "public_body" or s.letter == "P"
        case "private":
            return o.kind != "public_body" and not is_network(o)
    if f.property == "tenant_of":
        return is_house(o) or o.letter == "H"
    return True


def is_house(m: Mention) -> bool:
    """Whether `m` is called a place where others may be: by its name, its kind or the noun that introduces it."""
    return m.letter == "H" or m.kind in ("hub", "incubator") or bool(_HOUSE.match(m.noun) or _HOUSE.match(m.key))


RULES: tuple[Rule, ...] = (frames,)
