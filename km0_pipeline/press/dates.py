"""French dates in running text, and dates of metadata, as EDTF (ISO 8601-2:2019).

    26 septembre 2019 2019-09-26    printemps 2018       2018-21 (22 summer, 23 autumn, 24 winter)
    septembre 2019    2019-09       2e trimestre 2020    2020-34 (33 to 36: quarters)
    en 2019           2019          1er semestre 2018    2018-40 (40, 41: halves of a year)
    26 septembre      XXXX-09-26    XIXe siècle          18XX
    du 12 au 15 mai   an interval   de mars à mai 2021   2021-03/2021-05
    la semaine dernière, ce jeudi, il y a deux ans: counted from the publication

A date without a year takes the year that lies nearest to the publication and agrees with the
weekday, if one is named; without a publication date, the year of the issue that the text names
(« n° 12, mars 2021 ») or of the date before it; else its year stays open. What lies at a part of a
month or year (« fin juillet », « début 2024 ») is that month or year; the end *of the* year is its
December. Belongs here: finding and writing dates; what happened on them belongs to `happenings`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from km0_pipeline.claims import Qualifier
from km0_pipeline.press.quantities import NUMBER_WORDS, number

_MONTH_NAMES = (
    "janvier janv", "février fevrier févr fév", "mars", "avril avr", "mai", "juin",
    "juillet juil", "août aout", "septembre sept", "octobre oct", "novembre nov", "décembre decembre déc",
)  # fmt: skip
MONTHS = {name: n for n, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
DAYS = {d: n for n, d in enumerate(["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"])}
SEASONS = {"printemps": 21, "été": 22, "automne": 23, "hiver": 24}
_ORDINALS = {"premier": 1, "première": 1, "1er": 1, "1re": 1, "deuxième": 2, "second": 2, "seconde": 2, "2e": 2, "2ème": 2,
             "troisième": 3, "3e": 3, "3ème": 3, "quatrième": 4, "dernier": 4, "4e": 4, "4ème": 4}  # fmt: skip
_ROMAN = {"I": 1, "V": 5, "X": 10}
_NEAR = {"avant-hier": -2, "hier": -1, "demain": 1, "après-demain": 2}


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: where it stands, its EDTF value, how sure it is, and whether it lies after the publication, if that is known."""

    start: int
    end: int
    value: str
    qualifier: Qualifier = "exact"
    ahead: bool | None = None


@dataclass(frozen=True, slots=True)
class _Context:
    """What a date without a year is read by: the publication (EDTF or ''), and the year of the date before it in the text."""

    published: str
    beside: str = ""


_Groups = Mapping[str, str | None]


def _any(words: object) -> str:
    return "|".join(sorted((re.escape(str(w)) for w in words), key=lambda w: (-len(w), w)))  # type: ignore[attr-defined]


_M, _D, _Y = rf"(?:{_any(MONTHS)})\b\.?", rf"(?:{_any(DAYS)})", r"(?:1[5-9]|20)\d\d"
_MONTH = rf"(?:{_any(n.split()[0] for n in _MONTH_NAMES)}|fevrier|aout|decembre)\b"
"""A month in full: « sept » alone is seven."""
_FREE = r"(?<![\w/.,@#-])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:er)?"
_PART = r"(?:\b(?:mi|début|fin|courant)[- ]\s*(?:du\s+mois\s+(?:de\s+|d'))?)"
_REL = r"(?:\s+(?P<rel>derni(?:er|ère)|passée?|prochaine?)\b)?"
_COUNT = rf"(?:(?P<about>presque|environ|près de|quelque|à peu près|bientôt)\s+)?(?P<n>\d{{1,3}}|{NUMBER_WORDS})\s+(?P<unit>ans?|années?|mois|jours)\b"


# --- how each form is valued --------------------------------------------------------------------


def _days(g: _Groups, c: _Context) -> str:
    """« du 30 avril au 2 mai 2019 »."""
    month = _month(g["m2"])
    last = _day(g["d2"], month, g["y2"], "", c)
    first_month = _month(g["m1"]) if g["m1"] else month
    year = g["y1"] or (str(int(last[:4]) - (first_month > month)) if last[:4].isdigit() else None)
    first = _day(g["d1"], first_month, year, "", c)
    return f"{first}/{last}" if first and last and first < last else ""


def _dated(g: _Groups, c: _Context) -> str:
    """« jeudi 26 septembre », « 8 avril prochain »."""
    return _day(g["d"], _month(g["m"]), g["y"], (g["weekday"] or "").lower(), c, g["rel"] or "")


def _numeric(g: _Groups, c: _Context) -> str:
    year = f"20{g['y']}" if g["y"] and len(g["y"]) == 2 else g["y"]
    return _day(g["d"], int(g["m"] or 0), year, (g["weekday"] or "").lower(), c)


def _months(g: _Groups, c: _Context) -> str:
    """« de décembre 2017 à mars 2018 », « mai-août »."""
    first, last = _month(g["m1"]), _month(g["m2"])
    year = g["y2"] or _month_year(last, c)
    before = g["y1"] or (str(int(year) - (first >= last)) if year.isdigit() else year)
    return f"{before}-{first:02d}/{year}-{last:02d}" if (before, first) < (year, last) else ""


def _month_of(g: _Groups, c: _Context) -> str:
    month = _month(g["m"])
    return f"{g['y'] or _month_year(month, c, g.get('rel') or '')}-{month:02d}"


def _part_of_year(g: _Groups, c: _Context) -> str:
    n = int(g["n"]) if g["n"] else _ORDINALS[(g["ord"] or "").lower()]
    if (g["part"] or g["short"] or "").lower().startswith("t"):
        return f"{g['y']}-{32 + n}"
    return f"{g['y']}-{39 + min(n, 2)}" if n in (1, 2, 4) else ""


def _season(g: _Groups, c: _Context) -> str:
    code = SEASONS[(g["season"] or "").lower()]
    if not g["y"] and (code == 24 or len(c.published) < 7):
        return ""
    return f"{g['y'] or _month_year(3 * code - 59, c, g['rel'] or '')}-{code}"


def _years(g: _Groups, c: _Context) -> str:
    first, last = g["y1"] or "", g["y2"] or ""
    last = first[: 4 - len(last)] + last
    return f"{first}/{last}" if first < last else ""


def _start_of_school(g: _Groups, c: _Context) -> str:
    year = g["y"] or _month_year(9, c, g["rel"] or "")
    return f"{year}-09" if year.isdigit() else ""


def _century(g: _Groups, c: _Context) -> str:
    numeral = (g["century"] or "").upper()
    n = int(numeral) if numeral.isdigit() else _roman(numeral)
    return f"{n - 1:02d}XX" if 1 < n <= 21 else ""


def _decade(g: _Groups, c: _Context) -> str:
    decade = g["decade"] or ""
    return f"{decade if len(decade) == 4 else '19' + decade}"[:3] + "X"


def _end_of_year(g: _Groups, c: _Context) -> str:
    year = g["y"] or c.published[:4]
    return f"{year}-12" if year else ""


def _year(g: _Groups, c: _Context) -> str:
    return g["only"] or ""


def _near(g: _Groups, c: _Context) -> str:
    base = _full(c.published)
    return (base + timedelta(days=_NEAR[(g["near"] or "").lower()])).isoformat() if base else ""


def _weekday(g: _Groups, c: _Context) -> str:
    """« ce jeudi »: the nearest; « jeudi dernier », « jeudi prochain »: the last before, the first after."""
    base = _full(c.published)
    if base is None:
        return ""
    ahead = (DAYS[(g["weekday"] or g["weekday2"] or "").lower()] - base.weekday()) % 7
    if g["rel"]:
        ahead = (ahead or 7) if g["rel"].startswith("pro") else ahead - 7
    elif ahead > 3:
        ahead -= 7
    return (base + timedelta(days=ahead)).isoformat()


def _period(g: _Groups, c: _Context) -> str:
    """« l'an dernier », « le mois prochain », « la semaine dernière »."""
    step = -1 if (g["rel"] or "").startswith(("d", "pa")) else 1
    if g["year"]:
        return str(int(c.published[:4]) + step) if c.published[:4].isdigit() else ""
    if g["month"]:
        return _months_from(c.published, step) if len(c.published) >= 7 and c.published[5:7] <= "12" else ""
    base = _full(c.published)
    if base is None:
        return ""
    monday = base - timedelta(days=base.weekday()) + timedelta(weeks=step)
    return f"{monday}/{monday + timedelta(days=6)}"


def _counted(g: _Groups, c: _Context) -> str:
    """« il y a deux ans », « depuis six mois », « dans trois ans »."""
    n = int(number(g["n"] or "") or 0) * (1 if (g["way"] or "").lower().startswith(("dans", "d'")) else -1)
    unit, base = (g["unit"] or "").lower(), _full(c.published)
    if unit.startswith("an"):
        return str(int(c.published[:4]) + n) if c.published[:4].isdigit() and abs(n) < 400 else ""
    if unit == "mois":
        return _months_from(c.published, n) if len(c.published) >= 7 and c.published[5:7] <= "12" else ""
    return (base + timedelta(days=n)).isoformat() if base else ""


_AT_YEAR = "".join(rf"|(?<=\b{w}\s)" for w in ("de", "depuis", "dès", "fin", "début", "courant", "vers", "année", "ici", "dans", "jusqu'en", "jusqu'à", "avant", "après", "pour",
                                                "l'horizon", "à partir de", "ici à", "avant fin", "exercice", "millésime"))  # fmt: skip
_FORMS: dict[str, tuple[re.Pattern[str], Callable[[_Groups, _Context], str]]] = {
    name: (re.compile(pattern, re.I), value)
    for name, pattern, value in (
        ("iso", rf"\b(?P<y>{_Y})-(?P<m>\d\d)-(?P<d>\d\d)(?P<weekday>)\b", _numeric),
        ("days", rf"(?:\bdu\s+|{_FREE})(?:{_D}\s+)?\b(?P<d1>{_DAY})(?:\s+(?P<m1>{_M})(?:\s+(?P<y1>{_Y}))?)?(?:\s+au\s+|\s?[-–]\s?)(?:{_D}\s+)?(?P<d2>{_DAY})\s+(?P<m2>{_M})(?:\s+(?P<y2>{_Y})\b)?", _days),
        ("between days", rf"\bentre\s+le\s+(?:{_D}\s+)?(?P<d1>{_DAY})(?:\s+(?P<m1>{_M})(?:\s+(?P<y1>{_Y}))?)?\s+et\s+le\s+(?:{_D}\s+)?(?P<d2>{_DAY})\s+(?P<m2>{_M})(?:\s+(?P<y2>{_Y})\b)?", _days),
        ("listed day", rf"(?:(?<=les\s)|(?<=le\s)|(?<=di\s)|(?<=\d,\s))(?P<d>{_DAY})(?=(?:,\s+(?:{_D}\s+)?{_DAY}){{0,6}}\s+et\s+(?:le\s+)?(?:{_D}\s+)?{_DAY}\s+(?P<m>{_M})(?:\s+(?P<y>{_Y})\b)?)(?P<weekday>)", _dated),
        ("day", rf"(?:\b(?P<weekday>{_D})\s+)?{_FREE}(?P<d>{_DAY})\s+(?P<m>{_M})(?:\s+(?P<y>{_Y})\b)?{_REL}", _dated),
        ("numeric", rf"(?:\b(?P<weekday>{_D})\s+)?{_FREE}(?P<d>\d{{1,2}})(?P<s>[/.])(?P<m>\d{{1,2}})(?P=s)(?P<y>{_Y}|(?<=/)\d\d)(?![/.]?\d)", _numeric),
        ("numeric without year", rf"(?=[lmjvsd\d])(?:\b(?P<weekday>{_D})\s+|(?<=\ble\s)|(?<=\bdu\s)|(?<=\bau\s)|(?<=\()){_FREE}(?P<d>{_DAY})/(?P<m>0[1-9]|1[0-2])(?P<y>)(?![\d/%])(?!\s+de[ s])", _numeric),
        ("numeric with hour", rf"{_FREE}(?P<d>{_DAY})/(?P<m>0[1-9]|1[0-2])(?P<y>)(?P<weekday>)(?=,?\s+(?:à\s+|de\s+)?\d{{1,2}}\s?h)", _numeric),
        ("part of year", rf"(?:\b(?P<ord>{_any(_ORDINALS)})\s+(?P<part>trimestre|semestre)\s+(?:de\s+)?(?:l'année\s+)?|\b(?P<short>[TS])(?P<n>[1-4])\s+)(?P<y>{_Y})\b", _part_of_year),
        ("season", rf"\b(?P<season>{_any(SEASONS)})\s+(?:de\s+)?(?P<y>{_Y})\b(?:\s?[-/]\s?(?:20)?\d\d\b)?", _season),
        ("season near", rf"(?=[péah])(?:(?<=\bcet\s)|(?<=\bau\s)|(?<=\bà\sl')|(?<=\bdès\sl'))(?P<season>{_any(SEASONS)})\b{_REL}(?!\s+(?:des?|du)\b)", _season),
        ("season beside", rf"(?:(?<=\bl')|(?<=\ble\s))(?P<season>{_any(SEASONS)})\s+(?P<rel>dernier|prochain|passé)\b", _season),
        ("months", rf"\b(?=[acdfjmnos])(?:\b(?:de\s+|d'))?{_PART}?(?<![\w-])(?P<m1>{_MONTH})(?:\s+(?P<y1>{_Y}))?(?:\s+à\s+|\s?[-–/]\s?){_PART}?(?P<m2>{_MONTH})(?:\s+(?P<y2>{_Y})\b)?", _months),
        ("between months", rf"\bentre\s+{_PART}?(?P<m1>{_MONTH})(?:\s+(?P<y1>{_Y}))?\s+et\s+{_PART}?(?P<m2>{_MONTH})(?:\s+(?P<y2>{_Y})\b)?", _months),
        ("listed month", rf"\b(?=[acdfjmnos])(?<!-){_PART}?\b(?P<m>{_MONTH})(?=(?:,\s+{_MONTH}){{0,6}}\s+et\s+{_MONTH}\s+(?P<y>{_Y})\b)", _month_of),
        ("month", rf"\b(?=[acdfjmnos])(?<!-){_PART}?(?P<m>{_M})\s+(?:de\s+(?:l'année\s+)?)?(?P<y>{_Y})\b", _month_of),
        ("month near", rf"\b(?=[acdfjmnos])(?:{_PART}|(?<=\ben\s)|(?<=\bici\s)|(?<=\bdès\s)|(?<=\bdepuis\s)|(?<=\bmois\sde\s)|(?<=\bmois\sd')|(?<=\bjusqu'en\s)|(?<=\bavant\s))(?P<m>{_MONTH}){_REL}", _month_of),
        ("month beside", rf"\b(?P<m>{_MONTH})\s+(?P<rel>dernier|prochain)\b", _month_of),
        ("start of school", rf"\brentrée\s+(?:scolaire\s+|universitaire\s+)?(?:de\s+)?(?P<y>{_Y})\b|(?:(?<=\bà\sla\s)|(?<=\bdès\sla\s))rentrée\s+(?P<rel>prochaine|dernière)\b", _start_of_school),
        ("between years", rf"\b(?:de|entre)\s+(?P<y1>{_Y})\s+(?:à|et|jusqu'à|jusqu'en)\s+(?P<y2>{_Y})\b", _years),
        ("years", rf"(?<![\w/.-])(?P<y1>{_Y})\s?[-–/]\s?(?P<y2>{_Y}|(?<=/)\d\d|(?<=-)\d\d)\b(?![/.-]\w)", _years),
        ("century", r"(?P<century>\b(?:[IVX]+|1\d|2[01]))(?:e|ème|ième)\s+siècle\b", _century),
        ("decade", r"\bannées\s+(?P<decade>(?:1[5-9]|20)\d0|[2-9]0)\b", _decade),
        ("end of year", rf"\bfin\s+de\s+l'année\s+(?P<y>{_Y})\b", _end_of_year),
        ("end of this year", r"(?=la fin)(?:(?<=\bici\s)|(?<=\bici\sà\s)|(?<=\bavant\s)|(?<=\bjusqu'à\s))la\sfin\s+de\s+l'année\b(?!\s+(?:derni|pass|proch|scol|univ))", _end_of_year),
        ("this year", r"(?<=\ben\s)début\s+d'année\b(?!\s+(?:proch|scol|univ))", lambda g, c: c.published[:4]),
        ("year", rf"(?=[12]\d{{3}}\b)(?:(?<=\ben\s)|(?<=\()|(?<=\d{{4}},\s)|(?<=\d{{4}}\set\s)|(?<=\d{{4}}\set\sen\s)|(?<=\bmi-){_AT_YEAR})(?P<only>{_Y})\b(?![-/.]\d)", _year),
        ("year first", rf"(?:^|(?<=[.!?…:]\s)|(?<=\s\s))(?P<only>{_Y})(?=\s+(?:commenc|débute|démarre|s'ouvre|s'achève|se termine|s'annonce|aura? |a été|est |sera |fut |était |reste|marque|promet|ver|voit))", _year),
        ("day near", rf"\b(?=[ahd])(?<!\bde\s)(?<!\bd')(?<!qu')\b(?P<near>{_any(_NEAR)})\b", _near),
        ("weekday", rf"\bce\s+(?P<weekday>{_D})\b(?!\s+\d)|\b(?P<weekday2>{_D})\s+(?P<rel>dernier|passé|prochain)\b", _weekday),
        ("period", r"\b(?=l)(?<!comme\s)(?<!\bque\s)(?<!qu')(?<!\bde\s)\b(?:l'(?P<year>an|année)|le\s+(?P<month>mois)|la\s+(?P<week>semaine))\s+(?P<rel>derni(?:er|ère)|passée?|prochaine?)\b", _period),
        ("counted", rf"(?<!qu')\b(?P<way>il\s+y\s+a|depuis|dans|d'ici(?:\s+à)?)\s+{_COUNT}", _counted),
    )
}  # fmt: skip
"""What a date looks like, and its EDTF value; of two that overlap the one listed first holds."""
_ANCHOR = re.compile(
    rf"\b(?:{_any([*MONTHS, *DAYS, *SEASONS, *_NEAR])}|{_Y}|\d\d?/\d\d?|siècle|années?|ans?|mois|jours|semaine|rentrée)\b",
    re.I,
)
_OF_METADATA = ("iso", "day", "numeric", "month")
_ON = rf"(?:(?:{_any(SEASONS)}|{_PART}?{_MONTH}(?:\s?[-–/]\s?{_MONTH})?|{_DAY}\s+{_MONTH})\s+{_Y})\b"
_ISSUE = re.compile(
    rf"(?:\bn° ?|\bnuméro )\d{{1,5}}[\s,:–-]{{1,4}}(?P<on>{_ON})|(?P<paged>{_ON}),? p(?:ages?|p?\.) ?\d", re.I
)
"""The issue of a periodical in which a text stands: « n° 12, mars 2021 », « printemps 2021, p. 9 »."""
_ROUGHLY = re.compile(r"\b(?:plus|près|moins|autour|environ|quelque)\s+(?:de\s+)?$", re.I)
_COUNTED = re.compile(
    r"(?:\s+(?:à|et|ou)\s+\d[\d ]*)?\s*(?:€|%|[mk]?m²|m2\b|[km]€|(?P<noun>(?!(?:plus|moins|très|mais|puis|alors|après|depuis|lors|sans|sous|dans|vers|dès|hors|pas|"
    r"jamais|toujours|ailleurs|parfois|désormais|[ldscmn]es|aux|nous|vous|ils|elles|ces|ses|nos|vos|leurs|quelques|plusieurs|certaine?s|toute?s|tous|"
    r"deux|trois|six|dix)\b)[a-zà-ÿ][a-zà-ÿ'-]+[sx]\b))",
    re.I,
)
"""What follows a number that counts: a unit, or a plural noun (a word in -s or -x that is none of the usual small ones)."""
_PARTICIPLE = re.compile(r"(?!salari|employ)[a-zà-ÿ]+(?:é|i|u|t)e?s", re.I)
_ONLY_YEARS = frozenset({"year", "years", "between years", "year first"})


def find(text: str, published_on: str) -> list[Found]:
    """Dates in a straightened `text`, in order; `published_on` is the document's EDTF date or ''."""
    taken = bytearray(len(text))
    issue = _ISSUE.search(text)
    if issue:
        taken[issue.start() : issue.end()] = b"\1" * (issue.end() - issue.start())
    seen = []
    for name, m, value in _matches(text):
        if taken.find(1, m.start(), m.end()) < 0 and not (name in _ONLY_YEARS and _counts(text, m.start(), m.end())):
            taken[m.start() : m.end()] = b"\1" * (m.end() - m.start())
            seen.append((m.start(), m, value))
    context = _Context(published_on or (_value_of_issue(issue["on"] or issue["paged"]) if issue else ""))
    found = []
    for _, m, value in sorted(seen, key=lambda s: s[0]):
        edtf = value(defaultdict(lambda: None, m.groupdict()), context)
        if edtf:
            found.append(Found(m.start(), m.end(), edtf, _sure(m, edtf), _ahead(edtf, published_on)))
            if edtf[:4].isdigit():
                context = replace(context, beside=edtf[:4])
    return found


def _matches(text: str) -> Iterator[tuple[str, re.Match[str], Callable[[_Groups, _Context], str]]]:
    """What looks like a date, form by form, near words that dates have: the rest of the text is not looked at."""
    near: list[tuple[int, int]] = []
    for m in _ANCHOR.finditer(text):
        start, end = max(0, m.start() - 60), m.end() + 60
        if near and start <= near[-1][1]:
            near[-1] = (near[-1][0], end)
        else:
            near.append((start, end))
    for name, (pattern, value) in _FORMS.items():
        for start, end in near:
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


def _sure(m: re.Match[str], edtf: str) -> Qualifier:
    """`about` where the text says so, counts from the publication, or names a day that is another's."""
    g = m.groupdict()
    another = (
        bool(g.get("weekday"))
        and len(edtf) == 10
        and edtf[0] != "X"
        and date.fromisoformat(edtf).weekday() != DAYS[g["weekday"].lower()]
    )
    counted = bool(g.get("way")) and len(edtf) < 10
    return (
        "about"
        if another
        or counted
        or re.search(r"\b(?:vers|environ)\s+(?:le\s+)?$", m.string[max(0, m.start() - 12) : m.start()], re.I)
        else "exact"
    )


def _ahead(edtf: str, published: str) -> bool | None:
    """Whether what `edtf` says begins after the publication; None where the two can't be told apart."""
    if not published or "X" in edtf[:10]:
        return None
    year_only = len(edtf) < 7 or edtf[5:7] > "12" or len(published) < 7
    n = 4 if year_only else min(len(edtf.split("/")[0]), len(published))
    return None if edtf[:n] == published[:n] and n < 10 else edtf[:n] > published[:n]


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


# --- days, months, years ------------------------------------------------------------------------


def _month(name: str | None) -> int:
    return MONTHS[(name or "").lower().rstrip(".")]


def _day(day: str | None, month: int, year: str | None, weekday: str, c: _Context, rel: str = "") -> str:
    """EDTF of a day; year inferred where not given; '' if there is no such day."""
    n = int((day or "0").removesuffix("er"))
    if not 1 <= month <= 12 or not 1 <= n <= 31:
        return ""
    open_ = f"XXXX-{month:02d}-{n:02d}"
    if year or not c.published[:4].isdigit():
        year = year or c.beside
        if not year.isdigit():
            return open_
        return d.isoformat() if (d := _date(int(year), month, n)) else ""
    days = [
        d for y in range(int(c.published[:4]) - 6, int(c.published[:4]) + 3) if (d := _date(y, month, n)) is not None
    ]
    days = [d for d in days if not weekday or d.weekday() == DAYS[weekday]]
    about = _about(c.published)
    days = [d for d in days if not rel or (d > about if rel.startswith("pro") else d < about)]
    return min(days, key=lambda d: (abs((d - about).days), d)).isoformat() if days else open_


def _about(published: str) -> date:
    """A day to measure nearness to the publication from: its middle where it is known by month or year only."""
    if len(published) == 10:
        return _full(published) or date(int(published[:4]), 7, 1)
    if len(published) == 7 and published[5:].isdigit() and 1 <= int(published[5:]) <= 12:
        return date(int(published[:4]), int(published[5:]), 15)
    return date(int(published[:4]), 7, 1)


def _month_year(month: int, c: _Context, rel: str | None = "") -> str:
    """The year of a month without one."""
    if not c.published[:4].isdigit():
        return c.beside or "XXXX"
    if len(c.published) == 4:
        return c.published
    about = _about(c.published)
    near = [date(y, month, 15) for y in range(about.year - 1, about.year + 2)]
    near = [
        d
        for d in near
        if not rel
        or (
            (d.year, d.month) > (about.year, about.month)
            if rel.startswith("pro")
            else (d.year, d.month) < (about.year, about.month)
        )
    ]
    return str(min(near, key=lambda d: abs((d - about).days)).year)


def _months_from(published: str, months: int) -> str:
    at = int(published[:4]) * 12 + int(published[5:7]) - 1 + months
    return f"{at // 12}-{at % 12 + 1:02d}"


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full(published: str) -> date | None:
    return date.fromisoformat(published) if re.fullmatch(r"\d{4}-\d\d-\d\d", published) else None


def _roman(numeral: str) -> int:
    values = [_ROMAN[c] for c in numeral]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))


def publication_date(value: str, zone: ZoneInfo) -> str:
    """A date of metadata or of a line of its own as EDTF; '' if it is none. An instant becomes its day in `zone`."""
    value = " ".join(value.replace("’", "'").split())
    if m := re.fullmatch(r"(\d{4})(?:-(\d\d))?", value):
        return value if 1500 <= int(m[1]) <= 2999 and 1 <= int(m[2] or 1) <= 12 else ""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return value if _date(*(int(p) for p in value.split("-"))) else ""
    if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:", value):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return ""
        return (at.astimezone(zone) if at.tzinfo else at).date().isoformat()
    value = re.sub(r"(?i)^le\s+", "", value)
    for pattern, read in (_FORMS[name] for name in _OF_METADATA):
        if form := pattern.fullmatch(value):
            found = read(defaultdict(lambda: None, form.groupdict()), _Context(""))
            return found if re.fullmatch(r"\d{4}(-\d\d){0,2}", found) else ""
    return ""
