"""Press in each format becomes text that reads as printed and metadata that the file itself gives; what can't says why."""

from __future__ import annotations

import json
import os
import re
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from press_files import LEFT, RIGHT, TOP, attach, column, message, pdf, saved, word, written
from press_world import put, rejects, rows, run
from reportlab.pdfgen.canvas import Canvas

from km0_pipeline.press import read as press_read
from km0_pipeline.press.collect import press_files
from km0_pipeline.press.document import Document
from km0_pipeline.press.read import press_documents
from km0_pipeline.steps import Project

SENTENCE = "L'association fictive Les Pommes bleues ouvre un atelier de réparation dans la commune voisine, « à côté »."


def read(project: Project) -> list[dict[str, Any]]:
    press_files(project)
    press_documents(project)
    return sorted(rows(project, "press_documents"), key=lambda d: d["path"])


def only(project: Project, name: str, content: str | bytes) -> dict[str, Any]:
    put(project, name, content)
    (document,) = read(project)
    return document


def undated(data: bytes) -> bytes:
    """A PDF that does not say when it was made."""
    return re.sub(rb"\(D:.*?\)", lambda m: b"(" + b" " * (len(m[0]) - 2) + b")", data)


def limited(project: Project, **limits: int) -> Project:
    press = project.hub.press.model_copy(update=limits)
    return replace(project, hub=project.hub.model_copy(update={"press": press}))


# PDF


def test_columns_of_a_pdf_are_read_one_after_the_other_below_the_title_that_spans_them(project: Project) -> None:
    def page(canvas: Canvas) -> None:
        column(canvas, ["Sixième, tout en bas, sur toute la largeur de la page et sans autre colonne à côté d'elle, elle conclut."], y=500, size=10)
        column(canvas, ["Quatrième, en haut", "à droite.", "Cinquième, en dessous."], x=RIGHT)
        column(canvas, ["Deuxième, à gauche.", "Troisième, plus bas", "à gauche."])
        column(canvas, ["Premier, le titre, qui va d'un bord à l'autre"], y=750, size=20)

    text = only(project, "a.pdf", pdf(page))["text"]
    order = re.findall("Premier|Deuxième|Troisième|Quatrième|Cinquième|Sixième", text)
    assert order == ["Premier", "Deuxième", "Troisième", "Quatrième", "Cinquième", "Sixième"]
    assert "Quatrième, en haut à droite." in text and "Troisième, plus bas à gauche." in text


def test_words_cut_at_the_end_of_a_line_or_page_are_whole_and_compounds_keep_their_hyphen(project: Project) -> None:
    first = ["Le pôle accueille des entre-", "prises, une vice-", "présidente, un tiers-", "lieu, des gens de Mulhouse-", "Ville et un pro-"]
    text = only(project, "a.pdf", pdf(lambda c: column(c, first), lambda c: column(c, ["gramme de soutien."])))["text"]
    whole = "des entreprises, une vice-présidente, un tiers-lieu, des gens de Mulhouse-Ville et un programme\fde soutien."
    assert whole in text


def test_a_drop_cap_begins_its_word(project: Project) -> None:
    def page(canvas: Canvas) -> None:
        column(canvas, ["L"], y=TOP - 18, size=36)
        column(canvas, ["e pôle fictif accueille", "des ateliers de toute"], x=LEFT + 22)
        column(canvas, ["sorte dans ses locaux, au bord de l'eau."], y=TOP - 31)

    assert only(project, "a.pdf", pdf(page))["text"].startswith("Le pôle fictif accueille des ateliers de toute sorte")


def test_running_headers_footers_and_page_numbers_are_no_text(project: Project) -> None:
    def page(n: int) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            column(canvas, ["Gazette des essais - mai 2024"], y=810, size=8)
            column(canvas, [f"Page {n} / 3"], x=500, y=30, size=8)
            column(canvas, [f"Le paragraphe numéro {n} parle de l'atelier fictif.", "Il en dit le bien qu'il faut."])

        return draw

    text = only(project, "a.pdf", pdf(page(1), page(2), page(3)))["text"]
    assert "Gazette" not in text and "Page" not in text
    assert text.count("\f") == 3 and text.split("\f")[1].startswith("Le paragraphe numéro 2")


def test_a_claim_of_a_pdf_says_its_page_and_its_characters_in_the_text_as_stored(project: Project) -> None:
    put(project, "a.pdf", pdf(written("Le KM0 est à Mulhouse.", "Communiqué de presse du 2 mai 2024"), written("Le KM0 regroupe 570 personnes.")))
    run(project)
    (document,) = rows(project, "press_documents")
    assert document["published_on"] == "2024-05-02"
    claims = rows(project, "press_claims")
    for c in claims:
        place = re.fullmatch(r"page:(\d+)/char:(\d+)-(\d+)", c["locator"])
        assert place and document["text"][int(place[2]) : int(place[3])] == c["original"]
        assert document["text"][: int(place[2])].count("\f") + 1 == int(place[1])
    assert "page:2" in {c["locator"].split("/")[0] for c in claims if c["property"] == "headcount"}


def test_a_pdf_without_a_dateline_has_the_day_it_was_made_and_a_title_that_is_a_file_name_is_none(project: Project) -> None:
    def page(canvas: Canvas) -> None:
        column(canvas, ["Un atelier ouvre"], size=24)
        column(canvas, [SENTENCE], y=600)

    data = pdf(page, title="Microsoft Word - note.docx")
    d = only(project, "a.pdf", re.sub(rb"D:2000\d{10}", b"D:20240502101500", data))
    assert (d["published_on"], d["title"], d["author"]) == ("2024-05-02", "Un atelier ouvre", "")


def test_text_that_is_turned_with_its_page_is_read_and_a_credit_along_the_side_is_not(project: Project) -> None:
    def page(canvas: Canvas) -> None:
        column(canvas, ["crédit de la photo"], x=20, y=20, size=6)
        canvas.rotate(90)
        column(canvas, [SENTENCE[:60], SENTENCE[60:]], x=100, y=-200)

    assert only(project, "a.pdf", pdf(page))["text"] == f"{SENTENCE}\f"


# Word


def test_a_word_document_gives_headings_paragraphs_and_rows_of_tables_in_order(project: Project) -> None:
    document = word([], title="Un atelier ouvre", author="Camille Exemple")
    document.core_properties.modified = document.core_properties.created = date_time(2024, 5, 2)
    document.add_heading("Un atelier", 1)
    document.add_paragraph(SENTENCE)
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Surface", "11 000 m²"
    document.add_paragraph("Fin du communiqué.")
    d = only(project, "a.docx", saved(document))
    assert d["text"] == f"Un atelier\n\n{SENTENCE}\n\nSurface | 11 000 m²\n\nFin du communiqué."
    assert (d["title"], d["author"], d["published_on"], d["format"]) == ("Un atelier ouvre", "Camille Exemple", "2024-05-02", "docx")


def date_time(*day: int) -> Any:
    from datetime import datetime

    return datetime(*day, 12)  # type: ignore[arg-type]  # noqa: DTZ001 (core properties hold naive times)


def test_what_tracked_changes_put_in_is_read_and_what_they_took_out_is_not(project: Project) -> None:
    def change(xml: bytes) -> bytes:
        run = b"<w:r><w:t>%s</w:t></w:r>"
        changed = b"<w:ins>" + run % b"compte 12 membres" + b"</w:ins><w:del><w:r><w:delText>en compte 9</w:delText></w:r></w:del>"
        return xml.replace(b"<w:r><w:t>ICI</w:t></w:r>", changed)

    text = only(project, "a.docx", rezipped(saved(word([SENTENCE, "ICI"])), {"word/document.xml": change}))["text"]
    assert text == f"{SENTENCE}\n\ncompte 12 membres"


def rezipped(data: bytes, change: dict[str, Callable[[bytes], bytes]], add: dict[str, bytes] | None = None) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change.get(name, lambda b: b)(old.read(name)))
        for name, content in (add or {}).items():
            new.writestr(name, content)
    return out.getvalue()


# E-mail


def test_an_e_mail_gives_subject_day_and_organisation_and_nobody_s_address(project: Project) -> None:
    html = f"<html><body><table><tr><td><h1>Un atelier</h1><p>{SENTENCE}</p><p>{SENTENCE[2:]}</p></td></tr></table></body></html>"
    put(project, "a.eml", message("voir la version en ligne", html).as_bytes())
    put(project, "b.eml", message(f"{SENTENCE}\n-- \nCamille Exemple, 06 00 00 00 00\n", From="Camille Exemple <camille.exemple@gmail.com>").as_bytes())
    put(project, "c.eml", message(f"Le deuxième. {SENTENCE}", From="Camille Exemple <camille@atelier-fictif.example>").as_bytes())
    a, b, c = read(project)
    assert (a["title"], a["published_on"], a["publisher"], a["author"]) == ("Un atelier ouvre", "2024-05-03", "Service presse", "")
    assert SENTENCE in a["text"] and "version en ligne" not in a["text"]
    assert (b["publisher"], b["author"], b["text"]) == ("", "Camille Exemple", SENTENCE)
    assert c["publisher"] == "atelier-fictif.example"
    said = [d[n] for d in (a, b, c) for n in ("title", "publisher", "author", "url")]
    assert not any("@" in value for value in said)


def test_attachments_are_documents_of_their_own_with_the_message_s_date_and_sender(project: Project) -> None:
    mail = attach(message(SENTENCE), "dossier.pdf", undated(pdf(written(f"Deuxième : {SENTENCE}"))))
    attach(mail, "../../note.md", b"Une note. " + SENTENCE.encode())
    attach(mail, "photo.jpg", b"\xff\xd8", "image/jpeg")
    attach(mail, "plan.dwg", b"AC1032")
    put(project, "a.eml", mail.as_bytes())
    documents = read(project)
    assert [d["path"] for d in documents] == ["press/a.eml", "press/a.eml/dossier.pdf", "press/a.eml/note.md"]
    assert {d["published_on"] for d in documents} == {"2024-05-03"} and {d["publisher"] for d in documents} == {"Service presse"}
    assert rejects(project).keys() == {"unknown_format"} and "press/a.eml/plan.dwg" in rejects(project)["unknown_format"]


def test_a_message_that_is_only_its_attachment_is_that_document(project: Project) -> None:
    put(project, "a.eml", attach(message(" "), "note.txt", SENTENCE.encode()).as_bytes())
    assert [d["path"] for d in read(project)] == ["press/a.eml/note.txt"]
    assert rejects(project) == {}


def test_what_is_attached_and_lies_beside_it_too_counts_once_and_comes_back_when_the_other_goes(project: Project) -> None:
    put(project, "b.eml", attach(message(SENTENCE), "note.txt", f"Une note. {SENTENCE}".encode()).as_bytes())
    other = put(project, "a.txt", f"Une note. {SENTENCE}")
    assert [d["path"] for d in read(project)] == ["press/a.txt", "press/b.eml"]
    assert "press/b.eml/note.txt" in rejects(project)["duplicate_file"]
    other.unlink()
    assert [d["path"] for d in read(project)] == ["press/b.eml", "press/b.eml/note.txt"]
    put(project, "c.txt", f"Une autre. {SENTENCE}")
    assert [d["path"] for d in read(project)] == ["press/b.eml", "press/b.eml/note.txt", "press/c.txt"]
    assert json.loads((project.warehouse / "press_documents.made.json").read_text())["figures"]["reused"] == 1


def test_attachments_have_a_limit_in_number_and_in_depth(project: Project) -> None:
    many = message(SENTENCE)
    for n in range(22):
        attach(many, "n.txt", f"{n}. {SENTENCE}".encode(), "text/plain")
    put(project, "a.eml", many.as_bytes())
    deep = attach(message(SENTENCE), "fond.txt", SENTENCE.encode())
    for n in range(5):
        outer = message(f"Niveau {n}. {SENTENCE}")
        outer.add_attachment(deep)
        deep = outer
    put(project, "b.eml", deep.as_bytes())
    paths = [d["path"] for d in read(project)]
    assert len([p for p in paths if p.startswith("press/a.eml/")]) == 20
    assert max(p.count(".eml") for p in paths) == 4
    assert {"attachments", "nested"} <= rejects(project).keys()


# Web pages

PAGE = "<html><head><title>Titre de la page</title>{head}</head><body><nav>Accueil</nav><article>{body}<p>" + f"{SENTENCE * 3}</p></article></body></html>"
GRAPH = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebPage", "@id": "#page", "datePublished": "2020-01-01"},
        {"@type": "NewsArticle", "headline": "Un atelier ouvre", "datePublished": "2024-05-02T23:30:00Z",
         "author": [{"@id": "#camille"}], "publisher": {"@id": "#org"}},
        {"@type": "Organization", "@id": "#org", "name": "Gazette fictive"},
        {"@type": "Person", "@id": "#camille", "name": "Camille Exemple"},
    ],
}  # fmt: skip
HEADS: dict[str, tuple[str, str, tuple[str, str, str, str]]] = {
    "JSON-LD with a graph": (
        f'<script type="application/ld+json">{json.dumps(GRAPH)};</script><meta property="og:title" content="autre">',
        "",
        ("Un atelier ouvre", "Camille Exemple", "Gazette fictive", "2024-05-03"),
    ),
    "OpenGraph, beside JSON-LD that is broken": (
        '<script type="application/ld+json">{"@type": "NewsArticle",</script><meta property="og:title" content="Un atelier ouvre | Gazette fictive">'
        '<meta property="og:site_name" content="Gazette fictive"><meta property="article:published_time" content="2024-05-03T08:00:00+02:00">'
        '<meta name="author" content="Camille Exemple">',
        "",
        ("Un atelier ouvre", "Camille Exemple", "Gazette fictive", "2024-05-03"),
    ),
    "the article's own time": (
        '<meta name="publisher" content="Gazette fictive"><meta property="og:title" content="Un atelier ouvre">',
        "<header><time>3 mai 2024</time></header>",
        ("Un atelier ouvre", "", "Gazette fictive", "2024-05-03"),
    ),
}


@pytest.mark.parametrize("how", HEADS)
def test_a_page_says_who_published_it_when_and_where(project: Project, how: str) -> None:
    head, body, said = HEADS[how]
    head += '<link rel="canonical" href="https://gazette.example/atelier">'
    aside = "<aside><time datetime='2019-01-01'>hier</time></aside>"
    d = only(project, "a.html", PAGE.format(head=head, body=body).replace("<article>", f"{aside}<article>"))
    assert (d["title"], d["author"], d["publisher"], d["published_on"]) == said
    assert d["url"] == "https://gazette.example/atelier" and "Accueil" not in d["text"]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", "iso-8859-1"), ("cp1252", ""), ("cp1252", "iso-8859-1"), ("iso8859-15", "iso-8859-15"), ("utf-16", ""), ("mac-roman", "macintosh")],
)
def test_a_page_reads_the_same_in_each_encoding_declared_or_not(project: Project, encoding: str, declared: str) -> None:
    head = f'<meta charset="{declared}">' if declared else ""
    body = "<p>Le cœur de l’atelier a coûté 3 000 € à la fondation, dit-on sur place.</p>"
    if encoding == "iso8859-15":
        body = body.replace("’", "'")
    text = only(project, "a.html", PAGE.format(head=head, body=body).encode(encoding))["text"]
    assert re.search("cœur de l['’]atelier a coûté 3 000 €", text) and "« à côté »" in text


# Letters


def test_a_year_in_the_footer_or_in_the_story_is_not_the_day_of_publication(project: Project) -> None:
    story = "<p>Le pont date du 12 mars 2015 et relie les deux rives du canal, dit la ville, qui veut le refaire à neuf.</p>"
    d = only(project, "a.html", f"<html><body><article>{story}{story}</article><footer>© 2021 Gazette fictive</footer></body></html>")
    assert d["published_on"] == ""
    assert "undated" in rejects(project)


def test_a_known_name_is_found_whatever_its_ligatures_spaces_and_quotation_marks(project: Project) -> None:
    texts = ["L’« Oﬃce\u00a0Cœurs\u202fd’Argile » est locataire du KM0.", "L'Office Coeurs d'Argile est locataire du KM0.", "L‛Of\u00adfice Cœurs d´Argile est locataire du KM0."]
    for n, text in enumerate(texts):
        put(project, f"{n}.txt", f"Note {n}\n2024-05-02\n\n{text}\n")
    run(project, ["Office Cœurs d'Argile"])
    documents = {d["document_id"]: d["text"] for d in rows(project, "press_documents")}
    tenants = [c for c in rows(project, "press_claims") if c["property"] == "tenant_of"]
    assert {c["document_id"] for c in tenants} == documents.keys()
    for c in rows(project, "press_claims"):
        start, end = (int(n) for n in c["locator"].removeprefix("char:").split("-"))
        assert documents[c["document_id"]][start:end] == c["original"]


# Bad input


def many_pages() -> bytes:
    kids = " ".join(f"{n} 0 R" for n in range(3, 10_003))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count 10000/Kids[{kids}]>>"]
    objects += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"] * 10_000
    out, places = b"%PDF-1.4\n", []
    for n, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{n} 0 obj{content}endobj\n".encode()
    table = "".join(f"{p:010} 00000 n \n" for p in places)
    return out + f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}trailer<</Root 1 0 R/Size {len(places) + 1}>>\nstartxref\n{len(out)}\n%%EOF".encode()


def nested(levels: int) -> bytes:
    head = b"From: a@b.example\nSubject: x\nDate: Thu, 02 May 2024 10:00:00 +0000\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n"
    return head * levels + b"Subject: fin\n\nfin\n"


WALL = (
    "<html><body><div><p>Avec votre accord, nos partenaires et nous utilisons des cookies ou traceurs pour stocker et lire des données personnelles.</p>"
    + "<p>Vous pouvez accepter ou refuser les cookies de nos partenaires, et retirer votre consentement par le lien vie privée.</p>" * 12
    + "</div></body></html>"
)
BAD: dict[str, tuple[str, Callable[[], bytes], str, bool]] = {
    "scanned": ("a.pdf", lambda: pdf(lambda c: c.rect(9, 9, 99, 99)), "OCR", False),
    "password": ("a.pdf", lambda: pdf(written(SENTENCE), encrypt="secret"), "password", False),
    "damaged": ("a.pdf", lambda: re.sub(rb"startxref\s+\d+", b"startxref\n7", pdf(written(SENTENCE))), "repaired", True),
    "damaged, beyond repair": ("a.pdf", lambda: pdf(written(SENTENCE))[:300], "damaged", False),
    "pages_without_text": ("a.pdf", lambda: pdf(written(SENTENCE), lambda c: c.rect(9, 9, 99, 99)), "(2)", True),
    "too_long": ("a.pdf", many_pages, "10000 pages", False),
    "too_long, in characters": ("a.txt", lambda: SENTENCE.encode() * 46_000, "characters", False),
    "too_long, in a page": ("a.html", lambda: (f"<p>{SENTENCE}</p>" * 46_000).encode(), "characters", False),
    "macros": ("a.docx", lambda: rezipped(saved(word([SENTENCE])), {}, {"word/vbaProject.bin": b"x"}), "macros", True),
    "password, of Word": ("a.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password", False),
    "damaged, of Word": ("a.docx", lambda: saved(word([SENTENCE]))[:900], "damaged", False),
    "too_large": ("a.docx", lambda: rezipped(saved(word([SENTENCE])), {"word/document.xml": lambda _: bytes(101_000_000)}), "100 MB", False),
    "nested": ("a.eml", lambda: nested(3000), "messages within messages", False),
    "damaged, no e-mail": ("a.eml", lambda: SENTENCE.encode(), "no e-mail", False),
    "no_text": ("a.html", lambda: WALL.encode(), "cookie", False),
    "control_characters": ("a.txt", lambda: SENTENCE.replace("ouvre", "ouvre\x07\x1b").encode(), "2 control characters", True),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_has_a_reason_and_a_sentence_and_the_others_are_unharmed(project: Project, case: str) -> None:
    name, content, says, kept = BAD[case]
    put(project, name, content())
    put(project, "good.txt", f"Bonne note\n2024-05-02\n\n{SENTENCE}")
    began = time.monotonic()
    documents = read(project)
    assert time.monotonic() - began < 60
    assert [d["path"] for d in documents] == [f"press/{name}"] * kept + ["press/good.txt"]
    assert says in rejects(project)[case.partition(",")[0]]
    assert all(s.startswith(f"press/{name} ") for s in rejects(project).values())
    assert not any(re.search(r"[\x00-\x08\x0b\x0e-\x1f]", d["text"]) for d in documents)


def hang(data: bytes, hub: object) -> Document:
    time.sleep(600)
    raise AssertionError


def crash(data: bytes, hub: object) -> Document:
    os._exit(3)


def swell(data: bytes, hub: object) -> Document:
    return Document("x" * 8_000_000_000)


@pytest.mark.parametrize(
    ("failing", "reason", "says"),
    [(hang, "too_slow", "more than 2 s"), (crash, "unreadable", "crash"), (swell, "unreadable", "MemoryError")],
)
def test_a_reader_that_hangs_crashes_or_swells_is_stopped_and_the_others_are_read(
    project: Project, monkeypatch: pytest.MonkeyPatch, failing: object, reason: str, says: str
) -> None:
    bad = SimpleNamespace(SUFFIXES=(".bad",), FORMAT="bad", read=failing)
    monkeypatch.setattr(press_read, "READERS", (*press_read.READERS, bad))  # what adding a format takes
    put(project, "a.bad", "x")
    put(project, "b.bad", "y")
    put(project, "c.txt", f"Bonne note\n2024-05-02\n\n{SENTENCE}")
    assert [d["path"] for d in read(limited(project, max_seconds=2))] == ["press/c.txt"]
    found = [r for r in rows(project, "press_rejects") if r["reason"] == reason]
    assert [r["path"] for r in found] == ["press/a.bad", "press/b.bad"] and all(says in r["sentence"] for r in found)


def test_limits_are_settings_and_raising_one_reads_what_it_refused(project: Project) -> None:
    put(project, "a.pdf", pdf(written(SENTENCE), written(f"Fin. {SENTENCE}")))
    assert read(limited(project, max_pages=1)) == []
    assert "press.max_pages" in rejects(project)["too_long"]
    assert len(read(project)) == 1


def test_a_date_to_come_is_not_believed_until_its_day_has_come(project: Project) -> None:
    put(project, "a.md", f"---\npublished: 2024-05-02\n---\n{SENTENCE}\n")
    put(project, "b.md", f"---\npublished: 2024-05\n---\nCe mois. {SENTENCE}\n")
    before = [d["published_on"] for d in read(replace(project, day=date(2024, 5, 1)))]
    assert before == ["", "2024-05"]
    assert "2024-05-02" in rejects(project)["future_date"] and "undated" not in rejects(project)
    assert [d["published_on"] for d in read(replace(project, day=date(2024, 5, 2)))] == ["2024-05-02", "2024-05"]
    assert rejects(project) == {}


# The corpus of real pages


@pytest.mark.shared
def test_real_pages_give_their_article_title_author_and_date(project: Project, shared: Path) -> None:
    folder = shared / "corpus" / "press" / "html"
    expected = json.loads((folder / "_expected_segments_fr.json").read_text(encoding="utf-8")).values()
    there = {e["file"]: e for e in expected if (folder / e["file"]).exists()}
    for name in there:
        put(project, name, (folder / name).read_bytes())
    documents = {d["path"].removeprefix("press/"): d for d in read(project)}
    assert documents.keys() == there.keys()
    for name, d in documents.items():
        assert d["published_on"] == there[name].get("date", d["published_on"]) and d["url"].startswith("http")
        assert d["publisher"] and d["title"].replace("’", "'").startswith(there[name].get("title", "").replace("’", "'"))
    wanted = [(s, d["text"]) for name, d in documents.items() for s in there[name]["with"]]
    assert sum(s in text for s, text in wanted) >= 0.9 * len(wanted)


@pytest.mark.shared
def test_real_pdfs_read_as_printed_or_say_why_not(project: Project, shared: Path) -> None:
    for path in (shared / "corpus" / "press" / "pdf").glob("*.pdf"):
        put(project, path.name, path.read_bytes())
    report, leaflet = read(project)
    assert (report["published_on"], report["text"].count("\f")) == ("2021-01-05", 26)
    assert "de trouver rapidement la bonne administration et le bon service à contacter" in report["text"]
    assert "Pour chaque besoin étudié, les agents mobilisés au sein des collectivités sont formés" in leaflet["text"]
    assert "fonts" in rejects(project)["garbled"]
