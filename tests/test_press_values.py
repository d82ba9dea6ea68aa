"""French dates become EDTF; French quantities become plain numbers with their qualifier."""

from __future__ import annotations

from time import process_time
from zoneinfo import ZoneInfo

import pytest

from km0_pipeline.press import dates, quantities
from km0_pipeline.press.folding import fold, straighten

DATED = [  # text, published, EDTF
    ("appris jeudi 26 septembre auprès", "", "XXXX-09-26"),
    ("appris jeudi 26 septembre auprès", "2019-09-27", "2019-09-26"),
    ("appris jeudi 26 septembre auprès", "2020-01-10", "2019-09-26"),
    ("le 3 mars 2018 à midi", "", "2018-03-03"),
    ("le 1er janvier 2020,", "", "2020-01-01"),
    ("le 05.10.2019 à", "", "2019-10-05"),
    ("en septembre 2019,", "", "2019-09"),
    ("en janvier, le site", "2019-11-02", "2020-01"),
    ("ouverte en 1839", "", "1839"),
    ("au printemps 2018", "", "2018-21"),
    ("à l'automne 2017", "", "2017-23"),
    ("au 2e trimestre 2020", "", "2020-34"),
    ("au premier semestre 2018", "", "2018-40"),
    ("une usine du XIXe siècle", "", "18XX"),
    ("dans les années 1990", "", "199X"),
    ("les sociétés créées en 2019 présentées à Colmar", "", "2019"),
    ("le rapport de 2019 dans lequel", "", "2019"),
    ("depuis 2019 plusieurs écoles", "", "2019"),
    ("de 2019, les comptes", "", "2019"),
    ("en 2019 nous avons", "", "2019"),
    ("du 12 au 15 octobre 2019", "", "2019-10-12/2019-10-15"),
    ("a-t-il dit hier", "2019-09-27", "2019-09-26"),
]


@pytest.mark.parametrize(("text", "published", "edtf"), DATED)
def test_a_date_is_written_as_edtf(text: str, published: str, edtf: str) -> None:
    assert [d.value for d in dates.find(text, published)] == [edtf]


COUNTS = [
    "a réuni près de 2000 visiteurs", "plus de 1500 y ont dormi", "moins de 2000 m²", "la visite de 2000 curieux",
    "dans 2000 communes", "de 1500 à 2000 jeunes", "un prix de 1500 €", "(2000 lecteurs)", "en 2000 exemplaires", "autour de 1900",
]  # fmt: skip


@pytest.mark.parametrize("text", ["le 31 février 2020", "1 200 personnes", "hier", "2019 personnes", "le 45 mars", *COUNTS])
def test_what_is_no_date_or_can_not_be_known_is_left_out(text: str) -> None:
    assert dates.find(text, "") == []


@pytest.mark.parametrize(
    ("value", "edtf"),
    [
        ("2019-09", "2019-09"),
        ("2025-11-16T23:00:00.000Z", "2025-11-17"),
        ("26 septembre 2019", "2019-09-26"),
        ("2019-02-30", ""),
        ("bientôt", ""),
        ("", ""),
    ],
)
def test_a_date_of_metadata_is_a_day_month_or_year_or_nothing(value: str, edtf: str) -> None:
    assert dates.publication_date(value, ZoneInfo("Europe/Paris")) == edtf


COUNTED = [
    ("près de 600 personnes", "count", "people", [("600", "nearly")]),
    ("1\u202f200 salariés", "count", "employees", [("1200", "exact")]),
    ("1.500 emplois", "count", "jobs", [("1500", "exact")]),
    ("une vingtaine de start-up", "count", "startups", [("20", "about")]),
    ("quelque trois cents étudiants", "count", "students", [("300", "about")]),
    ("quatre-vingt-dix postes", "count", "jobs", [("90", "exact")]),
    ("plus de 40 entreprises", "count", "companies", [("40", "at_least")]),
    ("entre 250 et 300 collaborateurs", "count", "employees", [("250", "at_least"), ("300", "at_most")]),
    ("1,5 million d’euros", "eur", "", [("1500000", "exact")]),
    ("12,3 M€", "eur", "", [("12300000", "exact")]),
    ("800 k€", "eur", "", [("800000", "exact")]),
    ("11\u00a0000 m²", "m2", "", [("11000", "exact")]),
    ("1,5 ha", "m2", "", [("15000", "exact")]),
]


@pytest.mark.parametrize(("text", "unit", "scope", "bounds"), COUNTED)
def test_a_quantity_has_its_number_unit_and_qualifier(
    text: str, unit: str, scope: str, bounds: list[tuple[str, str]]
) -> None:
    (q,) = quantities.find(straighten(text))
    assert (q.unit, q.scope, list(q.bounds)) == (unit, scope, bounds)
    assert (q.start, q.end) == (0, len(text))


@pytest.mark.parametrize("text", ["La commune 40", "la version 2.0", "25 % du capital", "plusieurs centaines d'idées"])
def test_a_number_of_nothing_we_know_is_no_quantity(text: str) -> None:
    assert quantities.find(text) == []


def test_a_long_run_of_number_words_takes_no_time() -> None:
    before = process_time()
    assert quantities.find("cent " * 4000 + "personnes") == []
    assert process_time() - before < 5  # it took a minute


@pytest.mark.parametrize("text", ["L’été — « œuvre » 1\u202f000 m²", "ÀÉÎØ ﬁn … ß", "a\nb\tc\r"])
def test_foldings_keep_each_character_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(straighten(text)) == len(text)
