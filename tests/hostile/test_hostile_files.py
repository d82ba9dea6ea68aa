"""Files that mean harm are refused with a reason, or read without harm; none stops the run, none is obeyed, and the good ones are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hostile_files import CSV, NOTE, PRESS, REGISTRIES, Make
from press_world import rows

from km0_pipeline import deadline
from km0_pipeline.hub import Hub, Registry
from km0_pipeline.press.collect import press_files
from km0_pipeline.press.read import press_documents
from km0_pipeline.registries import loading
from km0_pipeline.registries.read import registry_files, registry_rows
from km0_pipeline.steps import Project, shown
from tests.conftest import hub_toml


def put(folder: Path, files: Mapping[str, tuple[str, Make, str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content, _ in files.values():
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        else:
            content(folder / name)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which all of these files lie, read by the steps of press and registries; memory is short, so that a bomb soon fills it."""
    root = tmp_path_factory.mktemp("hostile")
    hub_toml(root)
    hub = Hub.load(root / "hub.toml").model_copy(update={"registries": (Registry(name="x", title="X", path="registries/*", headcounts="exact"),)})
    project = Project(root, hub)
    put(project.raw / "press", PRESS)
    put(project.raw / "registries", REGISTRIES)
    (project.raw / "press" / "good.txt").write_text(NOTE.replace("Bonne", "La bonne"))
    (project.raw / "registries" / "good.csv").write_text(CSV)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deadline, "MEMORY", 400_000_000)
        patch.setattr(loading, "MEMORY", 400_000_000)
        for step in (press_files, press_documents, registry_files, registry_rows):
            step(project)
    return project


CASES = [pytest.param(f"press/{n}", why, id=f"press-{title}") for title, (n, _, why) in PRESS.items()] + [
    pytest.param(f"registries/{n}", why, id=f"registry-{title}") for title, (n, _, why) in REGISTRIES.items()
]


@pytest.mark.parametrize(("path", "reason"), CASES)
def test_a_file_that_means_harm_is_refused_with_its_reason_or_read_without_harm(read: Project, path: str, reason: str) -> None:
    path = shown(path)
    given, kept, harmless = ("press_rejects", "press_documents", {"undated", "language"}) if path.startswith("press/") else ("registry_rejects", "registry_documents", set[str]())
    refused = [r for r in rows(read, given) if r["path"] == path or r["path"].startswith(f"{path}/")]
    there = any(r["path"] == path for r in rows(read, kept))
    if reason == "*":
        assert refused and all(r["sentence"].startswith(path) for r in refused)
    elif reason:
        assert reason in {r["reason"] for r in refused} and all(len(r["sentence"]) < 1000 for r in refused)
    else:
        assert there and {r["reason"] for r in refused} <= harmless


def test_the_good_files_among_them_are_read(read: Project) -> None:
    assert "press/good.txt" in {d["path"] for d in rows(read, "press_documents")}
    assert {"Atelier Fictif", "Moulin Fictif", "Scierie Fictive", "Verrerie Fictif"} <= {r["name"] for r in rows(read, "registry_rows")}


def test_nothing_that_they_ask_for_was_done(read: Project) -> None:
    assert not list(Path("/tmp").glob("km0-evil*")) and not list(read.root.rglob("km0-evil*"))
    said = "\n".join(str(r) for name in ("press_documents", "press_rejects", "registry_rows", "registry_rejects") for r in rows(read, name))
    assert "root:" not in said, "nothing of /etc/passwd"


def test_names_are_published_as_letters_whatever_they_would_do_elsewhere(read: Project) -> None:
    names = {r["name"] for r in rows(read, "registry_rows")}
    assert {"Atelier evitciF", "Forge Fictive"} <= names, "what turns the direction of letters, or is not seen, is taken out"
