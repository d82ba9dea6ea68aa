"""Who and what a text speaks of: each name whole, and of the right sort."""

from __future__ import annotations

import pytest

from km0_pipeline.hub import FRENCH_MODEL
from km0_pipeline.press import mentions
from km0_pipeline.press.kinds import of_name, of_noun
from km0_pipeline.press.known import Names
from km0_pipeline.press.naming import mentions as mentions_of
from km0_pipeline.press.statements import extract
from km0_pipeline.steps import Project

ORGANISATION, PERSON, PLACE = "organisation", "person", "place"
NAMED = [  # sentence, names, sort
    ("Les espaces de coworking sont dix : Nova Coworking, Bureau Perché, Fictahouse Factory et Data Rhin.", {"Nova Coworking", "Fictahouse Factory", "Data Rhin"}, ORGANISATION),
    ("La société Orvane Bio recrute. Orvane Bio compte 14 salariés.", {"Orvane Bio"}, ORGANISATION),
    ("Le projet est porté par Grand Val Communauté et l'Agglomération de Val Fictif.", {"Grand Val Communauté", "Agglomération de Val Fictif"}, ORGANISATION),
    ("On y voit l'équipe des Locaux Fictif', voisine de Ruche & Co.", {"Locaux Fictif'", "Ruche & Co"}, ORGANISATION),
    ("L'Institut fictif du bois (IFB) recrute. L'IFB ouvre.", {"Institut fictif du bois", "IFB"}, ORGANISATION),
    ("L'IFB (Institut fictif du bois) recrute.", {"Institut fictif du bois", "IFB"}, ORGANISATION),
    ("La Fédération des artisans du bois applaudit.", {"Fédération des artisans du bois"}, ORGANISATION),
    ("La CCI du Val Fictif et l'Ademe Occitanie ont signé avec le ministère de la Culture et de la Pêche publiques.", {"CCI du Val Fictif", "Ademe Occitanie", "ministère de la Culture et de la Pêche publiques"}, ORGANISATION),
    ("La Direction régionale de l'emploi, du travail et des solidarités et la Communauté de communes de la vallée de Fictange ont dit oui.", {"Direction régionale de l'emploi, du travail et des solidarités", "Communauté de communes de la vallée de Fictange"}, ORGANISATION),
    ("Trois lieux ouvrent : le Comptoir des Colibris, l'Usine à Songes et la Grange connectée.", {"Comptoir des Colibris", "Usine à Songes", "Grange connectée"}, ORGANISATION),
    ("Les adhérents sont :\n- L'Orvane (Fictange)\n- Ruche & Co (Valmont-les-Bains)\n- Tricotou (Orbeville)", {"Orvane", "Ruche & Co", "Tricotou"}, ORGANISATION),
    ("Les adhérents sont :\n- L'Orvane (Fictange)\n- Ruche & Co (Valmont-les-Bains)\n- Tricotou (Orbeville)", {"Fictange", "Valmont-les-Bains", "Orbeville"}, PLACE),
    ("L'aide va à douze communes, dont Fictange, Valmont-sur-Orbe et Orbeville.", {"Fictange", "Valmont-sur-Orbe", "Orbeville"}, PLACE),
    ("La fête s'est tenue à la Halle Fictive, dans le quartier Orbeval.", {"Halle Fictive", "Orbeval"}, PLACE),
    ("Elle est présidée par Thibaut Exemple et soutenue par le lycée Exemple-Durand.", {"Thibaut Exemple"}, PERSON),
    ("Elle est soutenue par le lycée Exemple-Durand et par l'agence de presse Nova Fiction.", {"lycée Exemple-Durand", "Nova Fiction"}, ORGANISATION),
    ("L'entreprise appartient à ses salariés (Fred, Colin et Alexis).", {"Fred", "Colin", "Alexis"}, PERSON),
    ("La ministre de la Fonction publique Camille Exemple et le ministre de la Recherche étaient là.", {"Camille Exemple"}, PERSON),
    ("Camille Exemple-Durand, maraîchère, et Jean-Baptiste Le Fictif s'en réjouissent.", {"Camille Exemple-Durand", "Jean-Baptiste Le Fictif"}, PERSON),
    ("Fictoline franchit un palier. Née en 2019, Fictoline a doublé son atelier.", {"Fictoline"}, ORGANISATION),
    ("Ont payé : Région Bretagne 500 000 €, Département du Finistère 210 k€.", {"Région Bretagne", "Département du Finistère"}, ORGANISATION),
    ("Six équipes sont là.\nFictobulle (Toulouse) – Recherche de fuites.\nNappe.io (Orbeville) – Cartes du sous-sol.", {"Fictobulle", "Nappe.io"}, ORGANISATION),
    ("▸ TISSAGES FICTIFS (Orbeville). Une page se tourne.\n▸ La Remise à Songes (Valmont). Elle ouvre.", {"TISSAGES FICTIFS", "La Remise à Songes"}, ORGANISATION),
    ("On se retrouve au café Le Fictif, puis chez Orvane et à la Nuit du code, avec l'association Fils en Fiction.", {"Le Fictif", "Nuit du code", "Fils en Fiction"}, ORGANISATION),
    ("Elle dirige aujourd'hui Fictoskin.", {"Fictoskin"}, ORGANISATION),
    ("Elle vient à la soirée « Écoute ton atelier » du Campus fictif.", {"Écoute ton atelier"}, ORGANISATION),
    ("La Métropole européenne de Valmont et Brest métropole paient l'Observatoire savoyard de la fiction.", {"Métropole européenne de Valmont", "Brest métropole", "Observatoire savoyard de la fiction"}, ORGANISATION),
    ("Relations presse : Tancrède Exemple, cabinet Verbe Fictif – 06 99 99 99 99", {"Tancrède Exemple"}, PERSON),
    ("Camille E. devient trésorière ; M. Exemplard s'en va. Signé : O. Fictard", {"Camille E.", "M. Exemplard", "O. Fictard"}, PERSON),
    ("Président : Gontran de Fictange (Horlogerie Fictive).", {"Gontran de Fictange"}, PERSON),
    ("Président : Gontran de Fictange (Horlogerie Fictive).", {"Horlogerie Fictive"}, ORGANISATION),
    ("Le fablab de Lannion est partenaire de la tour Valmont, quai des Brumes.", {"Lannion", "tour Valmont", "quai des Brumes"}, PLACE),
    ("Hier, l'association Femmes de quart a ouvert. La coopérative Les Amarres communes suit.", {"Femmes de quart", "Les Amarres communes"}, ORGANISATION),
    ("Quatre lauréats restent : Kaz a Woba (Fictange) et Nolo. Le réseau de Kaz a Woba grandit.", {"Kaz a Woba"}, ORGANISATION),
    ("Le trophée revient à Bioluva (Orbeville), qui éclaire les ruches.", {"Bioluva"}, ORGANISATION),
    ("Gestionnaire : Orbe Commune. Le second étage est loué.", {"Orbe Commune"}, ORGANISATION),
    ("La SCOP Camille Charpente occupe la cour.", {"Camille Charpente"}, ORGANISATION),
    ("Un troisième, Chronofict, s'est désisté la veille.", {"Chronofict"}, ORGANISATION),
    ("Orva-Clou (6 personnes) vient de Fictange.", {"Orva-Clou"}, ORGANISATION),
    ("La préfecture de la Sarthe et le Parc naturel régional de l'Orbe ont dit oui.", {"préfecture de la Sarthe", "Parc naturel régional de l'Orbe"}, ORGANISATION),
    ("ENTRETIEN\n\nORVANE – Bonjour.\n\nNUMA – Bonjour, oui.\n\nORVANE – Et alors ?\n\nNUMA – Alors rien.\n", {"NUMA", "ORVANE"}, PERSON),
    ("La lampe est du Fictangeois Camille Exemple.", {"Camille Exemple"}, PERSON),
    ("L'atelier de ma cousine Orvane Fictelle a fermé.", {"Orvane Fictelle"}, PERSON),
    ("La société Ficta (cosmétiques, Orbeville) recrute. Elle vit.", {"Orbeville"}, PLACE),
    ("Elle a fait carrière chez Wagons du Sud, puis ailleurs.", {"Wagons du Sud"}, ORGANISATION),
    ("Les travaux sont payés par la Région et le conseil départemental ; la mairie a prêté la salle.", {"Région", "conseil départemental", "mairie"}, ORGANISATION),
]  # fmt: skip
NOTHING = [  # sentence, what is named in it by no claim, sort
    ("La ministre de la Fonction publique Camille Exemple est venue.", "Fonction", ORGANISATION),
    ("Les Assises du numérique ont lieu. Ensemble, disent les Exemple.", "Assises", ORGANISATION),
    ("L'atelier de Orvane Bio plaît : Orvane Bio, la start-up, recrute.", "Orvane Bio", PERSON),
    ("On parle de « Culture et partage » à l'atelier.", "Culture", ORGANISATION),
    (
        "Un Centre d'affaires et une association de quartier ouvrent. Agence de communication cherche local.",
        "Centre d'affaires",
        ORGANISATION,
    ),
    ("L'Ademe Occitanie est venue.", "Occitanie", PLACE),
    ("Selon Camille Exemple, directrice, tout va bien.", "Selon Camille Exemple", PERSON),
    (
        "CE QUE VOUS N'AUREZ PAS\nNi loyer, ni parts.\n\nCANDIDATER À LA PROMO 8\nDossiers en mai.",
        "CANDIDATER À LA PROMO 8",
        ORGANISATION,
    ),
    ("Article 2 – Candidats\nSont admis les ateliers.", "Article 2", ORGANISATION),
    ("Sept d'entre eux ont le diplôme d'étudiant-entrepreneur (D2E). Le D2E compte.", "D2E", ORGANISATION),
    ("La Ville de Marseille n'a rien versé.", "Marseille", PLACE),
    ("LE MAG\n\nMULHOUSE LE MAG\n\nTout va bien.", "MULHOUSE", PLACE),
    ("Le mois :\n\n■ VENDU. La halle de la rue basse.\n\n— GOUVERNANCE. Le bureau change.", "VENDU", ORGANISATION),
    ("Le mois :\n\n■ VENDU. La halle de la rue basse.\n\n— GOUVERNANCE. Le bureau change.", "GOUVERNANCE", ORGANISATION),
    ("Produits 71 340 €, charges 69 905 €.", "Produits 71", ORGANISATION),
]


def names(project: Project, text: str) -> set[tuple[str, str]]:
    """The names that `text` gives to subjects, with what each is, found with the language model."""
    document = {"document_id": "0" * 20, "title": "", "published_on": "", "language": "fr", "text": text}
    claims = extract(document, mentions._tag(FRENCH_MODEL, [text])[0], Names(project.hub))
    return {(c.value, c.subject_kind) for c in claims if c.property == "name"}


@pytest.mark.parametrize(("text", "expected", "sort"), NAMED, ids=[t for t, _, _ in NAMED])
def test_a_name_is_found_whole_and_is_of_its_sort(project: Project, text: str, expected: set[str], sort: str) -> None:
    assert {(n, sort) for n in expected} <= names(project, text)


@pytest.mark.parametrize(("text", "words", "sort"), NOTHING, ids=[t for t, _, _ in NOTHING])
def test_what_only_looks_like_a_name_is_none(project: Project, text: str, words: str, sort: str) -> None:
    assert (words, sort) not in names(project, text)


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("Tout commence au KM0 Prototype.", False),
        ("Il quitte le Cnam Prototype.", False),
        ("Elle est partenaire de la Chambre fictive du bois (CFB) Alsace.", False),
        ("Selon Bpifrance, tout va bien.", True),
        ("La maire de Mulhouse Michèle Fictive est venue.", True),
        ("Rendez-vous à Mulhouse, Colmar et Strasbourg.", True),
    ],
)
def test_a_known_name_that_touches_another_capital_is_not_sure(project: Project, text: str, sure: bool) -> None:
    person = text.find("Michèle Fictive")
    found = [m for m in mentions_of(text, [(person, person + 15, "PER")] * (person > 0), Names(project.hub)) if m.known]
    assert found and all((m.confidence > 0.9) == sure for m in found)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Ville de Colmar", "public_body"), ("Val Fictif Communauté", "public_body"), ("Université de Val Fictif", "school"), ("Banque de l'Orbe", "bank"),
        ("Association des Fictions", "association"), ("Incubateur des Territoires", "incubator"), ("fablab de Lannion", "hub"), ("Ficta Robotique", ""),
    ],
)  # fmt: skip
def test_the_head_of_a_name_says_its_kind(name: str, kind: str) -> None:
    assert of_name(name) == kind


@pytest.mark.parametrize(
    ("noun", "kind"),
    [
        ("start-up mulhousienne", "startup"),
        ("jeune pousse", "startup"),
        ("société", "company"),
        ("quotidien", "media"),
        ("voisine", ""),
    ],
)
def test_the_noun_beside_a_name_says_its_kind(noun: str, kind: str) -> None:
    assert of_noun(noun) == kind


def test_a_name_of_several_words_that_nothing_tells_to_be_of_a_person_is_an_organisation_one_is_not_sure_of(project: Project) -> None:
    text = "La veille, on parlait de Fictard Modelin dans la vallée."
    start = text.index("Fictard")
    (found,) = mentions_of(text, [(start, start + len("Fictard Modelin"), "PER")], Names(project.hub))
    assert found.letter == "O" and found.confidence < 0.5


def test_a_region_with_its_name_is_not_called_by_a_noun_alone(project: Project) -> None:
    text = "La Région Bretagne et la mairie de Fictange ont signé."
    assert {text[m.start : m.end] for m in mentions_of(text, [], Names(project.hub))} == {"Région Bretagne", "mairie de Fictange"}


def test_a_site_of_the_hub_is_that_site_though_its_name_begins_with_a_common_noun(project: Project) -> None:
    site = project.hub.sites[0]
    alias = site.aliases[-1]
    (found,) = mentions_of(f"Ficta occupe le premier étage du {alias}.", [], Names(project.hub))
    assert found.known and found.kind == "site"
