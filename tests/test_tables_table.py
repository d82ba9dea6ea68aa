"""A table is two files: what is derived from the pair, and which pairs are refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from km0_pipeline.claims import RELEASABLE
from km0_pipeline.tables.table import (
    Table,
    TableError,
    all_tables,
    arrow_schema,
    ddl,
    lineage,
    load_tables,
    table,
    table_schema,
)
from tests.conftest import SHARED

SQL = "select document_id as parrot_id, title as name, null as cage_id from press_documents\n"
YAML = """\
title: {en: Parrots, fr: Perroquets}
description: {en: Every parrot., fr: Tous les perroquets.}
released: true
group: ecosystem
fields:
  - name: parrot_id
    type: string
    title: {en: Identifier, fr: Identifiant}
    description: {en: Its id., fr: Son identifiant.}
    privacy: org
    constraints: {required: true}
  - name: name
    type: string
    title: {en: Name, fr: Nom}
    description: {en: Its name., fr: Son nom.}
    privacy: org
    property: name
  - name: cage_id
    type: string
    title: {en: Cage, fr: Cage}
    description: {en: Its cage., fr: Sa cage.}
    privacy: public
primaryKey: [parrot_id]
"""


def pair(folder: Path, sql: str = SQL, yaml: str = YAML, name: str = "parrots") -> tuple[Table, ...]:
    (folder / f"{name}.sql").write_text(sql, encoding="utf-8")
    (folder / f"{name}.yaml").write_text(yaml, encoding="utf-8")
    return load_tables(folder)


def test_two_files_are_a_table(tmp_path: Path) -> None:
    (parrots,) = pair(tmp_path)
    assert parrots.columns == ("parrot_id", "name", "cage_id") and parrots.upstream == ("press_documents",)
    assert lineage(parrots) == {"parrot_id": [("press_documents", "document_id")], "name": [("press_documents", "title")], "cage_id": []}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    description: {en: Its name., fr: Son nom.}\n", "", "fields.2.description is missing"),
        ("{en: Its name., fr: Son nom.}", "{en: Its name.}", "fields.2.description.fr is missing"),
        ("{en: Its name., fr: Son nom.}", "{en: Its name., fr: ''}", "fields.2.description.fr: found ''"),
        ("description: {en: Every parrot., fr: Tous les perroquets.}\n", "", "description is missing"),
        ("privacy: org\n    property", "privacy: secretish\n    property", "'secretish'"),
        ("privacy: org\n    property", "privacy: contact\n    property", "'contact'"),
        ("property: name", "property: nickname", "'nickname' is not a property"),
        ("type: string\n    title: {en: Cage", "type: text\n    title: {en: Cage", "fields.3.type"),
        ("  - name: name\n", "  - name: nom\n", "'name', which parrots.yaml does not declare"),
        ("primaryKey: [parrot_id]", "primaryKey: [id]", "primaryKey names the column 'id'"),
        ("primaryKey: [parrot_id]", "primaryKey: [name]", "must say required: true"),
        ("released: true", "released: true\nlicense: none", "license is not a key"),
        ("released: true", "released: [", "not valid YAML"),
        ("primaryKey", "foreignKeys:\n  - {fields: [cage_id], reference: {resource: cages, fields: [cage_id]}}\nprimaryKey", "'cages', which does not exist"),
        ("    privacy: public\n", "    privacy: public\n    references: [parrots.nest]\n", "parrots.nest, which does not exist"),
    ],
)  # fmt: skip
def test_a_yaml_that_does_not_fit_its_sql_is_refused_naming_both_files(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in YAML
    with pytest.raises(TableError) as error:
        pair(tmp_path, yaml=YAML.replace(old, new, 1))
    assert said in str(error.value) and "parrots.sql and parrots.yaml" in str(error.value)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select document_id as parrot_id, title as name from press_documents", "'cage_id', which the SQL does not make"),
        (SQL.replace(" from", ", url from"), "'url', which parrots.yaml does not declare"),
        ("select title as name, document_id as parrot_id, null as cage_id from press_documents", "another order"),
        ("select * from press_documents", "must name each column"),
        ("select document_id as parrot_id from from", "can't be read"),
        (SQL.replace("press_documents", "press_document"), "'press_document', which is neither a table nor a step"),
    ],
)
def test_an_sql_that_does_not_fit_its_yaml_is_refused_naming_both_files(tmp_path: Path, sql: str, said: str) -> None:
    with pytest.raises(TableError) as error:
        pair(tmp_path, sql=sql)
    assert said in str(error.value) and "parrots.sql and parrots.yaml" in str(error.value)


def test_a_file_without_its_other_half_is_refused(tmp_path: Path) -> None:
    (tmp_path / "parrots.sql").write_text(SQL, encoding="utf-8")
    with pytest.raises(TableError, match=r"parrots\.yaml is missing"):
        load_tables(tmp_path)


def test_tables_that_need_one_another_are_refused(tmp_path: Path) -> None:
    (tmp_path / "cages.sql").write_text(SQL.replace("press_documents", "parrots").replace("document_id", "parrot_id").replace("title", "name"), encoding="utf-8")
    (tmp_path / "cages.yaml").write_text(YAML, encoding="utf-8")
    with pytest.raises(TableError, match="circle"):
        pair(tmp_path, sql=SQL.replace("press_documents", "cages").replace("document_id", "parrot_id").replace("title", "name"))


def test_the_tables_of_the_design_are_there_in_an_order_in_which_they_can_be_made() -> None:
    names = [t.name for t in all_tables()]
    released = "organisations tenancies people places relationships events headcounts funding sources claims discrepancies rejects redirects changes freshness"
    assert {t.name for t in all_tables() if t.released} == set(released.split()) and len(names) == 17
    for t in all_tables():
        earlier = names[: names.index(t.name)]
        assert all(n in earlier for n in t.upstream if n in names)
        assert all(k.reference.resource in earlier for k in t.foreign_keys)


@pytest.mark.parametrize("t", all_tables(), ids=lambda t: t.name)
def test_every_column_is_described_in_both_languages_and_may_leave_if_released(t: Table) -> None:
    for f in t.fields:
        assert f.description.en.endswith((".", "…")) and f.description.fr.endswith((".", "…")), f.name
        assert not t.released or f.privacy in RELEASABLE
    assert t.columns == tuple(arrow_schema(t).names) == tuple(lineage(t))


def test_a_database_can_be_made_from_the_definitions_alone() -> None:
    with duckdb.connect() as db:
        for t in all_tables():
            db.execute(ddl(t))
        found = db.execute("select comment from duckdb_columns() where table_name = 'organisations' and column_name = 'siren'").fetchall()
        assert found == [("Numéro SIREN de l'unité légale, 9 chiffres.",)]
        with pytest.raises(duckdb.ConstraintException):
            db.execute("insert into tenancies by name select 'ten-1' as tenancy_id")


@pytest.mark.parametrize("t", all_tables(), ids=lambda t: t.name)
def test_the_schema_of_each_table_passes_the_profile(t: Table) -> None:
    profile = SHARED / "standards" / "datapackage-v2" / "tableschema.json"
    if not profile.exists():
        pytest.skip(f"{profile} is absent")
    import jsonschema

    schema = json.loads(json.dumps(table_schema(t)))
    jsonschema.Draft7Validator(json.loads(profile.read_text(encoding="utf-8"))).validate(schema)
    assert schema["fields"][0]["title"] == t.fields[0].title.fr and schema["fields"][0]["km0:title_en"] == t.fields[0].title.en


def test_lineage_reaches_the_steps_that_a_column_comes_from() -> None:
    assert ("ranked_claims", "object_entity_id") in lineage(table("relationships"))["object_id"]
    assert ("registry_rows", "siren") in lineage(table("organisations"))["siren"]
    assert lineage(table("claims"))["confidence"] == [(n, "confidence") for n in ("address_claims", "hub_claims", "press_reviewed", "previous_claims", "register_claims", "registry_claims")]


@pytest.mark.parametrize(
    ("date", "good"),
    [("2019", True), ("2019-09", True), ("2019-09-26", True), ("2018-21", True), ("2017-36", True), ("2018-41", True), ("18XX", True), ("XXXX-09-26", True),
     ("2019-05-12/2019-05-15", True), ("2018-99", False), ("2018-00", False), ("2018-20", False), ("2018-21-05", False), ("2019-09-32", False), ("19", False)],
)  # fmt: skip
def test_a_date_that_is_none_is_refused_by_every_column_of_dates(date: str, good: bool) -> None:
    patterns = {f.constraints.pattern for t in all_tables() for f in t.fields if f.constraints.pattern and "X" in f.constraints.pattern}
    assert len(patterns) == 1 and bool(re.fullmatch(patterns.pop(), date)) is good


def test_types_are_those_of_arrow() -> None:
    schema = arrow_schema(table("organisations"))
    assert schema.field("sources").type == pa.int64() and schema.field("is_hub").type == pa.bool_()


def test_a_table_that_does_not_exist_is_named() -> None:
    with pytest.raises(KeyError, match="organisations"):
        table("organizations")
