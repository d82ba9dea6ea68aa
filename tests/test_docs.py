"""The documents hold what the code declares: every setting of hub.toml, every property of the vocabulary.

A failing test prints the line to put into the document.
"""

from __future__ import annotations

import ast
import re
import typing
from datetime import time
from typing import Any

import pytest
from pydantic import BaseModel

from km0_pipeline.claims import HEADCOUNT_SCOPES, ORGANISATION_KINDS, PROPERTIES, Qualifier
from km0_pipeline.hub import Hub
from km0_pipeline.press.kinds import NOUNS
from km0_pipeline.reference import institutions
from km0_pipeline.registries.values import KIND_WORDS
from tests.conftest import ROOT

TYPES = {str: "text", int: "whole number", float: "number", bool: "true or false", time: "time"}


def sections(model: type[BaseModel] = Hub, above: str = "") -> dict[str, type[BaseModel]]:
    """Section of hub.toml, as its heading names it -> the model of its settings."""
    found = {}
    for name, field in model.model_fields.items():
        annotation: Any = field.annotation
        members = () if typing.get_origin(annotation) is dict else typing.get_args(annotation)
        inside = next((a for a in (annotation, *members) if hasattr(a, "model_fields")), None)
        if inside is not None:
            found |= sections(inside, f"{above}{name}.") or {above + name: inside}
    return found


def type_in_words(annotation: Any) -> str:
    origin = typing.get_origin(annotation)
    if origin is tuple:
        return "list of numbers" if typing.get_args(annotation)[0] is float else "list of texts"
    if origin is dict:
        return "table"
    if origin is typing.Literal:
        return " or ".join(f"`{a}`" for a in typing.get_args(annotation))
    return TYPES[annotation]


def default_in_words(field: Any) -> str:
    if field.is_required():
        return "**must be given**"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, time):
        return f"`{value:%H:%M:%S}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value or value == 0 else "empty"


SETTINGS = [
    pytest.param(
        section,
        f"| `{name}` | {type_in_words(field.annotation)} | {default_in_words(field)} | {field.description} |",
        id=f"{section}.{name}",
    )
    for section, model in sections().items()
    for name, field in model.model_fields.items()
]


def chapters(document: str) -> dict[str, list[str]]:
    """Heading of level 2, up to the first backtick pair's content where it has one -> lines of the chapter."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in (ROOT / "docs" / document).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line.split("`")[1].strip("[]") if "`" in line else line.removeprefix("## ")
        found.setdefault(heading, []).append(line)
    return found


@pytest.mark.parametrize(("section", "row"), SETTINGS)
def test_every_setting_of_hub_toml_is_explained_in_its_chapter(section: str, row: str) -> None:
    assert row in chapters("settings.md").get(section, []), (
        f"put this line into docs/settings.md, chapter [{section}]:\n{row}"
    )


def test_the_chapters_explain_no_setting_that_is_gone() -> None:
    explained = {
        (s, line.split("`")[1])
        for s, lines in chapters("settings.md").items()
        for line in lines
        if line.startswith("| `")
    }
    assert explained == {(s, name) for s, model in sections().items() for name in model.model_fields}


PROPERTY_ROWS = [
    pytest.param(
        f"| `{p.name}` | {', '.join(p.subjects)} | {p.value_kind} | {p.privacy} | {p.en} | {p.fr} |", id=p.name
    )
    for p in PROPERTIES.values()
]


@pytest.mark.parametrize("row", PROPERTY_ROWS)
def test_every_property_of_the_vocabulary_is_explained(row: str) -> None:
    text = (ROOT / "docs" / "vocabulary.md").read_text(encoding="utf-8").splitlines()
    assert row in text, f"put this line into docs/vocabulary.md:\n{row}"


def test_the_vocabulary_explains_no_property_that_is_gone() -> None:
    rows = [line for line in chapters("vocabulary.md")["Properties"] if line.startswith("| `")]
    assert {r.split("`")[1] for r in rows} == set(PROPERTIES)
    assert len(rows) == len(PROPERTIES)


@pytest.mark.parametrize("term", [*typing.get_args(Qualifier), *HEADCOUNT_SCOPES])
def test_every_qualifier_and_every_scope_of_a_headcount_is_explained(term: str) -> None:
    lines = chapters("vocabulary.md")
    assert any(line.startswith(f"| `{term}` |") for line in (*lines["Qualifiers"], *lines["Scopes of a headcount"]))


def test_every_kind_of_organisation_is_explained_and_no_other_is_given() -> None:
    rows = [line.split("`")[1] for line in chapters("vocabulary.md")["Kinds of organisations"] if line.startswith("| `")]
    assert tuple(rows) == ORGANISATION_KINDS
    given = {*NOUNS, *KIND_WORDS, *(i.kind for i in institutions())} - {""}
    assert given <= set(ORGANISATION_KINDS)


def reasons() -> set[str]:
    """Codes of rejects that the readers of press, registries and register give, found in their code."""
    found = set()
    for path in sorted(p for folder in ("press", "registries", "register") for p in (ROOT / "km0_pipeline" / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                if called in ("Unreadable", "RowReject", "Reject", "Remark", "Unfetched", "reject", "_reject", "Kind", "cell"):
                    found |= {t for t in texts if re.fullmatch(r"[a-z]+(_[a-z]+)*", t) and not t.endswith("_value")}
    return found


def test_every_reason_of_a_reject_is_explained_to_the_steward() -> None:
    given = reasons() | {"no_name", "header_again", "total_row", "not_to_publish", "shared_siret", "swapped_coordinates", "swapped_columns"}
    assert {"unknown_format", "ragged_row", "bad_siren", "undated"} <= given
    text = (ROOT / "LISEZMOI.md").read_text(encoding="utf-8")
    explained = {
        code
        for line in text.splitlines()
        if line.startswith("| `")
        for code in re.findall(r"`([a-z_]+)`", line.split("|")[1])
    }
    assert not given - explained, f"add these reasons to the table in LISEZMOI.md: {sorted(given - explained)}"
