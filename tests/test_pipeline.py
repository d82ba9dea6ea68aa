"""The whole pipeline on the input people really drop in: bad files beside good ones, odd names, contacts, sources lost and mended."""

from __future__ import annotations

import csv
import json
import shutil

import duckdb
import pytest

from km0_pipeline.publish.verify import verify
from km0_pipeline.steps import Project
from tests.conftest import ROOT
from tests.runs import make_run, rows, whole_sentences

pytestmark = pytest.mark.pipeline

GOOD = "Raison sociale;SIRET;Date d'entrée;Effectif;Courriel;Téléphone;Observations\n"
SPARE = "Ateliers Chimère SAS;;12/02/2019;12;camille.exemple@chimere.example;06 12 34 56 78;a demandé un badge\n"
NOTE = "---\ntitle: {}\npublisher: Gazette des Essais\npublished: {}\n---\n\n{}\n"


def test_bad_files_are_told_of_and_never_stop_the_good_ones(project: Project) -> None:
    press, registries = project.raw / "press", project.raw / "registries"
    (press / "bonne.md").write_text(NOTE.format("Bonne", "2024-05-03", "Ateliers Chimère est locataire du KM0."), encoding="utf-8")
    shutil.copy(press / "bonne.md", press / "copie.md")
    (press / "vide.txt").touch()
    (press / "image.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    (press / "cassee.txt").write_bytes("Le KM0 accueille des ateliers à Mulhouse. ".encode() * 3 + b"\xe9\x81\x8d\x9d\xff")
    (press / "sans-date.txt").write_text("La start-up Tisserands Futurs est locataire du KM0, à Mulhouse.", encoding="utf-8")
    (registries / "locataires.csv").write_text(GOOD + SPARE + "Boréale Fictive;123;pas une date;5;;;\n;;;9;;;sans nom\nTrop;de;cellules;1;a;b;c;d\n", encoding="utf-8")
    (registries / "locataires-sans-nom.csv").write_text("Bâtiment;Étage\nA;2\n", encoding="utf-8")
    (registries / "annuaire.xlsx").write_bytes((ROOT / "data/raw/registries/annuaire-2022.xlsx").read_bytes()[:3000])
    (registries / "inconnu.csv").write_text(GOOD + SPARE, encoding="utf-8")

    ran = make_run(project.root)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    kept = duckdb.execute(
        "select path, reason, locator, sentence, original from read_parquet(?) order by all",
        [[str(project.made("press_rejects")), str(project.made("registry_rejects"))]],
    ).fetchall()
    found = {(path.partition("/")[2], reason) for path, reason, *_ in kept}
    assert found >= {
        ("copie.md", "duplicate_file"), ("vide.txt", "empty"), ("image.txt", "binary"), ("sans-date.txt", "undated"),
        ("locataires.csv", "bad_siret"), ("locataires.csv", "bad_date"), ("locataires.csv", "no_name"), ("locataires.csv", "ragged_row"),
        ("locataires-sans-nom.csv", "no_name_column"), ("annuaire.xlsx", "bad_workbook"), ("inconnu.csv", "no_registry"),
    }  # fmt: skip
    assert any(path == "cassee.txt" for path, _ in found)
    for path, reason, _, sentence, _ in kept:
        assert path.rpartition("/")[2] in sentence, f"{reason}: the sentence does not name the file"
    whole = {reason: (locator, original) for path, reason, locator, _, original in kept if path == "registries/locataires.csv"}
    assert whole["ragged_row"] == ("row:5", "Trop;de;cellules;1;a;b;c;d")
    assert whole["no_name"][0] == "row:4" and "sans nom" in whole["no_name"][1]
    assert whole["bad_date"] == ("row:3/column:Date d'entrée", "pas une date")

    names = {row["name"] for row in rows(project, "organisations")}
    assert names >= {"Ateliers Chimère SAS", "Boréale Fictive", "KM0", "Tisserands Futurs"}
    assert {(r["path"], r["reason"]) for r in rows(project, "rejects")} >= {("press/vide.txt", "empty"), ("registries/locataires.csv", "no_name")}
    for reason in ("bad_siret", "no_name_column", "ragged_row", "binary"):
        assert reason in ran.stdout, "the summary tells of it"


def test_no_contact_no_remark_and_no_text_of_an_article_leaves(project: Project) -> None:
    article = (
        "Un passant, Camille Exemple, trouve que le pôle sent la peinture fraîche ce matin. Paul Imaginé, animateur, habite Mulhouse. "
        "Ateliers Chimère (une fabrique de meubles inventée de toutes pièces pour cet essai, et que personne ne connaît) est locataire du KM0."
    )
    (project.raw / "press" / "article.md").write_text(NOTE.format("Une visite", "2024-05-03", article), encoding="utf-8")
    contact = "Contact presse : camille.exemple@km.example, 06 12 34 56 78. La société Ateliers Chimère sent la peinture fraîche, dit-on au KM0."
    (project.raw / "press" / "contact.txt").write_text(contact, encoding="utf-8")
    (project.raw / "press" / "titre.md").write_text(NOTE.format("Le KM0 (camille.exemple@km.example)", "2024-05-03", "Bpifrance (contact : camille.exemple@bpi.example, 06 12 34 56 78) soutient le KM0."), encoding="utf-8")
    activity = GOOD.replace("Observations", "Activité") + "Robots Fictifs;;;;;;Robots, écrire à camille.exemple@robots.example ou 06 12 34 56 78\n"
    (project.raw / "registries" / "locataires-2.csv").write_text(activity, encoding="utf-8")
    (project.raw / "registries" / "locataires.csv").write_text(GOOD + SPARE, encoding="utf-8")
    ran = make_run(project.root)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Robots, écrire à […] ou […]" in {row["activity"] for row in rows(project, "organisations")}
    assert {"Le KM0 ([…])", "press/contact.txt"} <= {row["title"] for row in rows(project, "sources")}
    assert "[…]" in " ".join(row["original"] for row in rows(project, "claims") if "Bpifrance" in row["original"])
    for path in (project.published / "latest").iterdir():
        content = path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".parquet":
            content = duckdb.execute("select string_agg(to_json(t)::varchar, '\n') from read_parquet(?) t", [str(path)]).fetchall()[0][0] or ""
        for private in ("camille.exemple", "06 12 34 56 78", "+33612345678", "demandé un badge", "peinture fraîche", "Camille Exemple", "Paul Imaginé"):
            assert private not in content, f"{path.name} holds {private!r}"
    assert [c for c in rows(project, "claims") if c["property"] == "tenant_of" and c["locator"].startswith("char:")], "the long sentence says so"
    assert not whole_sentences(project, article)


def test_mended_sources_are_published_and_lost_ones_are_not(project: Project) -> None:
    registry = project.raw / "registries" / "locataires.csv"
    good = "".join(f"Atelier Fictif {n};;;{n};;;\n" for n in range(1, 11))
    registry.write_text(GOOD + good + "Boréale Fictive;123;;5;;;\n;;;9;;;sans nom\nTrop;de;cellules;1;a;b;c;d\n", encoding="utf-8")
    assert make_run(project.root).returncode == 0 and len(rows(project, "rejects")) == 3
    registry.write_text(GOOD + good + "Boréale Fictive;;;5;;;\n", encoding="utf-8")
    mended = make_run(project.root, "2026-03-02")
    assert mended.returncode == 0, mended.stdout + mended.stderr
    assert not rows(project, "rejects")
    registry.write_text(GOOD + good[: len(good) // 3], encoding="utf-8")
    lost = make_run(project.root, "2026-03-03")
    assert lost.returncode == 1 and "registries/locataires: 1 document could be used and 3 rows read; 1 and 11 in the last snapshot (2026.3.2)" in lost.stderr
    assert "limits.row_drop" in lost.stderr, "the tables that lost rows say so too"
    early = make_run(project.root, "2026-03-01")
    assert early.returncode == 1 and "earlier than the last published version, 2026.3.2" in early.stderr
    assert [v["version"] for v in project.index()["versions"]] == ["2026.3.1", "2026.3.2"]
    meant = make_run(project.root, "2026-03-03", "--accept-loss", "registries/locataires")
    assert meant.returncode == 0, meant.stdout + meant.stderr
    assert {r["source"]: r["records"] for r in rows(project, "freshness")}["registries/locataires"] == "3"


def test_odd_names_go_from_registry_to_snapshot_and_what_is_repaired_or_refused_is_kept(project: Project) -> None:
    same = ("=1+1 Formule Fictive", '=HYPERLINK("http://x.example";"Atelier")', "+Plus Fictif", "@Arobase Fictive", "<script>alert(1)</script> Fictif", "Fusée 🚀 Fictive")
    mended = {"Atelier \u202efitciF": "Atelier fitciF", "Atelier \u2067isolé\u2069": "Atelier isolé", "Nul\x00Fictif": "NulFictif", "Sonnerie\x07 Fictive": "Sonnerie Fictive"}
    refused = {"long": "Texte Fictif " * 800, "half": "Demi \ud83d Fictif"}
    settings = project.root / "hub.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("locataires*.csv", "locataires*"), encoding="utf-8")
    folder = project.raw / "registries"
    with (folder / "locataires.csv").open("w", encoding="utf-8", newline="") as f:
        csv.writer(f, delimiter=";").writerows([["Raison sociale", "Ville"], *([name, "Mulhouse"] for name in (*same, *mended, refused["long"]))])
    (folder / "locataires-2.json").write_text(json.dumps([{"nom": f"{name} Bis", "ville": "Mulhouse"} for name in (*same, *mended, refused["half"])]), encoding="utf-8")
    ran = make_run(project.root)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert verify(project.published / "2026.3.1") == []
    expected = {*same, *mended.values()}
    expected |= {f"{name} Bis" for name in expected}
    parquet = duckdb.execute("select name from read_parquet(?) where not is_hub", [str(project.published / "latest" / "organisations.parquet")]).fetchall()
    assert {name for (name,) in parquet} == expected
    assert {row["name"].lstrip("'") for row in rows(project, "organisations")} >= expected, "the CSV may keep a formula from running by an apostrophe"
    originals = duckdb.execute("select name_original from read_parquet(?) where name_original is not null", [str(project.made("registry_rows"))]).fetchall()
    assert {name for (name,) in originals} == {*mended, *(f"{name} Bis" for name in mended)}
    rejects = dict(duckdb.execute("select reason, original from read_parquet(?)", [str(project.made("registry_rejects"))]).fetchall())
    assert rejects.keys() == {"not_a_name", "bad_encoding"}
    assert refused["long"].strip() in rejects["not_a_name"] and "Demi \\ud83d Fictif" in rejects["bad_encoding"]
