"""Figures: what is drawn is said in the table beside it, whatever the data; and drawn the same everywhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from hashlib import sha256
from xml.etree import ElementTree

import pytest

from km0_pipeline.catalogue import words
from km0_pipeline.catalogue.figures import (
    Bar,
    Edge,
    Event,
    Figure,
    Mark,
    Node,
    Occupant,
    Place,
    bars,
    building,
    columns,
    network,
    places,
    steps,
    timeline,
)
from km0_pipeline.catalogue.figures.building import floor
from km0_pipeline.catalogue.figures.edtf import span
from km0_pipeline.catalogue.figures.figure import Link
from km0_pipeline.catalogue.figures.places import kilometres
from tests.conftest import ROOT

LONG = "Donaudampfschifffahrts" * 40
MARKUP = '<script>alert("x")</script> & Filles'


def t(french: str, english: str) -> str:
    return words.typographic(french)


def english(french: str, english: str) -> str:
    return english


def a_network(names: Sequence[str]) -> Figure:
    """All of them linked with the first, which is the hub."""
    kinds = ("organisation", "funder", "person")
    nodes = [Node(str(i), name, "hub" if i == 0 else kinds[i % 3], f"id/{i}.html") for i, name in enumerate(names)]
    return network("Liens", nodes, [Edge("0", n.id, "finance", "funds") for n in nodes[1:]] or [Edge("0", "0", "finance")], t)


def a_map(names: Sequence[str]) -> Figure:
    return places("Carte", [Place(name, 7.3 + i % 7 / 90, 47.7 + i % 11 / 70, "place" if i else "site", i, f"id/{i}.html") for i, name in enumerate(names)], t)


FIGURES: dict[str, Callable[[Sequence[str]], Figure]] = {
    "bars": lambda names: bars("Barres", [Bar(name, i + 1, f"id/{i}.html", beside="2019") for i, name in enumerate(names)], t),
    "columns": lambda names: columns("Colonnes", [(name, i) for i, name in enumerate(names)], t),
    "steps": lambda names: steps("Marches", [(date(2019, 1, 1) + timedelta(i), i) for i, _ in enumerate(names)], t),
    "timeline": lambda names: timeline("Frise", [Event(name, (Mark("2019-01-23"),), f"id/{i}.html") for i, name in enumerate(names)], t),
    "places": a_map,
    "building": lambda names: building("Coupe", [Occupant(name, f"étage {i % 3}", f"id/{i}.html") for i, name in enumerate(names)], t),
    "network": a_network,
}  # fmt: skip


def texts(figure: Figure) -> str:
    """What is read of the drawing; raises where it isn't well-formed."""
    return " ".join(ElementTree.fromstring(f"<div>{figure.svg}</div>").itertext())


def cells(figure: Figure) -> list[str]:
    return [c.text if isinstance(c, Link) else str(c) for row in figure.rows for c in row]


@pytest.mark.parametrize("kind", FIGURES)
def test_without_data_nothing_is_drawn_and_the_note_says_so(kind: str) -> None:
    figure = FIGURES[kind]([])
    assert (figure.svg, figure.rows) == ("", ())
    assert figure.note.endswith(".")


@pytest.mark.parametrize("kind", FIGURES)
@pytest.mark.parametrize("names", [["Alpha"], ["Alpha", "Beta"], [LONG, MARKUP, "", "C"], [f"Nom {i}" for i in range(5_000)]], ids=["one", "two", "odd", "many"])
def test_a_figure_is_well_formed_harmless_and_small(kind: str, names: list[str]) -> None:
    figure = FIGURES[kind](names)
    read = texts(figure)
    assert "<script" not in figure.svg
    assert "style=" not in figure.svg  # the Content-Security-Policy forbids it
    assert all(len(row) == len(figure.columns) for row in figure.rows)
    assert len(figure.rows) <= 200
    assert len(figure.svg) < 80_000 + 4 * len(LONG)
    if len(names) > 200 and kind not in ("building", "columns", "steps"):
        assert "5\u202f000" in figure.note + read, "that it shows a part is said"


@pytest.mark.parametrize("kind", [k for k in FIGURES if k not in ("steps",)])
def test_what_is_drawn_is_in_the_table(kind: str) -> None:
    figure = FIGURES[kind](["Alpha", "Beta", "Gamma"])
    for name in ("Alpha", "Beta", "Gamma"):
        assert name in texts(figure)
        assert name in cells(figure)


def digest() -> str:
    return sha256("".join(str(draw([str(i) for i in range(90)])) for draw in FIGURES.values()).encode()).hexdigest()


def test_a_figure_is_the_same_in_another_process_with_another_hash_seed() -> None:
    environment = os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT)}
    program = "from tests.test_catalogue_figures import digest; print(digest())"
    other = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == digest()


def test_a_bar_says_how_its_source_puts_it() -> None:
    figure = bars("Effectif", [Bar("La Gazette", 600, qualifier="about"), Bar("Le Registre", 570), Bar("Le Projet", 1200, qualifier="planned")], t)
    assert "environ 600" in texts(figure)
    assert {"exact", "loose", "planned"} <= set(re.findall(r'class="(\w+)"', figure.svg))
    assert [meaning for _, meaning in figure.legend] == ["exact", "environ, au moins, au plus", "prévu"]
    assert figure.rows[0] == (Link("La Gazette"), "environ", 600)


def test_a_date_is_drawn_as_wide_as_it_is_vague_and_as_a_day_only_where_it_is_one() -> None:
    figure = timeline("Frise", [Event("Ouverture", (Mark("2019-01-23"), Mark("2017-21", "planned", "La Gazette"), Mark("2018", "other", "Le Journal")))], t)
    widths = {look: float(w) for w, look in re.findall(r'width="([\d.]+)%" y="50%"[^>]*class="(\w+)"', figure.svg)}
    assert widths["other"] == pytest.approx(100 / 3, abs=0.3)
    assert widths["planned"] == pytest.approx(100 / 12, abs=0.3)
    assert figure.svg.count("M0 -7L7 0") == 1
    assert [row[1:] for row in figure.rows] == [("23 janvier 2019", "tenu", ""), ("printemps 2017", "annoncé", "La Gazette"), ("2018", "selon une autre source", "Le Journal")]


def test_an_event_of_which_nobody_says_the_year_is_counted_not_drawn() -> None:
    figure = timeline("Frise", [Event("Foire", (Mark("XXXX-05"),)), Event("Fête", (Mark("2019"),)), Event("Rien", ())], english)
    assert "Foire" not in texts(figure)
    assert figure.note == "Without a known year: 2."


@pytest.mark.parametrize(
    ("edtf", "days"),
    [
        ("2019", (date(2019, 1, 1), date(2019, 12, 31))),
        ("2020-02", (date(2020, 2, 1), date(2020, 2, 29))),
        ("2019-01-23", (date(2019, 1, 23), date(2019, 1, 23))),
        ("2017-21", (date(2017, 3, 1), date(2017, 5, 31))),
        ("2017-24", (date(2017, 12, 1), date(2018, 2, 28))),
        ("2018-41", (date(2018, 7, 1), date(2018, 12, 31))),
        ("201X", (date(2010, 1, 1), date(2019, 12, 31))),
        ("2019-XX", (date(2019, 1, 1), date(2019, 12, 31))),
        ("2019-05-30/2019-06-02", (date(2019, 5, 30), date(2019, 6, 2))),
        ("XXXX-05", None), ("2019-02-30", None), ("2019/2018", None), ("", None), (None, None), ("soon", None),
    ],
)  # fmt: skip
def test_a_date_covers_the_days_it_may_mean(edtf: str | None, days: tuple[date, date] | None) -> None:
    assert span(edtf) == days


def test_a_map_has_true_distances_a_scale_and_says_what_lies_nowhere() -> None:
    given = [Place("Usine", 7.3359, 47.7508, "site"), Place("Colmar", 7.3585, 48.0794, organisations=3), Place("Ailleurs", None, None)]
    figure = places("Carte", given, t)
    assert figure.rows[1] == (Link("Colmar"), "37\u00a0km", "nord", 3)
    assert figure.note == "Sans coordonnées\u00a0: Ailleurs."
    assert "10\u00a0km" in texts(figure)
    assert kilometres((7.3359, 47.7508), (7.3585, 48.0794)) == pytest.approx(36.6, abs=0.2)


def test_a_map_of_one_building_is_some_hundred_metres_wide() -> None:
    assert "100\u00a0m" in texts(places("Carte", [Place("Usine", 7.3359, 47.7508, "site")], t))


def test_a_map_of_no_coordinates_draws_nothing() -> None:
    assert places("Carte", [Place("Usine", None, None, "site")], english).note == "Without coordinates: Usine."


def test_the_most_linked_are_drawn_and_shape_tells_the_kind() -> None:
    figure = a_network([f"Nom {i}" for i in range(200)])
    assert figure.svg.count("<a ") == 60
    assert "60 plus liés, sur 200" in figure.note
    assert {"hub", "organisation", "funder", "person"} == set(re.findall(r'<svg x="[^"]+" y="[^"]+" class="(\w+)"', figure.svg))
    places_of = [(float(x) * 2.88, float(y) * 7.2) for x, y in re.findall(r'<svg x="([\d.]+)%" y="([\d.]+)%"', figure.svg)]
    nearest = min(abs(complex(*a) - complex(*b)) for i, a in enumerate(places_of) for b in places_of[i + 1 :])
    assert nearest >= 24, "a finger can press each on a phone"


def test_who_has_no_link_is_not_in_the_network() -> None:
    figure = network("Liens", [Node("a", "Alpha"), Node("b", "Beta"), Node("c", "Gamma")], [Edge("a", "b", "finance"), Edge("a", "nobody", "finance")], t)
    assert "Gamma" not in texts(figure)
    assert [[str(c.text if isinstance(c, Link) else c) for c in row] for row in figure.rows] == [["Alpha", "finance", "Beta"]]


@pytest.mark.parametrize(("space", "height"), [("Bâtiment A, premier étage", 1), ("rez-de-chaussée", 0), ("2e étage, aile nord", 2), ("R+3", 3), ("sous-sol", -1), ("12th floor", 12), ("Plateau", 0)])
def test_the_floor_of_a_space_is_read_from_its_name(space: str, height: int) -> None:
    assert floor(space) == height


def test_the_highest_floor_stands_under_the_roof() -> None:
    figure = building("Coupe", [Occupant("Bas", "rez-de-chaussée"), Occupant("Haut", "deuxième étage"), Occupant("Quelque part")], t)
    read = texts(figure)
    assert read.index("Haut") < read.index("Bas") < read.index("Quelque part")
