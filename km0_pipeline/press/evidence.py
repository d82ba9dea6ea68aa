"""Words that tell what a name beside them, or around them, is.

Patterns over a straightened text on one line; the group `name` is the name. Belongs here: the
evidence. How it is weighed belongs to `naming`.
"""

from __future__ import annotations

import re

UP = "A-ZÀ-ÖØ-Þ"
CAP = rf"[{UP}][\w'&+@-]*[\w+]|[{UP}]"
WORD = rf"(?:(?:{CAP})|\d+(?![\w%]))"
TAIL = rf"(?:[ -](?:(?:de la |de l'|de |du |des |d'|& |by |la |le |les |l')?{WORD}))"
PROPER = rf"(?:{CAP}){TAIL}{{0,5}}"
PERSON = rf"[{UP}][\w'-]+(?:[ ](?:d[eu] |d'|de la |van |von |le |la )?[{UP}][\w'-]*\w){{1,2}}"
HEADS = (
    r"[Uu]niversité|[EÉeé]cole|[Ii]nstitut|[Ll]ycée|[Cc]ommunauté de communes?|[Cc]ommunauté d'agglomération|[Aa]ssociation|[Ff]ondation"
    r"|[Cc]hambre|[Mm]inistère|Région|Département|[Vv]ille|[Mm]étropole|[Ee]urométropole|[Mm]airie|[Ss]yndicat|[Ff]édération|[Rr]éseau"
    r"|Agence|Incubateur|Fonds|Office|[Cc]onseil (?:régional|départemental|général)|[Tt]echnopole|Pôle|Banque|Caisse"
    r"|[Ff]ablab|[Cc]oopérative|[Cc]ollectif|Comité|[Pp]réfecture|[Rr]ectorat|[Cc]ampus|LUG|Groupe|[Pp]rogramme|Club"
)
HEADED = re.compile(
    rf"\b(?P<name>(?:{HEADS})(?: [a-zà-ÿ]+(?:al|ale|aux|ique|el|elle))?(?:(?: de la | de l'| du | des | de | d')(?=[{UP}\d])|(?: (?=[{UP}])))(?:{CAP}){TAIL}{{0,5}})"
)
LOWER_NEEDS_LINK = re.compile(
    r"(?:école|institut|lycée|association|fondation|réseau|agence|campus|fablab|coopérative|collectif|technopole) [A-Z]"
)
APPOSED = re.compile(
    r"\b(?:société|entreprise(?: textile| familiale| industrielle)?|start-?up|éditeur|agence|association|groupe|studio|cabinet|PME|ESN|maison|marque|techlab|"
    rf"incubateur|accélérateur|chez|(?:co-?)?fondat(?:eur|rice) (?:et [a-zà-ÿ]+ )?(?:de|d'|du)|(?:PDG|CEO|gérante?|dirigeante?|présidente?|directeur|directrice)(?: générale?)? (?:de|d'|du))[ ]?(?P<name>(?:{CAP})(?:[ ](?:{WORD})){{0,3}})"
)
FORMED = re.compile(rf"\b(?P<name>(?:{CAP})(?:[ ](?:{WORD})){{0,3}})(?=,? (?:SASU?|SARL|EURL|SCOP|SCIC|GmbH)\b)")
TITLED = re.compile(
    rf"\b(?:M\.|MM\.|Mmes?|Mlle|Me|Dr|Pr|Monsieur|Madame)[ ](?P<name>[{UP}][\w'-]+(?:[ ](?:d[eu] |d')?[{UP}][\w'-]+){{0,2}})"
)
ROLE = (
    r"(?:vice-présidente?|présidente?|co-?présidente?|directeur|directrice|co-?fondat(?:eur|rice)s?|fondat(?:eur|rice)s?|déléguée?|PDG|P-DG|CEO|CTO|gérante?"
    r"|dirigeante?|maire|adjointe?|responsable|chef|cheffe|secrétaire|trésori(?:er|ère)|conseill(?:er|ère)|ministre|préfète?|rect(?:eur|rice)|coordinat(?:eur|rice)"
    r"|chargée?|porte-parole|associée?|co-?initiat(?:eur|rice)|initiat(?:eur|rice)|créat(?:eur|rice)|doyenne?|proviseure?|administrat(?:eur|rice)|manager|animat(?:eur|rice))"
)
BY_ROLE = re.compile(
    rf"(?:(?<=[\s,(\"–])|^)(?P<name>{PERSON})(?=(?:, |[ ]est |[ ]\()(?:le |la |l'|l'une? des |les )?{ROLE}\b)"
    rf"|(?:{ROLE})(?: [\w' -]{{0,60}}?)?, (?P<name2>{PERSON})(?=[,.)])"
)
BRACKET = re.compile(r" \((?P<in>[^()]{2,80})\)")
ACRONYM = re.compile(r"[A-Z][A-Za-z0-9&-]{1,9}")
SITE = re.compile(
    rf"\b(?P<name>(?:site|quartier|parc|village industriel|place|avenue|boulevard|quai|rue|pont) (?:de la |de l'|du |des |de |d')?(?:{CAP})(?:[ -](?:{WORD})){{0,3}})"
)
ADDRESS = re.compile(
    rf"\b(?P<name>\d{{1,4}}(?: bis| ter)?,? (?:rue|avenue|boulevard|place|quai|allée|impasse|chemin|route) (?:de la |de l'|du |des |de |d')?(?:{CAP})(?:[ -](?:{WORD})){{0,3}})"
)
BY_VERB = re.compile(
    rf"(?:(?<=[.!?] )|(?<=  )|^)(?!(?:Ils?|Elles?|L[ae]s?|Ces?|Cette|Un|Une|On|Nous|Vous|Je|Qui|Tout|Son|Sa|Ses|Leur|En|Au|Aux|Des|Du)\b)(?:[LD]')?(?P<name>(?!\w')(?:{CAP})(?:[ ](?:{WORD})){{0,3}})"
    r"(?=(?: \([^()]{1,80}\))?(?:, [^,.]{1,60},)? (?:occupe|emploie|rejoint|s'installe|s'implante|recrute|développe|édite|lève|a levé|a rejoint|s'est (?:installée?|implantée?)"
    r"|(?:est|sera|sont|seront) (?:déjà |aussi |également )?(?:locataires?|installée?s?|hébergée?s?|une? (?:start-?up|entreprise|société|association|agence|éditeur)))\b)"
)
WEAK = re.compile(
    r"(?P<name>\b[Cc]ollectivités (?:locales|territoriales)|\b(?:(?<=[Ll]a )Ville|(?<=l')agglomération|(?<=L')agglomération)(?= (?:a|ont|apporte|soutient|finance|verse|accorde)\b))"
)
DESCRIBED = re.compile(
    r"(?:^|[\s(])(?:une?|la|le|sa|son|cette|leur|l')[\s]?(?P<name>(?:structure d'incubation|incubateur|accélérateur|pépinière|antenne|agence|filiale|délégation|branche|caisse régionale|"
    r"direction|centre de formation|laboratoire|campus)(?:\s[a-zà-ÿ'-]+){0,5}?\s(?:du\s|de\sla\s|de\sl'|des\s|de\s|d'))$",
    re.I,
)
COREFERENT = re.compile(
    r"\b(?:(?<!à )(?<!À )[Ll]'(?:écosystème|initiative)(?: privée| collective)?|(?:[Ll]e|[Cc]e|[Dd]u|[Aa]u) (?:pôle|hub|tiers-lieu|lieu|site|projet|quartier numérique|totem)|[Ll]a cité (?:du )?numérique)"
    r"(?: numérique)?\b(?! (?:de|du|des|d'|internet|web|a été (?:construit|édifié))\b|[ -][A-Z\d]| d')"
)
JUNK = frozenset(
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
WEB = re.compile(r"(?:https?://|www\.)\S+|\b[\w.+-]{1,64}@\S{1,200}")
LISTED = re.compile(
    rf"\b(?:membres|partenaires|locataires|entreprises|start-?ups?|sociétés|structures|associations|acteurs|lauréats|occupants)[^.:;]{{0,60}} ?:\s+"
    rf"(?P<items>{PROPER}(?:(?:, | et |, et )(?:{PROPER}))+)"
)
ROMAN = re.compile(r"[IVXLC]+(?:e|er|ème|ième)?(?: siècle)?")
