"""French dates in running text, and dates of metadata, as EDTF (ISO 8601-2:2019).

    26 septembre 2019 2019-09-26    printemps 2018       2018-21 (22 summer, 23 autumn, 24 winter)
    septembre 2019    2019-09       2e trimestre 2020    2020-34 (33 to 36: quarters)
    en 2019           2019          1er semestre 2018    2018-40 (40, 41: halves of a year)
    26 septembre      XXXX-09-26    XIXe siècle          18XX
    du 12 au 15 mai 2019            2019-05-12/2019-05-15

A date without a year takes the year that lies nearest to the publication and agrees with the
weekday, if one is named; without a publication date its year stays open. Belongs here: finding
and writing dates; what happened on them belongs to `relations`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

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


def _any(words: object) -> str:
    return "|".join(sorted((re.escape(str(w)) for w in words), key=lambda w: (-len(w), w)))  # type: ignore[attr-defined]


_M, _D, _Y = rf"(?:{_any(MONTHS)})\b\.?", _any(DAYS), r"(?:1[5-9]|20)\d\d"
_PATTERN = re.compile(
    rf"""
    (?P<range>\bdu\s+(?P<r1>\d{{1,2}})(?:er)?\s+au\s+(?P<r2>\d{{1,2}})\s+(?P<rm>{_M})(?:\s+(?P<ry>{_Y})\b)?)
  | (?:\b(?P<weekday>{_D})\s+)?\b(?P<day>\d{{1,2}})(?:er)?\s+(?P<month>{_M})(?:\s+(?P<year>{_Y})\b)?(?P<rel>\s+(?:dernier|prochain)\b)?
  | \b(?P<nd>\d{{1,2}})[/.](?P<nm>\d{{1,2}})[/.](?P<ny>{_Y})\b
  | \b(?P<iso>{_Y}-\d\d-\d\d)\b
  | \b(?P<ord>{_any(_ORDINALS)})\s+(?P<part>trimestre|semestre)\s+(?:de\s+)?(?:l'année\s+)?(?P<py>{_Y})\b
  | \b(?P<season>{_any(SEASONS)})\s+(?:de\s+)?(?P<sy>{_Y})\b
  | (?:\bmi-)?\b(?P<mmonth>{_M})\s+(?P<my>{_Y})\b
  | (?P<century>\b[IVX]+)(?:e|ème)\s+siècle\b
  | \bannées\s+(?P<decade>(?:1[5-9]|20)\d)0\b
  | (?<=\ben\s)(?P<lone>{_M})(?=[\s,.;:)])(?P<lrel>\s+(?:dernier|prochain)\b)?
  | (?:(?<=\ben\s)|(?<=\bde\s)|(?<=\bdepuis\s)|(?<=\bdès\s)|(?<=\bfin\s)|(?<=\bdébut\s)|(?<=\bcourant\s)|(?<=\bvers\s)|(?<=\bl'année\s)
      |(?<=\bd'ici\s)|(?<=\bdans\s)|(?<=\())(?P<only>{_Y})\b
  | \b(?P<near>avant-hier|hier|aujourd'hui|après-demain|demain)\b
    """,
    re.X | re.I,
)
_ROUGHLY = re.compile(r"\b(?:plus|près|moins|autour|environ|quelque)\s+(?:de\s+)?$", re.I)
_COUNTED = re.compile(
    r"(?:\s+(?:à|et|ou)\s+\d[\d ]*)?\s*(?:€|%|[mk]?m²|m2\b|[km]€|(?P<noun>(?!(?:plus|moins|très|mais|puis|alors|après|depuis|lors|sans|sous|dans|vers|dès|hors|pas|"
    r"jamais|toujours|ailleurs|parfois|désormais|[ldscmn]es|aux|nous|vous|ils|elles|ces|ses|nos|vos|leurs|quelques|plusieurs|certaine?s|toute?s|tous|"
    r"deux|trois|six|dix)\b)[a-zà-ÿ][a-zà-ÿ'-]+[sx]\b))",
    re.I,
)
"""What follows a number that counts: a unit, or a plural noun (a word in -s or -x that is none of the usual small ones)."""
_PARTICIPLE = re.compile(r"(?!salari|employ)[a-zà-ÿ]+(?:é|i|u|t)e?s", re.I)


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: where it stands, and its EDTF value."""

    start: int
    end: int
    value: str


def find(text: str, published_on: str) -> list[Found]:
    """Dates in a straightened `text`, in order; `published_on` is the document's EDTF date or ''."""
    found = []
    for m in _PATTERN.finditer(text):
        value = _value(m, published_on)
        if value and not (m["only"] and _counts(text, m.start(), m.end())):
            found.append(Found(m.start(), m.end(), value))
    return found


def _counts(text: str, start: int, end: int) -> bool:
    """Whether four figures alone are a count: « près de 2000 visiteurs »; not « créées en 2019 présentées »."""
    if _ROUGHLY.search(text[max(0, start - 20) : start]):
        return True
    counted = _COUNTED.match(text, end)
    if not counted or re.search(r"\b(?:depuis|dès|fin|début|courant|année|ici)\s$", text[max(0, start - 8) : start], re.I):
        return False
    after_en = re.search(r"\ben\s$", text[max(0, start - 4) : start], re.I)
    return not (after_en and counted["noun"] and _PARTICIPLE.fullmatch(counted["noun"]))


def _value(m: re.Match[str], published: str) -> str:
    g = m.groupdict()
    if g["range"]:
        month = MONTHS[g["rm"].lower().rstrip(".")]
        first, last = (_day(int(g[k]), month, g["ry"], "", published) for k in ("r1", "r2"))
        return f"{first}/{last}" if first and last else ""
    if g["day"]:
        return _day(
            int(g["day"]), MONTHS[g["month"].lower().rstrip(".")], g["year"], (g["weekday"] or "").lower(), published
        )
    if g["nd"]:
        return _day(int(g["nd"]), int(g["nm"]), g["ny"], "", published)
    if g["iso"]:
        return publication_date(g["iso"], ZoneInfo("UTC"))
    if g["part"]:
        n = _ORDINALS[g["ord"].lower()]
        if g["part"].lower() == "semestre":
            return f"{g['py']}-{39 + min(n, 2)}" if n in (1, 2, 4) else ""
        return f"{g['py']}-{32 + n}"
    if g["season"]:
        return f"{g['sy']}-{SEASONS[g['season'].lower()]}"
    if g["mmonth"]:
        return f"{g['my']}-{MONTHS[g['mmonth'].lower().rstrip('.')]:02d}"
    if g["century"]:
        n = _roman(g["century"].upper())
        return f"{n - 1:02d}XX" if 1 < n <= 21 else ""
    if g["decade"]:
        return f"{g['decade']}X"
    if g["lone"]:
        month = MONTHS[g["lone"].lower().rstrip(".")]
        return f"{_month_year(month, published)}-{month:02d}"
    if g["only"]:
        return str(g["only"])
    base = _full(published)
    ahead = {"avant-hier": -2, "hier": -1, "aujourd'hui": 0, "demain": 1, "après-demain": 2}[g["near"].lower()]
    return (base + timedelta(days=ahead)).isoformat() if base else ""


def _day(day: int, month: int, year: str | None, weekday: str, published: str) -> str:
    """EDTF of a day; year inferred where not given; '' if there is no such day."""
    years = (
        [int(year)]
        if year
        else range(int(published[:4]) - 6, int(published[:4]) + 3)
        if published[:4].isdigit()
        else []
    )
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return ""
    if not years:
        return f"XXXX-{month:02d}-{day:02d}"
    days = [d for y in years if (d := _date(y, month, day)) is not None]
    agreeing = [d for d in days if year or not weekday or d.weekday() == DAYS[weekday]]
    if not agreeing:
        return "" if year else f"XXXX-{month:02d}-{day:02d}"
    return min(agreeing, key=lambda d: (abs((d - _about(published, d.year)).days), d)).isoformat()


def _about(published: str, year: int) -> date:
    """A day to measure nearness to the publication from: its middle where it is known by month or year only."""
    if len(published) == 10:
        return _full(published) or date(year, 7, 1)
    if len(published) == 7 and published[5:].isdigit() and 1 <= int(published[5:]) <= 12:
        return date(int(published[:4]), int(published[5:]), 15)
    return date(int(published[:4]), 7, 1) if published[:4].isdigit() else date(year, 7, 1)


def _month_year(month: int, published: str) -> str:
    if not published[:4].isdigit():
        return "XXXX"
    about = _about(published, int(published[:4]))
    if len(published) == 4:
        return published
    near = [date(y, month, 15) for y in range(about.year - 1, about.year + 2)]
    return str(min(near, key=lambda d: abs((d - about).days)).year)


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
    m2 = _PATTERN.fullmatch(re.sub(r"(?i)^le\s+", "", value))
    if m2 and not m2["near"] and not m2["lone"] and not m2["only"]:
        found = _value(m2, "")
        return found if re.fullmatch(r"\d{4}(-\d\d){0,2}", found) else ""
    return ""
