"""What the tables promise, on a small fictional world: two registries, three press documents, two editions."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from press_world import accepted

from km0_pipeline.claims import CLAIMS, Claim, Reject, claims_table, digest, mention_id, rejects_table
from km0_pipeline.press.feeds import FEEDS
from km0_pipeline.register.statements import DOCUMENTS, ROWS
from km0_pipeline.registries.columns import PROPERTIES as COLUMNS
from km0_pipeline.steps import Project, make
from km0_pipeline.storage import write_json
from km0_pipeline.tables import build
from km0_pipeline.tables.build import assemble, build_table
from km0_pipeline.tables.checks import checks, run_checks
from km0_pipeline.tables.table import TableError, all_tables, table
from tests.conftest import ROOT

ANNUAIRE, LOCATAIRES = digest("annuaire"), digest("locataires")
ARTICLE, NOTE, BRIEF = (digest(n) for n in ("article", "note", "brief"))
PREFIX = {"organisation": "org", "person": "per", "place": "pla", "event": "evt"}


def entity(kind: str, name: str) -> str:
    return f"{PREFIX[kind]}-{digest(kind, name, length=16)}"


@dataclass
class World:
    """Everything that the tables read, kept as plain lists; `write` makes the steps' Parquet from it."""

    project: Project
    documents: list[dict[str, Any]] = field(default_factory=list)
    registries: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    press: list[Claim] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)
    addresses: list[Claim] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    mentions: dict[str, dict[str, Any]] = field(default_factory=dict)
    redirects: list[dict[str, str]] = field(default_factory=list)
    withheld: list[dict[str, Any]] = field(default_factory=list)
    shared_only: bool = False
    single: bool = True

    def article(self, document: str, title: str, published: str) -> None:
        fields = {"document_id": document, "path": f"press/{title}.md", "format": "md", "title": title, "publisher": "Le Journal fictif"}
        self.documents.append(fields | {"url": f"https://journal.example/{title}", "published_on": published, "language": "fr", "licence": "", "characters": 10, "text": "Un texte."})

    def registry(self, document: str, name: str, stated: str = "", format: str = "csv") -> None:
        fields = {"document_id": document, "path": f"registries/{name}.{format}", "source": name, "title": name, "publisher": "Le hub"}
        self.registries.append(fields | {"url": "", "stated_on": stated, "licence": "", "format": format, "rows": 1, "at_hub": True, "left_after": 2, "seen_again": ""})

    def row(self, document: str, n: int, as_entity: str | None = None, **values: str) -> str:
        """A row of a registry; it is the organisation of that name unless `as_entity` says another."""
        registry = next(r for r in self.registries if r["document_id"] == document)
        sheet = "Feuille" if registry["format"] == "xlsx" else ""
        mention = mention_id(document, "organisation", f"sheet:{sheet}/row:{n}" if sheet else f"row:{n}")
        fields = {"document_id": document, "source": registry["source"], "sheet": sheet, "row": n, "mention_id": mention, "at_hub": True}
        qualifier = "exact" if "headcount" in values else None
        self.rows.append(fields | {"stated_on": registry["stated_on"], "headcount_qualifier": qualifier} | values)
        self._mention(mention, document, "organisation", as_entity or values["name"])
        return mention

    def said(self, document: str, kind: str, who: str, prop: str, value: str, at: int, as_entity: str | None = None, **more: Any) -> str:
        """A claim of a press document; its subject gets a name claim once."""
        mention = mention_id(document, kind, who)
        published = next(d for d in self.documents if d["document_id"] == document)["published_on"]
        if mention not in self.mentions:
            self._mention(mention, document, kind, as_entity or who)
            self.press.append(Claim(document, f"char:{at}-{at + 4}", mention, kind, "name", who, who, stated_on=published, method="t/1"))
        more = {"original": value, "stated_on": published, "method": "t/1", "confidence": 0.9} | more
        self.press.append(Claim(document, f"char:{at}-{at + 9}", mention, kind, prop, value, **more))
        return mention

    def named(self, document: str, kind: str, who: str, at: int, as_entity: str | None = None) -> str:
        """A mention of which only the name is said."""
        self.said(document, kind, who, "name", who, at, as_entity, original=who, confidence=1.0)
        return mention_id(document, kind, who)

    def _mention(self, mention: str, document: str, kind: str, name: str) -> None:
        known = {"mention_id": mention, "document_id": document, "kind": kind, "name": name, "name_key": name.lower(), "place_key": "68224"}
        self.mentions[mention] = known | {"siren": None, "entity_id": entity(kind, name), "stage": "name", "is_hub": name == "KM0"}

    def locator(self, row: Mapping[str, Any], prop: str) -> str:
        n, letter = row["row"], chr(ord("A") + COLUMNS.index(prop))
        return f"sheet:Feuille/cell:{letter}{n}" if row["sheet"] else f"row:{n}/column:{prop}"

    def write(self) -> None:
        hub = self.project.hub
        hub_claims = hub.claims()
        for claim in hub_claims:
            if claim.property == "name":
                name = "KM0" if claim.subject_id == hub.mention_id else claim.value
                self._mention(claim.subject_id, hub.document_id, claim.subject_kind, name)
        together = [m["entity_id"] for m in self.mentions.values()]
        for m in self.mentions.values():
            m["single"] = self.single and together.count(m["entity_id"]) == 1
        long = []
        for row in self.rows:
            if self.shared_only and self.mentions[row["mention_id"]]["single"]:
                continue
            at = f"sheet:Feuille/row:{row['row']}" if row["sheet"] else f"row:{row['row']}"
            said = {"subject_id": row["mention_id"], "subject_kind": "organisation", "stated_on": row["stated_on"], "method": "registry/1"}
            for prop in COLUMNS:
                if prop in row and prop not in ("longitude", "latitude"):
                    scope = "employees" if prop == "headcount" else ""
                    where = self.locator(row, prop)
                    long.append(Claim(row["document_id"], where, property=prop, value=row[prop], original="", scope=scope, **said))
            if "latitude" in row:
                place = f"{row['latitude']},{row['longitude']}"
                long.append(Claim(row["document_id"], self.locator(row, "latitude"), property="coordinates", value=place, original="", **said))
            long.append(Claim(row["document_id"], at, property="tenant_of", value=hub.mention_id, original="", **said))
        text = pa.string()
        columns = [
            {"document_id": r["document_id"], "sheet": "Feuille" if r["format"] == "xlsx" else "", "position": n, "header": p, "property": p,
                 "locator": chr(ord("A") + n) if r["format"] == "xlsx" else f"column:{p}", "how": "alias"}
            for r in self.registries for n, p in enumerate(COLUMNS)
        ]  # fmt: skip
        rows = pa.schema(
            [("document_id", text), ("source", text), ("sheet", text), ("row", pa.int64()), ("mention_id", text), ("at_hub", pa.bool_()), ("consented", pa.bool_()), ("siren_original", text), ("siret_original", text)]
            + [("stated_on", text), ("headcount_qualifier", text)]
            + [(p, text) for p in COLUMNS]
        )
        of_registry = ("document_id", "path", "source", "title", "publisher", "url", "stated_on", "licence", "format")
        steps = {
            "hub_claims": claims_table(hub_claims),
            "press_reviewed": accepted(self.press, self.held),
            "registry_claims": claims_table(long),
            "press_rejects": rejects_table(self.rejects),
            "decision_rejects": rejects_table([]),
            "entity_rejects": rejects_table([]),
            "registry_rejects": rejects_table([]),
            "press_documents": pa.Table.from_pylist(self.documents, texts("document_id", "path", "format", "title", "publisher", "url", "published_on", "language", "licence", "text", characters=pa.int64())),
            "press_stories": pa.Table.from_pylist([{"document_id": d["document_id"], "story_id": d["document_id"], "superseded_by": ""} for d in self.documents], texts("document_id", "story_id", "superseded_by")),
            "registry_documents": pa.Table.from_pylist(self.registries, texts(*of_registry, "seen_again", rows=pa.int64(), at_hub=pa.bool_(), left_after=pa.int64())),
            "registry_columns": pa.Table.from_pylist(columns, texts("document_id", "sheet", "header", "property", "locator", "how", position=pa.int64())),
            "registry_rows": pa.Table.from_pylist(self.rows, rows),
            "entity_mentions": pa.Table.from_pylist([self.mentions[m] for m in sorted(self.mentions)], texts("mention_id", "document_id", "kind", "name", "name_key", "place_key", "siren", "entity_id", "stage", single=pa.bool_(), is_hub=pa.bool_())),
            "entity_redirects": pa.Table.from_pylist(self.redirects, texts("old_id", "new_id", "reason")),
            "entity_withheld": pa.Table.from_pylist(self.withheld, texts("entity_id", whole=pa.bool_())),
            "register_claims": CLAIMS.empty_table(),
            "register_documents": DOCUMENTS.empty_table(),
            "register_rows": ROWS.empty_table(),
            "address_claims": claims_table(self.addresses),
            "address_documents": pa.Table.from_pylist([dict.fromkeys(DOCUMENTS.names, "") | {"document_id": d, "title": "Adresses", "path": "register/geocoder", "format": "json"} for d in sorted({c.document_id for c in self.addresses})], DOCUMENTS),
        }  # fmt: skip
        if not self.project.made("press_feeds").exists():  # a test may have asked real ones
            steps["press_feeds"] = FEEDS.empty_table()
        for name, content in steps.items():
            make(self.project, name, lambda path, content=content: pq.write_table(content, path), version=digest(str(content.to_pylist())))

    def build(self, version: str = "2026.11.22", *, only: Collection[str] = ()) -> None:
        """Make every table, or `only` these and those that they read."""
        self.write()
        wanted = set(only) or {t.name for t in all_tables()}
        for t in reversed(all_tables()):
            wanted |= set(t.upstream) if t.name in wanted else set()
        for t in all_tables():
            if t.name in wanted:
                build_table(self.project, t, version=version)

    def rows_of(self, name: str) -> list[dict[str, Any]]:
        return pq.read_table(self.project.made(f"table_{name}")).to_pylist()

    def one(self, table_name: str, /, **where: Any) -> dict[str, Any]:
        found = [r for r in self.rows_of(table_name) if all(r[k] == v for k, v in where.items())]
        assert len(found) == 1, found
        return found[0]

    def publish(self, version: str) -> None:
        """What publication does, as far as the next run sees it."""
        folder = self.project.published / version
        folder.mkdir(parents=True)
        for t in all_tables():
            if t.released:
                (folder / f"{t.name}.parquet").write_bytes(self.project.made(t.step).read_bytes())
        versions = [*self.project.index()["versions"], {"version": version}]
        write_json(self.project.published / "index.json", {"latest": version, "versions": versions})

    def bytes(self) -> dict[str, bytes]:
        return {t.name: self.project.made(t.step).read_bytes() for t in all_tables()}


def texts(*names: str, **others: pa.DataType) -> pa.Schema:
    return pa.schema([(n, pa.string()) for n in names] + list(others.items()))


def fictional(project: Project) -> World:
    w = World(project)
    w.registry(LOCATAIRES, "locataires", "2026-01")
    w.row(LOCATAIRES, 2, name="Fabrique Imaginaire", siren="732829320", postcode="68100", space="B23, rez-de-chaussée", occupied_from="2020-02-01", headcount="12", founded_on="2018", email="camille@example.org")
    w.row(LOCATAIRES, 3, name="Atelier Inventé", space="B24", occupied_until="2024-06", area_m2="27.5")
    w.row(LOCATAIRES, 4, name="Studio Fictif", activity="jeux | images", headcount="3")
    w.registry(ANNUAIRE, "annuaire", "2025-12-01", "xlsx")
    w.row(ANNUAIRE, 5, "Fabrique Imaginaire", name="FABRIQUE IMAGINAIRE SAS", postcode="68200", founded_on="2018-03-02", headcount="14")
    w.row(ANNUAIRE, 6, name="Conseil Chimère", occupied_from="2027-01-01")
    w.article(ARTICLE, "ouverture", "2019-09-26")
    hub = w.said(ARTICLE, "organisation", "KM0", "headcount", "600", 10, qualifier="nearly", scope="people", original="près de 600 personnes")
    w.said(ARTICLE, "organisation", "KM0", "headcount", "570", 60, scope="people")
    w.said(ARTICLE, "person", "Dominique Exemple", "role", "fondatrice", 80)
    w.said(ARTICLE, "person", "Dominique Exemple", "founder_of", hub, 80, original="fondé par Dominique Exemple")
    w.said(ARTICLE, "person", "Camille Passante", "works_for", hub, 120)
    w.said(ARTICLE, "person", "Paule Inventée", "role", "animatrice", 125)
    w.said(ARTICLE, "organisation", "KM0", "activity", "accueil", 130, original="accueil, dit Camille Passante")
    w.said(ARTICLE, "organisation", "Banque Fictive", "funds", hub, 150)
    w.said(ARTICLE, "organisation", "Banque Fictive", "tenant_of", hub, 160, qualifier="planned")
    w.said(ARTICLE, "place", "ligne de chemin de fer", "opened_on", "1839", 200)
    w.article(NOTE, "note", "2020-01")
    there = w.named(NOTE, "organisation", "KMØ", 5, "KM0")
    w.said(NOTE, "organisation", "Banque Fictive", "funding_eur", "50000", 30, scope=there)
    w.said(NOTE, "organisation", "Banque Fictive", "funds", there, 40)
    w.said(NOTE, "organisation", "La Fabrique", "tenant_of", there, 50, as_entity="Fabrique Imaginaire")
    w.said(NOTE, "organisation", "La Fabrique", "space", "Rez-de-chaussée", 55)
    w.said(NOTE, "event", "ouverture du KM0", "about", there, 70)
    w.said(NOTE, "event", "ouverture du KM0", "date", "2019-09-26", 75)
    w.said(NOTE, "event", "ouverture du KM0", "kind", "opening", 76)
    w.rejects.append(Reject("", "press/vide.txt", "", "empty_file", "vide.txt est vide.", "secret"))
    return w


@pytest.fixture
def world(project: Project) -> World:
    return fictional(project)


@pytest.fixture(scope="module")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The world with its tables, made once: not to be changed."""
    root = tmp_path_factory.mktemp("world")
    shutil.copy(ROOT / "hub.toml", root / "hub.toml")
    w = fictional(Project.at(root))
    w.build()
    return w


def test_every_table_of_a_small_world_keeps_what_its_yaml_promises(made_world: World) -> None:
    failed = [r.sentence for t in all_tables() for r in run_checks(made_world.project, t) if not r.passed]
    assert not failed
    assert {t.name for t in all_tables() if not made_world.rows_of(t.name)} == {"redirects", "changes", "listings"}


def test_the_most_trusted_and_latest_claim_wins(made_world: World) -> None:
    row = made_world.one("organisations", organisation_id=entity("organisation", "Fabrique Imaginaire"))
    assert (row["name"], row["postcode"], row["sources"]) == ("Fabrique Imaginaire", "68100", 3), "the later registry"
    assert row["other_names"] == "FABRIQUE IMAGINAIRE SAS|La Fabrique"
    assert (row["first_document_id"], row["first_locator"]) == (NOTE, "char:50-54"), "where it was first met, by date"
    assert made_world.one("organisations", is_hub=True)["name"] == "KM0", "hub.toml before all others"


def test_disagreements_name_the_value_chosen_the_others_and_why(made_world: World) -> None:
    found = {(d["entity_name"], d["property"]): d for d in made_world.rows_of("discrepancies")}
    assert set(found) == {("KM0", "headcount"), ("Fabrique Imaginaire", "postcode"), ("Fabrique Imaginaire", "headcount")}
    assert found["Fabrique Imaginaire", "postcode"]["reason"] == "later_date"
    assert found["Fabrique Imaginaire", "postcode"]["other_values"] == "68200"
    assert {found["KM0", "headcount"]["chosen_value"], found["KM0", "headcount"]["other_values"]} in ({"570", "600 (nearly)"}, {"600", "570"})
    assert found["KM0", "headcount"]["sources"] == 1


def test_an_organisation_straight_from_its_row_is_the_one_its_claims_would_give(world: World) -> None:
    kept = ("organisations", "tenancies", "headcounts", "discrepancies", "funding", "relationships")
    for n in (2, 4):
        where = {"property": "coordinates", "value": f"47.74,7.3{n}", "original": "30 rue du Hub"}
        world.addresses.append(Claim(digest("addresses"), f"ban:{n}", mention_id(LOCATAIRES, "organisation", f"row:{n}"), "organisation", **where))
    for row in world.rows[:4]:  # the national base of addresses goes before what a registry gives
        row |= {"latitude": "47.75", "longitude": "7.35", "naf25": "62.10Y"}
    world.build(only=kept)
    placed = {r["name"]: (r["latitude"], r["longitude"], r["naf25_code"]) for r in world.rows_of("organisations") if r["latitude"]}
    assert placed.pop("Fabrique Imaginaire")[:2] == (47.74, 7.32) and placed.pop("Studio Fictif")[:2] == (47.74, 7.34)
    assert placed and set(placed.values()) == {(47.75, 7.35, "62.10Y")}
    straight = {n: world.rows_of(n) for n in kept}
    world.shared_only = True
    world.build(only=kept)
    assert {n: world.rows_of(n) for n in kept} == straight, "limits.claims = shared"
    world.shared_only, world.single = False, False
    world.build(only=kept)
    assert {n: world.rows_of(n) for n in kept} == straight, "no row taken straight"


def test_people_are_published_for_a_public_role_only(made_world: World) -> None:
    assert [p["name"] for p in made_world.rows_of("people")] == ["Dominique Exemple"]
    assert made_world.one("people")["roles"] == "fondatrice (KM0)", "with the organisation that the same words name"
    assert made_world.one("relationships", relation="founder_of")["subject_name"] == "Dominique Exemple"
    text = str([made_world.rows_of(t.name) for t in all_tables()])
    assert "Passante" not in text and "Inventée" not in text and "example.org" not in text and "secret" not in text
    assert made_world.one("claims", property="activity", value="accueil")["original"] is None, "words that name someone else are kept back"


def test_who_says_it_is_published_only_of_those_with_a_public_role(world: World) -> None:
    public, private = (mention_id(ARTICLE, "person", who) for who in ("Dominique Exemple", "Camille Passante"))
    world.said(ARTICLE, "organisation", "KM0", "activity", "conseil", 140, said_by=public)
    world.said(ARTICLE, "organisation", "KM0", "activity", "conseil", 150, said_by=private)
    world.build(only=("claims",))
    said = {c["locator"]: c["said_by"] for c in world.rows_of("claims") if c["value"] == "conseil"}
    assert said == {"char:140-149": public, "char:150-159": None}


def test_tenancies_of_registries_and_press_are_merged_and_dated(made_world: World) -> None:
    found = {r["organisation_id"]: r for r in made_world.rows_of("tenancies")}
    names = {o["organisation_id"]: o["name"] for o in made_world.rows_of("organisations")}
    status = {names[i]: (r["status"], r["basis"], r["space"], r["valid_from"]) for i, r in found.items()}
    assert status == {
        "Fabrique Imaginaire": ("current", "registry", "B23, rez-de-chaussée", "2020-02-01"),
        "Atelier Inventé": ("left", "registry", "B24", None),
        "Studio Fictif": ("current", "registry", None, None),
        "Conseil Chimère": ("planned", "registry", None, "2027-01-01"),
        "Banque Fictive": ("planned", "press", None, None),
    }
    assert len(found) == len(made_world.rows_of("tenancies")) == 5
    assert {r["host_id"] for r in found.values()} == {entity("organisation", "KM0")}


def tenant(w: World, name: str, *rows: Mapping[str, str], at: int = 100) -> None:
    """Rows of one tenant, in the registry of each row's `list`: a row of its own, unless it names its number `n`."""
    for n, row in enumerate(rows):
        document = {"2018": ANCIEN, "2026": LOCATAIRES, "2025": ANNUAIRE}[row["list"]]
        w.row(document, at + n, name=name, **{k: v for k, v in row.items() if k != "list"})


ANCIEN = digest("ancien")


def let(w: World, name: str) -> list[tuple[str | None, ...]]:
    """Space, first and last day, area, status, date of the statement and whether closed, of each tenancy of `name`."""
    columns = ("space", "valid_from", "valid_until", "area_m2", "status", "stated_on", "closed_version")
    found = [r for r in w.rows_of("tenancies") if r["organisation_id"] == entity("organisation", name)]
    return sorted((tuple(r[c] for c in columns) for r in found), key=str)


def test_what_an_older_registry_says_in_more_detail_bears_the_date_of_the_newer(world: World) -> None:
    world.registry(ANCIEN, "ancien", "2018")
    tenant(world, "Fabrique Inventée", {"list": "2018", "space": "Hall C"}, {"list": "2026"})
    tenant(world, "Parti Fictif", {"list": "2018", "space": "Hall D", "occupied_until": "2020"}, {"list": "2026"}, at=110)
    world.build(only=("tenancies",))
    assert let(world, "Fabrique Inventée") == [("Hall C", None, None, None, "current", "2026-01", None)]
    assert world.one("tenancies", space="Hall C")["document_id"] == LOCATAIRES
    assert let(world, "Parti Fictif") == [("Hall D", None, "2020", None, "left", "2018", None), (None, None, None, None, "current", "2026-01", None)]


def test_no_row_of_a_registry_and_no_fact_of_it_is_lost_when_rows_are_merged(world: World) -> None:
    world.registry(ANCIEN, "ancien", "2018")
    tenant(world, "Labo Mirage", {"list": "2026", "area_m2": "120"}, {"list": "2026", "space": "Hall E"})
    hall = {"list": "2026", "space": "Hall A", "occupied_from": "2020-01-01"}
    tenant(world, "Deux Salles", hall | {"area_m2": "10"}, hall | {"area_m2": "20"}, hall | {"area_m2": "20"}, at=110)
    tenant(world, "Bail Prolongé", hall | {"list": "2018", "occupied_until": "2020"}, hall | {"occupied_until": "2030"}, at=120)
    tenant(world, "Bail Double", hall | {"occupied_until": "2020"}, hall | {"occupied_until": "2030"}, at=130)
    world.build()
    assert [t[:4] for t in let(world, "Labo Mirage")] == [("Hall E", None, None, None), (None, None, None, 120.0)]
    assert [t[3] for t in let(world, "Deux Salles")] == [10.0, 20.0]
    assert [(t[2], t[4]) for t in let(world, "Bail Double")] == [("2020", "left"), ("2030", "current")]
    assert [(t[2], t[4]) for t in let(world, "Bail Prolongé")] == [("2030", "current")], "a lease that was put off"
    told = {(d["entity_name"], d["property"], d["other_values"]) for d in world.rows_of("discrepancies")}
    assert ("Bail Prolongé", "occupied_until", "2020") in told and "Deux Salles" not in {n for n, *_ in told}
    assert not [r.sentence for r in run_checks(world.project, table("tenancies")) if not r.passed]


def test_a_row_that_its_registry_still_lists_is_never_closed(world: World) -> None:
    tenant(world, "Ruche Fictive", {"list": "2026"})
    world.build("2026.11.22")
    world.publish("2026.11.22")
    world.single = False
    tenant(world, "Ruche Fictive", {"list": "2025", "space": "Hall Z"}, at=110)
    world.build("2026.12.1", only=("organisations", "tenancies"))
    assert let(world, "Ruche Fictive") == [("Hall Z", None, None, None, "current", "2026-01", None)]


def test_two_spaces_of_one_tenant_are_no_disagreement(world: World) -> None:
    world.registry(ANCIEN, "ancien", "2018")
    a, b = ({"list": "2026", "space": f"Hall {x}", "occupied_from": f"202{n}", "area_m2": f"{n}0"} for n, x in enumerate("AB", 1))
    tenant(world, "Deux Salles", a, b, a | {"list": "2018", "area_m2": "12"})
    world.build(only=("discrepancies", "organisations"))
    told = [d for d in world.rows_of("discrepancies") if d["entity_name"] == "Deux Salles"]
    assert [(d["property"], d["scope"], d["chosen_value"], d["other_values"]) for d in told] == [("area_m2", "hall a", "10", "12")], "but of one space"
    assert world.one("organisations", name="Deux Salles")["area_m2"] is None
    assert world.one("organisations", name="Atelier Inventé")["area_m2"] == 27.5, "of the only space of a tenant"


def test_a_new_edition_that_says_the_same_changes_no_value(world: World) -> None:
    """Two documents of the same day and certainty disagree: which of them wins does not depend on their bytes."""
    chosen = set()
    for n in range(4):
        documents = [digest(f"edition {n} {path}") for path in "ab"]
        w = World(world.project)
        for document, path in zip(documents, "ab", strict=True):
            w.article(document, path, "2024")
            for at, value in ((90, "90"), (500, "500"), (1000, "1000")):
                w.said(document, "organisation", "Fabrique Imaginaire", "area_m2", value + path.replace("a", "1").replace("b", "2"), at)
        w.build(only=("organisations",))
        chosen.add(w.one("organisations", name="Fabrique Imaginaire")["area_m2"])
    assert chosen == {901.0}, "of the first file, the first in it"


def test_among_claims_that_agree_the_most_precise_is_chosen_and_the_rest_compared_with_each_other(world: World) -> None:
    world.article(BRIEF, "bref", "2024")
    for n, (value, qualifier) in enumerate((("2019-09", "planned"), ("2019-01", "exact"), ("2019-21", "exact"), ("2018-40", "planned"), ("201X", "exact"))):
        world.said(NOTE, "organisation", "Fabrique Imaginaire", "opened_on", value, 800 + n, qualifier=qualifier)
    world.said(BRIEF, "organisation", "Fabrique Imaginaire", "opened_on", "2019", 5)
    for n, (value, qualifier) in enumerate((("30", "exact"), ("20", "at_least"), ("40", "at_most"), ("28", "about"))):
        world.said(BRIEF, "organisation", "Studio Fictif", "headcount", value, 20 + n, qualifier=qualifier, scope="jobs")
    for n, (value, qualifier) in enumerate((("30", "exact"), ("20", "at_least"))):
        world.said(NOTE, "organisation", "Conseil Chimère", "headcount", value, 20 + n, qualifier=qualifier, scope="jobs")
    world.said(BRIEF, "organisation", "Atelier Inventé", "opened_on", "2020", 5)
    for n, value in enumerate(("2020-21", "2020-23")):
        world.said(NOTE, "organisation", "Atelier Inventé", "opened_on", value, 850 + n, qualifier="planned")
    world.build(only=("discrepancies", "organisations"))
    apart = world.one("discrepancies", entity_name="Atelier Inventé", property="opened_on")
    assert (apart["chosen_value"], apart["other_values"]) == ("2020", "2020-21 (planned)|2020-23 (planned)"), "what agrees with it may still contradict"
    assert world.one("organisations", name="Fabrique Imaginaire")["opened_on"] == "2019-01"
    told = world.one("discrepancies", entity_name="Fabrique Imaginaire", property="opened_on")
    assert (told["chosen_value"], told["other_values"]) == ("2019-01", "2018-40 (planned)|2019-09 (planned)|2019-21")
    jobs = world.one("discrepancies", scope="jobs")
    assert (jobs["entity_name"], jobs["chosen_value"], jobs["other_values"]) == ("Studio Fictif", "30", "28 (about)"), "at least 20 and at most 40 are 30 too"


def test_the_date_of_an_opening_is_one_disagreement(world: World) -> None:
    there = mention_id(NOTE, "organisation", "KMØ")
    for at, value in ((700, "2018-05"), (800, "2020-02")):
        world.said(NOTE, "organisation", "KMØ", "opened_on", value, at, as_entity="KM0")
        world.said(NOTE, "event", "ouverture du KM0", "date", value, at)
    world.press = [c for c in world.press if (c.property, c.value) != ("date", "2019-09-26")]
    world.build(only=("discrepancies",))
    assert there and [(d["entity_kind"], d["property"]) for d in world.rows_of("discrepancies") if d["property"] in ("date", "opened_on")] == [("organisation", "opened_on")]


def test_a_commune_known_by_name_or_by_code_is_known_by_both(world: World) -> None:
    world.row(LOCATAIRES, 50, name="Par son nom", commune="MULHOUSE", postcode="68100")
    world.row(LOCATAIRES, 51, name="Par son code", commune_code="68224")
    world.row(LOCATAIRES, 52, name="Un autre Mulhouse", commune="Mulhouse", postcode="99100")
    world.said(NOTE, "place", "Ville-Inventée", "kind", "commune", 900)
    world.build(only=("organisations", "places"))
    found = {o["name"]: (o["commune"], o["commune_code"]) for o in world.rows_of("organisations")}
    assert (found["Par son nom"], found["Par son code"], found["Un autre Mulhouse"]) == (("MULHOUSE", "68224"), ("Mulhouse", "68224"), ("Mulhouse", None))
    assert {p["name"]: p["commune"] for p in world.rows_of("places")}.items() >= {"Ville-Inventée": "Ville-Inventée", "Bâtiment 23": "Mulhouse"}.items()


def test_both_ends_of_a_range_stand_in_headcounts(world: World) -> None:
    for value, qualifier in (("250", "at_least"), ("300", "at_most")):
        world.said(ARTICLE, "organisation", "Fabrique Imaginaire", "headcount", value, 700, scope="jobs", qualifier=qualifier)
    world.build(only=("headcounts",))
    assert {(h["headcount"], h["qualifier"]) for h in world.rows_of("headcounts") if h["scope"] == "jobs"} == {(250, "at_least"), (300, "at_most")}


def test_what_waits_or_was_rejected_is_in_no_table_and_leaves_the_claims_altogether(world: World) -> None:
    world.build()
    world.publish("2026.11.22")
    figure = next(c for c in world.press if c.property == "headcount")
    assert figure.claim_id in {c["claim_id"] for c in world.rows_of("claims")}
    for status in ("to_review", "rejected"):
        world.held = {figure.claim_id: status}
        world.build("2026.12.1", only=("claims", "headcounts"))
        assert figure.claim_id not in {c["claim_id"] for c in world.rows_of("claims")}, "nor closed: its source still says so"
        assert figure.value not in {str(r["headcount"]) for r in world.rows_of("headcounts") if r["document_id"] == figure.document_id}


def test_words_that_name_someone_whose_name_still_waits_are_kept_back(world: World) -> None:
    document = world.documents[0]["document_id"]
    world.said(document, "organisation", "Acme Fictive", "former_use", "atelier", 900, original="l'atelier de Zoé Exemple")
    world.build(only=("claims",))
    assert "l'atelier de Zoé Exemple" in {c["original"] for c in world.rows_of("claims")}
    waiting = Claim(document, "char:990-1001", mention_id(document, "person", "zoé"), "person", "name", "Zoé Exemple", "Zoé Exemple")
    world.press.append(waiting)
    world.held = {waiting.claim_id: "to_review"}
    world.build(only=("claims",))
    assert not [c for c in world.rows_of("claims") if "Zoé" in f"{c['original']} {c['value']}"]


def test_only_short_quotations_of_the_press_leave(world: World) -> None:
    long = "Dans la grande halle, sous les verrières, Fabrique Imaginaire emploie désormais, au dire de tous, exactement 77 personnes de tous les métiers et de tous les âges, sans compter les autres"
    world.said(ARTICLE, "organisation", "Fabrique Imaginaire", "headcount", "77", 900, scope="people", original=long)
    world.said(ARTICLE, "organisation", "Fabrique Imaginaire", "headcount", "78", 910, scope="people", original=long)
    world.said(ARTICLE, "organisation", "Fabrique Imaginaire", "partner_of", mention_id(ARTICLE, "organisation", "KM0"), 920, original=long)
    world.build(only=("claims",))
    cut = world.one("claims", property="headcount", value="77")["original"]
    assert "77 personnes" in cut and len(cut) <= 100 and cut.startswith("… ") and cut.endswith(" …")
    assert cut.strip("… ") in long and f" {cut.strip('… ')} " in f" {long} ", "cut between words"
    assert [world.one("claims", property=p, document_id=ARTICLE, value=v)["original"] for p, v in (("headcount", "78"),)] == [None]
    assert world.one("claims", property="partner_of")["original"] is None
    assert world.one("claims", property="headcount", value="600")["original"] == "près de 600 personnes"


def test_a_registry_that_is_years_old_does_not_say_who_is_there_today(world: World) -> None:
    for row, stated in zip(world.rows[:3], ("2016-08-05", "2024-12-31", ""), strict=True):
        row["stated_on"] = stated
        row.pop("occupied_from", None)
        row.pop("occupied_until", None)
    world.rows[3]["stated_on"] = "2016-08-05"
    world.build(only=("tenancies",))
    found = {r["locator"]: r["status"] for r in world.rows_of("tenancies") if r["document_id"] == world.rows[0]["document_id"]}
    assert [found.get(f"row:{row['row']}") for row in world.rows[:3]] == ["unknown", "current", "current"]


def test_the_two_ends_of_a_range_are_no_disagreement(world: World) -> None:
    for value, qualifier in (("250", "at_least"), ("300", "at_most")):
        world.said(ARTICLE, "organisation", "Fabrique Imaginaire", "headcount", value, 700, scope="jobs", qualifier=qualifier)
    world.build(only=("discrepancies",))
    assert not [d for d in world.rows_of("discrepancies") if d["scope"] == "jobs"]
    world.said(NOTE, "organisation", "Fabrique Imaginaire", "headcount", "90", 700, scope="jobs")
    world.build(only=("discrepancies",))
    assert [d["sources"] for d in world.rows_of("discrepancies") if d["scope"] == "jobs"] == [2]


def test_what_is_said_of_another_year_neither_contradicts_nor_wins(world: World) -> None:
    world.article(BRIEF, "bref", "2024")
    world.said(BRIEF, "organisation", "Fabrique Imaginaire", "headcount", "300", 20, scope="jobs", as_of="2019")
    world.said(NOTE, "organisation", "Fabrique Imaginaire", "headcount", "600", 700, scope="jobs")
    world.build(only=("discrepancies", "ranked_claims"))
    assert not [d for d in world.rows_of("discrepancies") if d["scope"] == "jobs"]
    ranks = {r["value"]: r["rank"] for r in world.rows_of("ranked_claims") if r["property"] == "headcount" and r["scope"] == "jobs"}
    assert ranks == {"600": 1, "300": 2}
    world.said(BRIEF, "organisation", "Fabrique Imaginaire", "headcount", "350", 40, scope="jobs", as_of="2019-05")
    world.build(only=("discrepancies", "ranked_claims"))
    assert [d["other_values"] for d in world.rows_of("discrepancies") if d["scope"] == "jobs"] == ["300|350"], "of 2019 there are two"


def test_support_with_an_amount_in_the_same_document_is_told_once(made_world: World) -> None:
    amounts = {r["document_id"]: (r["funder_name"], r["recipient_name"], r["amount_eur"]) for r in made_world.rows_of("funding")}
    assert amounts == {ARTICLE: ("Banque Fictive", "KM0", None), NOTE: ("Banque Fictive", "KM0", 50000.0)}
    assert len(made_world.rows_of("funding")) == 2


def test_places_events_headcounts_and_rejects_say_where_they_come_from(made_world: World) -> None:
    assert made_world.one("places", name="ligne de chemin de fer")["opened_on"] == "1839"
    event = made_world.one("events")
    assert (event["kind"], event["held_on"], event["status"]) == ("opening", "2019-09-26", "held")
    assert event["organisation_id"] == entity("organisation", "KM0")
    cells = {r["locator"] for r in made_world.rows_of("headcounts") if r["scope"] == "employees"}
    assert cells == {"row:2/column:headcount", "row:4/column:headcount", f"sheet:Feuille/cell:{chr(ord('A') + COLUMNS.index('headcount'))}5"}
    reject = made_world.one("rejects")
    assert reject == {"path": "press/vide.txt", "reason": "empty_file", "document_id": None, "rejects": 1, "first_locator": None}


def test_an_unchanged_world_gives_the_same_bytes_on_another_day(world: World) -> None:
    world.build("2026.11.22")
    world.publish("2026.11.22")
    before = world.bytes()
    world.build("2026.11.23")
    assert world.bytes() == before


def test_a_claim_that_is_gone_is_closed_and_what_is_said_again_keeps_its_first_version(world: World) -> None:
    world.build("2026.11.22")
    world.publish("2026.11.22")
    edition = digest("locataires 2")
    old = [r for r in world.rows if r["document_id"] == LOCATAIRES]
    world.rows = [r for r in world.rows if r["document_id"] != LOCATAIRES]
    world.registries[0]["document_id"] = edition
    world.mentions = {m: v for m, v in world.mentions.items() if v["document_id"] != LOCATAIRES}
    for r in old[:1]:
        world.row(edition, 2, name=r["name"], siren=r["siren"], postcode="68200", space="B23, rez-de-chaussée", occupied_from="2020-02-01", headcount="12")
    world.build("2026.12.1")
    name = world.one("claims", document_id=edition, property="name")
    assert (name["first_version"], name["closed_version"]) == ("2026.11.22", None)
    gone = world.one("claims", property="postcode", value="68100")
    assert (gone["first_version"], gone["last_version"], gone["closed_version"]) == ("2026.11.22", "2026.11.22", "2026.12.1")
    assert not [c for c in world.rows_of("claims") if c["property"] == "name" and c["document_id"] == LOCATAIRES and c["value"] == "Fabrique Imaginaire"]
    assert world.one("sources", document_id=LOCATAIRES)["closed_version"] == "2026.12.1"
    failed = [r.name for t in all_tables() for r in run_checks(world.project, t) if not r.passed]
    assert "rows_not_lost" in failed and set(failed) == {"rows_not_lost"}


def test_a_tenant_who_leaves_keeps_its_history(world: World) -> None:
    world.build("2026.11.22")
    world.publish("2026.11.22")
    studio = entity("organisation", "Studio Fictif")
    world.rows = [r for r in world.rows if r["name"] != "Studio Fictif"]
    world.mentions = {m: v for m, v in world.mentions.items() if v["entity_id"] != studio}
    world.build("2026.12.1")
    assert world.one("tenancies", organisation_id=studio)["status"] == "unknown"
    assert world.one("tenancies", organisation_id=studio)["closed_version"] == "2026.12.1"
    assert world.one("organisations", organisation_id=studio)["closed_version"] == "2026.12.1"
    assert ("tenancies", "modify", "status", "current", "unknown") in {
        (c["table_name"], c["change"], c["column_name"], c["old_value"], c["new_value"]) for c in world.rows_of("changes")
    }
    assert ("headcounts", "remove") in {(c["table_name"], c["change"]) for c in world.rows_of("changes")}
    world.publish("2026.12.1")
    before = world.bytes()
    world.build("2026.12.2")
    assert world.bytes() == before, "and the changes since the version before stay told until something else changes"


def test_where_a_registry_refuses_what_it_said_leaves_and_the_press_still_speaks(world: World) -> None:
    fabrique = entity("organisation", "Fabrique Imaginaire")
    world.build("2026.11.22")
    world.publish("2026.11.22")
    rows = [r["mention_id"] for r in world.rows if world.mentions[r["mention_id"]]["entity_id"] == fabrique]
    world.rows = [r for r in world.rows if r["mention_id"] not in rows]
    world.mentions = {m: v for m, v in world.mentions.items() if m not in rows}
    world.withheld = [{"entity_id": fabrique, "whole": False}]
    world.build("2026.12.1")
    said_by = {world.one("sources", document_id=c["document_id"])["kind"] for c in world.rows_of("claims") if c["entity_id"] == fabrique}
    assert said_by == {"press"}
    assert {t["basis"] for t in world.rows_of("tenancies") if t["organisation_id"] == fabrique} == {"press"}
    assert world.one("organisations", organisation_id=fabrique)["name"] == "La Fabrique"
    assert not [c for c in world.rows_of("changes") if "732829320" in (c["old_value"] or "")]


def test_changes_name_table_row_column_old_and_new(world: World) -> None:
    world.build("2026.11.22")
    world.publish("2026.11.22")
    world.rows[0]["postcode"] = "68300"
    old, new = entity("organisation", "Conseil Chimère"), entity("organisation", "Cabinet Chimère")
    world.mentions[world.rows[4]["mention_id"]]["entity_id"] = new
    world.redirects = [{"old_id": old, "new_id": new, "reason": "merge"}]
    world.build("2026.11.22-2")
    found = {(c["table_name"], c["row_id"], c["change"], c["column_name"], c["old_value"], c["new_value"]) for c in world.rows_of("changes")}
    fabrique = entity("organisation", "Fabrique Imaginaire")
    assert ("organisations", fabrique, "modify", "postcode", "68100", "68300") in found
    assert ("organisations", old, "merge", None, old, new) in found
    assert ("organisations", new, "add", None, None, None) in found
    assert ("organisations", old, "remove", None, None, None) not in found, "a merge is no removal"
    assert {c["since_version"] for c in world.rows_of("changes")} == {"2026.11.22"}
    assert world.one("redirects")["first_version"] == "2026.11.22-2"


def test_a_table_is_made_again_only_when_what_it_reads_has_changed(world: World) -> None:
    world.build()
    world.rejects.append(Reject("", "press/autre.txt", "", "empty_file", "autre.txt est vide."))
    world.write()
    assert [t.name for t in all_tables() if not build_table(world.project, t, version="2026.11.22").reused] == ["rejects", "changes"]
    world.publish("2026.11.22")
    again = {t.name for t in all_tables() if not build_table(world.project, t, version="2026.11.22-2").reused}
    assert again == {"sources", "claims", "organisations", "tenancies", "redirects", "freshness", "changes"}, "those that read the last snapshot"


def test_the_database_has_keys_and_comments_and_is_left_alone_when_nothing_changed(world: World) -> None:
    world.build()
    assert not assemble(world.project).reused
    with duckdb.connect(world.project.database, read_only=True) as db:
        kinds = dict(db.execute("select table_name, list(constraint_type) from duckdb_constraints() group by all").fetchall())
        comments = db.execute("select count(*) from duckdb_columns() where comment is null and not internal").fetchall()
        rows = db.execute("select count(*) from tenancies join organisations using (organisation_id)").fetchall()
    assert rows == [(5,)] and comments == [(0,)]
    assert all("PRIMARY KEY" in kinds[t.name] for t in all_tables())
    assert all(kinds[t.name].count("FOREIGN KEY") >= len(t.foreign_keys) for t in all_tables())
    assert assemble(world.project).reused


def test_foreign_keys_of_a_very_large_table_are_checked_but_not_declared(made_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "FOREIGN_KEY_ROWS", 5)
    assemble(made_world.project)
    with duckdb.connect(made_world.project.database, read_only=True) as db:
        found = db.execute("select table_name from duckdb_constraints() where constraint_type = 'FOREIGN KEY'").fetchall()
        keys = db.execute("select count(*) from duckdb_constraints() where constraint_type = 'PRIMARY KEY'").fetchall()
    assert "relationships" in {n for (n,) in found} and "claims" not in {n for (n,) in found} and keys == [(len(all_tables()),)]
    assert "document_id_in_sources" in {c.name for c in checks(table("claims"))}


def test_a_row_without_its_parent_never_reaches_the_database(world: World) -> None:
    world.build()
    before = world.project.made("table_sources")
    empty = pq.read_table(before).slice(0, 0)
    make(world.project, "table_sources", lambda path: pq.write_table(empty, path), version="emptied")
    with pytest.raises(TableError, match="claims"):
        assemble(world.project)
    assert not world.project.database.exists()


def test_a_broken_promise_names_the_rows(world: World) -> None:
    world.build()
    rows = pq.read_table(world.project.made("table_tenancies"))
    bad = rows.set_column(rows.column_names.index("status"), "status", pa.array(["gone"] * rows.num_rows))
    make(world.project, "table_tenancies", lambda path: pq.write_table(pa.concat_tables([bad, bad.slice(0, 1)]), path), version="broken")
    found = {r.name: r for r in run_checks(world.project, table("tenancies"))}
    assert [n for n, r in found.items() if not r.passed] == ["primary_key", "status_enum"]
    assert found["primary_key"].bad_rows == 1 and found["status_enum"].bad_rows == 6
    assert found["primary_key"].sample == (rows["tenancy_id"][0].as_py(),)
    assert rows["tenancy_id"][0].as_py() in found["status_enum"].sentence and "tenancies.yaml" in found["status_enum"].sentence


def test_more_rows_gone_than_allowed_stop_a_publication(world: World) -> None:
    world.build("2026.11.22")
    world.publish("2026.11.22")
    world.press, world.documents = [], []
    world.mentions = {m: v for m, v in world.mentions.items() if v["document_id"] in (LOCATAIRES, ANNUAIRE)}
    world.build("2026.11.23")
    result = next(r for r in run_checks(world.project, table("sources")) if r.name == "rows_not_lost")
    assert not result.passed and result.bad_rows == 2 and "limits.row_drop" in result.sentence


def test_an_empty_project_gives_empty_tables_that_are_not_to_be_published(project: Project) -> None:
    w = World(project)
    w.build()
    assert {t.name for t in all_tables() if w.rows_of(t.name)} >= {"sources", "claims", "organisations", "places"}
    assert [o["name"] for o in w.rows_of("organisations")] == ["KM0"]
    assert [r.name for t in all_tables() for r in run_checks(project, t) if not r.passed] == ["sources_not_lost"]
    assemble(project)


def test_parquet_carries_the_description_of_each_column(made_world: World) -> None:
    schema = pq.read_schema(made_world.project.made("table_organisations"))
    assert schema.field("siren").metadata[b"description_en"] == b"SIREN number of the legal unit, 9 digits."


def test_parquet_says_what_it_is_and_its_licence_where_it_lies_alone_and_a_new_licence_makes_it_anew(world: World) -> None:
    world.build(only=("organisations",))
    project = world.project
    path = project.made("table_organisations")
    said = {k.decode(): v.decode() for k, v in pq.read_schema(path).metadata.items()}
    assert said["title"] == table("organisations").title.fr and said["description_en"] == table("organisations").description.en
    assert (said["licence"], said["publisher"]) == ("etalab-2.0", "KM0")
    plain = duckdb.execute("select decode(key), decode(value) from parquet_kv_metadata(?)", [str(path)]).fetchall()
    assert said.items() <= dict(plain).items(), "not for Arrow alone"
    publisher = project.hub.publisher.model_copy(update={"licence": "ODbL-1.0"})
    build_table(Project(project.root, project.hub.model_copy(update={"publisher": publisher})), table("organisations"), version="2026.11.22")
    assert pq.read_schema(path).metadata[b"licence"] == b"ODbL-1.0"


def test_checks_are_one_a_promise_with_names_of_their_own() -> None:
    for t in all_tables():
        names = [c.name for c in checks(t)]
        assert len(names) == len(set(names)) and "primary_key" in names
        assert ("rows_not_lost" in names) is (t.name not in ("rejects", "changes", "discrepancies", "freshness")), "where fewer are better, fewer are no loss"
