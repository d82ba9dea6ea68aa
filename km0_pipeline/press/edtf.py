"""What the words of a French date mean, as EDTF (ISO 8601-2:2019).

Belongs here: one function a form of date, from the groups that its pattern found to its value, '' where it has none;
how a year that isn't said is found. The patterns stand in `dates`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from km0_pipeline.press.numerals import number

MONTH_NAMES = (
    "janvier janv", "février fevrier févr fév", "mars", "avril avr", "mai", "juin",
    "juillet juil", "août aout", "septembre sept", "octobre oct", "novembre nov", "décembre decembre déc",
)  # fmt: skip
MONTHS = {name: n for n, names in enumerate(MONTH_NAMES, 1) for name in names.split()}
DAYS = {d: n for n, d in enumerate(["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"])}
SEASONS = {"printemps": 21, "été": 22, "automne": 23, "hiver": 24}
ORDINALS = {"premier": 1, "première": 1, "1er": 1, "1re": 1, "deuxième": 2, "second": 2, "seconde": 2, "2e": 2, "2ème": 2,
             "troisième": 3, "3e": 3, "3ème": 3, "quatrième": 4, "dernier": 4, "4e": 4, "4ème": 4}  # fmt: skip
_ROMAN = {"I": 1, "V": 5, "X": 10}
FEASTS: dict[str, tuple[int, int] | int] = {"noël": (12, 25), "toussaint": (11, 1), "saint-nicolas": (12, 6), "saint-sylvestre": (12, 31), "épiphanie": (1, 6), "assomption": (8, 15),
          "pâques": 0, "ascension": 39, "pentecôte": 49}  # fmt: skip
"""Feast -> its month and day, or how many days after Easter it lies."""
NEAR = {"avant-hier": -2, "hier": -1, "demain": 1, "après-demain": 2}


@dataclass(frozen=True, slots=True)
class Context:
    """What a date without a year is read by: the publication (EDTF or ''), the date before it in the text (EDTF or ''),

    and whether its sentence speaks of what was (`past`) or will be (`ahead`).
    """

    published: str
    beside: str = ""
    lean: str = ""


Groups = Mapping[str, str | None]


def days(g: Groups, c: Context) -> str:
    """« du 30 avril au 2 mai 2019 »."""
    month = _month(g["m2"])
    last = _day(g["d2"], month, g["y2"], "", c)
    first_month = _month(g["m1"]) if g["m1"] else month
    year = g["y1"] or (str(int(last[:4]) - (first_month > month)) if last[:4].isdigit() else None)
    first = _day(g["d1"], first_month, year, "", c)
    return f"{first}/{last}" if first and last and first < last else ""


def dated(g: Groups, c: Context) -> str:
    """« jeudi 26 septembre », « 8 avril prochain »."""
    return _day(g["d"], _month(g["m"]), g["y"], (g["weekday"] or "").lower(), c, g["rel"] or "")


def numeric(g: Groups, c: Context) -> str:
    year = f"20{g['y']}" if g["y"] and len(g["y"]) == 2 else g["y"]
    return _day(g["d"], int(g["m"] or 0), year, (g["weekday"] or "").lower(), c)


def months(g: Groups, c: Context) -> str:
    """« de décembre 2017 à mars 2018 », « mai-août »."""
    first, last = _month(g["m1"]), _month(g["m2"])
    year = g["y2"] or _month_year(last, c)
    before = g["y1"] or (str(int(year) - (first >= last)) if year.isdigit() else year)
    return f"{before}-{first:02d}/{year}-{last:02d}" if (before, first) < (year, last) else ""


def month_of(g: Groups, c: Context) -> str:
    month = _month(g["m"])
    return f"{g['y'] or _month_year(month, c, g.get('rel') or '')}-{month:02d}"


def part_of_year(g: Groups, c: Context) -> str:
    """« 2e trimestre 2020 », « au premier semestre »."""
    n = int(g["n"]) if g["n"] else ORDINALS[(g["ord"] or "").lower()]
    quarter = (g["part"] or g["short"] or "").lower().startswith("t")
    n = n if quarter else min(n, 2)
    year = g["y"] or _month_year(3 * n - 1 if quarter else 6 * n - 3, c)
    return f"{year}-{(32 if quarter else 39) + n}" if year.isdigit() else ""


def season(g: Groups, c: Context) -> str:
    code = SEASONS[(g["season"] or "").lower()]
    if g["y"]:
        return f"{g['y']}-{code}"
    if not re.match(r"\d{4}-(?:0\d|1[0-2])", c.published):
        return ""
    if code < 24:
        return f"{_month_year(3 * code - 59, c, g['rel'] or '')}-{code}"
    now = int(c.published[:4]) - (int(c.published[5:7]) < 7)  # a winter is called by the year in which it begins
    return f"{now + ((g['rel'] or '').startswith('pro') and int(c.published[5:7]) < 7)}-24"


def years(g: Groups, c: Context) -> str:
    first, last = g["y1"] or "", g["y2"] or ""
    last = first[: 4 - len(last)] + last
    number = len(g["y2"] or "") == 2 and int(last) > int(first) + 10  # of a decision: « délibération 2018-31 »
    return f"{first}/{last}" if first < last and not number else ""


def start_of_school(g: Groups, c: Context) -> str:
    year = g["y"] or _month_year(9, c, g["rel"] or "")
    return f"{year}-09" if year.isdigit() else ""


def century(g: Groups, c: Context) -> str:
    numeral = (g["century"] or "").upper()
    n = int(numeral) if numeral.isdigit() else _roman(numeral)
    return f"{n - 1:02d}XX" if 1 < n <= 21 else ""


def decade(g: Groups, c: Context) -> str:
    decade = g["decade"] or ""
    return f"{decade if len(decade) == 4 else '19' + decade}"[:3] + "X"


def end_of_year(g: Groups, c: Context) -> str:
    year = g["y"] or c.published[:4]
    return f"{year}-12" if year else ""


def year(g: Groups, c: Context) -> str:
    return g["only"] or g["only2"] or ""


def week(g: Groups, c: Context) -> str:
    """« la semaine du 9 juin »: from its Monday to its Sunday."""
    day = _full(dated(g, c))
    return f"{(monday := day - timedelta(days=day.weekday()))}/{monday + timedelta(days=6)}" if day else ""


def week_of_year(g: Groups, c: Context) -> str:
    """« semaine 46 », of the year of the publication."""
    try:
        monday = date.fromisocalendar(int(c.published[:4] or 0), int(g["n"] or 0), 1)
    except ValueError:
        return ""
    return f"{monday}/{monday + timedelta(days=6)}"


def night(g: Groups, c: Context) -> str:
    """« la nuit de samedi à dimanche »: the last one."""
    base = _full(c.published)
    if base is None:
        return ""
    end = base - timedelta(days=(base.weekday() - DAYS[(g["weekday"] or "").lower()]) % 7)
    return f"{end - timedelta(days=1)}/{end}"


def weekday_and_day(g: Groups, c: Context) -> str:
    """« lundi 12 »: that one which lies nearest to the publication or to the date before."""
    about = c.published if len(c.published) == 10 else c.beside[:10]
    base, weekday, n = _full(about), DAYS[(g["weekday"] or "").lower()], int((g["d"] or "").removesuffix("er"))
    if base is None:
        return ""
    near = [d for step in range(-31, 63) if (d := base + timedelta(days=step)).day == n and d.weekday() == weekday]
    return min(near, key=lambda d: abs((d - base).days)).isoformat() if near else ""


def feast(g: Groups, c: Context) -> str:
    """« à la Toussaint », « avant Pâques »: of the year that is said, or nearest as the tense has it."""
    at = FEASTS[(g["feast"] or "").lower()]
    if not g["y"] and not c.published[:4].isdigit():
        return ""
    about = _about(c.published) if c.published else date(int(g["y"] or 0), 7, 1)
    years = [int(g["y"])] if g["y"] else range(about.year - 1, about.year + 2)
    days = [date(y, *at) if isinstance(at, tuple) else _easter(y) + timedelta(days=at) for y in years]
    days = days if g["y"] else _leaning(days, about, c.lean) or days
    return min(days, key=lambda d: abs((d - about).days)).isoformat()


def counted_from_another(g: Groups, c: Context) -> str:
    """« un an plus tôt », « deux mois plus tard »: from the date before; « six ans après sa création »: when that was."""
    n = int(number(g["n"] or "") or 0) * (1 if g["on"] else -1)
    base, unit = c.published if g["since"] else c.beside.split("/")[0], (g["unit"] or "").lower()
    if unit.startswith("an"):
        return str(int(base[:4]) + n) if base[:4].isdigit() and abs(n) < 400 else ""
    if unit == "mois":
        return _months_from(base, n) if re.match(r"\d{4}-(?:0\d|1[0-2])", base) else ""
    day = _full(base)
    return (day + timedelta(days=n * (7 if unit.startswith("s") else 1))).isoformat() if day else ""


def follows(first: str, second: str) -> bool:
    """Whether the day `second` comes right after the day, or the last day of the days, `first`."""
    before, after = _full(first.split("/")[-1]), _full(second)
    return before is not None and after is not None and after - before == timedelta(days=1)


def near(g: Groups, c: Context) -> str:
    base = _full(c.published)
    return (base + timedelta(days=NEAR[(g["near"] or "").lower()])).isoformat() if base else ""


def weekday(g: Groups, c: Context) -> str:
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


def weekday_alone(g: Groups, c: Context) -> str:
    """« mercredi »: the last one where the sentence speaks of the past, the next one of the future; else no date."""
    base = _full(c.published)
    if base is None or not c.lean:
        return ""
    after = (DAYS[(g["weekday"] or "").lower()] - base.weekday()) % 7
    return (base + timedelta(days=after if c.lean == "ahead" or not after else after - 7)).isoformat()


def period(g: Groups, c: Context) -> str:
    """« l'an dernier », « le mois prochain », « la semaine dernière »."""
    step = -1 if (g["rel"] or "").startswith(("d", "pa")) else 1
    if g["year"]:
        return str(int(c.published[:4]) + step) if c.published else ""
    if g["month"]:
        return _months_from(c.published, step) if len(c.published) >= 7 and c.published[5:7] <= "12" else ""
    base = _full(c.published)
    if base is None:
        return ""
    monday = base - timedelta(days=base.weekday()) + timedelta(weeks=step)
    return f"{monday}/{monday + timedelta(days=6)}"


def counted(g: Groups, c: Context) -> str:
    """« il y a deux ans », « depuis six mois », « dans trois ans »."""
    n = int(number(g["n"] or "") or 0) * (1 if (g["way"] or "").lower().startswith(("dans", "d'")) else -1)
    unit, base = (g["unit"] or "").lower(), _full(c.published)
    if unit.startswith("an"):
        return str(int(c.published[:4]) + n) if c.published[:4].isdigit() and abs(n) < 400 else ""
    if unit == "mois":
        return _months_from(c.published, n) if len(c.published) >= 7 and c.published[5:7] <= "12" else ""
    return (base + timedelta(days=n)).isoformat() if base else ""


# --- days, months, years ------------------------------------------------------------------------


def _month(name: str | None) -> int:
    return MONTHS[(name or "").lower().rstrip(".")]


def _day(day: str | None, month: int, year: str | None, weekday: str, c: Context, rel: str = "") -> str:
    """EDTF of a day; year inferred where not given; '' if there is no such day."""
    n = int((day or "0").removesuffix("er"))
    if not 1 <= month <= 12 or not 1 <= n <= 31:
        return ""
    open_ = f"XXXX-{month:02d}-{n:02d}"
    if year or not c.published[:4].isdigit() or len(c.published) == 4:
        year = year or c.published or c.beside[:4]
        if not year.isdigit():
            return open_
        return d.isoformat() if (d := valid(int(year), month, n)) else ""
    days = [
        d for y in range(int(c.published[:4]) - 6, int(c.published[:4]) + 3) if (d := valid(y, month, n)) is not None
    ]
    days = [d for d in days if not weekday or d.weekday() == DAYS[weekday]]
    about = _about(c.published)
    days = [d for d in days if not rel or (d > about if rel.startswith("pro") else d < about)]
    days = days if rel or weekday else _leaning(days, about, c.lean)
    return min(days, key=lambda d: (abs((d - about).days), d)).isoformat() if days else open_


_LATER = timedelta(days=75)
"""So far ahead reaches what is only announced: « a annoncé son ouverture en mars »."""


def _leaning(days: list[date], about: date, lean: str) -> list[date]:
    """Those of `days` that agree with the tense."""
    if lean == "ahead":
        return [d for d in days if (d.year, d.month) >= (about.year, about.month)]
    last = about + _LATER if lean == "past" else about if lean == "before" else None
    return days if last is None else [d for d in days if d <= last]


def _about(published: str) -> date:
    """A day to measure nearness to the publication from: its middle where it is known by month or year only."""
    if len(published) == 10:
        return _full(published) or date(int(published[:4]), 7, 1)
    if len(published) == 7 and published[5:].isdigit() and 1 <= int(published[5:]) <= 12:
        return date(int(published[:4]), int(published[5:]), 15)
    return date(int(published[:4]), 7, 1)


def _month_year(month: int, c: Context, rel: str | None = "") -> str:
    """The year of a month without one."""
    if not c.published[:4].isdigit():
        return c.beside[:4] or "XXXX"
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
    near = near if rel else _leaning(near, about, c.lean)
    return str(min(near, key=lambda d: abs((d - about).days)).year)


def _easter(year: int) -> date:
    """Easter Sunday (Gregorian; the anonymous algorithm of 1876)."""
    a, (b, c) = year % 19, divmod(year, 100)
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    w = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    month, day = divmod(h + w - 7 * ((a + 11 * h + 22 * w) // 451) + 114, 31)
    return date(year, month, day + 1)


def _months_from(published: str, months: int) -> str:
    at = int(published[:4]) * 12 + int(published[5:7]) - 1 + months
    return f"{at // 12}-{at % 12 + 1:02d}"


def valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full(published: str) -> date | None:
    return date.fromisoformat(published) if re.fullmatch(r"\d{4}-\d\d-\d\d", published) else None


def _roman(numeral: str) -> int:
    values = [_ROMAN[c] for c in numeral]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))
