"""What several editions of one fictional registry tell: arrivals, departures, returns, moves and changes of name."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from press_world import accepted
from registry_world import Place

from km0_pipeline.claims import CLAIMS, rejects_table
from km0_pipeline.entities.resolve import entity_mentions, hub_claims
from km0_pipeline.press.feeds import FEEDS
from km0_pipeline.register.links import register_links
from km0_pipeline.register.statements import DOCUMENTS, ROWS
from km0_pipeline.registries.editions import edition_date
from km0_pipeline.registries.statements import registry_claims
from km0_pipeline.steps import Project, make
from km0_pipeline.tables.build import build_table
from km0_pipeline.tables.checks import run_checks
from km0_pipeline.tables.table import STEPS, all_tables, table

HEADER = "Raison sociale;SIREN;Local;Date d'entrée;Date de sortie;Observations\n"
LUNE = "732829320"
MADE = {"sources", "claims", "ranked_claims", "organisations", "listings", "tenancies"}
Stay = tuple[str | None, ...]


def written(lines: str, day: str) -> str:
    """A file of these lines, parted by slashes; cells left out at their end are empty, and the remark tells files of one content apart."""
    return HEADER + "".join(line + ";" * (5 - line.count(";")) + f"{day}\n" for line in lines.split(" / "))


class Hub(Place):
    """A hub of which only the registry speaks; `editions` are the lines of each file, by its date."""

    def __init__(self, project: Project, **settings: Any) -> None:
        super().__init__(project, **settings)
        empty = {name: rejects_table([]) for name in ("press_rejects", "decision_rejects")} | {
            "press_feeds": FEEDS.empty_table(), "press_reviewed": accepted([]), "register_rows": ROWS.empty_table(), "register_documents": DOCUMENTS.empty_table(),
            "address_documents": DOCUMENTS.empty_table(), "register_claims": CLAIMS.empty_table(), "address_claims": CLAIMS.empty_table(),
        }  # fmt: skip
        for name in ("press_documents", "press_stories"):
            empty[name] = pa.schema([(c, pa.string()) for c in STEPS[name]]).empty_table()
        for name, content in empty.items():
            make(self.project, name, lambda path, content=content: pq.write_table(content, path), version="none")

    def editions(self, **lines: str) -> Hub:
        for day, of_day in lines.items():
            self.put(written(of_day, day), f"loc{day}.csv")
        return self

    def build(self) -> None:
        self.run()
        hub_claims(self.project)
        register_links(self.project)
        entity_mentions(self.project)
        registry_claims(self.project)
        for t in all_tables():
            if t.name in MADE:
                build_table(self.project, t, version="2026.11.22")

    def rows(self, name: str = "tenancies") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = pq.read_table(self.project.made(f"table_{name}")).to_pylist()
        return found

    def stays(self) -> list[Stay]:
        """Tenant (its former name in brackets), space, from, until, began, ended, status; by tenant and beginning."""
        self.build()
        broken = [r.sentence for r in run_checks(self.project, table("tenancies")) if not r.passed]
        assert not broken
        names = {o["organisation_id"]: o["name"] for o in self.rows("organisations")}
        found = [
            (names[r["organisation_id"]] + (f" ({r['listed_as']})" if r["listed_as"] else ""), r["space"], r["valid_from"], r["valid_until"], r["began"], r["ended"], r["status"])
            for r in self.rows()
        ]  # fmt: skip
        return sorted(found, key=lambda s: (s[0], s[2] or "", str(s)))


@pytest.fixture
def hub(project: Project) -> Hub:
    return Hub(project)


def test_who_arrives_and_who_is_left_out_once(hub: Hub) -> None:
    hub.editions(_2024="Lune Fictive;;A / Forge Rêvée;;B", _2025="Lune Fictive;;A / Verger Inventé;;C")
    assert hub.stays() == [
        ("Forge Rêvée", "B", None, None, None, None, "not_seen"),
        ("Lune Fictive", "A", None, None, None, None, "current"),
        ("Verger Inventé", "C", "2024/2025", None, "arrival", None, "current"),
    ]
    (forge,) = (r for r in hub.rows() if r["space"] == "B")
    assert (forge["stated_on"], forge["closed_version"]) == ("2024", None), (
        "what it rests on: the edition that listed it last"
    )


def test_who_is_left_out_as_often_as_the_rule_says_has_left(project: Project) -> None:
    lists = {
        "_2024_01": "Forge Rêvée;;B;2020-05 / Lune Fictive;;A",
        "_2024_06": "Lune Fictive;;A",
        "_2025_01": "Lune Fictive;;A",
    }
    said = {n: Hub(project, left_after=n).editions(**lists).stays()[0][2:] for n in (0, 1, 2, 3)}
    gone, unseen = ("2020-05", "2024-01/2024-06", None, "departure", "left"), ("2020-05", None, None, None, "not_seen")
    assert said == {0: unseen, 1: gone, 2: gone, 3: unseen}


def test_who_is_left_out_once_and_listed_again_was_there_all_along(hub: Hub) -> None:
    hub.editions(_2023="Forge Rêvée;;B / Lune;;A", _2024="Lune;;A", _2025="Forge Rêvée;;B / Lune;;A")
    assert hub.stays()[0] == ("Forge Rêvée", "B", None, None, None, None, "current")


def test_who_comes_back_after_having_left_has_two_stays(hub: Hub) -> None:
    hub.editions(_2022="Forge Rêvée;;B / Lune;;A", _2023="Lune;;A", _2024="Lune;;A", _2025="Forge Rêvée;;B / Lune;;A")
    assert hub.stays()[:2] == [
        ("Forge Rêvée", "B", None, "2022/2023", None, "departure", "left"),
        ("Forge Rêvée", "B", "2024/2025", None, "return", None, "current"),
    ]


def test_another_space_and_no_longer_the_one_before_is_a_move_at_once(hub: Hub) -> None:
    hub.editions(_2024="Lune;;Bureau 1 / Forge;;B / Forge;;C", _2025="Lune;;Bureau 12 / Forge;;B / Forge;;D / Forge;;C")
    assert hub.stays() == [
        ("Forge", "B", None, None, None, None, "current"),
        ("Forge", "C", None, None, None, None, "current"),
        ("Forge", "D", "2024/2025", None, "arrival", None, "current"),
        ("Lune", "Bureau 1", None, "2024/2025", None, "move", "left"),
        ("Lune", "Bureau 12", "2024/2025", None, "move", None, "current"),
    ]


def test_a_move_while_left_out_once_lies_between_the_editions_that_list_it(hub: Hub) -> None:
    hub.editions(_2023="Lune;;A / Forge;;B", _2024="Forge;;B", _2025="Lune;;C / Forge;;B")
    assert hub.stays()[1:] == [
        ("Lune", "A", None, "2023/2025", None, "move", "left"),
        ("Lune", "C", "2023/2025", None, "move", None, "current"),
    ]


def test_the_same_space_in_more_or_fewer_words_is_no_move(hub: Hub) -> None:
    hub.editions(_2023="Lune;;1er étage", _2024="Lune;;", _2025="Lune;;Bâtiment 23, 1er ETAGE")
    assert hub.stays() == [("Lune", "Bâtiment 23, 1er ETAGE", None, None, None, None, "current")]


def test_an_edition_that_does_not_say_which_space_neither_begins_nor_ends_one(hub: Hub) -> None:
    hub.editions(_2023="Lune;;A", _2024="Lune;;", _2025="Lune;;B")
    assert hub.stays() == [
        ("Lune", "A", None, "2023/2025", None, "move", "left"),
        ("Lune", "B", "2023/2025", None, "move", None, "current"),
    ]


def test_a_new_name_with_the_same_siren_is_a_change_of_name(hub: Hub) -> None:
    hub.editions(
        _2023=f"Lune;{LUNE};A;2020 / Forge;;B",
        _2024=f"Soleil;{LUNE};A;2020 / Enclume;;B",
        _2025=f"Soleil;{LUNE};A;2020 / Enclume;;B",
    )
    assert hub.stays() == [
        ("Enclume", "B", "2023/2024", None, "arrival", None, "current"),
        ("Forge", "B", None, "2023/2024", None, "departure", "left"),
        ("Soleil", "A", "2023/2024", None, "rename", None, "current"),
        ("Soleil (Lune)", "A", "2020", "2023/2024", None, "rename", "left"),
    ], "without a number nobody guesses"


def test_a_name_written_otherwise_is_the_same_stay(hub: Hub) -> None:
    hub.editions(
        _2023=f"Lune Fictive SAS;{LUNE};A / Menuiserie Imaginaire;;B",
        _2024=f"LUNE  FICTIVES;{LUNE};A / Menuiserie Imaginiare;;B",
    )
    assert {(s[1], *s[2:]) for s in hub.stays()} == {(x, None, None, None, None, "current") for x in "AB"}


def test_a_day_that_a_row_states_stands_before_what_editions_tell(hub: Hub) -> None:
    hub.editions(
        _2024="Lune;;A;2020-02-01;2024-09-30 / Forge;;B;2019;2030",
        _2025="Verger;;A;2024-10-15",
        _2026="Verger;;A;2024-10-15",
    )
    assert hub.stays() == [
        ("Forge", "B", "2019", "2024/2025", None, "departure", "left"),
        ("Lune", "A", "2020-02-01", "2024-09-30", None, "departure", "left"),
        ("Verger", "A", "2024-10-15", None, "arrival", None, "current"),
    ], "the end of a lease that was left before it ran out is not the last day"


def test_two_rows_of_one_tenant_in_one_space_stay_two(hub: Hub) -> None:
    twice = "Lune;;A;2020 / Lune;;A;2022"
    hub.editions(_2024=twice, _2025=twice, _2026="Lune;;A;2022")
    assert [s[2:] for s in hub.stays()] == [
        ("2020", None, None, None, "not_seen"),
        ("2022", None, None, None, "current"),
    ]


def test_a_file_handed_in_again_unchanged_lists_its_tenants_at_its_date_too(project: Project) -> None:
    lists = {"_2024": "Forge;;B / Lune;;A", "_2025_01": "Lune;;A", "_2025_06": "Lune;;A"}
    hub = Hub(project, left_after=2).editions(**lists)
    again = (hub.folder / "loc_2024.csv").read_bytes()
    assert hub.stays()[0][-1] == "left"
    hub.put(again, "loc_2025_09.csv")
    assert [s[-1] for s in hub.stays()] == ["left", "current", "current"], "away for two editions, and back"
    assert [s[2:5] for s in hub.stays()[:2]] == [(None, "2024/2025-01", None), ("2025-06/2025-09", None, "return")]
    (hub.folder / "loc_2025_06.csv").write_bytes(again)
    (hub.folder / "loc_2025_09.csv").unlink()
    assert [s[2:] for s in hub.stays()] == [(None, None, None, None, "current")] * 2
    assert {r["stated_on"] for r in hub.rows()} == {"2025-06"}
    assert not [r for r in hub.stored("registry_rejects") if r["reason"] == "same_file"]


def test_files_of_one_date_are_one_edition_and_an_unreadable_file_is_none(hub: Hub) -> None:
    hub.editions(_2024_a="Lune;;A", _2024_b="Forge;;B", _2025_a="Lune;;A", _2025_b="Forge;;B / Verger;;C")
    hub.put("Bâtiment;Étage\nA;2\n", "loc2026.csv")
    assert [s[-1] for s in hub.stays()] == ["current"] * 3


def test_the_newest_date_of_its_rows_dates_a_file_without_another(hub: Hub) -> None:
    header = "Raison sociale;Local;Relevé le\n"
    hub.put(header + "Lune;A;2024-02-01\nForge;B;2024-03-01\n", "loc-b.csv").put(
        header + "Lune;A;2025-02-01\nForge;C;2025-03-01\n", "loc-a.csv"
    )
    assert [s[1:4] for s in hub.stays()] == [
        ("B", None, "2024-03-01/2025-03-01"),
        ("C", "2024-03-01/2025-03-01", None),
        ("A", None, None),
    ]


def test_a_registry_with_one_edition_has_no_listings_and_ids_stay_when_a_second_comes(hub: Hub) -> None:
    hub.editions(_2024="Lune;;A / Forge;;B;2020")
    hub.build()
    before = {r["tenancy_id"] for r in hub.rows()}
    assert not hub.rows("listings") and len(before) == 2
    hub.editions(_2025="Lune;;A / Verger;;C").build()
    assert before < {r["tenancy_id"] for r in hub.rows()}


def test_the_order_in_which_files_come_changes_nothing(project: Project, tmp_path: Path) -> None:
    days = {"2023": "Lune;;A / Forge;;B", "2024": "Lune;;C / Verger;;D", "2025": "Lune;;C / Verger;;D / Forge;;B"}
    told = set()
    for n, order in enumerate(itertools.permutations(days)):
        there = Project(tmp_path / str(n), project.hub)
        (there.raw / "registries").mkdir(parents=True)
        hub = Hub(there)
        for name, day in zip("xyz", order, strict=True):
            hub.put(written(days[day], day), f"loc-{name}-{day}.csv")
        hub.build()
        told.add(json.dumps(hub.rows()))
        first = there.made("table_tenancies").read_bytes()
        hub.build()
        assert there.made("table_tenancies").read_bytes() == first
    assert len(told) == 1


@pytest.mark.parametrize(
    ("path", "date"),
    [
        ("registries/locataires-2019.csv", "2019"),
        ("registries/loc_2024-03.csv", "2024-03"),
        ("registries/loc 2024_03_01.xlsx", "2024-03-01"),
        ("registries/20240301-loc.csv", "2024-03-01"),
        ("registries/loc-1.03.2024 (2).ods", "2024-03-01"),
        ("registries/Locataires mars 2024.xlsx", "2024-03"),
        ("registries/Locataires Août 2024.xlsx", "2024-08"),
        ("registries/loc-1er-mars-2024.csv", "2024-03-01"),
        ("registries/2024/loc.csv", "2024"),
        ("registries/2024/loc-2023-05.csv", "2023-05"),
        ("registries/bat23-2024.csv", "2024"),
        ("registries/baux-2000-2020.csv", "given"),
        ("registries/loc-31-02-2024.csv", "given"),
        ("registries/loc.csv", "given"),
        ("registries/732829320.csv", "given"),
    ],
)
def test_a_file_bears_its_date_in_its_name(path: str, date: str) -> None:
    assert edition_date(path, "given") == date
