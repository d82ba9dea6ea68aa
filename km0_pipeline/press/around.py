"""What tells a name that is not known beforehand: its own words, and the words before and after it.

Patterns that `weighing` tries on a straightened text; they say little alone, and are weighed together. Belongs here: such
patterns. Those that settle the matter alone belong to `evidence`.
"""

from __future__ import annotations

import re

from km0_pipeline.press import headed
from km0_pipeline.press.borders import PARTICLE
from km0_pipeline.press.evidence import ROLE, SPEECH, TRADE_NOUN, UP
from km0_pipeline.press.kinds import NOUN, NOUNS

WHOLE = re.compile(rf"[{UP}][\w'-]+(?: {PARTICLE}[{UP}][\w'-]*\w){{1,3}}")
COMMON_NOUN = re.compile(rf"(?i:{NOUN})|{headed.WORD.pattern}")
PLACE_HEAD = re.compile(
    r"(?:Vallée|Massif|Plaine|Plateau|Lac|Col|Canal|Forêt|Rue|Place|Avenue|Quai|Boulevard|Parc|Square|Esplanade|Halles?|Hôtel|Palais|Théâtre|Salle|Gare|Château|Musée|Cité|Quartier|Zénith|Stade|Gymnase|Médiathèque"
    r"|Bibliothèque|Tour|Pont|Port|Cirque|Arènes|Opéra|Cinéma|Chapelle|Église|Abbaye|Amphi|Jardins?|Villa|Caserne) "
)
TOPONYM = re.compile(
    r"(?:Saint|Sainte|Grande|Petite|Haute?|Basse?|Belle?|Nouvelle|Mont|Pont|Château|Villers|Bourg|Bois|Vieux|Neuf|La|Le|Les)-[A-ZÀ-Þ][\w-]+|[A-ZÀ-Þ][\w']+-(?:sur|sous|lès|les|lez|en|le|la|du|de|des|d'|aux?|et|devant|à|près)-[\w'-]+"
)
TOWN_END = re.compile(
    r"[A-ZÀ-Þ][a-zà-ÿ]+(?:heim|willer|viller|bourg|court|villers?|wihr|hausen|ingen|dorf|gny|kirch|bach|ange)"
)
OF_TOWN = re.compile(
    rf"\b(?:une? (?:(?:jeune|petite?|ancien(?:ne)?|autre) )?(?:{NOUN})(?: [a-zà-ÿ-]+)?|(?:PME|start-?up|jeune pousse|entreprise|tiers-lieu|pépinière(?: d'entreprises)?|usine|gare|hôpital|marché|antenne|boutique|magasin|médiathèque|maire|sous-préf\w+|préfète?|élue?s?"
    r"|habitante?s?|arrondissement)) (?:de |d')$",
    re.I,
)
"""What is said of a town: « une PME de », « la maire de »."""
NOUN_OF = re.compile(r"\b[a-zà-ÿ]{4,} (?:de |d')$")
AGENT = re.compile(
    r"\b(?:présid|dirig|pilot|anim|men|coordonn|représent|fond|cofond|cré|accueilli|guid|imagin|sign|préparé|réalis|écri|photographi)(?:ée?s?|[eé]s|te?s?|s)? (?:depuis [\w ]{2,20} )?par $"
)
TOWN_BETWEEN = re.compile(r"^, (?:\w+ )?(?:à|en) [^,]{2,40}(?=,)")
OFFICE = re.compile(
    r"\b(?:ministre|secrétaire d'[EÉ]tat|haut-commissaire)s?\b[^,.;:()]{0,110}(?:d[eu] |de la |de l'|des |à la |à l'|aux? )$|\b(?:de type|genre) $"
)
ABSTRACT = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ]+(?:tion|sion|ment|isme|ité|ités|ance|ence|tions|ments)")
NOUN_ALONE = re.compile(rf"{ABSTRACT.pattern}|[A-ZÀ-Þ][a-zà-ÿ]{{3,}}(?:ture|age|ements?|tions?|eurs?|euses?)")
"""Common nouns, which in capitals are headings: « GOUVERNANCE », « FERMETURE »."""
DEMONYM = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ]{2,}(?:ais|aise|ois|oise|ien|ienne|ain|aine|and|ande|éen|éenne|ard|arde)s?")
WORK = re.compile(
    r"(?:Manifeste|Charte|Guide|Rapport|Livre|Assises|Plan|Loi|Code|Règlement|Traité|Convention|Contrat|Schéma|Stratégie|Grenelle|Semaine|Journées?|Nuit|Prix|Grand [Pp]rix|Fête|Mois|Rencontres|Reportage|Blog)\b"
)
"""First words of titles and of days: what they name is neither organisation, person nor place."""
GIVEN_TO = re.compile(
    r"\b(?:[Mm]erci|[Gg]râce|appel|écri\w+|parl\w+|s'adress\w+|demand\w+|confiée?s?|s'alli\w+|ven\w+|cédée?s?|appart\w+|reven\w+|revient|cède|vend|loue|confie|remise?s?|rattachée?s?|associée?s?|parole|succèd\w+|[Ff]ace) ?à $"
)
AT = re.compile(
    r"\b\d{5} $|\b(?:à|en|vers|près de|entre|depuis|jusqu'à|autour de|hors de|sur) $|\b(?:dans (?:le|la|les|l')|ville de|habitants? d[e']|région de|bassin de|pays de|agglomération de|communes? de|côté de) ?$",
    re.I,
)
WITH = re.compile(
    r"\b(?:chez|auprès d[e']|marque|baptisée?s?|signée?s?|nommée?s?|intitulée?s?|appelée?s?|dénommée?s?|filiale d[e']|clients?|avec|par|et d[e']|ex-|\d ?% d[e']) ?$",
    re.I,
)
HEADED_BY = re.compile(
    rf"\b(?:{ROLE}|équipe|salariés|fondateurs|associés|locaux|capital|partenaires?|membres?|siège|adhérents|clients|tête|commandes|rênes) (?:(?:et|générale?|[a-zà-ÿ-]+) ){{0,3}}(?:d[eu] |de la |d'|de l'|des |chez |au sein d[eu] )$",
    re.I,
)
OFFICE_BEFORE = re.compile(rf"\b{ROLE}(?: (?!de\b|du\b|des\b)[a-zà-ÿ-]+){{0,3}}(?:,| :)? (?:M\. |Mme )?$", re.I)
ROLE_AFTER = re.compile(rf",? ?\(?(?:(?:le |la |l'|l'une? des |son |sa |leur |notre )?(?:\w+ )?{ROLE})\b", re.I)
SAYS_AFTER = re.compile(rf"(?:,[^,.]{{1,60}},)? (?:a |l'|s'|se |ont |avait )?{SPEECH}")
SAYS_BEFORE = re.compile(
    rf"{SPEECH}(?:-t-(?:il|elle|on))?,? (?:à l'\w+ |au \w+ )?$|\b(?:[Ss]elon|[Pp]our|d'après|merci à|aux côtés d[e']) ?$"
)
NOUN_AFTER = re.compile(
    rf" ?,? ?\(?(?:une?|la|le|l'|jeune|première?|leader|est une?|est la|est le|est l'|,) ?(?:\w+ )?{TRADE_NOUN}\b(?! (?:[a-zà-ÿ]+ )?[\"{UP}])|, (?:qui |spécialis|spécialiste|éditeur|éditrice|fabricant|filiale|basée?|fondée?|créée?|implantée?|installée? )"
)
HOUSE_AFTER = re.compile(
    rf" ?(?:,|\()? ?(?:l[ae] |l'|une? |notre |son |sa )?(?:(?:nouve(?:au|l|lle)|futur|future|premi(?:er|ère)|grand|ancien) )?(?:{NOUNS['hub']}|{NOUNS['incubator']}|{NOUNS['startup']}|coopérative|ressourcerie|recyclerie)(?= (?:d[eu]\b|d'|des\b)|[,.;)]| [a-zà-ÿ-]+(?:ais|aise|ois|oise|ien|ienne|ain|aine)\b)"
)
"""« à Ficta, la pépinière de Fictange »: where one can be, called an organisation."""
DOES = re.compile(
    r"(?: \([^()]{1,60}\))?(?:,[^,.]{1,60},)? (?:(?:a|ont|va|vont|vient de|doit) )?(?:lev|lèv|recrut|emploi|édit|fabriqu|développ|commercialis|fédèr|rassembl|accompagn|propos|lanc|s'install|s'implant|s'alli|rejoin|"
    r"héberg|accueill|organis|soutien|financ|rachet|ouvr|compt|investi|produi|conçoi|livr|vend|inaugur|déploi|rachèt|distribu|vise\b|visent|emménag|déménag|exploit|fourni|équip|regroup|embauch|licenci|export|factur|cherch|réuni)[a-zà-ÿ]*\b"
)
ACTS = re.compile(
    r" (?!(?:d[eu]s?|et|ou|à|aux?|en|pour|par|sur|dans|avec|chez|qui|que|dont|où|mais|ni|car|comme|entre|sans|sous|vers)\b)[a-zà-ÿ']{1,14} "
)
PREDICATE = re.compile(
    r" (?:(?:n'|ne |s'|se |y )[a-zà-ÿ]|(?:a|ont|est|sont|avait|avaient|était|étaient|fut|aura|sera|va|vont|vient|doit|peut|veut|fait|devient|signe|quitte|verse|entre|passe|gagne|perd|prend|met|tient|reçoit|appartient|vise|mise|cède) )|, (?:elle|lui|quant à) "
)
"""What follows a subject and nothing else: a clitic pronoun or a frequent verb. A common noun does not stand before it without an article."""
ENTRY = re.compile(r" (?:\(|[–:=] )|\. [A-ZÀ-Þ]|, (?:à|en) [A-ZÀ-Þ]|\n|$")
"""What follows the name of an entry in a list."""
ANOTHER = re.compile(r"\b[Uu]ne? (?:second|deuxième|troisième|quatrième|cinquième|autre|dernier|dernière|premier|première)e?, $")
"""« un troisième, Ficta, s'est désisté »: one more of those spoken of."""
STAFF_AFTER = re.compile(r" \((?:[^()]{0,40}, )?\d[\d ]*(?:personnes|salari|emplois|collaborat|pers\b|ETP)")
KIN_OR_TRADE = re.compile(
    rf"\b(?!(?:{NOUN})\b)(?:(?:grand-|beau-|belle-)?(?:père|mère|frère|sœur|fils|fille)|cousine?|oncle|tante|mari|épouse|femme|compagn(?:on|e)|ami|amie|partenaire|architecte|médecin|maître|poète|avocate?"
    r"|[a-zà-ÿ]{3,}(?:seure?|trice|euse|ière|ier|iste|logue|graphe|cienne?)) $"
)
"""What somebody is, before the name: « la professeure », « mon grand-père »."""
FIRM_BEFORE = re.compile(
    r"\b(?:SCOP|Scop|SCIC|Scic|SARL|SASU?|EURL|société|start-?up|jeune pousse|entreprise|coopérative|agence|cabinet|groupe|garage|menuiserie|brasserie) $"
)
"""What stands before the name of a firm even where it is that of a person."""
FIELD_BEFORE = re.compile(
    r"\b(?:[Gg]estionnaire|[Ee]xploitante?|[Pp]orteu(?:r|se)|[Oo]rganisat(?:eur|rice)|[Pp]roprio|[Pp]ropriétaire|[Mm]aître d'ouvrage|[Ll]auréate?|[Ee]mployeur|[Pp]artenaire|[Cc]liente?|[Ss]tructure|[Ee]ntreprise|[Éé]diteur|[Oo]pérateur|[Pp]reneur|[Bb]ailleur|[Pp]romoteur|[Aa]cquéreur|[Vv]endeur)s?(?: [a-zà-ÿ ]{0,20})? ?: $"
)
"""« Gestionnaire : »: a field that an organisation fills."""
CAMEL = re.compile(r"(?!Mc|Mac|De|Le|La|Di|Du)[A-ZÀ-Þ]?[a-zà-ÿ]{2,}[A-ZÀ-Þ]")
IN_TOWN = re.compile(r" \((?:à |en )?[A-ZÀ-Þ][a-zà-ÿ'-]+(?:[ -][A-ZÀ-Þa-zà-ÿ'-]+){0,4}(?: depuis[^()]{1,30})?\)")
"""« (Fictange) », « (à Fictange) »: where someone is, not an acronym."""
PERSON_HAS = re.compile(rf"(?<![\w'-])(?P<first>[{UP}][\w'-]+)(?: {PARTICLE}[{UP}][\w'-]+){{1,2}} \($")
"""« Camille Exemple ( »: whom someone belongs to follows."""
PROFESSION_AFTER = re.compile(
    r", (?:jeune |ancien(?:ne)? |futur(?:e)? )?(?!spécialiste|filiale|leader|pionni|éditeur|éditrice|fabricant)[a-zà-ÿ-]*(?:logue|iste|icienne?|teur|trice|euse|eur|ière|ier|avocate?|médecin|graphe|agogue|pharmacienne?|architecte|urbaniste|juriste|professeure?|maître|maîtresse|élève|étudiante?|doctorante?|artisane?|luthi\w+|cadre|poète|élue?)(?= (?:à|au|aux|de|du|des|chez|en|dans|et)\b|[,.;)]| d')"
)
BARE = re.compile(
    r"\b(?!(?:à|a|de|du|des|d|en|vers|pour|par|sur|sous|dans|chez|entre|et|ou|ni|que|dont|où|comme|contre|sans|avec|depuis|près|hors|via|aux?|l[ae]s?|un|une|ce|cette|son|sa|ses|leur|notre|votre|nos|vos|mont|saint|est|sont|mr|dr|pr|me|mm?|famille|clan|certain|avant|après|prix|service|convention|classe|niveau|option|vitamine|plan|numéro|siècle)\b)[a-zà-ÿ']{2,} $"
)
"""A word after which a place does not stand: « dirige Fictoline », « le suédois Fictoline »."""
CRAFT = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ]{2,}(?:age|erie|tique|tion)s?")
"""Trades with a capital, which names of companies begin with: « Usinage Exemple », « Menuiserie Exemple »."""
COINED = re.compile(r"[a-zà-ÿ](?:labs?|tech|soft|ware|data|works|shop|drone|tronics?|bot|media)$")
CONTRACTED = re.compile(r"\b(?:du|aux?|des|(?:à|sur|vers) l[ae]) $|\b(?:à|sur|vers) l'$")
OF_APPOSED = re.compile(r"[\w\"»], d(?:e |')$")
"""« La société Ficta, de Fictange, »: where it is from."""
LAST_IN_BRACKETS = re.compile(rf"[{UP}][\w'-]+ \((?:[a-zà-ÿ][^()]{{2,40}}, )?(?:L[ae]s? )?$")
"""« Ficta (cosmétiques, Fictange) », « Ficta (Le Fictois) »."""
BIRTH_NAME = re.compile(
    rf"[{UP}][a-zà-ÿ-]+ (?:[{UP}][a-zà-ÿ']+-[{UP}][a-zà-ÿ']+|(?:d[eu] |d'|de la |Le )[{UP}][a-zà-ÿ]+)"
)
"""Names of people whose surname shows: « … Exemple-Durand », « … de Fictange », « … Le Fictif »."""
BORN = re.compile(
    r"\b(?:née?s?|ouverte?s?|située?s?|installée?s?|basée?s?|implantée?s?|domiciliée?s?|sise?s?|partie?s?|déménag\w+|venue?s?|vien(?:t|nent)|retour|antenne|hangar|marché|commune|télécentre|lycée|port) (?:de |d')?(?:au|aux|du|des) $|\b(?:rouler|venue?s?|vien(?:t|nent)|partie?s?|jusqu'à|vers|rentrée?s?|entre) (?:de |d'|à )?$|\b(?:quitt|part|départ|déménag)[^.;:]{0,60} pour $",
    re.I,
)
CLAUSE = re.compile(r"(?:^|[.!?:;]\s+|\n\s*|\s{2}|, |[»\"] )$")
"""Where a clause begins, and what follows its subject there: no preposition and no conjunction."""
STREET_BEFORE = re.compile(
    r"\b(?:rue|avenue|boulevard|place|quai|allées?|impasse|cours|square|lycée|collège|école|stade|salle|médiathèque|bibliothèque|théâtre|gymnase|hôpital|clinique|centre|maison|parc|pont|tour|halle|aéroport|gare|prix|concours|fondation|espace|musée)s? (?:de la |de l'|du |de |d')?$",
    re.I,
)
MADE = re.compile(
    r"\b(?:cré|fond|cofond|mont|rachet|rachèt|repri|exploit|gèr|gér|édit|intégr|rejoin)(?:e|é|ée|s|t|er|ent|is|ise)?,? $"
)
"""Verbs whose object is an organisation."""
HELD = re.compile(
    r"\b(?:se tien\w+|tenue?s?|aur(?:a|ont) lieu|eu lieu|organisée?s?|accueillie?s?|réunie?s?|rendez-vous|donnée?s?|installée?s?|présentée?s?) [^.;:]{0,40}(?:à la|au|à l'|aux) ?$"
)
"""Where something is held."""
LED = re.compile(r"(?<![\w.'])(?:(?<=.)L'$|L[ae]s? )")
"""An article with a capital that begins a name within a sentence: « chez La Navette fictive », « au café L'Orbe »."""
DATELINE = re.compile(r"[A-ZÀ-Þ' -]{4,40}(?=\. [A-ZÀ-Þ]| [–-] |, le \d)")
SUFFIX = re.compile(
    r"(?:iques?|[tsx]ions?|eries?|isme|ologies?|graphies?|ware|[sS]oft|[tT]ech|[lL]abs?|[dD]ata|[bB]io|works|shop|media|[gG]ames|Energie|Énergie|ing)$"
)
