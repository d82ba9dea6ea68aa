"""French dates become EDTF; French quantities become plain numbers with their qualifier."""

from __future__ import annotations

from time import process_time
from zoneinfo import ZoneInfo

import pytest

from km0_pipeline.press import dates, quantities
from km0_pipeline.press.folding import fold, straighten

DATED = [  # text, published, EDTF
    ("appris jeudi 26 septembre auprès", "", "XXXX-09-26"),
    ("appris jeudi 26 septembre auprès", "2019-09-27", "2019-09-26"),
    ("appris jeudi 26 septembre auprès", "2020-01-10", "2019-09-26"),
    ("le 3 mars 2018 à midi", "", "2018-03-03"),
    ("le 1er janvier 2020,", "", "2020-01-01"),
    ("le 05.10.2019 à", "", "2019-10-05"),
    ("en septembre 2019,", "", "2019-09"),
    ("en janvier, le site", "2019-11-02", "2020-01"),
    ("ouverte en 1839", "", "1839"),
    ("au printemps 2018", "", "2018-21"),
    ("à l'automne 2017", "", "2017-23"),
    ("au 2e trimestre 2020", "", "2020-34"),
    ("au premier semestre 2018", "", "2018-40"),
    ("une usine du XIXe siècle", "", "18XX"),
    ("dans les années 1990", "", "199X"),
    ("les sociétés créées en 2019 présentées à Colmar", "", "2019"),
    ("le rapport de 2019 dans lequel", "", "2019"),
    ("depuis 2019 plusieurs écoles", "", "2019"),
    ("de 2019, les comptes", "", "2019"),
    ("en 2019 nous avons", "", "2019"),
    ("du 12 au 15 octobre 2019", "", "2019-10-12/2019-10-15"),
    ("a-t-il dit hier", "2019-09-27", "2019-09-26"),
]


@pytest.mark.parametrize(("text", "published", "edtf"), DATED)
def test_a_date_is_written_as_edtf(text: str, published: str, edtf: str) -> None:
    assert [d.value for d in dates.find(text, published)] == [edtf]


READ = [  # text, published, EDTF values in order
    ("de mars à avril 2021", "2021-10-08", ["2021-03/2021-04"]),
    ("Mai - août 2021 :", "2021-10-08", ["2021-05/2021-08"]),
    ("entre mai et juillet, le site", "2021-10-08", ["2021-05/2021-07"]),
    ("de décembre 2017 à mars 2018, travaux", "2021-10-08", ["2017-12/2018-03"]),
    ("de novembre à février 2022", "2021-10-08", ["2021-11/2022-02"]),
    ("janvier et mars 2020", "2021-10-08", ["2020-01", "2020-03"]),
    ("fin 2021", "2021-10-08", ["2021"]),
    ("d'ici à la fin de l'année 2021", "2021-10-08", ["2021-12"]),
    ("d'ici à la fin de l'année, le", "2021-10-08", ["2021-12"]),
    ("au mois de juillet 2021", "2021-10-08", ["2021-07"]),
    ("sélectionné fin juillet 44 projets", "2021-10-08", ["2021-07"]),
    ("à partir du mois d'avril et", "2021-10-08", ["2021-04"]),
    ("début janvier prochain", "2021-10-08", ["2022-01"]),
    ("en mai dernier", "2021-10-08", ["2021-05"]),
    ("Le studio quittera la halle en décembre.", "2025-05-22", ["2025-12"]),
    ("Le studio a quitté la halle en septembre.", "2023-03-10", ["2022-09"]),
    ("En octobre, le studio a reçu un prix.", "2023-09-14", ["2022-10"]),
    ("depuis octobre, le studio vit là", "2022-09-18", ["2021-10"]),
    ("sera fermé le 3 mars", "2022-11-17", ["2023-03-03"]),
    ("Elle a annoncé son arrivée en janvier.", "2022-11-17", ["2023-01"]),
    ("Le bureau, réuni mardi, a tranché.", "2017-12-12", ["2017-12-12"]),
    ("Ils ont signé mercredi un bail.", "2020-01-30", ["2020-01-29"]),
    ("Vendredi, ils seront reçus.", "2018-08-30", ["2018-08-31"]),
    ("Ils l'ont rejointe ce printemps.", "2024-06-03", ["2024-21"]),
    ("au début de l'été", "2021-02-11", ["2021-22"]),
    ("avant la fin de l'année prochaine", "2023-09-14", ["2024"]),
    ("À la rentrée, l'école doublera.", "2022-05-18", ["2022-09"]),
    ("(6/02 17h-19h)", "2014-01-19", ["2014-02-06"]),
    ("le jeudi 6/02 à", "2014-01-19", ["2014-02-06"]),
    ("le 12/03/21", "2021-10-08", ["2021-03-12"]),
    ("note de 8/10, ouvert 24/7, 7/7, 2/3 des", "2021-10-08", []),
    ("les 12, 13 et 14 mars 2020", "2021-10-08", ["2020-03-12/2020-03-14"]),
    ("du 30 novembre au 2 décembre", "2021-10-08", ["2021-11-30/2021-12-02"]),
    ("du 28 décembre 2020 au 3 janvier 2021", "2021-10-08", ["2020-12-28/2021-01-03"]),
    ("du mardi 12 au jeudi 14 octobre", "2021-10-08", ["2021-10-12/2021-10-14"]),
    ("entre le 3 et le 7 mai 2022", "2021-10-08", ["2022-05-03/2022-05-07"]),
    ("En 2014-2015 est organisé", "2021-10-08", ["2014/2015"]),
    ("l'année scolaire 2020/2021", "2021-10-08", ["2020/2021"]),
    ("de 2014 à 2016", "2021-10-08", ["2014/2016"]),
    ("France 2030, Horizon 2020 et Mulhouse 2025", "2021-10-08", []),
    ("à l'horizon 2030", "2021-10-08", ["2030"]),
    ("une version 2016.1 en France", "2021-10-08", []),
    ("le 8 avril prochain", "2021-10-08", ["2022-04-08"]),
    ("jusqu'à 2022, soutenant", "2021-10-08", ["2022"]),
    ("2022 commence très bien", "2021-10-08", ["2022"]),
    ("2000 visiteurs sont venus", "2021-10-08", []),
    ("il y a presque deux ans", "2022-01-31", ["2020"]),
    ("qu'il y a 10 ans", "2021-10-08", []),
    ("depuis trois ans, l'", "2021-10-08", ["2018"]),
    ("dans six mois", "2021-10-08", ["2022-04"]),
    ("la semaine dernière", "2021-10-08", ["2021-09-27/2021-10-03"]),
    ("comme l'an dernier", "2021-10-08", []),
    ("L'an dernier, elle", "2021-10-08", ["2020"]),
    ("le mois prochain", "2021-10-08", ["2021-11"]),
    ("ce jeudi à Colmar", "2021-10-08", ["2021-10-07"]),
    ("ce lundi", "2021-10-08", ["2021-10-11"]),
    ("mardi prochain", "2021-10-08", ["2021-10-12"]),
    ("mardi dernier", "2021-10-08", ["2021-10-05"]),
    ("cet été, il a été", "2021-10-08", ["2021-22"]),
    ("au printemps prochain", "2021-10-08", ["2022-21"]),
    ("à la rentrée 2022", "2021-10-08", ["2022-09"]),
    ("au T3 2022", "2021-10-08", ["2022-35"]),
    ("dans les années 80 puis les années 1990", "2021-10-08", ["198X", "199X"]),
    ("au 19e siècle", "2021-10-08", ["18XX"]),
    ("en sept ans, dès sept heures", "2021-10-08", []),
    ("le monde de demain", "2021-10-08", []),
    ("vers 1850", "2021-10-08", ["1850"]),
    ("En 2019. Le 4 mai, il", "", ["2019", "2019-05-04"]),
    ("à partir du mois d'avril. M+ #23 printemps 2023, p. 9", "", ["2023-04"]),
    ("N° 45, mars 2022. Le 3 avril, fête", "", ["2022-03", "2022-04-03"]),
    ("2,5 mai", "2021-10-08", []),
    ("03.89.12.10.20", "2021-10-08", []),
    ("la loi du 10 mai 2016", "2021-10-08", ["2016-05-10"]),
    ("Le samedi 30 avril 2016 aura lieu", "2021-10-08", ["2016-04-30"]),
    ("en 2012, 2015 et 2018", "2021-10-08", ["2012", "2015", "2018"]),
    ("créé en 1896 (1896-1954)", "2021-10-08", ["1896", "1896/1954"]),
    ("Jury les 11 et 12 juin. Démarrage en septembre.", "2025-02-03", ["2025-06-11/2025-06-12", "2025-09"]),
    ("Portes ouvertes samedi, dès 10 h", "2023-09-21", ["2023-09-23"]),
    ("Six ans après sa création, elle", "2025-10-14", ["2019"]),
    ("3 M€ en 2024, contre 2 M€ un an plus tôt", "2025-10-14", ["2024", "2023"]),
    ("à partir de janvier, et la visite d'avril", "2022-08-12", ["2023-01", "2022-04"]),
    ("chaque mois de mai", "2022-08-12", []),
    ("au premier trimestre, elle a reçu", "2016-06-28", ["2016-33"]),
    ("avant Pâques, puis à Noël et à la Toussaint 2019", "2020-08-30", ["2020-04-12", "2020-12-25", "2019-11-01"]),
    ("semaine du 9 juin, puis semaine 46", "2025-02-17", ["2025-06-09/2025-06-15", "2025-11-10/2025-11-16"]),
    ("du 12 au 18 février 2018. LUNDI 12, puis SAMEDI 17 & DIMANCHE 18", "", ["2018-02-12/2018-02-18", "2018-02-12", "2018-02-17/2018-02-18"]),
    ("dans la nuit de samedi à dimanche", "2023-08-28", ["2023-08-26/2023-08-27"]),
    ("le palmarès 2023 très rural, lauréate en 2021 ou 2022", "2023-11-25", ["2023", "2021", "2022"]),
    ("depuis le début de l'année, cette année", "2016-06-28", ["2016", "2016"]),
    ("l'hiver dernier, cet hiver", "2019-05-19", ["2018-24", "2018-24"]),
    ("https://blog.enssat.fr/2014/01/concours-2014-2370889.php", "2021-10-08", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "published", "edtf"), READ, ids=[t for t, _, _ in READ])
def test_ranges_parts_and_what_is_counted_from_the_publication_are_dates(
    text: str, published: str, edtf: list[str]
) -> None:
    assert [d.value for d in dates.find(text, published)] == edtf


def test_a_date_knows_how_sure_it_is_and_whether_it_is_still_to_come() -> None:
    found = dates.find("Il y a deux ans; le lundi 12 mars 2020; le 3 mai; en 2021; en 2022", "2021-10-08")
    assert [(d.qualifier, d.ahead) for d in found] == [
        ("about", False),
        ("about", False),
        ("exact", False),
        ("exact", None),
        ("exact", True),
    ]


COUNTS = [
    "a réuni près de 2000 visiteurs", "plus de 1500 y ont dormi", "moins de 2000 m²", "la visite de 2000 curieux",
    "dans 2000 communes", "de 1500 à 2000 jeunes", "un prix de 1500 €", "(2000 lecteurs)", "en 2000 exemplaires", "autour de 1900",
]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["le 31 février 2020", "1 200 personnes", "hier", "2019 personnes", "le 45 mars", *COUNTS]
)
def test_what_is_no_date_or_can_not_be_known_is_left_out(text: str) -> None:
    assert dates.find(text, "") == []


@pytest.mark.parametrize(
    "text",
    [
        "ouvert du lundi au vendredi",
        "Il est fermé le mardi.",
        "chaque jeudi, il a dansé",
        "fermé mardi et jeudi",
        "samedi de 9 h à 12 h",
    ],
)
def test_a_weekday_of_every_week_is_no_date(text: str) -> None:
    assert dates.find(text, "2022-11-17") == []


@pytest.mark.parametrize(
    ("value", "edtf"),
    [
        ("2019-09", "2019-09"),
        ("2025-11-16T23:00:00.000Z", "2025-11-17"),
        ("26 septembre 2019", "2019-09-26"),
        ("2019-02-30", ""),
        ("bientôt", ""),
        ("", ""),
    ],
)
def test_a_date_of_metadata_is_a_day_month_or_year_or_nothing(value: str, edtf: str) -> None:
    assert dates.publication_date(value, ZoneInfo("Europe/Paris")) == edtf


COUNTED = [
    ("près de 600 personnes", "count", "people", [("600", "nearly")]),
    ("1\u202f200 salariés", "count", "employees", [("1200", "exact")]),
    ("1.500 emplois", "count", "jobs", [("1500", "exact")]),
    ("une vingtaine de start-up", "count", "startups", [("20", "about")]),
    ("quelque trois cents étudiants", "count", "students", [("300", "about")]),
    ("quatre-vingt-dix postes", "count", "jobs", [("90", "exact")]),
    ("plus de 40 entreprises", "count", "companies", [("40", "at_least")]),
    ("entre 250 et 300 collaborateurs", "count", "employees", [("250", "at_least"), ("300", "at_most")]),
    ("1,5 million d’euros", "eur", "", [("1500000", "exact")]),
    ("12,3 M€", "eur", "", [("12300000", "exact")]),
    ("800 k€", "eur", "", [("800000", "exact")]),
    ("11\u00a0000 m²", "m2", "", [("11000", "exact")]),
    ("1,5 ha", "m2", "", [("15000", "exact")]),
]


@pytest.mark.parametrize(("text", "unit", "scope", "bounds"), COUNTED)
def test_a_quantity_has_its_number_unit_and_qualifier(
    text: str, unit: str, scope: str, bounds: list[tuple[str, str]]
) -> None:
    (q,) = quantities.find(straighten(text))
    assert (q.unit, q.scope, list(q.bounds)) == (unit, scope, bounds)
    assert (q.start, q.end) == (0, len(text))


FIGURES = [  # text, (scope, (value, qualifier)…) in order
    ('nous sommes passés de deux à trois personnes il y a', [('people', ('2', 'exact'), ('3', 'exact'))]),
    ('nous cherchons à recruter une quatrième.', [('people', ('4', 'planned'))]),
    ('embauchera un dixième salarié en mai', [('employees', ('10', 'planned'))]),
    ("Elle doit venir avec ses 14 salariés.", [("employees", ("14", "exact"))]),
    ("80 personnes y travailleront, contre une trentaine aujourd'hui.", [("people", ("80", "planned")), ("people", ("30", "about"))]),
    ("Elle employait 12 salariés, en compte 38 et espère en recruter une dizaine.", [("employees", ("12", "exact")), ("employees", ("38", "exact")), ("employees", ("10", "planned"))]),
    ("Elle a neuf salariés, dont quatre à mi-temps et 40 % de femmes.", [("employees", ("9", "exact")), ("employees", ("4", "exact"))]),
    ("Elle compte 20 adhérents et une salariée.", [("members", ("20", "exact")), ("employees", ("1", "exact"))]),
    ("Elle salue une salariée et un bénévole.", []),
    ("les communes de moins de 500 habitants", []),
    ("les PME de 10 à 50 salariés", []),
    ("Le hall accueillera une école qui forme aujourd'hui 90 élèves.", [("students", ("90", "exact"))]),
    ("L'un verse 2 millions d'euros, l'autre 1,5 million.", [("", ("2000000", "exact")), ("", ("1500000", "exact"))]),
    ('une équipe de trois.', [('people', ('3', 'exact'))]),
    ('une équipe de 12 ingénieurs', [('people', ('12', 'exact'))]),
    ('ils seront bientôt 4.', [('people', ('4', 'planned'))]),
    ('Ils sont quatre à travailler', [('people', ('4', 'exact'))]),
    ('Ils sont 22% des salariés', []),
    ('nos trois associés', [('people', ('3', 'exact'))]),
    ("près d'une centaine de bénévoles", [('volunteers', ('100', 'nearly'))]),
    ("plus d'une vingtaine d'étudiants", [('students', ('20', 'at_least'))]),
    ('un millier de visiteurs', [('visitors', ('1000', 'about'))]),
    ('mille personnes', [('people', ('1000', 'about'))]),
    ('600 salarié⋅es et 12 adhérent·e·s', [('employees', ('600', 'exact')), ('members', ('12', 'exact'))]),
    ('40 salarié(e)s, 30 étudiant.e.s', [('employees', ('40', 'exact')), ('students', ('30', 'exact'))]),
    ("jusqu'à 40 postes de travail", []),
    ("jusqu'à 40 résidents", [('people', ('40', 'at_most'))]),
    ('600 personnes environ', [('people', ('600', 'about'))]),
    ('600 environ personnes', [('people', ('600', 'about'))]),
    ('accueillera 1 200 salariés', [('employees', ('1200', 'planned'))]),
    ('prévoit de créer 50 emplois', [('jobs', ('50', 'planned'))]),
    ('compte 13 membres', [('members', ('13', 'exact'))]),
    ('le réseau des fablabs compte 13 membres', [('structures', ('13', 'exact'))]),
    ('4 millions de personnes', [('people', ('4000000', 'exact'))]),
    ('1 € symbolique', [('', ('1', 'exact'))]),
    ("Lorsqu'un membre apporte 1 € il repart avec 1 €.", []),
    ("Doté d'un montant de 88 millions d'euros", [('', ('88000000', 'exact'))]),
    ('500 k€ et 2M€ et 1,5 Md€', [('', ('500000', 'exact')), ('', ('2000000', 'exact')), ('', ('1500000000', 'exact'))]),
    ("de 10 à 15 millions d'euros", [('', ('10000000', 'at_least'), ('15000000', 'at_most'))]),
    ("entre 500 000 et 1 million d'euros", [('', ('500000', 'at_least'), ('1000000', 'at_most'))]),
    ("une centaine de milliers d'euros", [('', ('100000', 'about'))]),
    ('une levée de fonds de 3,2 millions, menée', [('', ('3200000', 'exact'))]),
    ('2 hectares, 12 000 m² et 300 mètres carrés', [('', ('20000', 'exact')), ('', ('12000', 'exact')), ('', ('300', 'exact'))]),
    ('500 nouveaux emplois, 30 jeunes entreprises, 12 jeunes entrepreneurs', [('jobs', ('500', 'exact')), ('startups', ('30', 'exact')), ('people', ('12', 'exact'))]),
    ('une entreprise sur deux, trois personnes sur dix', []),
    ('19,90 € par mois', [('', ('19.9', 'exact'))]),
    ('pas moins de 300 participants', [('visitors', ('300', 'at_least'))]),
    ('des dizaines de personnes, plusieurs centaines de personnes, quelques personnes', []),
    ('12 h, 3 étages, 25 % des salariés, 17h-19h, p. 9', []),
    ('une dizaine de salariés', [('employees', ('10', 'about'))]),
    ('10 à 15 salariés', [('employees', ('10', 'at_least'), ('15', 'at_most'))]),
    ('COVID-19 : 30 agents', [('employees', ('30', 'exact'))]),
    ('les deux premières', []),
    ("environ un million d'euros", [('', ('1000000', 'about'))]),
    ("l'euro symbolique", []),
    ('environ 600 personnes. Les 600 personnes', [('people', ('600', 'about')), ('people', ('600', 'about'))]),
    ("où travaillent 34 des 51 salariés, dont un tiers de femmes", [("employees", ("34", "exact")), ("employees", ("51", "exact"))]),
    ("De 60 à 80 emplois pourraient y être créés.", [("jobs", ("60", "planned"), ("80", "planned"))]),
    ("Nous avons dépassé les 160 adhérents et frôlons les 300 visiteurs.", [("members", ("160", "at_least")), ("visitors", ("300", "nearly"))]),
    ("dix boursiers au minimum, 30 personnes maximum", [("people", ("10", "at_least")), ("people", ("30", "at_most"))]),
    ("On y attend quelque 250 étudiants et 40 exposants attendus.", [("students", ("250", "planned")), ("visitors", ("40", "planned"))]),
    ("Astura fait vivre huit personnes, plus un apprenti.", [("people", ("8", "exact")), ("students", ("1", "exact"))]),
    ("Elle reste notre seule salariée. On recrute un animateur.", [("employees", ("1", "exact")), ("people", ("1", "planned"))]),
    ("Combien de personnes viennent ? 700, d'après nous. L'objectif était de mille.", [("people", ("700", "exact")), ("people", ("1000", "planned"))]),
    ("Effectif : 6. Nombre d'adhérents : 340", [("people", ("6", "exact")), ("members", ("340", "exact"))]),
    ("28 – le nombre de salariés (26 en 2022)", [("employees", ("28", "exact")), ("employees", ("26", "exact"))]),
    ("Elle ne compte pas 45 salariés mais 14.", [("employees", ("14", "exact"))]),
    ("huit personnes à Ornans, quatre à Morteau", [("people", ("8", "exact")), ("people", ("4", "exact"))]),
    ("Il forme des lycéens, une quinzaine par an. Les exposants seront cette année 140.", [("students", ("15", "about")), ("visitors", ("140", "planned"))]),
    ("On était 28 il y a dix ans.", [("people", ("28", "exact"))]),
    ("douze graphistes, trois mécaniciennes, 40 ordinateurs, 12 capteurs", [("people", ("12", "exact")), ("people", ("3", "exact"))]),
    ("un loyer de 4 100 € au lieu de 2 750, et non 1,3 million d'euros", [("", ("4100", "exact")), ("", ("2750", "exact"))]),
    ("L'enveloppe est de 1,8 M€ sur trois ans. 1,2 million pour la machine.", [("", ("1800000", "exact")), ("", ("1200000", "exact"))]),
    ('passera de 12 à 30 salariés', [('employees', ('12', 'exact'), ('30', 'planned'))]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "figures"), FIGURES, ids=[t for t, _ in FIGURES])
def test_figures_in_words_ranges_changes_and_plans(text: str, figures: list[tuple[object, ...]]) -> None:
    assert [(q.scope, *q.bounds) for q in quantities.find(straighten(text))] == figures


@pytest.mark.parametrize("text", ["La commune 40", "la version 2.0", "25 % du capital", "plusieurs centaines d'idées"])
def test_a_number_of_nothing_we_know_is_no_quantity(text: str) -> None:
    assert quantities.find(text) == []


def test_a_long_run_of_number_words_takes_no_time() -> None:
    before = process_time()
    assert quantities.find("cent " * 4000 + "personnes") == []
    assert process_time() - before < 5  # it took a minute


@pytest.mark.parametrize(
    "part", ["12 et ", "de mars à ", "mars, ", "2012, ", "le 12, ", "de 12 à 13 ", "1 000 ", "Si un ", "prévu ", " "]
)
def test_no_run_of_half_dates_or_half_figures_takes_long(part: str) -> None:
    before = process_time()
    dates.find(part * 5000, "2021-10-08")
    quantities.find(part * 5000)
    assert process_time() - before < 5


@pytest.mark.parametrize("text", ["L’été — « œuvre » 1\u202f000 m²", "ÀÉÎØ ﬁn … ß", "a\nb\tc\r"])
def test_foldings_keep_each_character_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(straighten(text)) == len(text)
