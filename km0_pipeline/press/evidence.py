"""Words that tell what a name beside them, or around them, is.

Patterns over a straightened text on one line; the group `name` is the name. Belongs here: the
evidence. How it is weighed belongs to `naming`.
"""

from __future__ import annotations

import re

from km0_pipeline.press.kinds import NOUN
from km0_pipeline.reference import words

UP = "A-ZÀ-ÖØ-Þ"
CAP = rf"[{UP}][\w'&+@-]*[\w+](?:\.(?:io|fr|com|org|net|eu|tech|app)\b)?|[{UP}]"
_COUNTED = r"(?:€|[kM]€|euros?\b|millions?\b|milliards?\b|m²|ha\b|salarié|personnes|habitants|emplois|places\b|postes)"
WORD = rf"(?:(?:{CAP})|\d+(?![\w%]|[.,]\d| \d{{3}}\b| ?{_COUNTED}))"
TAIL = rf"(?:[ -](?!l[ae]s? \d)(?:(?:de la |de l'|de |du |des |d'|& |by |la |le |les |l')?{WORD}))"
PERSON = rf"[{UP}][\w'-]+(?:[ ](?:d[eu] |d'|de la |van |von |le |la )?[{UP}][\w'-]*\w){{1,2}}"
APPOSED = re.compile(
    r"\b(?:société|entreprise(?: textile| familiale| industrielle)?|start-?up|éditeur|agence|association|groupe|studio|cabinet|PME|ESN|maison|marque|techlab|"
    rf"incubateur|accélérateur|chez|(?:co-?)?fondat(?:eur|rice) (?:et [a-zà-ÿ]+ )?(?:de|d'|du)|(?:PDG|CEO|gérante?|dirigeante?|présidente?|directeur|directrice)(?: générale?)? (?:de|d'|du))[ ]?(?P<name>(?:{CAP})(?:[ ](?:& )?(?:{WORD})){{0,3}})"
)
FORMED = re.compile(rf"\b(?P<name>(?:{CAP})(?:[ ](?:{WORD})){{0,3}})(?=,? (?:SASU?|SARL|EURL|SCOP|SCIC|GmbH)\b)")
TITLED = re.compile(
    rf"\b(?:M\.|MM\.|Mmes?|Mlle|Me|Dr|Pr|Monsieur|Madame)[ ](?P<name>[{UP}][\w'-]+(?:[ ](?:d[eu] |d')?[{UP}][\w'-]+){{0,2}})"
)
INITIAL = re.compile(
    rf"(?<![\w.'-])(?P<name>[{UP}][a-zà-ÿ]+(?:-[{UP}][a-zà-ÿ]+)? [{UP}]\.(?! [{UP}][a-zà-ÿ]+ [a-zà-ÿ])|(?!M\. )[{UP}]\.(?:-[{UP}]\.)? ?(?:[{UP}]\. ?)?[{UP}][a-zà-ÿ]{{2,}}(?:-[{UP}][a-zà-ÿ]+)?)(?![\w'-])"
)
"""« Camille E. », « C. Exemple »: with an initial in place of a first or a last name."""
ROLE = (
    r"(?:vice-présidente?|présidente?|co-?présidente?|directeur|directrice|co-?fondat(?:eur|rice)s?|fondat(?:eur|rice)s?|déléguée?|PDG|P-DG|CEO|CTO|gérante?"
    r"|dirigeante?|maire|adjointe?|responsable|chef|cheffe|secrétaire|trésori(?:er|ère)|conseill(?:er|ère)|ministre|préfète?|rect(?:eur|rice)|coordinat(?:eur|rice)"
    r"|chargée?|porte-parole|associée?|co-?initiat(?:eur|rice)|initiat(?:eur|rice)|créat(?:eur|rice)|doyenne?|proviseure?|administrat(?:eur|rice)|manager|animat(?:eur|rice))"
)
BY_ROLE = re.compile(
    rf"(?:(?<=[\s,(\"–])|^)(?P<name>{PERSON})(?=(?:, |[ ]est |[ ]\()(?:le |la |l'|l'une? des |les )?{ROLE}\b)"
    rf"|(?:{ROLE})(?: [\w' -]{{0,60}}?)?, (?P<name2>{PERSON})(?=[,.)])"
)
QUOTED = re.compile(rf'" ?(?P<name>[{UP}][^".!?:;\n]{{1,50}}?) ?"')
QUOTED_NOUN = re.compile(
    rf"\b(?P<noun>{NOUN}|lauréate?s? d[eu]|édition d[eu]|son|sa|leur)(?: [a-zà-ÿ-]+){{0,2}}(?: \([A-Z]{{2,6}}\))? $", re.I
)
"""What a name in quotation marks stands after: « la soirée « Écoute ton atelier » »."""
BRACKET = re.compile(r" \((?P<in>[^()]{2,80})\)")
ACRONYM = re.compile(r"[A-Z][A-Za-z0-9&-]{1,9}")
SITES = (
    r"quartier|parc|[Vv]illage industriel|places?|avenue|boulevard|quai|rue|pont|halle|ZAC|ZI|vallée|château|gare|allées?|impasse|faubourg|square|stade|îlot|friche|cité|Cité|île|chapelle|église|cathédrale|océan|mer|golfe|route|chemin|cirque|Cirque"
    r"|caserne|bâtiment|immeuble|parvis|hameau|lieu-dit|rond-point|presqu'île|forêt|col|étang|baie|plage|digue|écluse|ruelle|venelle|théâtre|musée|médiathèque|bibliothèque|esplanade|canal|gymnase|palais|jardin|lac|plaine"
)
_THE_SITES = r"site|manufacture|(?<!au )tour|zone|cours|passage|salle|maison(?= d)|filature(?= d)|usine(?= d)|hôtel|plateau|secteur|port"
"""Nouns that with « de » and a name say something of what is named: « le site de Mulhouse », « le tour de France »."""
SITE = re.compile(
    rf"\b(?P<name>(?:(?:{SITES}|(?:Vallée|Val|Plaine|Massif|Plateau)(?= d))(?: industrielle?| artisanale?| commerciale?| d'activités?| d'affaires)? (?:de la |de l'|du |des |de |d')?|(?:{_THE_SITES}) (?:de la |de l'|du |des )?)(?<!tour de la )(?<!tour de l')(?<!tour des )(?<!tour du )(?P<tail>(?:{CAP})(?:[ -](?:(?:de la |de l'|du |des |de |d')?{WORD})){{0,3}}))"
    r"|\b(?P<name2>Grand (?:Lyon|Paris|Nancy|Reims|Besançon|Dijon|Poitiers|Avignon|Angoulême|Chambéry|Annecy|Belfort))"
)
ADDRESS = re.compile(
    rf"\b(?P<name>\d{{1,4}}(?: bis| ter)?,? (?:rue|avenue|boulevard|place|quai|allée|impasse|chemin|route) (?:de la |de l'|du |des |de |d')?(?:(?:{CAP})(?:[ -](?:{WORD})){{0,3}}|\d{{1,2}}[ -][{UP}][a-zà-ÿ]+))"
)
WEAK = re.compile(
    r"(?P<name>\b[Cc]ollectivités (?:locales|territoriales)|\b(?:(?<=[Ll]a )Ville|(?<=l')agglomération|(?<=L')agglomération)(?= (?:a|ont|apporte|soutient|finance|verse|accorde)\b))"
)
MASTHEAD = re.compile(
    r"^[ \t]*(?!(?i:communiqu|dossier|compte|revue|s[ée]ance|publi|posté|le \d|par |page|subject|semaine|conseil|proc[èe]s))(?P<name>[A-ZÀ-Þ][^\n|—–,:;!?()\[\]@]{3,44}?) ?(?:[|•·—–] ?|\n[ \t]*)"
    r"(?:[Nn](?:°|o|uméro)[ \xa0]?\d|[Bb]ulletin n|[Ll]ettre n|[Nn]ewsletter n|[Pp](?:age|\.) ?\d|(?i:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) \d|(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre) \d{4}|le (?i:journal|magazine|bulletin|quotidien|mensuel)\b)",
    re.M,
)
"""« LA GAZETTE FICTIVE — n° 12 », « Fictange Mag | samedi 4 mai »: the paper, in the first lines of its page."""
BODY = re.compile(
    r"(?<![\w'])(?:(?:[Ll][ae]|[Dd]e la|[Dd]u|[Aa]u|[Àà] la) |(?:[Dd]e |[Àà] )?[Ll]')"
    r"(?P<name>(?:Région|Ville|Département|Métropole|Agglomération|Communauté|Chambre|Mairie|Préfecture|mairie|préfecture|métropole|syndicat mixte|communauté (?:de communes|d'agglomération)|(?<=par la )commune|(?<=La )commune(?= [a-z])|[Cc]onseil (?:régional|départemental|municipal|communautaire)))"
    r"(?![\w-]| (?:d[eu]s?\b|d'|[A-ZÀ-Þ\"«&]|[a-zà-ÿ-]+(?:ale?s?|aux|aine|ique|aise|oise|ienne)\b))"
)
"""« la Région », « le conseil départemental »: a public body called by a common noun alone."""
DESCRIBED = re.compile(
    r"(?:^|[\s(])(?:une?|la|le|sa|son|cette|leur|l')[\s]?(?P<name>(?:structure d'incubation|incubateur|accélérateur|pépinière|antenne|agence|filiale|délégation|branche|caisse régionale|"
    r"direction|centre de formation|laboratoire|campus)(?:\s[a-zà-ÿ'-]+){0,5}?\s(?:du\s|de\sla\s|de\sl'|des\s|de\s|d'))$",
    re.I,
)
COREFERENT = re.compile(
    r"\b(?:(?<!à )(?<!À )[Ll]'(?:écosystème|initiative)(?: privée| collective)?|(?:[Ll]e|[Cc]e|[Dd]u|[Aa]u) (?:pôle|hub|tiers-lieu|lieu|site|projet|quartier numérique|totem)|[Ll]a cité (?:du )?numérique)"
    r"(?: numérique)?\b(?! (?:de|du|des|d'|internet|web|a été (?:construit|édifié))\b|[ -][A-Z\d]| d')"
)
JUNK = words("no_name")
WEB = re.compile(r"(?:https?://|www\.)\S+|\b[\w.+-]{1,64}@\S{1,200}")
ROMAN = re.compile(r"[IVXLC]+(?:e|er|ème|ième)?\b(?: siècle)?")

METROPOLITAN = re.compile(
    rf"(?<![\w'-])(?P<name>[{UP}][\w'-]+(?:[ -][{UP}][\w'-]+){{0,2}} (?:métropole|agglomération|agglo|communauté))(?![\w'-])(?! (?:de|du|des|d')\b)"
)
"""The body of several communes, named after one: « Brest métropole »."""
PUBLIC_TAIL = re.compile(r"(?: |-)(?:Communauté|Agglomération|Agglo|Métropole|Eurométropole|Habitat)$")
"""How names of bodies of several communes end: « Lannion-Trégor Communauté »."""
TRADE_WORD = re.compile(
    r"\b(?:House|[Cc]o-?[Ww]orking|Labs?|LAB|Factory|Tech|Club|Studios?|Games|Data|Bio|Capital|Industries?|Robotique|Robotics|Conseils?|Consulting|Group|Groupe|Digital|Ventures|Partners|Solutions?|Services?|Systems?"
    r"|Software|Design|Energy|Énergies?|Energies?|Médias?|Media|Presse|Éditions?|Editions?|Press|Textiles?|Campus|Hub|Space|Work|Works|Cowork|Company|Cloud|Web|Web\w+|Cyber|Green|Immo|Immobilier|Assurances?"
    r"|Mutuelle|Formations?|Innovation|Network|Alternatives|Initiatives?|Coop|Espaces?|Ateliers?|Fabrique|Locaux|Maison|Collectif|Agence|Atelier|Café|[Bb]rasserie|Ferme|Village|Hôtel|Librairie|Pépinière|Incubateur"
    r"|Academy|School|Institute?|International|France|Europe|Sud|Nord|Alsace|Est|Ouest|Pulse|Mind|Box|App|Pay|Car|Bike|Vélo|Food|Drinks?|Santé|Soin|Care|Pharma|Medical|Logistique|Transports?|Bâtiment|Construction"
    r"|Automobile|Aéro\w*|Batteries?|Cosmétiques?|Nacelles|Motors?|Invest\w*|Finance|Patrimoine|Réseau|Communication|Événements?|Production|Productions|Films|Records|Radio|TV|Télé\w*|Matin|Magazine|Hebdo|Tourisme|Attractivité|Développement|Emploi|Poterie|Menuiserie|Frères|Composites|Papers|Drones?|Boulangerie|Garage|Pépinières)\b"
)
"""Words that make a name that of an organisation rather than of a person."""
TRADE_NOUN = rf"(?:{NOUN})"
SORT_NOUN = re.compile(
    rf"\b(?:(?:jeune|petite?) )?(?:{NOUN}|[a-zà-ÿ]{{3,}}(?<!bat)(?<!gal)erie)(?: (?:de |d')[a-zà-ÿ-]+)?(?: (?!de\b|du\b|des\b|et\b|est\b|a\b|à\b|en\b|qui\b|que\b|dont\b|par\b|sur\b|pour\b|avec\b|dans\b|comme\b|ou\b|sont\b)[a-zà-ÿ-]+)? [\"(]?$",
    re.I,
)
"""A noun that says of which sort the name after it is: « la start-up mulhousienne … », « le service … »."""
SPEECH = (
    r"(?:explique|raconte|confie|annonce|précise|souligne|ajoute|indique|déclare|affirme|assure|estime|insiste|sourit|résume|témoigne|détaille|rappelle|reconnaît|poursuit|conclut|glisse|lance|se réjouit|se félicite|réjouit"
    r"|félicite|observe|constate|plaide|regrette|espère|promet|répond|note|dit|lâche|martèle|commente|prévient|relève|complète|s'enthousiasme|enthousiasme|tempère|admet|avoue|remarque|analyse|interroge|justifie|salue"
    r"|expliqué|raconté|confié|annoncé|précisé|souligné|ajouté|indiqué|déclaré|affirmé|assuré|estimé|rappelé|détaillé|conclu|dirige|préside|succède|prend la tête|travaillent?|gère|s'occupe|rejoint)\b"
)
ARTICLES = words("article")
COMMON_FIRST = words("first_word")
"""Words with which sentences begin, folded by case only: alone they name nothing."""
