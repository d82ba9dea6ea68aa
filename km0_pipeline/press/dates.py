"""French dates in running text, and dates of metadata, as EDTF (ISO 8601-2:2019).

    26 septembre 2019 2019-09-26    printemps 2018       2018-21 (22 summer, 23 autumn, 24 winter)
    septembre 2019    2019-09       2e trimestre 2020    2020-34 (33 to 36: quarters)
    en 2019           2019          1er semestre 2018    2018-40 (40, 41: halves of a year)
    26 septembre      XXXX-09-26    XIXe siècle          18XX
    du 12 au 15 mai   an interval   de mars à mai 2021   2021-03/2021-05
    la semaine dernière, ce jeudi, il y a deux ans: counted from the publication

A date without a year takes the year that lies nearest to the publication and agrees with the
weekday, if one is named, or else with the tense of its sentence; a weekday alone is a date only
where the tense tells which (« réuni mardi », « sera reçu vendredi »). Without a publication date, the year of the issue that the text names
(« n° 12, mars 2021 ») or of the date before it holds; else its year stays open. What lies at a part of a
month or year (« fin juillet », « début 2024 ») is that month or year; the end *of the* year is its
December. Belongs here: finding dates; what their words mean belongs to `edtf`, what happened on them to `happenings`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from km0_pipeline.claims import Qualifier
from km0_pipeline.press import edtf
from km0_pipeline.press.numerals import NUMBER_WORDS


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: where it stands, its EDTF value, how sure it is, and whether it lies after the publication, if that is known."""

    start: int
    end: int
    value: str
    qualifier: Qualifier = "exact"
    ahead: bool | None = None


def _any(words: object) -> str:
    return "|".join(sorted((re.escape(str(w)) for w in words), key=lambda w: (-len(w), w)))  # type: ignore[attr-defined]


_M, _D, _Y = rf"(?:{_any(edtf.MONTHS)})\b\.?", rf"(?:{_any(edtf.DAYS)})", r"(?:1[5-9]|20)\d\d"
_MONTH = rf"(?:{_any(n.split()[0] for n in edtf.MONTH_NAMES)}|fevrier|aout|decembre)\b"
"""A month in full: « sept » alone is seven."""
_FREE = r"(?<![\w/.,@#-])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:er)?"
_PART = r"(?:\b(?:mi|début|fin|courant)[- ]\s*(?:du\s+mois\s+(?:de\s+|d'))?)"
_REL = r"(?:\s+(?P<rel>derni(?:er|ère)|passée?|prochaine?)\b)?"
_IN_SEASON = "|".join(rf"(?<=\b{at})" for at in (
    r"ce\s", r"cet\s", r"au\s", r"à\sl'", r"dès\sl'", r"dès\sle\s", r"ici\sl'", r"ici\sle\s", r"avant\sl'", r"avant\sle\s", r"pendant\sl'", r"durant\sl'", r"pour\sl'",
    r"début\sde\sl'", r"début\sd'", r"début\sdu\s", r"fin\sde\sl'", r"fin\sd'", r"fin\sdu\s", r"cours\sde\sl'", r"cours\sdu\s", r"depuis\sl'", r"depuis\sle\s",
))  # fmt: skip
"""What stands before a season that is one of these months: not « la collection d'été »."""
_NOT_HABIT = r"(?<!di,\s)" + "".join(
    rf"(?<!\b{w})"
    for w in (
        r"le\s",
        r"les\s",
        r"des\s",
        r"ces\s",
        r"du\s",
        r"ce\s",
        r"au\s",
        r"un\s",
        r"chaque\s",
        r"et\s",
        r"ou\s",
        r"à\s",
        r"\d\s",
    )
)
"""Not before a weekday that is a habit (« le mardi »), one of a list or part of a date."""
_COUNT = rf"(?:(?P<about>presque|environ|près de|quelque|à peu près|bientôt)\s+)?(?P<n>\d{{1,3}}|{NUMBER_WORDS})\s+(?P<unit>ans?|années?|mois|jours)\b"


_AT_YEAR = "".join(rf"|(?<=\b{w}\s)" for w in ("de", "depuis", "dès", "fin", "début", "courant", "vers", "année", "ici", "dans", "jusqu'en", "jusqu'à", "avant", "après", "pour",
                                                "l'horizon", "à partir de", "ici à", "avant fin", "exercice", "reporté à", "reportée à", "reportés à", "reportées à", "prolongé à"))  # fmt: skip
_OF_A_YEAR = re.compile(
    r"\b(?:palmarès|édition|promotion|promo|programme|budget|saison|session|bilan|rapport|activité|baromètre|classement|calendrier|programmation|cru|millésime|concours|festival|salon|forum|lauréate?s?"
    r"|agenda|campagne|subvention|prix|rentrée|tournée|sélection|cuvée|chiffres|comptes|résultats|ca|objectifs?|ventes|effectif|vœux) $",
    re.I,
)
"""What is of one year: « le palmarès 2023 », « bilan d'activité 2023 »."""
_FORMS: dict[str, tuple[str, re.Pattern[str], Callable[[edtf.Groups, edtf.Context], str]]] = {
    name: (anchor, re.compile(pattern, re.I), value)
    for name, anchor, pattern, value in (
        ("iso", "digits", rf"\b(?P<y>{_Y})-(?P<m>\d\d)-(?P<d>\d\d)(?P<weekday>)\b", edtf.numeric),
        ("days", "month", rf"(?:\bdu\s+|{_FREE})(?:{_D}\s+)?\b(?P<d1>{_DAY})(?:\s+(?P<m1>{_M})(?:\s+(?P<y1>{_Y}))?)?(?:\s+au\s+|\s?[-–]\s?)(?:{_D}\s+)?(?P<d2>{_DAY})\s+(?P<m2>{_M})(?:\s+(?P<y2>{_Y})\b)?", edtf.days),
        ("between days", "month", rf"\bentre\s+le\s+(?:{_D}\s+)?(?P<d1>{_DAY})(?:\s+(?P<m1>{_M})(?:\s+(?P<y1>{_Y}))?)?\s+et\s+le\s+(?:{_D}\s+)?(?P<d2>{_DAY})\s+(?P<m2>{_M})(?:\s+(?P<y2>{_Y})\b)?", edtf.days),
        ("listed day", "month", rf"(?:(?<=les\s)|(?<=le\s)|(?<=di\s)|(?<=\d,\s))(?P<d>{_DAY})(?=(?:,\s+(?:{_D}\s+)?{_DAY}){{0,6}}\s+et\s+(?:le\s+)?(?:{_D}\s+)?{_DAY}\s+(?P<m>{_M})(?:\s+(?P<y>{_Y})\b)?)(?P<weekday>)", edtf.dated),
        ("week", "month", rf"\bsemaine\s+du\s+(?:{_D}\s+)?(?P<d>{_DAY})\s+(?P<m>{_M})(?:\s+(?P<y>{_Y})\b)?(?P<weekday>)", edtf.week),
        ("day", "month", rf"(?:\b(?P<weekday>{_D})\s+)?{_FREE}(?P<d>{_DAY})\s+(?P<m>{_M})(?:\s+(?P<y>{_Y})\b)?{_REL}", edtf.dated),
        ("numeric", "digits", rf"(?:\b(?P<weekday>{_D})\s+)?{_FREE}(?P<d>\d{{1,2}})(?P<s>[/.])(?P<m>\d{{1,2}})(?P=s)(?P<y>{_Y}|(?<=/)\d\d)(?![/.]?\d)", edtf.numeric),
        ("numeric without year", "digits", rf"(?=[lmjvsd\d])(?:\b(?P<weekday>{_D})\s+|(?<=\ble\s)|(?<=\bdu\s)|(?<=\bau\s)|(?<=\()){_FREE}(?P<d>{_DAY})/(?P<m>0[1-9]|1[0-2])(?P<y>)(?![\d/%])(?!\s+de[ s])", edtf.numeric),
        ("numeric with hour", "digits", rf"{_FREE}(?P<d>{_DAY})/(?P<m>0[1-9]|1[0-2])(?P<y>)(?P<weekday>)(?=,?\s+(?:à\s+|de\s+)?\d{{1,2}}\s?h|\s*[:–]\s|\s+-\s)", edtf.numeric),
        ("part of year", "digits", rf"(?:\b(?P<ord>{_any(edtf.ORDINALS)})\s+(?P<part>trimestre|semestre)\s+(?:de\s+)?(?:l'année\s+)?|\b(?P<short>[TS])(?P<n>[1-4])\s+)(?P<y>{_Y})\b", edtf.part_of_year),
        ("part of this year", "digits", rf"(?<=\bau\s)(?P<ord>{_any(edtf.ORDINALS)})\s+(?P<part>trimestre|semestre)\b(?!\s+(?:de\s+)?(?:l'|d|20))", edtf.part_of_year),
        ("season", "season", rf"\b(?P<season>{_any(edtf.SEASONS)})\s+(?:de\s+)?(?P<y>{_Y})\b(?:\s?[-/]\s?(?:20)?\d\d\b)?", edtf.season),
        ("season near", "season", rf"(?=[péah])(?:{_IN_SEASON})(?P<season>{_any(edtf.SEASONS)})\b{_REL}(?!\s+(?:des?|du)\b)", edtf.season),
        ("season beside", "season", rf"(?:(?<=\bl')|(?<=\ble\s))(?P<season>{_any(edtf.SEASONS)})\s+(?P<rel>dernier|prochain|passé)\b", edtf.season),
        ("months", "month", rf"\b(?=[acdfjmnos])(?:\b(?:de\s+|d'))?{_PART}?(?<![\w-])(?P<m1>{_MONTH})(?:\s+(?P<y1>{_Y}))?(?:\s+à\s+|\s?[-–/]\s?){_PART}?(?P<m2>{_MONTH})(?:\s+(?P<y2>{_Y})\b)?", edtf.months),
        ("between months", "month", rf"\bentre\s+{_PART}?(?P<m1>{_MONTH})(?:\s+(?P<y1>{_Y}))?\s+et\s+{_PART}?(?P<m2>{_MONTH})(?:\s+(?P<y2>{_Y})\b)?", edtf.months),
        ("listed month", "month", rf"\b(?=[acdfjmnos])(?<!-){_PART}?\b(?P<m>{_MONTH})(?=(?:,\s+{_MONTH}){{0,6}}\s+et\s+{_MONTH}\s+(?P<y>{_Y})\b)", edtf.month_of),
        ("month", "month", rf"\b(?=[acdfjmnos])(?<!-){_PART}?(?P<m>{_M})\s+(?:de\s+(?:l'année\s+)?)?(?P<y>{_Y})\b", edtf.month_of),
        ("month near", "month", rf"\b(?=[acdfjmnos])(?:{_PART}|(?<=\ben\s)|(?<=\bici\s)|(?<=\bdès\s)|(?<=\bdepuis\s)|(?<=\bjusqu'en\s)|(?<=\bavant\s)|(?<=\bà\spartir\sde\s)|(?<=\bà\scompter\sd')|(?<=\bde\s)|(?<=\bd')|(?<=\bpour\s)|(?<=\bcourant\s)|(?<=\bvers\s)|(?<=\bjusqu'à\s))(?<!chaque\smois\sde\s)(?<!chaque\smois\sd')(?<!les\smois\sde\s)(?<!les\smois\sd')(?P<m>{_MONTH}){_REL}", edtf.month_of),
        ("month beside", "month", rf"\b(?P<m>{_MONTH})\s+(?P<rel>dernier|prochain)\b", edtf.month_of),
        ("start of school", "period", rf"\brentrée\s+(?:scolaire\s+|universitaire\s+)?(?:de\s+)?(?P<y>{_Y})\b|(?:(?<=\bà\sla\s)|(?<=\bdès\sla\s)|(?<=\bdepuis\sla\s)|(?<=\bpour\sla\s))rentrée\b(?:\s+(?P<rel>prochaine|dernière)\b)?(?!\s+(?:des?|du|[a-z]+aire)\b)", edtf.start_of_school),
        ("between years", "digits", rf"\b(?:de|entre)\s+(?P<y1>{_Y})\s+(?:à|et|jusqu'à|jusqu'en)\s+(?P<y2>{_Y})\b", edtf.years),
        ("years", "digits", rf"(?<![\w/.-])(?P<y1>{_Y})\s?[-–/]\s?(?P<y2>{_Y}|(?<=/)\d\d|(?<=-)\d\d)\b(?![/.-]\w)", edtf.years),
        ("century", "period", r"(?P<century>\b(?:[IVX]+|1\d|2[01]))(?:e|ème|ième)\s+siècle\b", edtf.century),
        ("decade", "period", r"\bannées\s+(?P<decade>(?:1[5-9]|20)\d0|[2-9]0)\b", edtf.decade),
        ("end of year", "period", rf"\bfin\s+de\s+l'année\s+(?P<y>{_Y})\b", edtf.end_of_year),
        ("end of this year", "period", r"(?=la fin)(?:(?<=\bici\s)|(?<=\bici\sà\s)|(?<=\bavant\s)|(?<=\bjusqu'à\s))la\sfin\s+de\s+l'année\b(?!\s+(?:derni|pass|proch|scol|univ))", edtf.end_of_year),
        ("this year", "period", r"(?<=\ben\s)début\s+d'année\b(?!\s+(?:proch|scol|univ))|\bcette\s+année\b(?!-)|\b(?:depuis|dès)\s+le\s+début\s+de\s+l'année\b(?!\s+(?:proch|scol|univ|derni|20))", lambda g, c: c.published[:4]),
        ("year of a thing", "digits", rf"(?<=[^\W\d]\s)(?P<only>{_Y})\b(?!\s?[-–/]\s?\d|\.\d)|(?<=[\s,])(?P<only2>{_Y})(?=(?:,\s|\s+et\s+|\s+ou\s+)(?:en\s+)?{_Y}\b)", edtf.year),
        ("year", "digits", rf"(?=[12]\d{{3}}\b)(?:(?<=\ben\s)|(?<=\()|(?<=\d{{4}},\s)|(?<=\d{{4}}\set\s)|(?<=\d{{4}}\set\sen\s)|(?<=\d{{4}}\sou\s)|(?<=\d{{4}}\sou\sen\s)|(?<=\bmi-){_AT_YEAR})(?P<only>{_Y})\b(?![-/.]\d)", edtf.year),
        ("year of an entry", "digits", rf"(?<![\w/.,-])(?P<only>{_Y})(?=\s?[▪►●■•]\s)", edtf.year),
        ("year first", "digits", rf"(?:^|(?<=[.!?…:]\s)|(?<=\s\s))(?P<only>{_Y})(?=\s+(?:commenc|débute|démarre|s'ouvre|s'achève|se termine|s'annonce|aura? |a été|est |sera |fut |était |reste|marque|promet|ver|voit))", edtf.year),
        ("day near", "near", rf"\b(?=[ahd])(?<!\bde\s)(?<!\bd')(?<!qu')\b(?P<near>{_any(edtf.NEAR)})\b", edtf.near),
        ("weekday", "weekday", rf"\bce\s+(?P<weekday>{_D})\b(?!\s+\d)|\b(?P<weekday2>{_D})\s+(?P<rel>dernier|passé|prochain)\b", edtf.weekday),
        ("part of a period", "period", r"\b(?:fin|début|milieu|courant|cours)\s+(?:de\s+)?l'(?P<year>an|année)\s+(?P<rel>derni(?:er|ère)|passée?|prochaine?)\b", edtf.period),
        ("weekday alone", "weekday", rf"(?=[lmjvsd])(?<![\w'/-]){_NOT_HABIT}(?P<weekday>{_D})\b(?!(?:\s+(?:matin|midi|soir|après-midi))?(?:,|\s+(?:à|au|et|ou|jusqu'au|-)|\s?[/–-])\s*(?:le\s+)?{_D}\b)(?!,?\s+\d)(?!\s*:)(?!\s+(?:de|entre)\s+\d)(?!\s+(?:dernier|prochain|passé))", edtf.weekday_alone),
        ("night", "weekday", rf"\bnuit\s+d[eu]\s+(?:{_D})\s+(?:à|au)\s+(?P<weekday>{_D})\b", edtf.night),
        ("week of the year", "period", r"\bsemaine\s+(?P<n>[1-9]|[1-4]\d|5[0-3])\b(?!\s*(?:h\b|[:/.]\d|%|€|[a-zà-ÿ]+[sx]\b))", edtf.week_of_year),
        ("weekday and day", "weekday", rf"\b(?P<weekday>{_D})\s+(?P<d>{_DAY})\b(?!\s*(?:h\b|[:/.]\d|%|€|ans?\b|mois\b|jours\b|[a-zà-ÿ]+[sx]\b))", edtf.weekday_and_day),
        ("feast", "feast", rf"(?:(?<=\bà\s)|(?<=\bà\sla\s)|(?<=\bà\sl')|(?<=\bavant\s)|(?<=\bavant\sla\s)|(?<=\bavant\sl')|(?<=\baprès\s)|(?<=\bdepuis\s)|(?<=\bdès\s)|(?<=\bpour\s)|(?<=\bici\s)|(?<=\bici\sà\s)|(?<=\bici\sla\s)|(?<=\bjusqu'à\s)|(?<=\bjusqu'à\sla\s))(?P<feast>{_any(edtf.FEASTS)})\b(?:\s+(?P<y>{_Y})\b)?{_REL}", edtf.feast),
        ("counted from another", "period", rf"\b(?P<n>\d{{1,3}}|{NUMBER_WORDS})\s+(?P<unit>ans?|années?|mois|jours|semaines?)(?:\s+(?P<back>plus\s+tôt|auparavant)|\s+(?P<on>plus\s+tard)|(?=\s+(?P<since>après\s+(?:sa|son|leur|la|l')\s?(?:création|fondation|naissance|lancement|ouverture|inauguration|arrivée|installation|premi))))", edtf.counted_from_another),
        ("period", "period", r"\b(?=l)(?<!comme\s)(?<!\bque\s)(?<!qu')(?<!\bde\s)\b(?:l'(?P<year>an|année)|le\s+(?P<month>mois)|la\s+(?P<week>semaine))\s+(?P<rel>derni(?:er|ère)|passée?|prochaine?)\b", edtf.period),
        ("counted", "period", rf"(?<!qu')\b(?P<way>il\s+y\s+a|depuis|dans|d'ici(?:\s+à)?)\s+{_COUNT}", edtf.counted),
    )
}  # fmt: skip
"""What a date looks like, the anchor without which there is none, and its EDTF value; of two that overlap the one listed first holds."""
_ANCHORS = {
    **dict.fromkeys(edtf.MONTHS, "month"), **dict.fromkeys(edtf.DAYS, "weekday"), **dict.fromkeys(edtf.SEASONS, "season"),
    **dict.fromkeys((n.split("-")[-1] for n in edtf.NEAR), "near"), **dict.fromkeys((n.split("-")[-1] for n in edtf.FEASTS), "feast"),
    **dict.fromkeys(("siècle", "année", "années", "an", "ans", "mois", "jours", "semaine", "semaines", "rentrée"), "period"),
    **dict.fromkeys(("trimestre", "semestre", *map(str, range(1500, 2100))), "digits"),
}  # fmt: skip
"""Word without which there is no date of some forms -> the anchor of these forms; « 12/03 » is one of digits too."""
_WORDS = re.compile(r"\d\d?/\d|[^\W_]+")
_OF_METADATA = ("iso", "day", "numeric", "month")
_ON = rf"(?:(?:(?:{_any(edtf.SEASONS)})(?:\s+{_Y}-(?={_Y}))?|{_PART}?{_MONTH}(?:\s?[-–/]\s?{_MONTH})?|{_DAY}\s+{_MONTH})\s*{_Y})\b"
_ISSUE = re.compile(
    rf"(?:\bn° ?|\bnuméro )\d{{1,5}}[\s,:•·–-]{{1,4}}(?P<on>{_ON})|(?P<paged>{_ON})[\s,•·–-]{{1,3}}p(?:ages?|p?\.) ?\d",
    re.I,
)
"""The issue of a periodical in which a text stands: « n° 12, mars 2021 », « printemps 2021, p. 9 »."""
_MAY_BE_ISSUE = re.compile(r"n° ?\d|numéro|\bpages? \d|\bp\. ?\d", re.I)
_ROUGHLY = re.compile(r"\b(?:plus|près|moins|autour|environ|quelque)\s+(?:de\s+)?$", re.I)
_COUNTED = re.compile(
    r"(?:\s+(?:à|et|ou)\s+\d[\d ]*)?\s*(?:€|%|[mk]?m²|m2\b|[km]€|(?P<noun>(?!(?:plus|moins|très|mais|puis|alors|après|depuis|lors|sans|sous|dans|vers|dès|hors|pas|"
    r"jamais|toujours|ailleurs|parfois|désormais|[ldscmn]es|aux|nous|vous|ils|elles|ces|ses|nos|vos|leurs|quelques|plusieurs|certaine?s|toute?s|tous|"
    r"deux|trois|six|dix)\b)[a-zà-ÿ][a-zà-ÿ'-]+[sx]\b))",
    re.I,
)
"""What follows a number that counts: a unit, or a plural noun (a word in -s or -x that is none of the usual small ones)."""
_PARTICIPLE = re.compile(r"(?!salari|employ)[a-zà-ÿ]+(?:é|i|u|t)e?s", re.I)
_ONLY_YEARS = frozenset({"year", "years", "between years", "year first", "year of a thing"})

_LEANING = frozenset(
    ("days", "between days", "listed day", "day", "week", "numeric without year", "months", "between months", "month near", "season near", "start of school",
     "weekday alone", "feast", "part of this year")
)  # fmt: skip
"""Forms that may leave the year or the week to the tense of their sentence."""
_AND_THE = re.compile(r"(?:,| et| &)\s+(?:le\s+)?")
"""Between days that follow each other: « les 11 et 12 juin »."""
_STOP = re.compile(r"[.!?]\s|\s\s|\"")
_SINCE = re.compile(r"\bdepuis\s+(?:le\s+|la\s+|l'|début\s+|fin\s+|mi-)?$", re.I)
_FRONTED = re.compile(r"\s*(?:En|Le|Au|À l'|À la|Début|Fin|Courant|Dès)?\s*")
_UNTIL = re.compile(
    r"\b(?:d'ici(?:\s+à)?|jusqu'(?:en|au|à)|dès|à\s+partir\s+(?:de|du))\s+(?:le\s+|la\s+|l'|début\s+|fin\s+|mi-)?$"
)
_TO_COME = re.compile(
    r"\b(?:[a-zà-ÿ]+(?:era|eront|ira|iront|dra|dront|tra|tront|ura|uront|vra|vront)|(?:v(?:a|ont)|doi(?:t|vent)|devrai(?:en)?t)\s+[a-zà-ÿ']+(?:\s[a-zà-ÿ]+)?(?:er|ir|re)|"
    r"(?:prév|attend|voul)ue?s?|programmée?s?|prévoi(?:t|ent)|esp[èé]r\w+|souhait\w+|envisag\w+|rendez-vous)\b",
    re.I,
)
_VERB = re.compile(
    r"\b(?:a|ont|est|sont|s'est|fut|était|étaient|avait|avaient|fait|font|il|elle|ils|elles|on|nous|vous)\b|[a-z]{3,}(?:aient|èrent)\b"
)
_ANNOUNCED = re.compile(
    r"(?:^|[•▪–>(-] ?)(?:(?:[Pp]remi(?:er|ère)s? |[Pp]rochaine?s? )?(?:[Dd]émarrage|[Dd]ébut|[Ll]ancement|[Oo]uverture|[Ll]ivraison|[Mm]ise en service|[Ii]nauguration|[Jj]ury|[Cc]lôture|[Dd]épôt|[Rr]éponses?|[Rr]ésultats"
    r"|[Cc]andidatures?|[Ii]nscriptions?|[Rr]endez-vous|[Dd]ossiers?|[Dd]ate limite|[Ss]élection|[Aa]uditions?|[Nn]otification|[Rr]emise|[Pp]ortes ouvertes|[Ss]oirée|[Aa]telier|[Rr]éunion|[Vv]isite|[Rr]encontre)\b|(?:$|\w+ : |\d))"
)
"""How a line begins that announces, without a verb: « Jury les 11 et 12 juin », « Portes ouvertes samedi »."""
_BYGONE = re.compile(
    r"\b(?:a|ont|est|sont|avait|avaient|s'est|étai(?:en)?t)\s+(?:(?:été|eu|déjà|aussi|également|ainsi|officiellement|ensuite)\s+)?(?!(?:prévue?s?|programmée?s?|attendue?s?|fixée?s?|gratuite?s?|petite?s?|ouverte?s?)\b)"
    r"(?:[a-zà-ÿ]+é(?:e?s?)|[a-zà-ÿ]+(?:i|is|it|u|ert|int|ort)e?s?|eu)\b|\b(?:fut|furent)\b|\b(?!souhai|forfai|satisfai|parfai|bienfai|portrai|retrai|extrai|attrai|dev|pouv)[a-zà-ÿ]{2,}(?<!r)ai(?:en)?t\b(?<!fait)|\bétai(?:en)?t\b"
)


def _lean(text: str, start: int, end: int) -> str:
    """Whether the sentence around the date at `start` speaks of what was (`past`; of just that date, `before`) or will be (`ahead`); '' where it doesn't say."""
    before = text[max(0, start - 24) : start]
    if _SINCE.search(before):
        return "before"
    sentence = _STOP.split(text[max(0, start - 200) : start])[-1] + _STOP.split(text[end : end + 160])[0]
    bygone, to_come = bool(_BYGONE.search(sentence)), bool(_TO_COME.search(sentence))
    to_come = to_come or (not bygone and bool(_UNTIL.search(before)))
    if not bygone and not to_come and not _VERB.search(sentence):
        return "ahead" if _ANNOUNCED.match(sentence.lstrip()) else ""
    if bygone == to_come:
        return ""
    return "ahead" if to_come else "before" if _FRONTED.fullmatch(_STOP.split(before)[-1]) else "past"


def find(text: str, published_on: str) -> list[Found]:
    """Dates in a straightened `text`, in order; `published_on` is the document's EDTF date or ''."""
    taken = bytearray(len(text))
    issue = _ISSUE.search(text) if _MAY_BE_ISSUE.search(text) else None
    if issue and issue["paged"]:
        taken[issue.start() : issue.end()] = b"\1" * (issue.end() - issue.start())
    seen = []
    for name, m, value in _matches(text):
        if name == "year of a thing" and m["only"] and not _OF_A_YEAR.search(text, max(0, m.start() - 16), m.start()):
            continue
        if taken.find(1, m.start(), m.end()) < 0 and not (name in _ONLY_YEARS and _counts(text, m.start(), m.end())):
            taken[m.start() : m.end()] = b"\1" * (m.end() - m.start())
            seen.append((m.start(), name, m, value))
    published = published_on or (_value_of_issue(issue["on"] or issue["paged"]) if issue else _headed(text))
    context = edtf.Context(published)
    found: list[Found] = []
    for _, name, m, value in sorted(seen, key=lambda s: s[0]):
        lean = _lean(text, m.start(), m.end()) if published and name in _LEANING else ""
        written = value(defaultdict(lambda: None, m.groupdict()), replace(context, lean=lean))
        if written:
            day = Found(m.start(), m.end(), written, _sure(m, written), _ahead(written, published_on))
            if (
                found
                and _AND_THE.fullmatch(text[found[-1].end : day.start])
                and edtf.follows(found[-1].value, day.value)
            ):
                before = found.pop()
                day = replace(day, start=before.start, value=f"{before.value.split('/')[0]}/{day.value}")
            found.append(day)
            if written[:4].isdigit():
                context = replace(context, beside=written)
    return found


_IN_HEAD = re.compile(rf"(?<!\d)(?P<day>{_DAY}\s+{_M}\s+{_Y})\b|(?<=[^\W\d]\s)(?P<year>{_Y})\b", re.I)


def _headed(text: str) -> str:
    """The day, or the year of an account (« Bilan 2023 »), that the head of a text names first, by which its dates are read where nothing better tells their year."""
    for m in _IN_HEAD.finditer(text, 0, 300):
        if m["day"]:
            return publication_date(m["day"], ZoneInfo("UTC"))
        if _OF_A_YEAR.search(text, max(0, m.start() - 16), m.start()):
            return m["year"]
    return ""


def _matches(text: str) -> Iterator[tuple[str, re.Match[str], Callable[[edtf.Groups, edtf.Context], str]]]:
    """What looks like a date, form by form, near the words that it must have: the rest of the text is not looked at."""
    near: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for m in _WORDS.finditer(text):
        anchor = "digits" if "/" in m[0] else _ANCHORS.get(m[0].lower(), "")
        if not anchor:
            continue
        start, end, same = max(0, m.start() - 60), m.end() + 60, near[anchor]
        if same and start <= same[-1][1]:
            start, _ = same.pop()
        same.append((start, end))
    for name, (anchor, pattern, value) in _FORMS.items():
        for start, end in near[anchor]:
            yield from ((name, m, value) for m in pattern.finditer(text, start, end))


def _value_of_issue(words: str) -> str:
    """The month of an issue, by which the dates of its texts are read: the first of its season or of its months."""
    (first, *_) = find(words, "")
    month = first.value[5:7]
    return (
        f"{first.value[:4]}-{3 * int(month) - 59:02d}"
        if month > "12" and month < "24"
        else first.value[:7]
        if month <= "12"
        else first.value[:4]
    )


def _sure(m: re.Match[str], written: str) -> Qualifier:
    """`about` where the text says so, counts from the publication, or names a day that is another's."""
    g = m.groupdict()
    another = (
        bool(g.get("weekday"))
        and len(written) == 10
        and written[0] != "X"
        and date.fromisoformat(written).weekday() != edtf.DAYS[g["weekday"].lower()]
    )
    counted = bool(g.get("way") or g.get("since")) and len(written) < 10
    return (
        "about"
        if another
        or counted
        or re.search(r"\b(?:vers|environ)\s+(?:le\s+)?$", m.string[max(0, m.start() - 12) : m.start()], re.I)
        else "exact"
    )


def _ahead(written: str, published: str) -> bool | None:
    """Whether what `written` says begins after the publication; None where the two can't be told apart."""
    if not published or "X" in written[:10]:
        return None
    year_only = len(written) < 7 or written[5:7] > "12" or len(published) < 7
    n = 4 if year_only else min(len(written.split("/")[0]), len(published))
    return None if written[:n] == published[:n] and n < 10 else written[:n] > published[:n]


def _counts(text: str, start: int, end: int) -> bool:
    """Whether four figures alone are a count: « près de 2000 visiteurs »; not « créées en 2019 présentées »."""
    if _ROUGHLY.search(text[max(0, start - 20) : start]):
        return True
    counted = _COUNTED.match(text, end)
    if not counted or re.search(
        r"\b(?:depuis|dès|fin|début|courant|année|ici|saison|scolaire|horizon)\s$",
        text[max(0, start - 9) : start],
        re.I,
    ):
        return False
    after_en = re.search(r"\ben\s$", text[max(0, start - 4) : start], re.I)
    return not (after_en and counted["noun"] and _PARTICIPLE.fullmatch(counted["noun"]))


def publication_date(value: str, zone: ZoneInfo) -> str:
    """A date of metadata or of a line of its own as EDTF; '' if it is none. An instant becomes its day in `zone`."""
    value = " ".join(value.replace("’", "'").split())
    if m := re.fullmatch(r"(\d{4})(?:-(\d\d))?", value):
        return value if 1500 <= int(m[1]) <= 2999 and 1 <= int(m[2] or 1) <= 12 else ""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return value if edtf.valid(*(int(p) for p in value.split("-"))) else ""
    if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:", value):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return ""
        return (at.astimezone(zone) if at.tzinfo else at).date().isoformat()
    value = re.sub(r"(?i)^le\s+", "", value)
    for _, pattern, read in (_FORMS[name] for name in _OF_METADATA):
        if form := pattern.fullmatch(value):
            found = read(defaultdict(lambda: None, form.groupdict()), edtf.Context(""))
            return found if re.fullmatch(r"\d{4}(-\d\d){0,2}", found) else ""
    return ""
