"""No e-mail address and no telephone number reaches a table; what only looks like one stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_tables_build import World

from km0_pipeline.steps import Project, make
from km0_pipeline.tables.checks import run_checks
from km0_pipeline.tables.contacts import CONTACTS_SQL, contacts
from km0_pipeline.tables.table import table

ADDRESSES = [
    "paul.exemple@robots.example", "Paul_Exemple+km0@mail.robots.example", "élodie@robots-été.example", "paul @ robots.example",
    "paul(at)robots.example", "paul [arobase] robots.example", "paul [at] robots [dot] example", "paul%40robots.example",
]  # fmt: skip
NUMBERS = [
    "06 99 99 99 99", "06.99.99.99.99", "06-99-99-99-99", "06/99/99/99/99", "0699999999", "06 99 99 9999", "06\u00a099\u202f99 99 99",
    "06 . 99 . 99 . 99 . 99", "06 – 99 – 99 – 99 – 99", "(0)6 99 99 99 99", "+33699999999", "+33 (0)6 99 99 99 99", "0033 6 99 99 99 99",
    "+49 (0)761 999 99 99", "+41 79 999 99 99", "0 800 99 99 99", "0761/99999-99", "0761 99999999", "07621 999 9999", "079 999 99 99", "0041 79 999 99 99",
]  # fmt: skip
IDENTITY = [
    "1 84 12 76 451 089 46", "184127645108946", "1 84 12 2A 451 089 {corse}", "FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02606", "DE89 3704 0044 0532 0130 00",
    "CH93 0076 2011 6238 5295 7", "né le 3 mars 1980", "née à Mulhouse le 03/03/1980", "né(e) le 3.3.1980", "Date de naissance : 03/03/1980", "geboren am 3. März 1980",
    "Camille Exemple, née en 1980", "Mme Exemple est née en 1980",
]  # fmt: skip
"""Numbers that are printed as examples everywhere, or made up with their key."""
IDENTITY = [text.format(corse=f"{97 - 1841219451089 % 97:02}") for text in IDENTITY]
HONEST = [
    "1 84 12 76 451 089 47", "FR14 2004 1010 0505 0001 3M02 607", "une association née en 1980", "l'idée est née en 2015", "FR 14 lots", "SIRET 732 829 320 00074",
    "KM0, né le projet", "2 000 000 000 000 €", "du 0123 au 0456", "068 / 100",
    "Startup Weekend @ Mulhouse", "L@telier fictif", "https://www.gazette.example/@km0/0699999999", "732 829 320 00074", "062 201 199 00010",
    "06220119900010", "062201199", "du 01.02.2019 au 03.04.2021", "01/02/2019-03/04/2021", "2019-02-03", "1 234 567 890 €", "68100 / 68200",
    "org-0699999999abcdef", "B23, 2e, lots 01 à 12", "0,5 à 1,25 m", "62.01Z", "char:10240-10290", "row:12/column:Nom (1)",
]  # fmt: skip


@pytest.fixture
def db() -> duckdb.DuckDBPyConnection:
    return duckdb.connect().execute(CONTACTS_SQL)


@pytest.mark.parametrize("who", IDENTITY)
def test_what_tells_who_somebody_is_is_withheld(db: duckdb.DuckDBPyConnection, who: str) -> None:
    for text in (who, f"Une note ({who}), sans plus."):
        assert db.execute("select withheld(?), may_hold_contact(?)", [text, f"x\n{text}\ny"]).fetchone() == (text.replace(who, "[…]"), True)


@pytest.mark.parametrize("contact", ADDRESSES + NUMBERS)
def test_a_contact_is_withheld_and_the_words_around_it_stay(db: duckdb.DuckDBPyConnection, contact: str) -> None:
    for text, left in ((contact, "[…]"), (f"Robots, écrire à {contact}, ou 06 12 34 56 78.", "Robots, écrire à […], ou […]."), (f"({contact})", "([…])")):
        assert db.execute("select withheld(?), may_hold_contact(?)", [text, f"x\n{text}\ny"]).fetchone() == (left, True)


@pytest.mark.parametrize("contact", ADDRESSES + NUMBERS)
def test_where_a_contact_stands_is_known_to_the_character(db: duckdb.DuckDBPyConnection, contact: str) -> None:
    text = f"À […] é {contact}, ou 06 12 34 56 78."
    assert [text[start:end] for start, end in contacts(db, text)] == [contact, "06 12 34 56 78"]


@pytest.mark.parametrize("text", HONEST)
def test_what_only_looks_like_a_contact_stays(db: duckdb.DuckDBPyConnection, text: str) -> None:
    assert db.execute("select withheld(?)", [text]).fetchone() == (text,)


def test_contacts_in_every_source_leave_the_tables_whole_and_clean(project: Project) -> None:
    contact = "paul.exemple@robots.example ou 06 99 99 99 99"
    world = World(project)
    world.registry("a" * 20, "locataires")
    world.registry("b" * 20, "annuaire")
    world.article("c" * 20, f"Contact presse : {contact}", "2019")
    world.article("d" * 20, f"contact presse : {contact}", "2019")
    for document in ("a" * 20, "b" * 20):
        world.row(document, 2, name="Robots Fictifs", activity=f"Robots, écrire à {contact}", space=f"B23 ({contact})", address=contact)
    world.row("a" * 20, 3, name=f"Forge Fictive {contact}", space=contact)
    world.said("c" * 20, "organisation", "Bpifrance", "funds", project.hub.mention_id, 9, original=f"Bpifrance ({contact}) soutient le KM0")
    for version in ("2026.11.22", "2026.11.22-2"):  # the second finds the first published
        world.build(version)
        for name in ("organisations", "claims", "sources", "tenancies", "rejects", "discrepancies", "changes"):
            held = [str(row) for row in world.rows_of(name)]
            assert not [row for row in held if "exemple@" in row or "99 99" in row], name
            assert not [r.sentence for r in run_checks(project, table(name)) if not r.passed]
        assert any("[…]" in str(row["original"]) for row in world.rows_of("claims"))
        assert not [row for name in ("claims", "tenancies") for row in world.rows_of(name) if row["closed_version"]], "nothing has gone"
        world.publish(version)


def test_a_contact_that_got_into_a_table_stops_the_publication_and_is_not_repeated(project: Project) -> None:
    world = World(project)
    world.registry("a" * 20, "locataires")
    world.row("a" * 20, 2, name="Robots Fictifs")
    world.build()
    rows = pq.read_table(project.made("table_sources"))
    titles = pa.array(["tél. 06 99 99 99 99", *rows["title"].to_pylist()[1:]])
    bad = rows.set_column(rows.column_names.index("title"), "title", titles)

    def write(path: Path) -> Any:
        pq.write_table(bad, path)

    make(project, "table_sources", write, version="broken")
    (result,) = [r for r in run_checks(project, table("sources")) if not r.passed]
    assert (result.name, result.blocking, result.bad_rows) == ("title_no_contact", True, 1)
    assert "sources" in result.sentence and "title" in result.sentence and rows["document_id"][0].as_py() in result.sentence
    assert "99 99" not in result.sentence


def test_what_was_published_before_with_a_contact_is_not_carried_on(project: Project) -> None:
    world = World(project)
    world.article("c" * 20, "Une note", "2019")
    world.said("c" * 20, "organisation", "Robots Fictifs", "activity", "robots", 9)
    world.build("2026.11.22")
    world.publish("2026.11.22")
    path = project.published / "2026.11.22" / "claims.parquet"
    rows = pq.read_table(path)
    said = pa.array(["robots, 06 99 99 99 99" if p == "activity" else o for p, o in zip(*rows.select(["property", "original"]).to_pydict().values(), strict=True)])
    pq.write_table(rows.set_column(rows.column_names.index("original"), "original", said), path)
    world.press.clear()
    world.build("2026.11.23")
    (gone,) = [c for c in world.rows_of("claims") if c["property"] == "activity"]
    assert (gone["closed_version"], gone["original"]) == ("2026.11.23", "robots, […]")


def test_a_new_table_is_checked_as_a_matter_of_course() -> None:
    assert {"name", "activity", "first_locator"} <= set(table("organisations").texts)
    assert not {"organisation_id", "siren", "first_document_id"} & set(table("organisations").texts)
