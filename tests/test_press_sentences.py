"""What one sentence of the press says of whom it names, in many ways of putting it, and the ways that say nothing: press_sentences.txt."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from press_world import facts

from km0_pipeline.press.known import Names
from km0_pipeline.press.statements import extract
from km0_pipeline.steps import Project

WHO = {
    "A": "Ada Exemple", "B": "Bruno Modèle", "C": "Clara Témoin", "F": "Ficta Robotique", "N": "Nova Fiction", "V": "Vulpia", "H": "Halle Modèle",
    "T": "Tremplin Fictif", "R": "Réseau des Exemples", "O": "Banque de l'Orbe", "I": "Fondation Inédite", "G": "Région Grand Est", "M": "Mulhouse",
    "S": "Sélestat", "L": "Colmar",
}  # fmt: skip
EVENT = "Salon Modelia"
Bond = tuple[str, str, str]


def _bonds(cell: str) -> set[Bond]:
    parts = (fact.split(" ", 2) for fact in cell.split(" & ") if fact != "-")
    return {(WHO[s], prop, WHO.get(o, o)) for s, prop, o in parts}


LINES = [
    [*line.removeprefix("~ ").split("\t"), line[0]]
    for line in Path(__file__).with_name("press_sentences.txt").read_text(encoding="utf-8").splitlines()
    if "\t" in line
]
FOUND = [pytest.param(_bonds(said), text, id=text) for said, text, sign in LINES if said != "-" and sign != "~"]
LIMITS = [pytest.param(_bonds(said), text, id=text) for said, text, sign in LINES if said != "-" and sign == "~"]
NOTHING = [text for said, text, _ in LINES if said == "-"]


def bonds(project: Project, text: str) -> set[Bond]:
    """The bonds that `text` is found to say between those whom the table names; the language model has seen the people."""
    people = sorted((m.start(), m.end(), "PER") for who in "ABC" for m in re.finditer(WHO[who], text))
    names = Names(project.hub, [*(WHO[o] for o in "FNVHTROIG"), EVENT])
    found = facts(extract({"document_id": "0" * 20, "title": "", "published_on": "2024-05-02", "language": "fr", "text": text}, people, names))
    known = {*WHO.values(), EVENT}
    between = {(f.subject, f.property, f.value) for f in found if f.subject in known and f.value in known and f.property != "name"}
    return between | {(o, prop, s) for s, prop, o in between if prop == "partner_of"}


@pytest.mark.parametrize(("said", "text"), FOUND)
def test_a_sentence_says_who_is_what_to_whom(project: Project, said: set[Bond], text: str) -> None:
    assert said <= bonds(project, text)


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_denied_sought_over_or_anothers_makes_no_bond(project: Project, text: str) -> None:
    assert not bonds(project, text)


@pytest.mark.parametrize(("said", "text"), LIMITS)
def test_a_sentence_marked_as_not_understood_is_not(project: Project, said: set[Bond], text: str) -> None:
    assert not said <= bonds(project, text), "it is understood now: take its ~ away"
