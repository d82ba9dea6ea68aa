"""Press files become documents; what can't is a reject with a sentence, and the others go on."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from press_world import put, rejects, rows, run
from pydantic import ValidationError

from km0_pipeline.hub import FRENCH_MODEL, Press
from km0_pipeline.press import known, mentions, statements
from km0_pipeline.press.collect import press_files
from km0_pipeline.press.read import press_documents
from km0_pipeline.steps import Project

NOTE = """---
title: Une note
publisher: La Gazette fictive
url: https://gazette.example/note
published: 2031-05-02
licence: etalab-2.0
---

Le KM0 regroupe 12 personnes.
"""
SENTENCE = (
    "L'association fictive Les Pommes bleues ouvre un atelier de réparation dans la commune voisine, « à côté ».\n"
)


def read(project: Project) -> list[dict[str, object]]:
    press_files(project)
    press_documents(project)
    return rows(project, "press_documents")


def test_front_matter_gives_title_publisher_address_date_and_licence(project: Project) -> None:
    put(project, "a/note.md", NOTE)
    (d,) = read(project)
    assert (d["title"], d["publisher"], d["url"]) == ("Une note", "La Gazette fictive", "https://gazette.example/note")
    assert (d["published_on"], d["licence"], d["format"], d["path"]) == (
        "2031-05-02",
        "etalab-2.0",
        "md",
        "press/a/note.md",
    )
    assert (d["language"], d["text"], d["characters"]) == ("fr", "Le KM0 regroupe 12 personnes.", 29)


def test_a_note_without_licence_has_that_of_hub_toml(project: Project) -> None:
    put(project, "note.md", NOTE.replace("licence: etalab-2.0\n", ""))
    assert read(project)[0]["licence"] == project.hub.press.licence


def test_accents_written_apart_as_macos_and_pdf_do_are_read_like_others(project: Project) -> None:
    apart = unicodedata.normalize("NFD", NOTE.replace("Une note", "Une note à côté").replace("Le KM0", "À Sélestat, le KM0"))
    put(project, "a.md", apart)
    run(project)
    (d,) = rows(project, "press_documents")
    assert (d["title"], d["text"]) == ("Une note à côté", "À Sélestat, le KM0 regroupe 12 personnes.")
    assert "Sélestat" in {r["value"] for r in rows(project, "press_claims")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_reads_the_same_in_each_usual_encoding(project: Project, encoding: str) -> None:
    put(project, "a.txt", SENTENCE.replace("'", "’").encode(encoding))
    assert read(project)[0]["text"] == SENTENCE.replace("'", "’")


def test_windows_text_that_quotes_a_garbled_letter_is_read(project: Project) -> None:
    put(project, "a.txt", (SENTENCE * 20 + "On lit « Ã© » sur leur site.\n").encode("cp1252"))
    assert str(read(project)[0]["text"]).startswith(SENTENCE)


def test_text_that_is_utf_8_but_for_a_byte_is_not_read_as_windows_text(project: Project) -> None:
    put(project, "a.txt", SENTENCE.encode() + b"\xff")
    assert read(project) == [] and "UTF-8" in rejects(project)["encoding"]


def test_a_page_gives_its_text_and_its_metadata(project: Project) -> None:
    put(
        project,
        "page.html",
        f"""<html><head><title>Un atelier</title><meta property="og:site_name" content="Gazette fictive">
        <meta property="article:published_time" content="2021-05-02T08:00:00+02:00"></head>
        <body><nav>Accueil</nav><article><h1>Un atelier</h1><p>{SENTENCE * 3}</p><p>{SENTENCE * 2}</p></article></body></html>""".encode(
            "cp1252"
        ),
    )
    (d,) = read(project)
    assert (d["title"], d["publisher"], d["published_on"]) == ("Un atelier", "Gazette fictive", "2021-05-02")
    assert "« à côté »" in str(d["text"]) and "Accueil" not in str(d["text"])


def test_a_line_that_is_only_a_date_dates_a_text(project: Project) -> None:
    put(project, "a.txt", f"Un atelier\n2031-05-01T23:30:00Z\n\n{SENTENCE}")
    assert read(project)[0]["published_on"] == "2031-05-02"


@pytest.mark.parametrize(("line", "published"), [
    ("Publié le mardi 4 mai 2021 à 18 h 05", "2021-05-04"),
    ("Communiqué de presse – Mulhouse, le 4 mai 2021", "2021-05-04"),
    ("La Feuille fictive | 4 mai 2021 | Par Zoé Invent", "2021-05-04"),
    ("Publié le 04/05/2021 à 10h00, modifié le 05/05/2021", "2021-05-04"),
    ("Publié le 4 mai 2021 par Zoé Invent", "2021-05-04"),
    ("Sous embargo jusqu'au mardi 4 mai 2021, 8 h", "2021-05-04"),
    ("Colmar, mardi 4 mai 2021 (communiqué)", "2021-05-04"),
    ("mis en ligne par la direction fictive, 4 mai 2021", "2021-05-04"),
    ("Clôture des inscriptions : 4 mai 2021", ""),
    ("L'atelier ouvre le 4 mai 2021", ""),
])  # fmt: skip
def test_a_dateline_gives_the_publication_among_place_paper_and_author(project: Project, line: str, published: str) -> None:
    put(project, "a.txt", f"Un atelier\n{line}\n\n{SENTENCE}")
    assert read(project)[0]["published_on"] == published


def test_a_line_at_its_foot_may_say_when_a_text_was_published_but_not_when_something_happens(project: Project) -> None:
    body = "\n\n".join([SENTENCE] * 20)
    put(project, "a.txt", f"Un atelier\n\n{body}\n\nFait à Colmar, le 4 mai 2021\nLe président fictif")
    put(project, "b.txt", f"Un atelier\n\n{body}\n\nOuverture le 4 mai 2021")
    assert sorted(str(d["published_on"]) for d in read(project)) == ["", "2021-05-04"]


@pytest.mark.parametrize("ending", [".txt", ".md"])
@pytest.mark.parametrize(("first", "title"), [
    ("Un atelier ouvre à Mulhouse : et demain ?", "Un atelier ouvre à Mulhouse : et demain ?"),
    (SENTENCE, ""),
    ("Contact presse : la rédaction. Le pôle sent la peinture fraîche", ""),
    ("Un atelier ouvre " * 20, ""),
])  # fmt: skip
def test_a_first_line_is_the_title_only_where_it_can_be_one(project: Project, ending: str, first: str, title: str) -> None:
    put(project, f"a{ending}", f"{first}\n\n{SENTENCE}")
    assert read(project)[0]["title"] == title


def test_a_breadcrumb_is_not_the_title(project: Project) -> None:
    put(project, "a.txt", f"Accueil Ville Un atelier ouvre\n\nUn atelier ouvre\n\n{SENTENCE}")
    assert read(project)[0]["title"] == "Un atelier ouvre"


BAD: dict[str, tuple[str, str | bytes, str]] = {
    "empty": ("vide.txt", b"", "is empty"),
    "binary": ("image.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 20, "binary"),
    "encoding": ("casse.txt", "déjà à côté été".encode() + b"\xe9 suite \xff", "UTF-8"),
    "unknown_format": ("note.wpd", b"texte", ".wpd"),
    "front_matter": ("note.md", "---\ntitle: [une : liste\n---\ntexte\n", "YAML"),
    "bad_date": ("note.md", NOTE.replace("2031-05-02", "2031-13-45"), "2031-13-45"),
    "no_text": (
        "mur.html",
        "<html><body><div>Nous utilisons des cookies. Accepter les cookies. Paramétrer les cookies.</div></body></html>",
        "cookie",
    ),
    "undated": ("a.txt", SENTENCE, "publication date"),
    "language": (
        "a.txt",
        "The innovation hub opens its doors to new companies and invites everybody to visit the building.\n",
        "'en'",
    ),
}


@pytest.mark.parametrize("reason", BAD)
def test_bad_input_is_a_reject_with_a_sentence_and_the_others_are_unharmed(project: Project, reason: str) -> None:
    name, content, says = BAD[reason]
    put(project, f"x/{name}", content)
    put(project, "zz-good.md", NOTE.replace("12", "13"))
    documents = read(project)
    assert "press/zz-good.md" in [d["path"] for d in documents]
    sentence = rejects(project)[reason]
    assert says in sentence and sentence.startswith(f"press/x/{name}")
    kept = reason in ("bad_date", "undated", "language")
    assert len(documents) == 1 + kept


def test_an_undated_article_is_a_document_without_date(project: Project) -> None:
    put(project, "a.txt", SENTENCE)
    assert read(project)[0]["published_on"] == ""


def test_the_same_file_twice_is_one_document_and_a_reject_that_names_both(project: Project) -> None:
    put(project, "a.md", NOTE)
    put(project, "b/a.md", NOTE)
    (d,) = read(project)
    assert d["path"] == "press/a.md"
    sentence = rejects(project)["duplicate_file"]
    assert "press/a.md" in sentence and "press/b/a.md" in sentence


def test_a_file_that_vanishes_after_it_was_listed_is_a_reject_and_comes_back(project: Project) -> None:
    gone = put(project, "a.md", NOTE)
    put(project, "b.md", NOTE.replace("12", "13"))
    press_files(project)
    gone.unlink()
    press_documents(project)
    assert [d["path"] for d in rows(project, "press_documents")] == ["press/b.md"]
    assert "press/a.md" in rejects(project)["vanished"]
    put(project, "a.md", NOTE)
    assert len(read(project)) == 2 and "vanished" not in rejects(project)


def test_a_file_that_is_changed_while_it_is_read_and_changed_back_is_read(project: Project) -> None:
    path = put(project, "a.md", NOTE)
    press_files(project)
    path.write_bytes(path.read_bytes().replace(b"12", b"13"))
    press_documents(project)
    assert "press/a.md" in rejects(project)["vanished"] and not rows(project, "press_documents")
    put(project, "a.md", NOTE)
    assert [d["path"] for d in read(project)] == ["press/a.md"]


def test_hidden_files_are_left_out(project: Project) -> None:
    put(project, ".DS_Store", b"x")
    put(project, ".git/note.md", NOTE)
    assert press_files(project).rows == 0


@pytest.mark.parametrize(("language", "text"), [
    ("en", "KM0 is a hub in Mulhouse where some 800 people work for young companies."),
    ("de", "Das KM0 in Mulhouse bietet auf 11 000 m² Platz für 60 Start-ups; Patrick Fiktiv ist Präsident des KM0."),
])  # fmt: skip
def test_text_in_another_language_is_kept_as_a_document_with_a_reason_and_makes_no_claims(project: Project, language: str, text: str) -> None:
    put(project, "other.md", NOTE.replace("Le KM0 regroupe 12 personnes.", text))
    put(project, "note.md", NOTE)
    run(project)
    (other,) = [d for d in rows(project, "press_documents") if d["path"] == "press/other.md"]
    assert (other["language"], other["text"], other["title"]) == (language, text, "Une note")
    assert f"'{language}'" in rejects(project)["language"]
    assert {c["document_id"] for c in rows(project, "press_claims")} == {d["document_id"] for d in rows(project, "press_documents")} - {other["document_id"]}


def test_of_a_text_in_another_language_with_a_model_the_names_are_claimed(project: Project) -> None:
    press = project.hub.press.model_copy(update={"models": {"fr": FRENCH_MODEL, "de": FRENCH_MODEL}})
    project = replace(project, hub=project.hub.model_copy(update={"press": press}))
    put(project, "haus.md", NOTE.replace("Le KM0 regroupe 12 personnes.", "Das KM0 in Mulhouse bietet Platz für 60 Start-ups und ist für alle offen."))
    run(project)
    assert [d["language"] for d in rows(project, "press_documents")] == ["de"]
    assert "language" not in rejects(project)
    claims = rows(project, "press_claims")
    assert {"KM0", "Mulhouse"} <= {c["value"] for c in claims if c["property"] == "name"}
    assert {c["property"] for c in claims} <= {"name", "kind", "commune_code"}


def test_a_model_that_is_not_installed_is_refused_with_what_to_type() -> None:
    with pytest.raises(ValidationError, match=r"'xx_absent' is not: \.venv/bin/python -m pip install xx-absent"):
        Press(models={"xx": "xx_absent"})


def test_no_press_at_all_is_no_error(project: Project) -> None:
    assert [m.rows for m in run(project)] == [0, 0, 0, 0]


def test_only_new_and_changed_documents_are_done_again(project: Project) -> None:
    put(project, "a.md", NOTE)
    put(project, "b.md", NOTE.replace("12", "13"))
    _, documents, spans, claims = run(project)
    assert (documents.figures["read"], spans.figures["tagged"], claims.figures["extracted"]) == (2, 2, 2)
    first = {r["claim_id"] for r in rows(project, "press_claims")}
    put(project, "c.md", NOTE.replace("12 personnes", "14 personnes chez Ficta Robotique"))
    _, documents, spans, claims = run(project)
    assert (documents.figures["read"], spans.figures["tagged"], claims.figures["extracted"]) == (1, 1, 1)
    assert (documents.figures["documents"], documents.figures["reused"]) == (3, 2)
    assert first < {r["claim_id"] for r in rows(project, "press_claims")}
    assert all(m.reused for m in run(project))


def test_a_new_name_in_a_registry_redoes_only_the_documents_that_bear_it(project: Project) -> None:
    put(project, "a.md", NOTE)
    put(project, "b.md", NOTE.replace("Le KM0", "Ficta Robotique est locataire du KM0, qui"))
    run(project)
    *_, spans, claims = run(project, ["Ficta Robotique", "Autre Fiction"])
    assert spans.reused and claims.figures["extracted"] == 1


def test_a_document_whose_text_changes_with_its_ending_is_read_tagged_and_extracted_again(project: Project) -> None:
    path = put(project, "a.txt", NOTE)
    run(project)
    path.rename(path.with_suffix(".md"))
    *_, spans, claims = run(project)
    assert (spans.figures["tagged"], claims.figures["extracted"]) == (1, 1)
    (d,) = rows(project, "press_documents")
    for r in rows(project, "press_spans"):
        assert r["end"] <= d["characters"]
    for c in rows(project, "press_claims"):
        start, end = (int(n) for n in c["locator"].removeprefix("char:").split("-"))
        assert d["text"][start:end] == c["original"]


def test_spans_found_by_another_model_are_extracted_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    put(project, "a.md", NOTE)
    run(project)
    monkeypatch.setattr(mentions, "VERSION", "another model")
    monkeypatch.setattr(mentions, "_tag", lambda package, texts: [[(0, 6, "ORG")] for _ in texts])
    *_, spans, claims = run(project)
    assert (spans.figures["tagged"], claims.figures["extracted"]) == (1, 1)


def test_what_reference_says_anew_reaches_the_documents_that_speak_of_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(project, "a.md", NOTE.replace("Le KM0", "À Mulhouse, le KM0"))
    put(project, "b.md", NOTE)
    run(project)
    changed = tuple(replace(p, code="00000") if p.name == "Mulhouse" else p for p in known.places())
    monkeypatch.setattr(known, "places", lambda: changed)
    version = statements.code_version
    monkeypatch.setattr(statements, "code_version", lambda file: "edited" if "reference" in file else version(file))
    assert run(project)[-1].figures["extracted"] == 1
    assert "00000" in {r["value"] for r in rows(project, "press_claims")}


def test_reuse_gives_the_same_bytes_as_doing_all_again(project: Project) -> None:
    put(project, "a.md", NOTE)
    run(project)
    put(project, "b.md", NOTE.replace("12", "13"))
    run(project)
    grown = {
        n: project.made(n).read_bytes() for n in ("press_documents", "press_rejects", "press_spans", "press_claims")
    }
    for path in project.warehouse.iterdir():
        path.unlink()
    run(project)
    assert grown == {n: project.made(n).read_bytes() for n in grown}


def test_an_unchanged_run_does_not_load_the_language_model(project: Project, tmp_path: Path) -> None:
    put(project, "a.md", NOTE)
    run(project)
    program = (
        "import sys, pathlib; from km0_pipeline.steps import Project;"
        "from km0_pipeline.press import collect, read, mentions, statements;"
        f"p = Project.at(pathlib.Path({str(project.root)!r}));"
        "done = [f(p) for f in (collect.press_files, read.press_documents, mentions.press_spans, statements.press_claims)];"
        "assert all(m.reused for m in done); assert not {'spacy', 'trafilatura', 'pandas', 'py3langid'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parent.parent)
