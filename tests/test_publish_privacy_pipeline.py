"""What must not be in a snapshot, dropped into a hub and run whole: it is in no byte of no file, and what may be there is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from register_world import CHIMERE, PAUL, with_stock

from km0_pipeline.publish.verify import verify
from km0_pipeline.steps import Project
from tests.conftest import hub_toml
from tests.runs import make_run, rows

pytestmark = pytest.mark.pipeline

ARTICLE = """---
title: {title}
publisher: Gazette des Essais
published: 2024-05-03
url: https://gazette.example/{slug}
---

{text}
"""
REGISTRY = f"""Raison sociale;SIREN;Forme juridique;Effectif;Contact;Téléphone;Courriel;Activité
Ateliers Chimère;{CHIMERE};SAS;12;Lucie Contactée;06 12 34 56 78;lucie.contactee@perso.example;Robots, demander Lucie Contactée
Paul Imaginé;{PAUL};;1;;;;conseil
Marceline Artisane;;EI;1;;;;poterie
Tisserands Fictifs;;SAS;27;;;;tissage
"""
PRIVATE = ("Contactée", "contactee", "06 12 34 56 78", "+33612345678", "612345678", "Paul Imaginé", PAUL, "Artisane", "Passante", "passante", "Jeanne Habitante")


def contents(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file of a snapshot as text: its bytes, and what is packed in them."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        yield path.name, data.decode("utf-8", "replace")
        if path.suffix == ".parquet":
            cells = duckdb.execute("select string_agg(to_json(t)::varchar, chr(10)) from read_parquet(?) t", [str(path)]).fetchall()[0]
            yield path.name, cells[0] or ""
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in archive.namelist():
                    yield f"{path.name}/{member}", archive.read(member).decode("utf-8", "replace")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("hub")
    hub_toml(root)
    for folder in ("press", "registries", "decisions"):
        (root / "data" / "raw" / folder).mkdir(parents=True)
    settings = root / "hub.toml"
    stock = ", ".join(f'"{p}"' for p in with_stock(Project.at(root)).hub.register.stock)
    text = settings.read_text(encoding="utf-8").replace('headcounts = "exact"', 'headcounts = "bands"')
    settings.write_text(f"{text}\n[register]\nstock = [{stock}]\n", encoding="utf-8")
    (root / "data/raw/registries/locataires.csv").write_text(REGISTRY, encoding="utf-8")
    texts = {
        "visite": ("Une visite", "Une passante, Camille Passante, trouve le lieu agréable. Jeanne Habitante, riveraine, aussi. Ateliers Chimère est locataire du KM0."),
        "dirigeante": ("Un portrait", "Dominique Exemple, directrice d'Ateliers Chimère, dirige Ateliers Chimère. Ateliers Chimère compte 14 salariés."),
    }
    for slug, (title, body) in texts.items():
        (root / "data/raw/press" / f"{slug}.md").write_text(ARTICLE.format(title=title, slug=slug, text=body), encoding="utf-8")
    ran = make_run(root)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return Project.at(root)


@pytest.mark.parametrize("private", PRIVATE)
def test_a_mobile_a_contact_a_passer_by_and_a_sole_trader_are_in_no_file(hub: Project, private: str) -> None:
    held = [name for name, text in contents(hub.published / "latest") if private in text]
    assert held == []


def test_the_organisation_stays_and_its_exact_headcount_does_not(hub: Project) -> None:
    found = {r["name"]: (r["size_band"], r["activity"]) for r in rows(hub, "organisations")}
    assert found["Ateliers Chimère"] == ("10-19", "Robots, demander […]") and found["Tisserands Fictifs"] == ("20-49", "tissage")
    assert not {"12", "27"} & {r["headcount"] for r in rows(hub, "headcounts")}
    assert not [r for r in rows(hub, "claims") if r["property"] == "headcount" and r["method"].startswith("registry")]
    assert verify((hub.published / "latest").resolve()) == []
