"""Who is what to whom: the same bond in each construction of French, nothing where it is denied, wished or another's, and who says so."""

from __future__ import annotations

import pytest
from press_world import Fact, said

from km0_pipeline.press.inflected import forms
from km0_pipeline.press.known import Names
from km0_pipeline.press.statements import extract
from km0_pipeline.steps import Project

HALL, FICTA, NOVA, ORBE, MESH, ADA, BRUNO = (
    "Halle Modèle", "Ficta Robotique", "Nova Fiction", "Banque de l'Orbe", "Réseau des Exemples", "Ada Exemple", "Bruno Modèle"
)  # fmt: skip
NAMES = (HALL, FICTA, NOVA, ORBE, MESH)

BONDS = [  # text, (subject, property, object)
    # one bond, each construction
    ("Nova Fiction gère la Halle Modèle.", (NOVA, "operates", HALL)),
    ("La Halle Modèle est gérée par Nova Fiction.", (NOVA, "operates", HALL)),
    ("La Halle Modèle, gérée depuis 2019 par la société Nova Fiction, grandit.", (NOVA, "operates", HALL)),
    ("La Halle Modèle est un tiers-lieu géré par Nova Fiction.", (NOVA, "operates", HALL)),
    ("Gérée par Nova Fiction, la Halle Modèle ouvrira en 2030.", (NOVA, "operates", HALL)),
    ("La Halle Modèle, que gère Nova Fiction, grandit.", (NOVA, "operates", HALL)),
    ("Nova Fiction, qui gère la Halle Modèle, recrute.", (NOVA, "operates", HALL)),
    ("Nova Fiction est le gestionnaire de la Halle Modèle.", (NOVA, "operates", HALL)),
    ("Le gestionnaire de la Halle Modèle, Nova Fiction, recrute.", (NOVA, "operates", HALL)),
    ("La Halle Modèle a pour gestionnaire Nova Fiction.", (NOVA, "operates", HALL)),
    ("La Halle Modèle ouvre. Elle est gérée par Nova Fiction.", (NOVA, "operates", HALL)),
    ("Le concours Halle Modèle ouvre. Ce concours est porté par Nova Fiction.", (NOVA, "organiser_of", HALL)),
    ("Soutenue par Banque de l'Orbe, la Halle Modèle ouvre. Elle est animée par Nova Fiction.", (NOVA, "operates", HALL)),
    # each bond
    ("Le festival Halle Modèle est organisé par Nova Fiction et Ficta Robotique.", (FICTA, "organiser_of", HALL)),
    ("Ficta Robotique est incubée au sein de la Halle Modèle.", (HALL, "incubates", FICTA)),
    ("Ficta Robotique est accompagnée par l'incubateur Halle Modèle.", (HALL, "incubates", FICTA)),
    ("Nova Fiction a racheté Ficta Robotique.", (NOVA, "owner_of", FICTA)),
    ("La Halle Modèle est la propriété de Nova Fiction.", (NOVA, "owner_of", HALL)),
    ("Nova Fiction est à l'origine de la Halle Modèle.", (NOVA, "founder_of", HALL)),
    ("La Halle Modèle a été lancée en 2019 par Nova Fiction.", (NOVA, "founder_of", HALL)),
    ("La Halle Modèle, c'est l'idée de Nova Fiction. Ficta Robotique succède à Nova Fiction.", (FICTA, "succeeds", NOVA)),
    ("Ficta Robotique, anciennement Nova Fiction, recrute.", (FICTA, "succeeds", NOVA)),
    ("Nova Fiction devient Ficta Robotique.", (FICTA, "succeeds", NOVA)),
    ("Ficta Robotique est hébergée au sein de la Halle Modèle.", (FICTA, "tenant_of", HALL)),
    ("Ficta Robotique est locataire de Nova Fiction. Le KM0 est ailleurs.", (FICTA, "tenant_of", NOVA)),
    ("La Halle Modèle héberge aujourd'hui Ficta Robotique et Nova Fiction.", (NOVA, "tenant_of", HALL)),
    ("La Halle Modèle lève 2 millions d'euros auprès de Banque de l'Orbe et de Nova Fiction.", (NOVA, "funds", HALL)),
    ("Grâce au soutien de Banque de l'Orbe, la Halle Modèle ouvre.", (ORBE, "funds", HALL)),
    ("Ficta Robotique, lauréate du concours Halle Modèle, a reçu 9 000 euros de Banque de l'Orbe.", (ORBE, "funds", FICTA)),
    ("Ficta Robotique s'installe à Mulhouse.", (FICTA, "located_in", "Mulhouse")),
    ("Installée à Mulhouse, Ficta Robotique recrute.", (FICTA, "located_in", "Mulhouse")),
    ("Ficta Robotique (robots, Mulhouse) recrute.", (FICTA, "located_in", "Mulhouse")),
    ("Ficta Robotique, désormais basée au centre de Mulhouse, recrute.", (FICTA, "located_in", "Mulhouse")),
    ("La société Ficta Robotique, de Mulhouse, recrute.", (FICTA, "located_in", "Mulhouse")),
    ("Ficta Robotique et Nova Fiction – une école de code – ont créé ensemble la Halle Modèle.", (NOVA, "founder_of", HALL)),
    ("Nova Fiction organise avec Ficta Robotique la deuxième édition du festival Halle Modèle.", (FICTA, "organiser_of", HALL)),
    ("Passée par l'incubateur Halle Modèle, Ficta Robotique recrute.", (HALL, "incubates", FICTA)),
    ("Le salon Halle Modèle est co-piloté par Nova Fiction.", (NOVA, "organiser_of", HALL)),
    # several clauses of one subject
    ("La Halle Modèle, portée par Nova Fiction et cofinancée par Banque de l'Orbe, accueille Ficta Robotique.", (ORBE, "funds", HALL)),
    ("La Halle Modèle, portée par Nova Fiction et cofinancée par Banque de l'Orbe, accueille Ficta Robotique.", (FICTA, "tenant_of", HALL)),
    ("Portée par Nova Fiction et financée par Banque de l'Orbe, la Halle Modèle est animée par Ficta Robotique.", (NOVA, "operates", HALL)),
    ("Portée par Nova Fiction et financée par Banque de l'Orbe, la Halle Modèle est animée par Ficta Robotique.", (FICTA, "operates", HALL)),
    ("Ficta Robotique est incubée par Nova Fiction depuis 2019 et hébergée à la Halle Modèle.", (FICTA, "tenant_of", HALL)),
    ("Nova Fiction, qui emploie dix personnes, gère la Halle Modèle et soutient Ficta Robotique.", (NOVA, "funds", FICTA)),
    # whatever stands between
    ("Nova Fiction, dont le siège est à Mulhouse, gère depuis 2019 la Halle Modèle.", (NOVA, "operates", HALL)),
    ("La Halle Modèle, que coordonne Nova Fiction, grandit.", (NOVA, "operates", HALL)),
    ("La Halle Modèle accueille trois associations : Ficta Robotique, Nova Fiction et Les Inconnus.", (NOVA, "tenant_of", HALL)),
    ("Nova Fiction, le coworking de Mulhouse, recrute.", (NOVA, "located_in", "Mulhouse")),
    ("Ficta Robotique fait partie du Réseau des Exemples.", (FICTA, "member_of", MESH)),
    # whom pronouns and nouns mean
    ("La Halle Modèle a ouvert en 2019. Nova Fiction et Banque de l'Orbe la soutiennent.", (ORBE, "funds", HALL)),
    ("La Halle Modèle a ouvert en 2019. Banque de l'Orbe lui a versé 9 000 euros.", (ORBE, "funds", HALL)),
    ("La Halle Modèle a ouvert en 2019. Banque de l'Orbe y a contribué à hauteur de 9 000 euros.", (ORBE, "funds", HALL)),
    ("La Halle Modèle a ouvert en 2019. Ficta Robotique doit s'y installer.", (FICTA, "tenant_of", HALL)),
    ("Ficta Robotique recrute. Installée à Mulhouse, la société est hébergée par la Halle Modèle.", (FICTA, "tenant_of", HALL)),
    ("La Halle Modèle a ouvert. Le groupe Nova Fiction la finance. Elle est gérée par Ficta Robotique.", (FICTA, "operates", HALL)),
    ("La Halle Modèle affiche complet. Parmi ses locataires : Ficta Robotique et Nova Fiction.", (NOVA, "tenant_of", HALL)),
    # lists, in words of their own
    ("Ficta Robotique annonce une levée de fonds auprès de Nova Fiction et de son actionnaire historique Banque de l'Orbe.", (ORBE, "funds", FICTA)),
    ("Le bureau du Réseau des Exemples a validé l'adhésion de Ficta Robotique et Nova Fiction.", (NOVA, "member_of", MESH)),
    ("La Halle Modèle héberge vingt entreprises, dont Ficta Robotique et Nova Fiction.", (NOVA, "tenant_of", HALL)),
    ("Le festival Halle Modèle, organisé le 3 mai 2024 à Mulhouse par Nova Fiction et Ficta Robotique, approche.", (FICTA, "organiser_of", HALL)),
    ("Ficta Robotique, filiale du groupe Nova Fiction, recrute.", (FICTA, "part_of", NOVA)),
    ("Ficta Robotique et Nova Fiction ont signé mardi une convention de partenariat.", (FICTA, "partner_of", NOVA)),
    ("La Halle Modèle ouvre. Banque de l'Orbe, qui la finance, recrute. Elle est gérée par Ficta Robotique.", (FICTA, "operates", HALL)),
    ("Ficta Robotique a inauguré ses nouveaux locaux à la Halle Modèle.", (FICTA, "tenant_of", HALL)),
    # networks and partners, lists
    ("Ficta Robotique adhère au Réseau des Exemples.", (FICTA, "member_of", MESH)),
    ("Ficta Robotique vient de rejoindre le Réseau des Exemples.", (FICTA, "member_of", MESH)),
    ("Ficta Robotique et Nova Fiction sont membres du Réseau des Exemples.", (NOVA, "member_of", MESH)),
    ("Le Réseau des Exemples fédère Ficta Robotique, Halle Modèle et Nova Fiction.", (NOVA, "member_of", MESH)),
    ("Membre du Réseau des Exemples, Nova Fiction recrute.", (NOVA, "member_of", MESH)),
    ("Le consortium Orvalis se compose de Ficta Robotique et de Nova Fiction.", (NOVA, "member_of", "Orvalis")),
    ("Les membres du Réseau des Exemples : Ficta Robotique, Nova Fiction.", (NOVA, "member_of", MESH)),
    ("En 2025, le Réseau des Exemples compte 3 membres :\n\nFicta Robotique, L'Inconnue et Nova Fiction.", (NOVA, "member_of", MESH)),
    ("Partenaires de la Halle Modèle :\n- Ficta Robotique ;\n- la société Nova Fiction.", (NOVA, "partner_of", HALL)),
    ("La Halle Modèle est partenaire du Réseau des Exemples avec Ficta Robotique et Nova Fiction.", (NOVA, "partner_of", MESH)),
    ("La Halle Modèle ouvre en partenariat avec Nova Fiction.", (NOVA, "partner_of", HALL)),
    ("La Halle Modèle compte parmi ses partenaires Ficta Robotique et Nova Fiction.", (NOVA, "partner_of", HALL)),
]  # fmt: skip


ABOUT = [  # a text with the title « Halle Modèle » that goes on so, what it says of whom it is about
    ("« Tout va bien », dit Ada Exemple, cofondatrice et présidente.", {(ADA, "founder_of", HALL), (ADA, "heads", HALL)}),
    ("Directrice générale : Ada Exemple.", {(ADA, "heads", HALL)}),
    ("La présidence échoit à Ada Exemple.", {(ADA, "heads", HALL)}),
    ("Ada Exemple prend la direction générale.", {(ADA, "heads", HALL)}),
    ("Ada Exemple, directrice technique de l'entreprise, le dit.", {(ADA, "works_for", HALL)}),
    ("Fondée par Ada Exemple. Dix salariés.", {(ADA, "founder_of", HALL)}),
    ("Ouvert par Ada Exemple, le lieu grandit.", {(ADA, "founder_of", HALL)}),
    ("Propriétaire des murs : Nova Fiction.", {(NOVA, "owner_of", HALL)}),
    ("Animation : Nova Fiction.", {(NOVA, "operates", HALL)}),
    ("Avec le soutien de : Banque de l'Orbe · Nova Fiction", {(ORBE, "funds", HALL), (NOVA, "funds", HALL)}),
    ("Banque de l'Orbe apporte 9 000 euros, Nova Fiction 500 euros.", {(ORBE, "funds", HALL), (NOVA, "funds", HALL)}),
    ("Travaux : 9 000 euros, dont la moitié payée par Banque de l'Orbe.", {(ORBE, "funds", HALL)}),
    ("Ont participé à l'opération :\n• Banque de l'Orbe, chef de file ;\n• le groupe Nova Fiction.", {(ORBE, "funds", HALL), (NOVA, "funds", HALL)}),
    ("Les occupants\n– Ficta Robotique, dix ingénieurs\n– La coopérative Nova Fiction", {(FICTA, "tenant_of", HALL), (NOVA, "tenant_of", HALL)}),
    ("Siège à Mulhouse.", {(HALL, "located_in", "Mulhouse")}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "facts"), ABOUT, ids=[t for t, _ in ABOUT])
def test_what_names_no_organisation_is_said_of_whom_the_text_is_about(
    project: Project, text: str, facts: set[tuple[str, str, str]]
) -> None:
    found = claims(
        project, f"La Halle Modèle grandit\n\nLa Halle Modèle affiche complet.\n\n{text}", "La Halle Modèle grandit"
    )
    assert facts <= {c[:3] for c in found}


ENTRIES = """L'incubateur Halle Modèle grandit

LA PROMOTION
Ficta Robotique (Mulhouse) – Des robots. Fondatrice : Ada Exemple.
Nova Fiction (Colmar) – Des livres. Le gérant, Bruno Modèle, recrute.
Inconnue (Thann) – Du vent. Présidente : Ada Exemple.
"""


def test_an_entry_of_a_list_says_it_of_the_one_it_is_of(project: Project) -> None:
    found = {
        c[:3]
        for c in claims(project, ENTRIES, "L'incubateur Halle Modèle grandit")
        if c[1] not in ("name", "kind", "role", "commune_code")
    }
    assert found == {
        (HALL, "incubates", FICTA), (HALL, "incubates", NOVA),
        (FICTA, "located_in", "Mulhouse"), (NOVA, "located_in", "Colmar"),
        (ADA, "founder_of", FICTA), (BRUNO, "heads", NOVA),
    }  # fmt: skip


def test_where_two_organisations_compete_a_bare_role_is_of_neither(project: Project) -> None:
    text = "Nova Fiction et Ficta Robotique s'allient\n\nNova Fiction recrute. Ficta Robotique recrute.\n\nAda Exemple, présidente, le dit."
    assert not {c for c in claims(project, text, text.split("\n")[0]) if c[1] == "heads"}


def both_ways(found: set[Fact]) -> set[tuple[str, str, str]]:
    facts = {(f.subject, f.property, f.value) for f in found}
    return facts | {(o, p, s) for s, p, o in facts if p == "partner_of"}


@pytest.mark.parametrize(("text", "fact"), BONDS, ids=[f"{f[1]}: {t}" for t, f in BONDS])
def test_a_bond_is_read_however_it_is_put(project: Project, text: str, fact: tuple[str, str, str]) -> None:
    assert fact in both_ways(said(project, text, (*NAMES, "Orvalis")))


PEOPLE = [
    ("Ada Exemple succède à Bruno Modèle à la tête de la Halle Modèle.", {(ADA, "succeeds", BRUNO), (ADA, "heads", HALL)}),
    ("La Halle Modèle, dont la directrice est Ada Exemple, grandit.", {(ADA, "heads", HALL)}),
    ("La Halle Modèle ouvre. Sa directrice, Ada Exemple, s'en réjouit.", {(ADA, "heads", HALL)}),
    ("Ada Exemple, responsable de la communication chez Nova Fiction, le dit.", {(ADA, "works_for", NOVA)}),
    ("Ada Exemple et Bruno Modèle sont les deux associés de la SCOP Nova Fiction.", {(ADA, "owner_of", NOVA), (BRUNO, "owner_of", NOVA)}),
    ("À l'initiative d'Ada Exemple, la Halle Modèle ouvre.", {(ADA, "founder_of", HALL)}),
    ("À la Halle Modèle, la directrice, Ada Exemple, s'en réjouit.", {(ADA, "heads", HALL)}),
    ("Ada Exemple, directrice régionale de Nova Fiction, le dit.", {(ADA, "heads", NOVA)}),
    ("Ada Exemple, glaciologue à la Halle Modèle, le dit.", {(ADA, "works_for", HALL)}),
    ("Directrice de Nova Fiction depuis 2019, Ada Exemple le dit.", {(ADA, "heads", NOVA)}),
    ("La nomination d'Ada Exemple à la tête de Nova Fiction réjouit.", {(ADA, "heads", NOVA)}),
    ("Ada Exemple a rejoint Nova Fiction comme chargée de mission.", {(ADA, "works_for", NOVA)}),
    ("Ada Exemple, 41 ans, assistante à Nova Fiction, le dit.", {(ADA, "works_for", NOVA)}),
    ("Ada Exemple, directrice du développement de Nova Fiction, le dit.", {(ADA, "works_for", NOVA)}),
    ("La Halle Modèle, ressourcerie que préside Ada Exemple, grandit.", {(ADA, "heads", HALL)}),
    ("Ada Exemple a passé la main à Bruno Modèle.", {(BRUNO, "succeeds", ADA)}),
    ("Ada Exemple, jusque-là en retrait, travaille depuis le printemps pour la société Nova Fiction.", {(ADA, "works_for", NOVA)}),
]  # fmt: skip


def claims(project: Project, text: str, title: str = "") -> list[tuple[str, str, str, str, str]]:
    """Subject, property, value, qualifier and speaker of each claim of `text`, in which the two people are known."""
    spans = [(at, at + len(who), "PER") for who in (ADA, BRUNO) for at in [text.find(who)] if at >= 0]
    found = extract(
        {"document_id": "0" * 20, "title": title, "published_on": "", "language": "fr", "text": text},
        spans,
        Names(project.hub, NAMES),
    )
    names = {c.subject_id: c.value for c in reversed(found) if c.property == "name"}
    return [
        (names[c.subject_id], c.property, names.get(c.value, c.value), c.qualifier, names.get(c.said_by, ""))
        for c in found
    ]


@pytest.mark.parametrize(("text", "facts"), PEOPLE, ids=[t for t, _ in PEOPLE])
def test_who_people_are_to_organisations(project: Project, text: str, facts: set[tuple[str, str, str]]) -> None:
    assert facts <= {c[:3] for c in claims(project, text)}


SILENT = [
    # another's
    "La directrice de Nova Fiction gère la Halle Modèle.",
    "Nova Fiction développe un outil créé par Ficta Robotique.",
    "Nova Fiction est un éditeur d'outils créés par Ficta Robotique.",
    "La fondatrice de Nova Fiction soutient la Halle Modèle.",
    "Le concurrent de Nova Fiction est membre du Réseau des Exemples.",
    "Nova Fiction présente la Halle Modèle à Ficta Robotique.",
    "Ses clients : Nova Fiction et Ficta Robotique.",
    "Les membres du jury de Nova Fiction : Ficta Robotique et Halle Modèle.",
    "Nova Fiction recrute. Le maire la soutient.",
    "Nova Fiction et Ficta Robotique recrutent. Elle est hébergée à la Halle Modèle.",
    "Jusqu'ici gérée par Nova Fiction, la Halle Modèle grandit.",
    "La Halle Modèle accueille des visiteurs, dont Nova Fiction.",
    "C'est Halle Modèle qui organise la fête, avec le concours de Nova Fiction.",
    "Un prêt peut être accordé par Nova Fiction.",
    # denied, supposed, wished, asked, over
    "La Halle Modèle n'est pas gérée par Nova Fiction.",
    "La Halle Modèle pourrait rejoindre le Réseau des Exemples.",
    "Si Nova Fiction finance la Halle Modèle, elle ouvrira.",
    "Nova Fiction souhaite racheter la Halle Modèle.",
    "« Nous voulons que Nova Fiction finance la Halle Modèle », dit-on.",
    "Nova Fiction va-t-elle racheter la Halle Modèle ?",
    "La Halle Modèle était gérée par Nova Fiction.",
    "Nova Fiction a été membre du Réseau des Exemples jusqu'en 2019.",
]


@pytest.mark.parametrize("text", SILENT)
def test_what_is_anothers_or_no_fact_makes_no_bond(project: Project, text: str) -> None:
    assert not {f for f in said(project, text, NAMES) if f.property not in ("name", "kind")}


def test_a_bond_to_come_is_planned(project: Project) -> None:
    assert Fact(NOVA, "member_of", MESH, "planned", "") in said(
        project, "Nova Fiction rejoindra le Réseau des Exemples en 2030.", NAMES
    )


@pytest.mark.parametrize(
    "text",
    [
        "Camille Exemple, directrice de Nova Fiction, présentera bientôt ses travaux.",
        "Nova Fiction, à Colmar, devrait présenter ses travaux avec Camille Exemple, directrice de Nova Fiction.",
    ],
)
def test_who_will_do_something_already_is_who_and_where_they_are_said_to_be(project: Project, text: str) -> None:
    stated = {(f.property, f.qualifier) for f in said(project, text, NAMES) if f.property in ("heads", "role", "located_in")}
    assert {("heads", "exact"), ("role", "exact")} <= stated and {q for _, q in stated} == {"exact"}


def test_who_is_to_head_it_does_not_head_it_yet(project: Project) -> None:
    found = said(project, "Camille Exemple sera directrice de Nova Fiction.", NAMES)
    assert Fact("Camille Exemple", "heads", NOVA, "planned", "") in found


@pytest.mark.parametrize(
    ("verb", "some"),
    [
        ("gérer", {"gère", "gérait", "gérera", "géré", "gérées"}),
        ("financer", {"finançait", "financent", "financée"}),
        ("soutenir", {"soutient", "soutiendra", "soutenues"}),
        ("rejoindre", {"rejoignent", "rejoindrait", "rejointe"}),
        ("réunir", {"réunissait", "réunit", "réunis"}),
        ("racheter", {"rachète", "rachetait", "rachetés"}),
        ("intégrer", {"intègre", "intègrent", "intégrait"}),
        ("rassembler", {"rassemble", "rassemblent", "rassemblera"}),
        ("orchestrer", {"orchestre", "orchestrent"}),
        ("héberger", {"héberge", "hébergent"}),
        ("installer", {"installe", "installera"}),
    ],
)
def test_verbs_are_inflected_as_in_french(verb: str, some: set[str]) -> None:
    assert some <= {form for form, _ in forms(verb)}


def test_la_cantine_that_houses_us_houses_whom_the_title_names(project: Project) -> None:
    text = "Nova Fiction ouvre ses portes\n\nMerci à la Halle Modèle qui nous accueille."
    assert Fact(NOVA, "tenant_of", HALL, "exact", "") in said(
        project, text, NAMES, title="Nova Fiction ouvre ses portes"
    )


def test_a_noun_that_two_were_introduced_with_means_neither(project: Project) -> None:
    text = "Le concours Nova Fiction et le concours Ficta Robotique ouvrent. Le concours est organisé par Halle Modèle."
    assert "organiser_of" not in {f.property for f in said(project, text, NAMES)}


SPEECH = [  # text, who says that the Halle Modèle has a funder
    ("« Nova Fiction finance la Halle Modèle depuis dix ans », explique Ada Exemple.", ADA),
    ("Ada Exemple l'assure : « Nova Fiction finance la Halle Modèle depuis dix ans. »", ADA),
    (
        "« La Halle Modèle compte beaucoup pour nous », dit Ada Exemple. « Nova Fiction finance la Halle Modèle », ajoute-t-elle.",
        ADA,
    ),
    ("Selon Ada Exemple, Nova Fiction finance la Halle Modèle.", ADA),
    ("Nova Fiction finance la Halle Modèle, selon Ada Exemple.", ADA),
    ("Ada Exemple précise que Nova Fiction finance la Halle Modèle.", ADA),
    ("« Nova Fiction finance la Halle Modèle », a-t-on appris.", ""),
    ("Nova Fiction finance la Halle Modèle. « C'est un beau projet pour nous tous », sourit Ada Exemple.", ""),
]


@pytest.mark.parametrize(("text", "speaker"), SPEECH, ids=[t for t, _ in SPEECH])
def test_what_a_person_says_is_said_by_that_person(project: Project, text: str, speaker: str) -> None:
    assert (NOVA, "funds", HALL, "exact", speaker) in claims(project, text)


def test_a_speakers_opinion_is_no_fact_and_does_not_doubt_what_stands_beside_it(project: Project) -> None:
    text = "« Je pense que Nova Fiction finance le Réseau des Exemples », confie Ada Exemple, directrice de la Halle Modèle."
    found = claims(project, text)
    assert (ADA, "heads", HALL, "exact", "") in found
    assert "funds" not in {c[1] for c in found}
