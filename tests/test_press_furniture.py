"""Lines of a page that are about the page make no claims; what is left keeps its place."""

from __future__ import annotations

import pytest
from press_world import said

from km0_pipeline.press.furniture import furniture, readable
from km0_pipeline.steps import Project

PROSE = "Ficta Robotique partage ses machines avec Nova Fiction depuis que les deux sociétés sont voisines de palier, et cela leur plaît."
FURNITURE = [
    "Accueil > Actualités > Un pôle ouvre",
    "Lire aussi : Nova Fiction ouvre un bureau à Colmar",
    "À lire également",
    "Partager sur Facebook",
    "Suivez-nous sur LinkedIn",
    "Abonnez-vous à notre lettre",
    "Crédit photo : Camille Exemple / Studio Fictif",
    "Photo Camille Exemple",
    "© Nova Fiction",
    "Mentions légales",
    "Nous utilisons des cookies pour mesurer l'audience.",
    "Communiqué de presse",
    "Temps de lecture : 3 minutes",
    "- Nova Fiction : https://nova.example/page_du_Projet.html",
    "Lire le dossier complet →",
]
KEPT = [
    PROSE,
    "Partager ses machines, c'est gagner du temps.",
    "Retour à l'atelier",
    "Photographe, Camille Exemple a rejoint le KM0.",
    "Le contact est bon entre Ficta Robotique et Nova Fiction.",
    "Suivre une formation au KM0 est gratuit.",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_a_line_about_the_page_is_left_out(line: str) -> None:
    text = f"{PROSE}\n{line}\n\n{PROSE}"
    assert [text[a:b] for a, b in furniture(text)] == [line]


@pytest.mark.parametrize("line", KEPT)
def test_a_line_about_the_world_is_kept(line: str) -> None:
    assert furniture(f"{PROSE}\n\n{line}\n\n{PROSE}") == []


def test_what_stands_below_a_heading_of_links_goes_with_it() -> None:
    text = f"{PROSE}\n\nÀ lire aussi\nUn atelier à Colmar\nUne levée de fonds\n\n{PROSE}"
    assert readable(text).split() == [*PROSE.split(), *PROSE.split()]


def test_who_is_to_be_contacted_is_read() -> None:
    text = f"{PROSE}\n\nRelations presse : Camille Exemple, agence Nova Fiction – 06 99 99 99 99"
    assert furniture(text) == []


def test_what_is_left_stands_where_it_stood() -> None:
    text = f"Communiqué de presse\n{PROSE}"
    assert len(readable(text)) == len(text) and readable(text).index(PROSE) == text.index(PROSE)


def test_a_caption_makes_no_claim(project: Project) -> None:
    text = f"{PROSE}\n\nCrédit photo : Camille Exemple, présidente du KM0"
    assert "Camille Exemple" not in {f.subject for f in said(project, text)}
