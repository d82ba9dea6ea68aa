"""How numbers, dates and codes are said: in the reader's language, with nothing lost."""

from __future__ import annotations

import pytest

from km0_pipeline import reference
from km0_pipeline.catalogue import terms, words
from km0_pipeline.catalogue.pages import search
from km0_pipeline.tables.table import all_tables


@pytest.mark.parametrize(("value", "said"), [(-0.57, "-0,57"), (-0.0001, "0"), (12.0004, "12"), (3.5, "3,5"), (-12, "-12"), (12500, "12\u202f500")])
def test_a_number_keeps_its_sign_and_has_no_empty_decimals(value: float, said: str) -> None:
    assert words.number(value, "fr") == said


@pytest.mark.parametrize(("value", "said"), [(0, "0 octets"), (999, "999 octets"), (9_960, "10 ko"), (999_499, "999 ko"), (999_999, "1 Mo"), (2_840_000, "2,8 Mo")])
def test_a_size_never_has_four_digits(value: int, said: str) -> None:
    assert words.size(value, "fr") == said.replace(" ", "\u00a0")


def test_one_more_is_one() -> None:
    assert [words.others(n, "fr") for n in (1, 2)] == ["1 autre", "2 autres"] and words.others(1, "en") == "1 more"


def test_every_kind_of_place_and_institution_that_is_known_by_name_has_a_word_in_french() -> None:
    kinds = {p.kind for p in reference.places()} | {i.kind for i in reference.institutions()} | {"address", "site", "railway"}
    assert sorted(filter(None, kinds - words.CODES.keys())) == []


@pytest.mark.parametrize(
    ("edtf", "french", "english"),
    [
        ("2019-01-23/2019-01-25", "du 23 janvier 2019 au 25 janvier 2019", "23 January 2019 to 25 January 2019"),
        ("2017-04/2017-08", "d’avril 2017 à août 2017", "April 2017 to August 2017"),
        ("2018-22/199X", "de l’été 2018 aux années 1990", "summer 2018 to 1990s"),
        ("2017/..", "depuis 2017", "since 2017"),
        ("2019-05-03/", "depuis le 3 mai 2019", "since 3 May 2019"),
        ("/2019-01-23", "jusqu’au 23 janvier 2019", "until 23 January 2019"),
    ],
)
def test_a_period_is_said_with_the_articles_that_french_asks_for(edtf: str, french: str, english: str) -> None:
    assert (words.date(edtf, "fr"), words.date(edtf, "en")) == (french, english)


def test_each_code_that_a_table_may_hold_has_words_in_both_languages() -> None:
    codes = {code for t in all_tables() if t.released for f in t.fields for code in f.constraints.enum or ()}
    assert codes - words.CODES.keys() - terms.PROPERTY.keys() - terms.phrases.SCOPES.keys() == set()


def test_a_word_as_long_as_it_likes_makes_no_name_that_a_file_system_refuses() -> None:
    by_word = {word[: search.CUT]: list(range(search.SHARD + 1)) for word in ("\U0001d7d8" * 5000, "a" * 5000)}
    names = [search.file_of(beginning) for beginning, _ in search._shards(by_word, 1)]
    assert max(map(len, names)) <= 255
