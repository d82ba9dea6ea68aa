"""Figures and dates are claimed of whom they belong to, events with their date, as held or planned; or not at all."""

from __future__ import annotations

import pytest
from press_world import Fact, said

from km0_pipeline.press.known import Names
from km0_pipeline.press.statements import extract
from km0_pipeline.steps import Project

FICTA, NOVA, ORBE = "Ficta Robotique", "Nova Fiction", "Banque de l'Orbe"
NAMES = (FICTA, NOVA, ORBE, "Fonds Orbe")
PUBLISHED = "2023-05-02"

CLAIMED = [  # sentence, (subject, property, value, qualifier, scope)
    ("Ficta Robotique emploie 12 salariés et prévoit de recruter 5 personnes.", (FICTA, "headcount", "12", "exact", "employees")),
    ("Créée en 2012 par Camille Exemple, Ficta Robotique emploie aujourd'hui une quarantaine de collaborateurs.", (FICTA, "headcount", "40", "about", "employees")),
    ("Ficta Robotique, fondée à Mulhouse en 2015, est passée de 12 à 30 salariés.", (FICTA, "headcount", "30", "exact", "employees")),
    ("Ficta Robotique ouvre. L'entreprise compte 12 ingénieurs.", (FICTA, "headcount", "12", "exact", "people")),
    ("Nova Fiction a réalisé 2,3 M€ de chiffre d'affaires en 2022, contre 800 000 € en 2021.", (NOVA, "revenue_eur", "2300000", "exact", "")),
    ("Nova Fiction a réalisé 2,3 M€ de chiffre d'affaires en 2022, contre 800 000 € en 2021.", (NOVA, "revenue_eur", "800000", "exact", "")),
    ("Le budget de Nova Fiction s'élève à 1 million d'euros.", (NOVA, "budget_eur", "1000000", "exact", "")),
    ("Nova Fiction, ce sont dix-neuf permanents et un budget de l'ordre de 2,8 M€.", (NOVA, "budget_eur", "2800000", "about", "")),
    ("Nova Fiction, ce sont dix-neuf permanents et un budget de l'ordre de 2,8 M€.", (NOVA, "headcount", "19", "exact", "employees")),
    ("Ficta Robotique, dont les 5 salariés cherchent un toit, a tout perdu.", (FICTA, "headcount", "5", "exact", "employees")),
    ("Les lots sont offerts par les 32 salariés de la société Nova Fiction.", (NOVA, "headcount", "32", "exact", "employees")),
    ("Ficta Robotique fait travailler sept salariés.", (FICTA, "headcount", "7", "exact", "employees")),
    ("Six ans après sa création, Nova Fiction grandit.", (NOVA, "founded_on", "2017", "about", "")),
    ("Mercredi 17 mai, 18 h 30 : réunion publique.", ("réunion publique", "date", "2023-05-17", "planned", "")),
    ("Avec ses 40 salariés, Nova Fiction grandit.", (NOVA, "headcount", "40", "exact", "employees")),
    ("Forte de 250 adhérents, l'association Nova Fiction grandit.", (NOVA, "headcount", "250", "exact", "members")),
    ("Nova Fiction réunit 640 collaborateurs dans 54 agences.", (NOVA, "headcount", "640", "exact", "employees")),
    ("Nova Fiction, fondée en 2019, doit s'installer ici en juin avec ses 14 salariés.", (NOVA, "headcount", "14", "exact", "employees")),
    ("Nova Fiction forme des jeunes et emploie 22 personnes.", (NOVA, "headcount", "22", "exact", "people")),
    ("Nova Fiction, qui emploie 30 salariés, ouvrira une agence.", (NOVA, "headcount", "30", "exact", "employees")),
    ("L'éditeur Nova Fiction, l'un des locataires avec 85 salariés, quittera les lieux.", (NOVA, "headcount", "85", "exact", "employees")),
    ("Nova Fiction ne compte plus que 48 salariés, contre 112 en 2010.", (NOVA, "headcount", "48", "exact", "employees")),
    ("Nova Fiction regroupe 37 entreprises, 5 laboratoires et 3 écoles, soit 800 emplois.", (NOVA, "headcount", "800", "exact", "jobs")),
    ("Le KM0 ouvre. Quelque 180 personnes y travailleront à terme, contre une soixantaine aujourd'hui.", ("KM0", "headcount", "180", "planned", "people")),
    ("Banque de l'Orbe y a contribué à hauteur de 900 000 euros.", (ORBE, "funding_eur", "900000", "exact", "")),
    ("Le hall a été cofinancé par la Banque de l'Orbe à hauteur de 1,2 million.", (ORBE, "funding_eur", "1200000", "exact", "")),
    ("Camille Exemple a obtenu un prêt d'honneur de 15 000 euros de la Banque de l'Orbe.", (ORBE, "funding_eur", "15000", "exact", "")),
    ("Le budget atteint 38 000 €, dont 10 000 € de subvention de la Banque de l'Orbe.", (ORBE, "funding_eur", "10000", "exact", "")),
    ("Ficta Robotique a bouclé en mars un tour de table de 2 M€.", (FICTA, "received_eur", "2000000", "exact", "")),
    ("Nova Fiction va créer 50 emplois.", (NOVA, "headcount", "50", "planned", "jobs")),
    ("Au total, 150 emplois seront créés par Nova Fiction.", (NOVA, "headcount", "150", "planned", "jobs")),
    ("Ficta Robotique a levé 2 millions d'euros auprès de la Banque de l'Orbe.", (FICTA, "received_eur", "2000000", "exact", "")),
    ("Ficta Robotique vient de boucler un tour de table de 4,5 millions d'euros.", (FICTA, "received_eur", "4500000", "exact", "")),
    ("Nova Fiction, association créée en mars 2014, grandit.", (NOVA, "founded_on", "2014-03", "exact", "")),
    ("Nova Fiction bénéficie d'une aide régionale de 50 000 euros.", (NOVA, "received_eur", "50000", "exact", "")),
    ("Le Fonds Orbe est doté de 88 millions d'euros jusqu'en 2025.", ("Fonds Orbe", "received_eur", "88000000", "exact", "")),
    ("Créée en 2012 par Camille Exemple, Ficta Robotique grandit.", (FICTA, "founded_on", "2012", "exact", "")),
    ("Ficta Robotique, fondée à Mulhouse en 2015, grandit.", (FICTA, "founded_on", "2015", "exact", "")),
    ("Nova Fiction existe depuis 2019.", (NOVA, "founded_on", "2019", "exact", "")),
    ("Le KM0 figure dans l'édition 2024 de la sélection « Dix lieux fictifs ».", ("Dix lieux fictifs", "date", "2024", "exact", "")),
    ("Le KM0 figure dans l'édition 2024 de la sélection « Dix lieux fictifs ».", ("Dix lieux fictifs", "kind", "award", "exact", "")),
    ("Nova Fiction a rejoint le KM0 en septembre 2021.", ("Arrivée de Nova Fiction", "date", "2021-09", "exact", "")),
    ("Nova Fiction a quitté le KM0 fin 2022.", ("Départ de Nova Fiction", "date", "2022", "exact", "")),
    ("Ficta Robotique a levé 2 M€ en mars 2023.", ("Financement de Ficta Robotique", "date", "2023-03", "exact", "")),
    ("Nova Fiction et Ficta Robotique ont signé une convention de partenariat le 12 avril 2023.", ("Signature par Nova Fiction", "date", "2023-04-12", "exact", "")),
    ("Nova Fiction a remporté le prix de l'innovation en 2021.", ("Distinction de Nova Fiction", "date", "2021", "exact", "")),
    ("Nova Fiction et Ficta Robotique ont signé lundi une convention.", ("Signature par Nova Fiction", "date", "2023-05-01", "exact", "")),
    ("En octobre, Nova Fiction a reçu le prix du public.", ("Distinction de Nova Fiction", "date", "2022-10", "exact", "")),
    ("Nova Fiction quittera les lieux en décembre.", ("Départ de Nova Fiction", "date", "2023-12", "planned", "")),
    ("Nova Fiction doit s'y installer en janvier 2024.", ("Arrivée de Nova Fiction", "date", "2024-01", "planned", "")),
    ("Ouverte en mars 2021, la société Nova Fiction affiche complet.", (NOVA, "opened_on", "2021-03", "exact", "")),
    ("La conférence de presse a eu lieu la semaine dernière au KM0.", ("conférence de presse", "date", "2023-04-24/2023-04-30", "exact", "")),
    ("Le salon des fictions se tiendra du 12 au 14 juin 2023.", ("salon des fictions", "date", "2023-06-12/2023-06-14", "planned", "")),
    ("Les lauréats seront connus à la conférence Fictive4 qui se tiendra le 8 juin prochain.", ("conférence Fictive4", "date", "2023-06-08", "planned", "")),
    ("Le samedi 17 juin 2023 aura lieu une journée de présentation.", ("journée de présentation", "date", "2023-06-17", "planned", "")),
    ("En 2017, Nova Fiction organise les Assises du carton.", ("Assises du carton", "about", NOVA, "exact", "")),
    ("Nova Fiction organise le samedi 13 mai une soirée jeux.", ("soirée jeux", "date", "2023-05-13", "planned", "")),
    ("Rendez-vous le jeudi 1er juin à 18h pour la soirée de lancement.", ("soirée de lancement", "date", "2023-06-01", "planned", "")),
    ("Le comité de sélection du lundi 3 avril 2023 a retenu 17 projets.", ("comité de sélection", "date", "2023-04-03", "exact", "")),
    ("L'atelier « Robots en carton » est prévu mercredi 10 mai de 14h à 16h.", ("atelier Robots en carton", "date", "2023-05-10", "planned", "")),
    ("L'appel à projets « Villes fictives » est ouvert jusqu'au 30 juin 2023.", ("appel à projets Villes fictives", "deadline", "2023-06-30", "exact", "")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "fact"), CLAIMED, ids=[f"{f[1]}: {t}" for t, f in CLAIMED])
def test_a_figure_or_date_is_claimed_of_whom_it_belongs_to(
    project: Project, text: str, fact: tuple[str, str, str, str, str]
) -> None:
    assert Fact(*fact) in said(project, text, NAMES, PUBLISHED)


SILENT = [  # sentence, property that must not be claimed
    ("L'inauguration du KM0 a réuni 300 invités.", "headcount"),  # of the inauguration
    ("L'étude de Nova Fiction compte 300 entreprises.", "headcount"),
    ("Nova Fiction forme 300 demandeurs d'emploi par an.", "headcount"),  # they pass through
    ("Nova Fiction accompagne les entreprises et leurs 300 salariés.", "headcount"),
    ("Nova Fiction finance la formation de 60 étudiants.", "headcount"),
    ("Nova Fiction ne compte plus 30 salariés.", "headcount"),
    ("Selon Nova Fiction, les entreprises emploient 300 personnes.", "headcount"),
    ("Pour Nova Fiction, la filière est jeune et emploie 300 personnes.", "headcount"),
    ("La Banque de l'Orbe a versé 30 000 € de loyer.", "funding_eur"),
    ("La Banque de l'Orbe versera une aide de 200 € par mois.", "funding_eur"),
    ("La commune de Nova Fiction compte 300 habitants.", "headcount"),
    ("Nova Fiction a créé trois entreprises.", "headcount"),
    ("Le KM0 naît. L'entreprise emploie 12 personnes.", "headcount"),  # the hub is no company
    ("Ficta Robotique cherche à lever 3 M€.", "received_eur"),
    ("Nova Fiction aurait levé 2 M€.", "received_eur"),
    ("Nova Fiction réalise un chiffre d'affaires de 3 millions d'euros.", "received_eur"),
    ("Nova Fiction affiche un chiffre d'affaires qui représente 3 millions d'euros.", "investment_eur"),
    ("Nova Fiction a obtenu 3 millions d'euros de commandes.", "received_eur"),
    ("Ficta Robotique n'a pas ouvert son atelier. Il ouvrira à la rentrée 2023.", "opened_on"),  # the workshop will
    ("Le KM0 coûte 30 € par mois.", "investment_eur"),
    ("L'adhésion au KM0 coûte 20 €.", "investment_eur"),
    ("L'application de Nova Fiction, créée en 2015, plaît.", "founded_on"),
    ("Ficta Robotique ouvrira une agence à Colmar en janvier 2024.", "opened_on"),
    ("Nova Fiction n'a pas signé la charte le 12 avril 2023.", "date"),
    ("La conférence a eu lieu le 12 juin 2023.", "date"),  # not yet, when it was written
    ("Le réseau est né en 2014, et est organisé deux fois par an.", "date"),
    ("Nova Fiction va rejoindre Colmar en 2024.", "date"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "prop"), SILENT, ids=[t for t, _ in SILENT])
def test_what_is_anothers_sought_priced_or_contradictory_makes_no_claim(project: Project, text: str, prop: str) -> None:
    assert prop not in {f.property for f in said(project, text, NAMES, PUBLISHED)}


def test_of_a_growth_only_what_is_now_is_a_headcount(project: Project) -> None:
    found = said(project, "Ficta Robotique est passée de 12 à 30 salariés.", NAMES, PUBLISHED)
    assert {f.value for f in found if f.property == "headcount"} == {"30"}


def test_money_received_holds_when_the_sentence_says(project: Project) -> None:
    document = {
        "document_id": "0" * 20,
        "title": "",
        "published_on": PUBLISHED,
        "language": "fr",
        "text": "En mars 2021, Ficta Robotique a levé 2 M€.",
    }
    claims = extract(document, [], Names(project.hub, NAMES))
    assert {(c.value, c.as_of) for c in claims if c.property == "received_eur"} == {("2000000", "2021-03")}
