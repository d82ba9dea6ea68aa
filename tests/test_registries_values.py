"""How cells become values: each normaliser against python-stdnum or a plain Python reference."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.fr import siren, siret

from km0_pipeline.registries.columns import BY_PROPERTY, Column
from km0_pipeline.registries.values import KINDS, VALUES_SQL, expression

Values = Callable[[str, Sequence[str | None]], list[str | None]]


@pytest.fixture(scope="module")
def values() -> Values:
    """What a kind of value makes of cells; also the name of a macro."""
    db = duckdb.connect()
    db.execute(VALUES_SQL)

    def of(kind: str, cells: Sequence[str | None]) -> list[str | None]:
        sql = expression(kind, "x") if kind in KINDS else f"{kind}(x)"
        rows = db.execute(f"select {sql} from (select unnest(?::varchar[]) as x)", [list(cells)]).fetchall()
        return [value for (value,) in rows]

    return of


# --- the examples that each column declares


@pytest.mark.parametrize("column", BY_PROPERTY.values(), ids=lambda c: c.property)
def test_the_good_examples_of_a_column_are_understood(values: Values, column: Column) -> None:
    assert column.good
    assert values(column.kind, [cell for cell, _ in column.good]) == [value for _, value in column.good]


@pytest.mark.parametrize("column", [c for c in BY_PROPERTY.values() if KINDS[c.kind].reason], ids=lambda c: c.property)
def test_the_bad_examples_of_a_column_are_refused(values: Values, column: Column) -> None:
    assert column.bad
    assert values(column.kind, column.bad) == [None] * len(column.bad)
    assert values("says_nothing", column.bad) == [False] * len(column.bad)


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_is_its_own_value(values: Values, kind: str) -> None:
    once = [v for c in BY_PROPERTY.values() if c.kind == kind for _, v in c.good]
    if kind != "kind":  # the codes of kinds are English words, some of which are also what people write
        assert values(kind, once) == once


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_cell_has_no_value(values: Values, kind: str) -> None:
    assert values(kind, [None, "", " ", "\u00a0", "-", "—"]) == [None] * 6


def test_what_people_write_for_nothing_is_no_mistake(values: Values) -> None:
    assert all(values("says_nothing", ["", " N/A ", "Néant", "NC", "[ND]", "nan", "Non renseigné", "?"]))
    assert not any(values("says_nothing", ["0", "Nantes", "12/02/2019"]))


# --- SIREN, SIRET

_digits = st.text("0123456789", min_size=9, max_size=14)


def _with_check_digit(body: str) -> str:
    return next(body + d for d in "0123456789" if siren.luhn.is_valid(body + d))


@given(st.lists(_digits, min_size=200, max_size=200))
@settings(max_examples=5, deadline=None)
def test_siren_and_siret_are_what_stdnum_says(values: Values, cells: list[str]) -> None:
    sirens = [c[:9] for c in cells] + [_with_check_digit(c[:8]) for c in cells]
    assert values("siren", sirens) == [s if siren.is_valid(s) and int(s) else None for s in sirens]
    sirets = [(c * 2)[:14] for c in cells] + [_with_check_digit(_with_check_digit(c[:8]) + c[-4:]) for c in cells]
    assert values("siret", sirets) == [s if siret.is_valid(s) and int(s[:9]) else None for s in sirets]


def test_sirets_of_la_poste_follow_their_own_rule(values: Values) -> None:
    cells = [f"356000000{n:05}" for n in range(0, 100_000, 7)] + ["35600000000048"]
    assert values("siret", cells) == [c if siret.is_valid(c) else None for c in cells]


@pytest.mark.parametrize("write", [
    lambda s: f" {s} ", lambda s: f"{s[:3]} {s[3:6]} {s[6:]}", lambda s: f"{s[:3]}\u00a0{s[3:6]}\u202f{s[6:]}", lambda s: f"{s}.0",
    lambda s: f"'{s}", lambda s: f"SIREN : {s}", lambda s: f"{s[:3]}.{s[3:6]}.{s[6:]}", lambda s: f"{s}\u200b", lambda s: s.lstrip("0"),
])  # fmt: skip
def test_a_mangled_siren_is_mended(values: Values, write: Callable[[str], str]) -> None:
    numbers = [_with_check_digit(f"0{n:07}") for n in range(1_234_567, 9_000_000, 654_321)]
    assert values("siren", [write(n) for n in numbers]) == numbers


def test_a_number_that_lost_digits_is_refused_not_guessed(values: Values) -> None:
    assert values("siren", ["7,32829E+08", "7328293", "732 829 32O", "FR 40 303 265 045"]) == [None] * 4
    assert values("siret", ["7.32829E+13", "00000000000000", "732829320"]) == [None] * 3


def test_a_siret_in_a_siren_column_gives_its_siren(values: Values) -> None:
    assert values("siren", ["732 829 320 00074"]) == ["732829320"]


# --- dates


@given(st.lists(st.dates(date(1900, 1, 1), date(2099, 12, 31)), min_size=50, max_size=50))
@settings(max_examples=4, deadline=None)
def test_a_date_is_the_same_day_however_it_is_written(values: Values, days: list[date]) -> None:
    iso = [d.isoformat() for d in days]
    for form in ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%d 00:00:00", "%Y-%m-%dT00:00:00",
                 "%d/%m/%Y 11:57am", "%d/%m/%Y à 10h30", " %d/%m/%Y\u00a0"):  # fmt: skip
        assert values("date", [d.strftime(form) for d in days]) == iso, form
    assert values("date", [f"{d.day}/{d.month}/{d.year}" for d in days]) == iso
    months = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre")
    assert values("date", [f"{d.day}{'er' if d.day == 1 else ''} {months[d.month - 1].title()} {d.year}" for d in days]) == iso
    assert values("date", [f"{months[d.month - 1]} {d.year}" for d in days]) == [d.strftime("%Y-%m") for d in days]
    modern = [d for d in days if 1969 <= d.year <= 2068]
    assert values("date", [d.strftime("%d/%m/%y") for d in modern]) == [d.isoformat() for d in modern]
    serial = [d for d in days if 1955 <= d.year <= 2090]
    assert values("date", [str((d - date(1899, 12, 30)).days) for d in serial]) == [d.isoformat() for d in serial]


def test_a_day_that_the_calendar_does_not_have_is_refused(values: Values) -> None:
    assert values("date", ["31/02/2019", "2019-13-01", "00/01/2019", "29/02/2019", "29.02.2100", "32 mars 2019", "13/2019", "12/02/0019"]) == [None] * 8


def test_a_year_stays_a_year(values: Values) -> None:
    assert values("date", ["2019", "2019.0", "03/2019", "2019-03"]) == ["2019", "2019", "2019-03", "2019-03"]


def test_days_are_read_before_months(values: Values) -> None:
    days = [date(2019, 1, 1) + timedelta(n) for n in range(365)]
    assert values("date", [d.strftime("%d/%m/%Y") for d in days]) == [d.isoformat() for d in days]


# --- numbers


def _thousands(n: int, by: str) -> str:
    return f"{n:,}".replace(",", by)


@given(st.lists(st.integers(0, 999_999_999), min_size=50, max_size=50))
@settings(max_examples=10, deadline=None)
def test_a_headcount_is_the_same_however_it_is_written(values: Values, numbers: list[int]) -> None:
    plain = [str(n) for n in numbers]
    for write in (str, "{}.0".format, "{},0".format, "{} salariés".format, " {}\u00a0".format, "00{}".format):
        cells = [write(n) for n in numbers if n < 10_000_000]
        assert values("count", cells) == [str(n) for n in numbers if n < 10_000_000]
    for by in (" ", "\u00a0", "\u202f", "."):
        assert values("count", [_thousands(n, by) for n in numbers]) == plain


@pytest.mark.parametrize(("cell", "value", "qualifier"), [
    ("12", "12", "exact"), ("12 salariés", "12", "exact"), ("50 salarié(e)s", "50", "exact"), ("12.0", "12", "exact"),
    ("env. 20", "20", "about"), ("Environ 20 personnes", "20", "about"), ("~20", "20", "about"), ("20 environ", "20", "about"),
    ("près de 600", "600", "nearly"), ("plus de 50", "50", "at_least"), ("+ de 50", "50", "at_least"), ("50+", "50", "at_least"),
    ("> 50", "50", "at_least"), ("au moins 50", "50", "at_least"), ("10-19", "10", "at_least"), ("10 à 19 salariés", "10", "at_least"),
    ("< 10", "10", "at_most"), ("moins de 10", "10", "at_most"), ("max. 10", "10", "at_most"),
])  # fmt: skip
def test_the_words_around_a_headcount_qualify_it(values: Values, cell: str, value: str, qualifier: str) -> None:
    assert values("count", [cell]) == [value]
    assert values("count_qualifier", [cell]) == [qualifier]


def test_half_a_person_is_refused(values: Values) -> None:
    assert values("count", ["12,5", "-3", "19-10", "NN", "12 rue Inventée", "3 ou 4 équipes"]) == [None] * 6


def _plain(n: Decimal) -> str:
    text = f"{n:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@given(st.lists(st.decimals(0, 999_999_999, places=2), min_size=50, max_size=50))
@settings(max_examples=10, deadline=None)
def test_a_decimal_is_the_same_however_it_is_written(values: Values, numbers: list[Decimal]) -> None:
    plain = [_plain(n) for n in numbers]
    french = [f"{n:,}".replace(",", " ").replace(".", ",") for n in numbers]
    for cells in (
        [f"{n}" for n in numbers], [f"{n}".replace(".", ",") for n in numbers], french, [c.replace(" ", "\u00a0") for c in french],
        [c.replace(" ", "\u202f") + "\u00a0m²" for c in french], [f"{n:,} m2" for n in numbers], [f"0{n}" for n in numbers],
    ):  # fmt: skip
        assert values("decimal", cells) == plain


def test_one_comma_is_the_decimal_mark(values: Values) -> None:
    assert values("decimal", ["1,234", "1.234", "1.234.567", "1,234,567.5", "1.234,5"]) == ["1.234", "1.234", "1234567", "1234567.5", "1234.5"]
    assert values("decimal", ["-3", "12 x 4", "1e3", "grand"]) == [None] * 4


# --- places


def test_every_postcode_survives_what_spreadsheets_do_to_it(values: Values) -> None:
    codes = [f"{n:05}" for n in range(1000, 99000, 37)]
    for write in (str, lambda c: c.lstrip("0"), lambda c: f"{int(c)}.0", lambda c: f"{c[:2]} {c[2:]}", lambda c: f"F-{c}", lambda c: f"{c} CEDEX 9"):
        assert values("postcode", [write(c) for c in codes]) == codes
    assert values("postcode", ["00100", "99500", "681000", "68", "D-79110"]) == [None] * 5


def test_commune_codes_of_corsica_are_kept(values: Values) -> None:
    assert values("commune_code", ["68224", "2A004", "2b033", "1004", "1004.0", "20004X"]) == ["68224", "2A004", "2B033", "01004", "01004", None]


# --- text, addresses

_SPACE = re.compile("[\\s\u0085\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]")


def _text(cell: str) -> str | None:
    text = _SPACE.sub(" ", unicodedata.normalize("NFC", _INVISIBLE.sub("", cell))).strip(" ")
    return text if any(unicodedata.category(c)[0] in "LN" for c in text) else None


@given(st.lists(st.text("aéÉe\u0301ß 1-—.  \t\n\u00a0\u200b\u202f\u00ad\ufeff\x00\x7f\u2019\u202e\u2067\u061c\U000e0041œ🎉", max_size=12), min_size=50, max_size=50))
@settings(max_examples=30, deadline=None)
def test_text_is_trimmed_squeezed_composed_and_without_invisible_characters(values: Values, cells: list[str]) -> None:
    for cell, value in zip(cells, values("text", cells), strict=True):
        expected = _text(cell)
        if expected is not None or len(cell.encode()) <= 3:
            assert value == expected, cell
        else:  # longer runs of signs are kept: they may mean something
            assert value is None or not any(c.isalnum() for c in value)


@pytest.mark.parametrize(("cell", "value"), [
    ("https://exemple.fr", "https://exemple.fr"), ("exemple.fr", "https://exemple.fr"), ("www.Exemple.fr/Pied", "https://www.exemple.fr/Pied"),
    ("HTTP://Exemple.FR/", "http://exemple.fr"), ("//exemple.fr/a?b=c#d", "https://exemple.fr/a?b=c#d"), ("https://exemple.fr:8080/x", "https://exemple.fr:8080/x"),
    ("\u200bhttps://exemple.fr ", "https://exemple.fr"), ("https://café.exemple.fr", "https://café.exemple.fr"),
    ("https://u:p@exemple.fr", None), ("a b.fr", None), ("exemple", None), ("https://", None), ("ftp://exemple.fr", None), ("javascript:alert(1)", None),
])  # fmt: skip
def test_web_addresses(values: Values, cell: str, value: str | None) -> None:
    assert values("url", [cell]) == [value]


@pytest.mark.parametrize("write", [
    "0{}", "+33{}", "0033{}", "+33 (0){}", "{}", "tél. : 0{}", "+33 (0) {}", "0{} ",
])  # fmt: skip
def test_a_french_number_is_the_same_however_it_is_written(values: Values, write: str) -> None:
    numbers = [f"{d}{n:08}" for d in range(1, 10) for n in range(0, 100_000_000, 12_345_678)]
    spaced = [" ".join([n[0], *(n[i : i + 2] for i in range(1, 9, 2))]) for n in numbers]
    expected = [f"+33{n}" for n in numbers]
    assert values("phone", [write.format(n) for n in numbers]) == expected
    assert values("phone", [write.format(n) for n in spaced]) == expected
    assert values("phone", [write.format(n.replace(" ", ".")) for n in spaced]) == expected


def test_foreign_numbers_keep_their_country(values: Values) -> None:
    assert values("phone", ["+49 7621 000 000", "0041 61 000 00 00", "+33 12", "12"]) == ["+497621000000", "+41610000000", None, None]


def test_naf_codes_with_and_without_dot(values: Values) -> None:
    assert values("naf", ["62.01Z", "6201Z", "62.01 z", "0111Z", "6201Z Programmation", "62.0", "ZZ"]) == [
        "62.01Z", "62.01Z", "62.01Z", "01.11Z", "62.01Z", None, None,
    ]  # fmt: skip
