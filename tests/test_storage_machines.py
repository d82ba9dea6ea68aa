"""Two machines that share nothing but their buckets: the same bytes as one, the commands on either, and who asks to be left out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from click.testing import CliRunner
from portal_world import Fault, Through, served
from s3_world import KEY, KEY_ID, Store, bytes_of, server

from assets.run import main as make_run
from km0_pipeline.catalogue.site import build
from km0_pipeline.cli import main
from km0_pipeline.publish import serve as serving
from km0_pipeline.publish.privacy import optout
from km0_pipeline.publish.rebuild import rebuild
from km0_pipeline.steps import Project, made
from km0_pipeline.storage import StorageError, sole_use
from tests.conftest import ROOT, hub_toml

pytestmark = pytest.mark.pipeline

FIRST, SECOND = "2026.11.22", "2026.11.23"
NOTE = "---\ntitle: {title}\npublisher: Gazette fictive\npublished: 2024-05-03\nurl: https://gazette.example/{title}\n---\n\n{text}\n"
NOTES = {
    FIRST: NOTE.format(title="visite", text="Ateliers Chimère est locataire du KM0, à Mulhouse. Camille Fictive a fondé Ateliers Chimère."),
    SECOND: NOTE.format(title="chiffres", text="Le KM0 accueille 570 personnes. Verger Inventé est locataire du KM0."),
}
REGISTRY = "Raison sociale;Date d'entrée;Effectif\nAteliers Chimère SAS;12/02/2019;12\nBoréale Fictive;01/03/2020;5\n"


@dataclass
class Hubs:
    """Two machines of one bucket, of which the second went on where the first had ended, and a project that is only a folder, which did so too."""

    first: Project
    second: Project
    alone: Project
    store: Store
    said: str
    metadata: str


def refresh(project: Project, version: str, captured: Callable[[], tuple[str, str]]) -> str:
    """`make run` of that day, with the notes up to it; what it said."""
    for folder, name, text in (("press", f"{v}.md", n) for v, n in NOTES.items() if v <= version):
        (project.raw / folder).mkdir(parents=True, exist_ok=True)
        (project.raw / folder / name).write_text(text, encoding="utf-8")
    (project.raw / "registries").mkdir(exist_ok=True)
    (project.raw / "registries" / "locataires.csv").write_text(REGISTRY, encoding="utf-8")
    y, m, d = version.split(".")
    captured()
    status = make_run(["--root", str(project.root), "--date", f"{y}-{m:>02}-{d:>02}"])
    out, err = captured()
    assert status == 0, out + err
    return out + err


@pytest.fixture(scope="module")
def hubs(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Hubs]:
    folder, capture = tmp_path_factory.mktemp("machines"), request.config.pluginmanager.getplugin("capturemanager")
    keys = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": KEY, optout.VARIABLE: "0123456789abcdef" * 4, "DAGSTER_HOME": str(folder)}
    with pytest.MonkeyPatch.context() as patch, server(folder) as address:
        for name, value in keys.items():
            patch.setenv(name, value)
        shutil.copy(ROOT / "assets" / "dagster.yaml", folder)
        way = Through(real=address, url=address)
        store = Store(way, "hub")
        first, second = (store.machine(folder / name, warehouse=True) for name in ("one", "two"))
        said = refresh(first, FIRST, capture.read_global_capture)
        shutil.copytree(first.root, folder / "alone", symlinks=True)
        hub_toml(folder / "alone")
        alone = Project.at(folder / "alone")
        with dg.DagsterInstance.get() as instance:
            metadata = "\n".join(str(e) for e in instance.all_logs(instance.get_runs(limit=1)[0].run_id))
        said += refresh(second, SECOND, capture.read_global_capture)
        refresh(alone, SECOND, capture.read_global_capture)
        yield Hubs(first, second, alone, store, said, metadata)


def run(project: Project, *arguments: str) -> Any:
    return CliRunner().invoke(main, ["--root", str(project.root), *arguments])


def test_two_machines_that_share_only_their_buckets_publish_the_bytes_of_one(hubs: Hubs) -> None:
    h = hubs
    assert h.store.held() == bytes_of(h.alone.published)
    assert "Published 2026.11.23: s3://hub/hub/published/2026.11.23" in h.said
    for name in ("registry_rows", "press_claims", "table_organisations"):
        assert made(h.second, name).digest == made(h.alone, name).digest
    assert made(h.second, "registry_rows").reused, "the first machine had read the registry"


def test_no_key_is_in_what_dagster_keeps_or_what_a_run_says(hubs: Hubs) -> None:
    assert len(hubs.metadata) > 10_000
    for text in (hubs.metadata, hubs.said):
        assert KEY not in text and KEY_ID not in text


def test_commands_fetch_what_they_need_and_nothing_of_the_bucket_changes(hubs: Hubs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    h = hubs
    before = h.store.held(), h.store.held("warehouse")
    anew = h.store.machine(tmp_path / "anew", warehouse=True)
    done = run(anew, "explain", "organisations", "Ateliers Chimère", "name")
    assert done.exit_code == 0 and "locataires.csv" in done.output, done.output
    assert run(anew, "verify").exit_code == 0
    changes = run(anew, "changes", "--since", FIRST)
    assert changes.exit_code == 0 and "570 people" in changes.output, changes.output
    assert "2 versions" in run(anew, "limits").output
    served_folder: list[Path] = []
    monkeypatch.setattr(serving, "serve", lambda folder, *_: served_folder.append(folder))
    assert run(anew, "serve").exit_code == 0 and bytes_of(served_folder[0]) == before[0]
    (anew.warehouse / "site.json").unlink()
    with sole_use(anew.root):
        assert run(anew, "serve").exit_code == 0
    assert not (anew.warehouse / "site.json").exists(), "a run that is at work makes the pages itself"
    (tmp_path / "note.md").write_text(NOTES[SECOND], encoding="utf-8")
    read = run(anew, "read", str(tmp_path / "note.md"))
    assert read.exit_code == 0 and "570" in read.output, read.output
    assert (h.store.held(), h.store.held("warehouse")) == before
    h.store.put(f"{SECOND}/people.csv", b"other bytes")
    damaged = run(anew, "verify")
    h.store.put(f"{SECOND}/people.csv", before[0][f"{SECOND}/people.csv"])
    assert damaged.exit_code == 1 and "s3://hub/hub/published/2026.11.23/people.csv: holds other bytes" in damaged.output


def test_who_asks_to_be_left_out_is_out_of_the_bucket_too_though_it_is_cut_off_and_of_every_copy(hubs: Hubs, tmp_path: Path) -> None:
    h, who = hubs, "Camille Fictive"
    assert any(who.encode() in content for content in h.store.held().values())
    copy = h.store.machine(tmp_path / "copy")
    copy.fetch(every_version=True)
    assert run(h.first, "optout", "add", "person", who).exit_code == 0
    h.store.way.faults = [Fault("^(POST|DELETE) ", "drop", 1, times=999)]
    with served(h.store.way):
        cut_off = h.store.machine(tmp_path / "cut-off")
        cut_off.fetch()
        shutil.copytree(h.first.raw, cut_off.raw)
        with pytest.raises(StorageError, match="run again later"):
            rebuild(cut_off)
    h.store.way.url = h.store.way.real
    assert {f"{FIRST}+r1", FIRST} <= {p.partition("/")[0] for p in h.store.held()}, "cut off after the first was rebuilt, before the old one was removed"
    done = run(h.first, "optout", "apply")
    assert done.exit_code == 0 and who not in done.output, done.output
    held = h.store.held()
    assert {p.partition("/")[0] for p in held if p.startswith("2026")} == {f"{FIRST}+r1", f"{SECOND}+r1"}, "no old file is left"
    assert held == bytes_of(h.first.published) and held["latest"] == b"2026.11.23+r1\n"
    assert not any(who.encode() in content for content in held.values())
    assert all(v["withdrawn"]["rows"] for v in h.first.index()["versions"])
    copy.fetch()
    assert sorted(p.name for p in copy.published.iterdir() if p.is_dir() and not p.is_symlink() and p.name.startswith("2026")) == [f"{SECOND}+r1"]
    shutil.rmtree(h.alone.raw / "decisions", ignore_errors=True)
    shutil.copytree(h.first.raw / "decisions", h.alone.raw / "decisions")
    rebuild(h.alone)
    build(h.alone)
    assert held == bytes_of(h.alone.published), "and the same bytes as in a folder"
