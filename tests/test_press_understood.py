"""`km0 read` and its preview in Dagster: what is understood of one document, as the steps understand it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from press_files import attach, message, pdf, written
from press_world import put, rejects, rows, run

from assets.describe import CLAIMS, understood
from km0_pipeline.cli import COLOURS, main
from km0_pipeline.press.understood import pieces
from km0_pipeline.steps import Project

SENTENCE = "Le KM0 regroupe près de 600 personnes. Ficta Robotique est locataire du KM0, à Mulhouse."
NOTE = f"---\ntitle: Le pôle en bref\npublisher: La Gazette fictive\npublished: 2023-05-02\n---\n\n{SENTENCE}\n"
GERMAN = NOTE.replace(SENTENCE, "Das KM0 in Mulhouse öffnet seine Türen. Rund 600 Menschen arbeiten dort jeden Tag für junge Unternehmen.")
PAGE = f"""<html><head><title>Le pôle en bref</title><meta property="article:published_time" content="2023-05-02"></head>
<body><nav>Accueil</nav><article><h1>Le pôle en bref</h1><p>{SENTENCE}</p><p>{"Un atelier fictif répare des vélos dans la cour. " * 6}</p></article></body></html>"""


def km0(root: Path, *arguments: str | Path, **environment: str) -> Result:
    return CliRunner(env={"COLUMNS": "100", **environment}).invoke(main, ["--root", str(root), "read", *map(str, arguments)])


def shown(project: Project, name: str, content: str | bytes, **environment: str) -> str:
    """What is printed of a file that lies outside the project's data/raw."""
    path = project.root / "elsewhere" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = km0(project.root, path, **environment)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_note_shows_what_is_known_of_it_its_text_its_claims_and_what_was_left_out(project: Project) -> None:
    text = shown(project, "note.md", NOTE.replace("published: 2023-05-02\n", ""))
    assert text.startswith("Le pôle en bref\n")
    for line in ("format: md", "language: fr", "publisher: La Gazette fictive", "published_on: unknown"):
        assert f"  {line}\n" in text
    assert "Le [KM0] regroupe [près de 600 personnes]. [Ficta Robotique] est locataire du [KM0], à [Mulhouse]." in text
    claims = text.split("Claims: ")[1]
    assert re.search(r"\n  KM0 \(organisation\)\n(    .*\n)*    0\.\d\d  headcount: 600 people \(nearly\) – “près de 600 personnes”, characters 16-37\n", claims)
    assert re.search(r"\n  Ficta Robotique \(organisation\)\n(    .*\n)*    0\.\d\d  tenant_of: KM0 – “Ficta Robotique est locataire du KM0”, characters 39-75\n", claims)
    assert "Left out or not trusted\n  undated: press/note.md names no publication date" in claims


def test_a_page_and_a_pdf_show_the_same_and_the_pdf_its_pages(project: Project) -> None:
    for name, content, place in (("a.html", PAGE, "characters"), ("a.pdf", pdf(written("Paris, le 2 mai 2023"), written(SENTENCE)), "page 2, characters")):
        text = shown(project, name, content)
        assert "published_on: 2023-05-02" in text and f"format: {name[2:]}" in text
        assert "[près de 600 personnes]" in text and f"“près de 600 personnes”, {place} " in text


def test_each_document_of_a_message_is_shown_and_what_could_not_be_read_of_it(project: Project) -> None:
    mail = attach(attach(message(text=SENTENCE), "note.md", NOTE.replace("600", "700").encode()), "vide.pdf", b"%PDF")
    text = shown(project, "mail.eml", mail.as_bytes())
    assert "  path: press/mail.eml\n" in text and "  path: press/mail.eml/note.md\n" in text
    assert "headcount: 600 people" in text and "headcount: 700 people" in text
    assert "press/mail.eml/vide.pdf" in text.split("Left out or not trusted")[1]


def test_a_german_text_is_shown_with_the_reason_why_it_makes_no_claims(project: Project) -> None:
    text = shown(project, "haus.md", GERMAN)
    assert "language: de" in text and "Claims: 0" in text
    assert "[" not in text.split("\n\n")[1] and "language: press/haus.md is in the language 'de', for which press.models has no model" in text


def test_colours_tell_kinds_apart_and_are_off_unless_wanted(project: Project) -> None:
    coloured = shown(project, "note.md", NOTE, FORCE_COLOR="1")
    text = coloured.split("\n\n")[1]
    assert "\x1b[32mKM0\x1b[0m" in text and "\x1b[36mprès de 600 personnes\x1b[0m" in text and "\x1b[34mMulhouse\x1b[0m" in text
    assert "[KM0]" not in text and all(f"m{kind}\x1b[0m" in coloured for kind in COLOURS)
    plain = shown(project, "note.md", NOTE)
    assert "\x1b[" not in plain and plain == shown(project, "note.md", NOTE, FORCE_COLOR="1", NO_COLOR="1")


def test_a_long_paragraph_is_folded_without_moving_what_was_found(project: Project) -> None:
    text = shown(project, "note.md", NOTE.replace(SENTENCE, f"{SENTENCE} " * 5), COLUMNS="50")
    lines = text.split("\n\n")[1].splitlines()
    assert max(len(line.replace("[", "").replace("]", "")) for line in lines) <= 50
    assert " ".join(lines).count("[près de 600 personnes]") == 5


@pytest.mark.parametrize(("name", "content"), [("vide.txt", b""), ("casse.pdf", b"%PDF-1.4 rien"), ("note.wpd", b"texte")])
def test_a_bad_file_gives_the_sentence_of_its_reject_and_exit_status_1(project: Project, name: str, content: bytes) -> None:
    path = put(project, f"x/{name}", content)
    result = km0(project.root, path)
    run(project)
    (sentence,) = rejects(project).values()
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {sentence}\n")


def test_what_is_no_file_or_hidden_is_said(project: Project) -> None:
    assert km0(project.root, project.root / "gone.md").exit_code == 2
    hidden = km0(project.root, put(project, ".note.md", NOTE))
    assert hidden.exit_code == 1 and "is hidden" in hidden.stderr


def test_it_shows_what_a_run_finds_with_the_names_of_the_registries_and_changes_nothing(project: Project) -> None:
    path = put(project, "a/note.md", NOTE.replace("Ficta Robotique", "les ateliers zéphyr 3000"))
    assert "zéphyr" not in km0(project.root, path).stdout.split("Claims: ")[1]
    assert not project.warehouse.exists()
    run(project, ["Les Ateliers Zéphyr 3000"])
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in project.warehouse.rglob("*.*")}
    output = km0(project.root, path).stdout
    assert "  les ateliers zéphyr 3000 (organisation)\n" in output and "path: press/a/note.md" in output
    found = re.findall(r"^    (\d\.\d\d)  (\w+): ", output, re.M)
    assert sorted(found) == sorted((f"{c['confidence']:.2f}", c["property"]) for c in rows(project, "press_reviewed"))
    assert before == {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in project.warehouse.rglob("*.*")}


def test_the_note_beside_a_fetched_page_and_the_day_are_heeded(project: Project) -> None:
    path = put(project, "page.md", NOTE.replace("publisher: La Gazette fictive\n", "").replace("2023", str(datetime.now(project.hub.zone).year + 2)))
    put(project, ".page.md.json", '{"publisher": "Le Courrier fictif"}')
    output = km0(project.root, path).stdout
    assert "publisher: Le Courrier fictif" in output and "future_date: press/page.md gives" in output


def test_the_preview_shows_the_last_published_in_a_few_kilobytes_without_contacts(project: Project) -> None:
    contact = "Écrire à paul_exemple@ficta-robotique.example ou 06 99 99 99 99 | *vite*."
    for year in range(2011, 2020):
        crowd = " ".join(f"Le KM0 comptait {n} salariés en {n}." for n in range(1900, year))
        put(project, f"{year}.md", NOTE.replace("2023", str(year)).replace(SENTENCE, f"{contact} {SENTENCE} {crowd * 4}").replace("en bref", f"en {year} (06 99 99 99 99)"))
    put(project, "de.md", GERMAN)
    run(project)
    text = understood(project).value
    assert len(text.encode()) < 8000
    assert [y for y in range(2011, 2024) if f"en {y} ([…])" in text] == [2018, 2019] and "Das KM0" in text
    assert "Écrire à […] ou […] \\| \\*vite\\*. Le **KM0** regroupe **près de 600 personnes**" in text
    assert "| KM0 | headcount | 600 people (nearly) | près de 600 personnes | 0." in text
    assert "in the language 'de'" in text and f"… and {len(rows(project, 'press_claims'))} more" not in text
    assert text.count("\n| KM0 |") <= 2 * CLAIMS and "99 99" not in text and "@" not in text


def test_the_preview_of_no_press_at_all_says_so(project: Project) -> None:
    run(project)
    assert understood(project).value == "No document."


def test_what_lies_within_another_is_shown_as_itself() -> None:
    text = "Camille Exemple, présidente"
    assert pieces(text, [(0, 27, "statement"), (0, 15, "person"), (17, 99, "contact")]) == [
        ("Camille Exemple", "person"), (", ", "statement"), ("présidente", "contact"),
    ]  # fmt: skip
