"""Which kind of organisation a word says: the noun beside a name (« la start-up … ») or the head of a name (« Université de … »).

Belongs here: words and the kind each stands for. Kinds are those of `claims.ORGANISATION_KINDS`.
"""

from __future__ import annotations

import re

NOUNS = {
    "startup": r"start-?ups?|jeunes? pousses?|spin-?offs?|licornes?",
    "incubator": r"incubateurs?|accélérateurs?|pépinières?(?: d'entreprises)?|couveuses?",
    "hub": r"hubs?|tiers-?lieux?|fab-?labs?|coworkings?|espaces? de coworking|technopôles?|technopoles?|makerspaces?|hôtel d'entreprises",
    "bank": r"banques?|caisses? d'épargne|caisses? régionales?",
    "school": r"écoles?|universités?|lycées?|collèges?|instituts?|campus|facultés?|IUT|INSA|grandes? écoles?",
    "laboratory": r"laboratoires?|centres? de recherche",
    "media": r"journal|quotidien|hebdomadaire|mensuel|magazines?|revues?|radios?|chaînes?|médias?|webzine|station|émission|site spécialisé",
    "programme": r"programmes?|plan|dispositifs?|label|appel à (?:projets?|candidatures|manifestation d'intérêt)|prix|bourse|opération",
    "product": r"services?|applications?|applis?|plateformes?|plate-formes?|logiciels?|outils?|solutions?|application mobile|sites? internet|robots?|capteurs?|jeux?(?: vidéo)?",
    "event": r"festivals?|salons?|forums?|concours|hackathons?|soirées?|événements?|évènements?|congrès|trophées?|challenges?|foires?|biennale",
    "association": r"associations?|collectifs?|fédérations?|fondations?|réseaux?|clubs?|syndicats?|clusters?|pôles?(?: de compétitivité)?|ONG|confédérations?|LUG",
    "public_body": r"villes?|mairies?|communautés? (?:de communes?|d'agglomération|urbaine)|agglomérations?|métropoles?|eurométropoles?|ministères?|préfectures?|sous-préfectures?|rectorats?|collectivités?"
    r"|établissements? publics?|syndicat mixte|chambres? d[e'] ?[a-zé]+|conseil (?:régional|départemental|général|municipal)|région|département|tribunal|office|direction",
    "company": r"sociétés?|boîtes?|entreprises?|groupes?|PME|TPE|ETI|ESN|filiales?|éditeurs?|éditrice|studios?|cabinets?|coopératives?|SCOP|SCIC|SAS|SARL|brasseries?|marques?|maisons?|industriels?|opérateurs?|équipementiers?"
    r"|constructeurs?|fabricants?|fabricante|agences?|fournisseurs?|distributeurs?|assureurs?|multinationales?|géants?|usines?|filatures?|scieries?|papeteries?|verreries?|imprimeries?|librairies?|prestataires?",
    "": r"actionnaires?|investisseurs?|ateliers?|bureaux? d'études?|compagnies?|troupes?|chantiers? nava(?:l|ux)|restaurants?|garages?|fermes?|manufactures?|mutuelles?|industriels?|concepteurs?|ressourceries?|recycleries?|épiceries?|conciergeries?|cafés?|boutiques?|magasins?|enseignes?|laveries?|structures?|consortiums?|GIP"
    r"|imprimeurs?|traiteurs?|brasseurs?|loueurs?|transporteurs?|promoteurs?|bailleurs?|hébergeurs?|torréfacteurs?|armateurs?|aménageurs?|intégrateurs?|façonniers?|grossistes?|monnaies? locales?|fonds|foncières?",
}
"""Kind -> the nouns that say it, in the order in which they are tried; '' for those that say an organisation of any kind."""

NOUN = "|".join(NOUNS.values())
_BESIDE = {
    kind: re.compile(
        rf"(?:(?:jeune|petite?|grande?|nouve(?:au|lle)|future?|célèbre) )?(?:{nouns})(?: (?!de\b|du\b|des\b|d')[\w-]+){{0,2}}",
        re.I,
    )
    for kind, nouns in NOUNS.items()
}
_HEADS = {
    **{
        kind: re.compile(rf"(?:{nouns})\b", re.I)
        for kind, nouns in NOUNS.items()
        if kind not in ("product", "event", "programme", "company", "school", "laboratory")
    },
    "programme": re.compile(r"programmes?\b", re.I),
    "school": re.compile(
        r"(?:école|université|lycée|collège|institut|campus|faculté|IUT|INSA|ENI)\b(?! des métiers)", re.I
    ),
    "company": re.compile(r"(?:groupe|filiale|cabinet|coopérative|SCOP|SCIC|SAS|SARL|brasserie)\b", re.I),
    "event": re.compile(
        r"(?:festival|salon|forum|concours|hackathon|journées?|assises|rencontres|trophées|nuits?|bals?|semaine|fête|printemps|kabar|marché)\b",
        re.I,
    ),
}
_OF_ITS_OWN = {
    "public_body": re.compile(
        r"(?:\b(?:Communauté|Agglomération|Métropole|Eurométropole)$)|^(?:Agence|Office|Caisse) (?:nationale?|régionale?|départementale?)\b|^Agence (?:[a-zà-ÿ]+ )?d(?:e |u |')|^(?:CCI|CMA|DRAC|DREAL|ARS|DDT|DITP)\b|^Pays d"
    ),
    "bank": re.compile(r"^(?:Banque|Crédit|Caisse d'[EÉ]pargne|Caisse de [Cc]rédit)\b"),
    "hub": re.compile(r"\b(?:[Cc]oworking|Fab-?[Ll]ab|Tiers-?[Ll]ieu)$"),
}


def of_noun(noun: str) -> str:
    """The kind that a noun beside a name says, or ''."""
    if re.search(r" associati(?:f|ve)s?$", noun.strip()):
        return "association"
    return next((kind for kind, pattern in _BESIDE.items() if pattern.fullmatch(noun.strip())), "")


def of_name(name: str) -> str:
    """The kind that a name says by its own words, or ''."""
    if _HEADS["event"].match(name):
        return "event"
    return next((kind for kind, p in _OF_ITS_OWN.items() if p.search(name)), "") or next(
        (kind for kind, p in _HEADS.items() if p.match(name)), ""
    )
