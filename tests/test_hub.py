"""hub.toml: a good one is read; each mistake gets one sentence with the key, the line and what is expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from km0_pipeline.claims import PROPERTIES
from km0_pipeline.hub import Hub, HubError
from tests.conftest import ROOT

GOOD = """\
[hub]
name = "Le Phare"
aliases = ["Phare", "Lighthouse"]
commune = "68224"
commune_name = "Mulhouse"
timezone = "Europe/Paris"

[publisher]
name = "Le Phare"
contact = "donnees@phare.example"
title = "L'écosystème du Phare"
title_en = "The ecosystem of Le Phare"
description = "Un lieu inventé de toutes pièces pour les essais de ce projet."
description_en = "A place made up from start to end for the tests of this project."

[[sites]]
id = "tour"
name = "La tour"

[press]
path = "press"

[[registries]]
name = "locataires"
title = "Locataires"
path = "registries/locataires*.csv"

[registries.columns]
"Nom d'usage" = "name"

[[registries]]
name = "annuaire"
title = "Annuaire"
path = "registries/annuaire.xlsx"
columns = { "Société" = "name", "Interne" = "" }

[schedule]
daily = 06:30:00
watch_seconds = 30
"""


def load(tmp_path: Path, text: str) -> Hub:
    path = tmp_path / "hub.toml"
    path.write_text(text, encoding="utf-8")
    return Hub.load(path)


def mistakes(tmp_path: Path, text: str) -> str:
    with pytest.raises(HubError) as e:
        load(tmp_path, text)
    return str(e.value)


def line_of(text: str, start: str, nth: int = 1) -> int:
    """Number of the nth line that begins with `start`."""
    return [n for n, line in enumerate(text.splitlines(), 1) if line.startswith(start)][nth - 1]


def test_the_repository_s_own_hub_is_valid() -> None:
    hub = Hub.load(ROOT / "hub.toml")
    assert hub.names[0] == "KM0" and {"KMØ", "KMO"} <= set(hub.names)
    assert hub.hub.commune == "68224" and hub.zone.key == "Europe/Paris"


def test_a_good_hub_is_read(tmp_path: Path) -> None:
    hub = load(tmp_path, GOOD)
    assert hub.names == ("Le Phare", "Phare", "Lighthouse")
    assert [r.name for r in hub.registries] == ["locataires", "annuaire"]
    assert hub.registries[1].columns == {"Société": "name", "Interne": ""}
    assert hub.limits.claims == "all", "a section that is left out has its defaults"


# what is replaced, by what, the key the sentence names, the line it names, words it says
MISTAKES = [
    ("wrong key", 'name = "Le Phare"\naliases', 'nam = "x"\nname = "Le Phare"\naliases', "hub.nam", ("nam =", 1), "did you mean name"),
    ("wrong key in the second registry", 'title = "Annuaire"', 'title = "Annuaire"\npaht = "x"', "registries[1].paht", ("paht", 1), "did you mean path"),
    ("wrong section", "[schedule]", "[shedule]", "shedule", ("[shedule]", 1), "did you mean schedule"),
    ("wrong type", 'aliases = ["Phare", "Lighthouse"]', 'aliases = "Phare"', "hub.aliases", ("aliases", 1), "expected: a list"),
    ("wrong type of a number", "watch_seconds = 30", 'watch_seconds = "souvent"', "schedule.watch_seconds", ("watch_seconds", 1), "valid integer"),
    ("too small a number", "watch_seconds = 30", "watch_seconds = 1", "schedule.watch_seconds", ("watch_seconds", 1), "greater than or equal to 5"),
    ("wrong time", "daily = 06:30:00", 'daily = "midi"', "schedule.daily", ("daily", 1), "Time of the daily refresh"),
    ("path out of data/raw", 'path = "press"', 'path = "/home/press"', "press.path", ("path", 1), "below data/raw"),
    ("path that climbs", 'path = "registries/annuaire.xlsx"', 'path = "../annuaire.xlsx"', "registries[1].path", ("path", 3), "below data/raw"),
    ("time zone", '"Europe/Paris"', '"Europe/Mulhouse"', "hub.timezone", ("timezone", 1), "such as Europe/Paris"),
    ("postcode for the INSEE code", 'commune = "68224"', 'commune = "Mulhouse"', "hub.commune", ("commune =", 1), "INSEE code"),
    ("name of blanks", 'name = "Le Phare"\naliases', 'name = "\u00a0 "\naliases', "hub.name", ("name", 1), "at least 1 character"),
    ("empty alias", '["Phare", "Lighthouse"]', '["Phare", " "]', "hub.aliases[1]", ("aliases", 1), "at least 1 character"),
    ("empty path", 'path = "press"', 'path = ""', "press.path", ("path", 1), "below data/raw"),
    ("path of nothing", 'path = "press"', 'path = "./"', "press.path", ("path", 1), "below data/raw"),
    ("month that is none", 'title = "Annuaire"', 'title = "Annuaire"\nstated_on = "2019-13"', "registries[1].stated_on", ("stated_on", 1), "the calendar has"),
    ("day that is none", 'title = "Annuaire"', 'title = "Annuaire"\nstated_on = "2019-02-29"', "registries[1].stated_on", ("stated_on", 1), "the calendar has"),
    ("date in words", 'title = "Annuaire"', 'title = "Annuaire"\nstated_on = "mars 2019"', "registries[1].stated_on", ("stated_on", 1), "YYYY-MM-DD"),
    ("published inside the warehouse", "[schedule]", '[storage]\nwarehouse = "s3://hub"\npublished = "s3://hub/open/"\n\n[schedule]', "storage.published", ("published", 1), "apart from that of warehouse"),
    ("bucket that is no address", "[schedule]", '[storage]\nwarehouse = "hub"\n\n[schedule]', "storage.warehouse", ("warehouse", 1), "Bucket and folder"),
    ("contact", '"donnees@phare.example"', '"le phare"', "publisher.contact", ("contact", 1), "Mailbox of a role"),
    ("unknown property", "\"Nom d'usage\" = \"name\"", "\"Nom d'usage\" = \"nam\"", "registries[0].columns.Nom d'usage", ("\"Nom d'usage\"", 1), "nearest: name"),
    ("unknown property in an inline table", '"Société" = "name"', '"Société" = "raison"', "registries[1].columns.Société", ("columns =", 1), "property of the vocabulary"),
    ("missing key", 'commune = "68224"\n', "", "hub.commune", ("[hub]", 1), "is missing and must be given: INSEE code"),
    ("missing key of the second registry", 'title = "Annuaire"\n', "", "registries[1].title", ("[[registries]]", 2), "is missing"),
    ("duplicate registry", 'name = "annuaire"', 'name = "locataires"', "registries", ("[[registries]]", 2), "'locataires' is used twice"),
    ("duplicate site", '[press]\npath = "press"', '[[sites]]\nid = "tour"\nname = "Bis"', "sites", ("[[sites]]", 2), "'tour' is used twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "at", "says"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_a_mistake_gets_the_key_the_line_and_what_is_expected(
    tmp_path: Path, old: str, new: str, key: str, at: tuple[str, int], says: str
) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    sentence = mistakes(tmp_path, text)
    assert "\n" not in sentence, "one mistake, one sentence"
    assert sentence.startswith(f"hub.toml, line {line_of(text, *at)}: {key}")
    assert says in sentence
    assert sentence.endswith((".", "?"))


def test_each_mistake_has_its_own_sentence(tmp_path: Path) -> None:
    text = GOOD.replace('commune = "68224"', 'commune = "x"').replace("watch_seconds = 30", "watch_seconds = 0")
    assert len(mistakes(tmp_path, text).splitlines()) == 2


def test_a_mistyped_section_names_both_what_is_wrong_and_what_is_missing(tmp_path: Path) -> None:
    sentences = mistakes(tmp_path, GOOD.replace("[publisher]", "[publishers]")).splitlines()
    assert "publisher is missing" in sentences[0] and "Who publishes" in sentences[0]
    assert "did you mean publisher" in sentences[1]


def test_a_broken_file_names_the_line(tmp_path: Path) -> None:
    sentence = mistakes(tmp_path, GOOD.replace('name = "Le Phare"\naliases', 'name = "Le Phare\naliases'))
    assert sentence.startswith("hub.toml: not valid TOML") and "line 2" in sentence


@pytest.mark.parametrize(
    "written",
    [
        '[[feeds]]\nname = "x"\nurl = "https://moi:geheim@courrier.example/feed"\n',
        '[[feeds]]\nname = "x"\nurl = "moi:geheim@courrier.example/feed"\n',
        '[geocoder]\nurl = " http://geheim@adresse.example/"\n',
        '[register]\nstock = ["unites.parquet", "https://moi:geheim@sirene.example/unites.zip"]\n',
    ],
)
def test_an_address_with_a_password_is_refused_and_not_shown(tmp_path: Path, written: str) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(GOOD + "\n" + written, encoding="utf-8")
    with pytest.raises(HubError, match=r"hub.toml, line \d+: (feeds\[0\].url|geocoder.url|register.stock\[1\]) holds a name and password .*Take them out") as told:
        Hub.load(path)
    assert "geheim" not in str(told.value) and told.value.__cause__ is None


def test_spark_is_asked_for_only_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(GOOD + '\n[register]\nspark = "local[2]"\n', encoding="utf-8")
    monkeypatch.setattr("km0_pipeline.hub.find_spec", lambda name: None if name in ("pyspark", "splink") else name)
    with pytest.raises(HubError, match=r"register.spark: .*not installed: make spark"):
        Hub.load(path)


def test_a_sign_of_an_address_in_its_path_is_no_password(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(GOOD + '\n[[feeds]]\nname = "x"\nurl = "https://courrier.example:8443/feed/@phare?a=b@c"\n', encoding="utf-8")
    assert Hub.load(path).feeds[0].url.endswith("@c")


def test_a_file_that_is_not_utf_8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_bytes(GOOD.encode("cp1252"))
    with pytest.raises(HubError, match=r"not UTF-8.*save it as UTF-8"):
        Hub.load(path)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(HubError, match=r"hub\.toml: there is no such file"):
        Hub.load(tmp_path / "hub.toml")


def test_the_hub_says_who_and_where_it_is(tmp_path: Path) -> None:
    hub = load(tmp_path, GOOD)
    said = {(c.subject_id, c.property): c.value for c in hub.claims()}
    assert said[hub.mention_id, "name"] == "Le Phare"
    place = said[hub.mention_id, "located_in"]
    assert said[place, "name"] == "Mulhouse" and said[place, "commune_code"] == "68224"
    assert all(c.value and c.property in PROPERTIES and c.document_id == hub.document_id for c in hub.claims())


def test_a_hub_saved_by_notepad_is_read(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff" + GOOD) == load(tmp_path, GOOD)


def test_blanks_around_a_setting_mean_nothing_but_a_tab_delimits(tmp_path: Path) -> None:
    hub = load(tmp_path, GOOD.replace('"Annuaire"', '" Annuaire "\ndelimiter = "\\t"').replace('"registries/a', '"./registries/a'))
    assert (hub.registries[1].title, hub.registries[1].path, hub.registries[1].delimiter) == ("Annuaire", "registries/annuaire.xlsx", "\t")


def test_the_hub_stays_the_same_mention_whatever_else_hub_toml_says_of_it(tmp_path: Path) -> None:
    before = load(tmp_path, GOOD)
    after = load(tmp_path, GOOD.replace("Le Phare", "Le Sémaphore").replace("La tour", "Le donjon"))
    assert after.mention_id == before.mention_id and after.document_id != before.document_id
    assert {c.subject_id for c in after.claims()} == {c.subject_id for c in before.claims()}


def test_a_new_schedule_leaves_what_the_hub_says_as_it_was(tmp_path: Path) -> None:
    before = load(tmp_path, GOOD)
    after = load(tmp_path, GOOD.replace("06:30:00", "07:00:00"))
    assert after.document_id == before.document_id and after.claims() == before.claims()
    assert load(tmp_path, GOOD.replace("La tour", "Le donjon")).document_id != before.document_id
