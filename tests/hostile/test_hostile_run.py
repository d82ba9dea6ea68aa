"""A whole refresh with hostile files among the good ones, and with a secret in each setting that names one: it publishes, and nothing of either shows."""

from __future__ import annotations

import csv
import re
import typing
from collections.abc import Iterator

import pytest
from hostile_files import CSV, NOTE, PRESS, REGISTRIES
from pydantic import BaseModel
from runs import make_run
from test_hostile_files import put

from km0_pipeline.cli import main
from km0_pipeline.hub import Hub
from km0_pipeline.service_settings import Variable
from km0_pipeline.steps import Project
from tests.conftest import hub_toml

pytestmark = pytest.mark.pipeline

TAKEN = (
    "a Word file of a part that is a bomb", "a Word file of 100,000 levels", "a PDF whose pages hold each other", "a message whose attachment is named to leave its folder",
    "front matter whose title runs in a browser", "a page that says its address is a script", "a link to a file of this machine",
    "a file named in bytes that are no text", "a file named as a command", "a file named as markup, on two lines",
    "names that are formulas", "names that are markup, or SQL", "headers that are SQL", "names that read backwards", "ten million columns", "100,000 brackets",
    "a workbook of a cell at the last place there is", "a link to another file of this machine", "a registry named as SQL",
)  # fmt: skip
PORTALS = """
[portals.datagouv]
url = "http://127.0.0.1:9"
organisation = "hub-fictif"
attempts = 1

[portals.ckan]
url = "http://127.0.0.1:9"
organisation = "hub-fictif"
attempts = 1

[portals.s3]
bucket = "km0"
endpoint = "http://127.0.0.1:9"
attempts = 1

[[registries]]
name = "hostile"
title = "Hostile"
path = "registries/*"
"""


def variables(model: type[BaseModel] = Hub) -> Iterator[str]:
    """The environment variables that settings name by default for what is secret."""
    for field in model.model_fields.values():
        if Variable.__metadata__[0] in field.metadata:
            yield str(field.default)
        for inside in (field.annotation, *typing.get_args(field.annotation)):
            if isinstance(inside, type) and issubclass(inside, BaseModel):
                yield from variables(inside)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, str, list[str]]]:
    """The project, all that was said to its steward, and the secrets."""
    root = tmp_path_factory.mktemp("hostile-run")
    hub_toml(root)
    settings = (root / "hub.toml").read_text()
    (root / "hub.toml").write_text(re.sub(r"(?ms)^\[\[registries\]\].*?(?=^\[[a-z])", "", settings) + PORTALS)
    for kind, files in (("press", PRESS), ("registries", REGISTRIES)):
        put(root / "data" / "raw" / kind, {title: file for title, file in files.items() if title in TAKEN})
    (root / "data" / "raw" / "press" / "good.txt").write_text(NOTE.replace("Bonne", "La bonne"))
    (root / "data" / "raw" / "registries" / "good.csv").write_text(CSV)
    secrets = {name: f"planted-{n}-in-{name.lower()}" for n, name in enumerate(sorted(set(variables())))}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in secrets.items():
            patch.setenv(name, value)
        done = make_run(root)
        yield Project.at(root), done.stdout + done.stderr, list(secrets.values())


def test_the_refresh_publishes_what_is_good_and_says_what_is_not(ran: tuple[Project, str, list[str]]) -> None:
    project, said, _ = ran
    assert project.index()["latest"] == "2026.3.1", said
    with (project.published / "latest" / "organisations.csv").open(newline="") as f:
        names = {row["name"] for row in csv.DictReader(f)}
    assert {"Atelier Fictif", "Verrerie Fictif", "Forge Fictive"} <= names
    assert "too_wide" in said or "column" in said


def test_no_page_runs_and_no_cell_computes_what_a_file_says(ran: tuple[Project, str, list[str]]) -> None:
    project, _, _ = ran
    pages = [p.read_text(errors="replace") for p in project.published.rglob("*.html")]
    assert len(pages) > 10
    for page in pages:
        assert "<script>alert" not in page and "<img src=x" not in page and not re.search(r"(?i)(?:href|src)\s*=\s*[\"']?\s*(?:javascript|data:text)", page)
    for table in (project.published / "latest").glob("*.csv"):
        with table.open(newline="") as f:
            assert not any(cell[:1] in ("=", "+", "@", "\t", "\r") for row in csv.reader(f) for cell in row), table


def test_a_secret_is_in_no_file_no_log_and_no_error(ran: tuple[Project, str, list[str]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    project, said, secrets = ran
    assert len(secrets) >= 4
    for portal in ("datagouv", "ckan", "s3"):
        with pytest.raises(SystemExit) as ended:
            main(["--root", str(project.root), "push", portal])
        assert ended.value.code, "nothing listens there"
    shown = capsys.readouterr()
    said += shown.out + shown.err
    assert not any(secret in said for secret in secrets)
    for path in (p for p in project.root.rglob("*") if p.is_file() and not p.is_symlink()):
        content = path.read_bytes()
        assert not any(secret.encode() in content for secret in secrets), path
