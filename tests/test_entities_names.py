"""When two names are one name."""

from __future__ import annotations

import duckdb
import pytest

from km0_pipeline.entities.names import LAST_FORMS, NAMES_SQL, keys

SAME = [
    ("L'Atelier Fictif", "l’atelier  fictif"),
    ("ÉLAN FICTIF", "Élan fictif"),
    ("E\u0301lan fictif", "Élan fictif"),
    ("Œuvre fictive", "OEUVRE FICTIVE"),
    ("Fictif & Fils", "Fictif et fils"),
    ("Fictif-Alsace", "Fictif Alsace"),
    ("F.I.C.T.I.F.", "FICTIF"),
    ("Fictif SAS", "fictif"),
    ("S.A.R.L. Fictif", "Fictif (SARL)"),
    ("SCIC SA Fictif", "Fictif"),
    ("Fictif, société par actions simplifiée", "Fictif SAS"),
    ("Association Les Amis Fictifs", "Les amis fictifs"),
    ("Fic\u00adtif\u00a0Nord", "Fictif Nord"),
    ("Kilomètre Ø", "kilometre o"),
]

DIFFERENT = [
    ("KM0", "KMO"),  # hub.toml says that they are one, not the rule
    ("Fictif", "Fictif Alsace"),
    ("Fictif 1", "Fictif 2"),
    ("Sablier", "Blier"),
    ("Agence fictive", "Ence fictive"),
    ("日本", "本日"),
    # words that are legal forms elsewhere
    ("Zen fictif", "Zen fictif Spa"),
    ("Fictif", "Fictif EV"),
    ("Sem Fictif Conseil", "Fictif Conseil SA"),
    ("Agence fictive", "Agence fictive SE"),
]

FORMS = [
    ("Fictif", None), ("Association", None), ("Sas Fictif", "company"), ("Fictif, S.A.R.L.", "company"), ("SCIC SA Fictif", "company"),
    ("Association Fictif", "association"), ("Fictif asbl", "association"), ("SCI Fictif", "civil"), ("Fictif GmbH", "german"), ("Fictif AG", "german"),
    ("AG Fictif", None), ("Saveurs fictives", None),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_writers_vary_without_meaning_it_makes_no_other_name(one: str, other: str) -> None:
    first, second = keys("organisation", [one, other])
    assert first == second


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_names_that_differ_in_a_letter_or_a_digit_stay_different(one: str, other: str) -> None:
    first, second = keys("organisation", [one, other])
    assert first != second


@pytest.mark.parametrize("form", LAST_FORMS)
def test_a_legal_form_is_left_out(form: str) -> None:
    assert keys("organisation", [f"Fictif {form.upper()}"]) == ["fictif"]


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_a_legal_form_says_what_kind_of_body_bears_the_name(name: str, form: str | None) -> None:
    with duckdb.connect() as db:
        assert db.execute(NAMES_SQL).execute("select name_form(?)", [name]).fetchone() == (form,)


def test_a_name_that_is_nothing_but_a_legal_form_stays() -> None:
    assert keys("organisation", ["Association", "S.A.S."]) == ["association", "sas"]


def test_a_surname_that_looks_like_a_legal_form_stays() -> None:
    assert keys("person", ["Marie Sa"]) == ["marie sa"]


def test_a_name_of_signs_alone_has_no_key() -> None:
    assert keys("organisation", ["***", ""]) == ["", ""]
