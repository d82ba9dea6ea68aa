"""`km0 federate`: several hubs' snapshots as one set of tables, whole, joined by SIREN and by nothing else."""

from __future__ import annotations

import json
import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from test_publish_verify import rewrite, seal
from versions_world import TOLD, org, published

from km0_pipeline.cli import main
from km0_pipeline.federation import CannotFederate, _understood
from km0_pipeline.publish.verify import verify
from km0_pipeline.steps import Project
from tests.conftest import ROOT, hub_toml

SHARED = "552100554"
KM0 = {
    "organisations": [
        org(1, "Atelier Fictif", siren=SHARED, sources=2),
        org(2, "Fabrique Imaginaire"),
        org(3, "Comptoir Inventé", siren="732829320", siret="73282932000074"),
    ],
    "headcounts": [{"headcount_id": "hdc-0000000000000001-00000001", "organisation_id": f"org-{1:016x}", "headcount": 12, "scope": "people", **TOLD}],
}
FILATURE = {
    "organisations": [
        org(1, "Atelier fictif (siège)", siret=f"{SHARED}00013", sources=1),
        org(2, "Fabrique Imaginaire"),
        org(4, "=Tisserie, « l'essai »"),
    ]
}


def hub(root: Path, package: str, rows: Any, days: int = 0) -> Path:
    """data/published of a hub of that name, with a version of these rows."""
    for folder in ("press", "registries", "decisions"):
        (root / "data" / "raw" / folder).mkdir(parents=True, exist_ok=True)
    hub_toml(root)
    text = (root / "hub.toml").read_text(encoding="utf-8")
    (root / "hub.toml").write_text(text.replace('package = "km0"', f'package = "{package}"'), encoding="utf-8")
    published(Project.at(root), rows, days)
    return root / "data" / "published"


@pytest.fixture(scope="module")
def hubs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Where two hubs publish; one organisation is in both, by its SIREN in one and its SIRET in the other; two more bear one name."""
    folder = tmp_path_factory.mktemp("hubs")
    return hub(folder / "km0", "km0", KM0), hub(folder / "filature", "filature", FILATURE, 3)


@pytest.fixture(scope="module")
def region(hubs: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both hubs read together."""
    out = tmp_path_factory.mktemp("together") / "region"
    done = run(*hubs, out)
    assert done.exit_code == 0, done.output
    assert done.output == f"{out}: 2 hubs, 6 organisations, which are 5 entities, 1 of them in several hubs.\n"
    return out


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["federate", *map(str, arguments)])


def rows(out: Path, query: str) -> list[tuple[Any, ...]]:
    return duckdb.sql(query.replace("{", f"'{out}/").replace("}", ".parquet'")).fetchall()


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_rows_of_all_hubs_stand_together_under_their_hub_and_one_siren_is_one_entity(region: Path) -> None:
    out = region
    assert verify(out) == []
    assert rows(out, "select hub, version, licence is not null, contact is not null from {hubs}") == [("filature", "2026.11.25", True, True), ("km0", "2026.11.22", True, True)]
    assert rows(out, "select hub, organisation_id[-1:], federated_id from {organisations}") == [
        ("filature", "1", f"siren:{SHARED}"), ("filature", "2", f"filature:org-{2:016x}"), ("filature", "4", f"filature:org-{4:016x}"),
        ("km0", "1", f"siren:{SHARED}"), ("km0", "2", f"km0:org-{2:016x}"), ("km0", "3", "siren:732829320"),
    ]  # fmt: skip
    assert rows(out, "select name, siren, hubs, organisations, hub_names from {entities} where hubs > 1") == [("Atelier Fictif", SHARED, 2, 2, "filature|km0")]
    assert rows(out, "select headcount, e.hubs from {headcounts} join {organisations} using (hub, organisation_id) join {entities} e using (federated_id)") == [(12, 2)]
    package = json.loads((out / "datapackage.json").read_text())
    assert [s["title"].rpartition(", ")[2] for s in package["sources"]] == ["2026.11.25", "2026.11.22"] and package["created"].startswith("2026-11-25")
    schema = next(r["schema"] for r in package["resources"] if r["name"] == "headcounts")
    assert schema["primaryKey"] == ["hub", "headcount_id"]
    assert {"fields": ["hub", "organisation_id"], "reference": {"resource": "organisations", "fields": ["hub", "organisation_id"]}} in schema["foreignKeys"]


def test_the_same_snapshots_in_any_order_give_the_same_bytes_and_a_federation_is_replaced(hubs: tuple[Path, Path], region: Path, tmp_path: Path) -> None:
    out = tmp_path / "region"
    assert run(hubs[0], out).exit_code == 0
    assert rows(out, "select hub from {hubs}") == [("km0",)]
    assert run(hubs[1] / "2026.11.25", hubs[0], out).exit_code == 0
    assert bytes_in(out) == bytes_in(region)
    assert run(*hubs, out).output.endswith("; nothing changed.\n")
    assert [p.name for p in tmp_path.iterdir()] == ["region"], "nothing is left beside it"


@pytest.mark.parametrize(("mine", "own"), [("headcounts", "hubs"), ("headcount_id", "hub")])
def test_a_snapshot_with_a_name_of_the_federation_s_own_is_refused(hubs: tuple[Path, Path], tmp_path: Path, mine: str, own: str) -> None:
    text = (hubs[0] / "2026.11.22" / "datapackage.json").read_text(encoding="utf-8")
    (tmp_path / "datapackage.json").write_text(text.replace(f'"{mine}"', f'"{own}"'), encoding="utf-8")
    with pytest.raises(CannotFederate, match="only several hubs read together have"):
        _understood("ici", tmp_path)


def test_what_holds_something_else_is_never_replaced(hubs: tuple[Path, Path], tmp_path: Path) -> None:
    for out in (hubs[1] / "2026.11.25", ROOT / "tests"):
        before = bytes_in(out) if out.name.startswith("2026") else {}
        done = run(hubs[0], out)
        assert done.exit_code == 1 and "holds something that is no federation" in done.output
        assert not before or bytes_in(out) == before


def test_a_folder_that_can_t_be_written_is_told_in_a_sentence(hubs: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    monkeypatch.chdir(tmp_path / "there")
    for out, said in ((".", "the folder that this is run in"), ("../link", "the folder that this is run in"), ("../file/x", "can't be written"), ("x" * 300, "can't be written")):
        done = run(hubs[0], out)
        assert (done.exit_code, type(done.exception), done.output.count("\n")) == (1, SystemExit, 1) and said in done.output, done.output
    monkeypatch.chdir(tmp_path)
    assert run(hubs[0], "link").exit_code == 0 and verify(tmp_path / "there") == [] and (tmp_path / "link").is_symlink()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "link", "there"], "nothing is left beside it"


def test_no_address_with_a_password_is_asked_or_shown(tmp_path: Path) -> None:
    done = run("https://moi:geheim@filature.example/donnees/", tmp_path / "region")
    assert done.exit_code == 1 and "name and password" in done.output and "geheim" not in done.output


def test_one_snapshot_that_is_not_whole_stops_all_unless_the_others_are_to_go_on(hubs: tuple[Path, Path], tmp_path: Path) -> None:
    out, damaged = tmp_path / "region", tmp_path / "damaged"
    shutil.copytree(hubs[1] / "2026.11.25", damaged)
    (damaged / "people.csv").write_text("name\n")
    done = run(damaged, tmp_path / "gone", hubs[0], out)
    assert done.exit_code == 1 and not out.exists()
    assert f"{damaged}: people.csv: its content is not what SHA256SUMS says" in done.output and "there is no such folder" in done.output
    done = run("--keep-going", damaged, tmp_path / "gone", hubs[0], out)
    assert done.exit_code == 1 and "Left out:" in done.output and "there is no such folder" in done.output
    assert verify(out) == [] and rows(out, "select hub from {hubs}") == [("km0",)]


def test_one_hub_is_given_once_and_a_federation_not_at_all(hubs: tuple[Path, Path], region: Path, tmp_path: Path) -> None:
    twice = run(hubs[0], hubs[0] / "2026.11.22", tmp_path / "region")
    assert twice.exit_code == 1 and "is of the hub 'km0', as" in twice.output
    again = run(region, tmp_path / "more")
    assert again.exit_code == 1 and "is itself several hubs read together" in again.output


def test_a_hub_of_another_release_lacks_a_column_or_a_table_and_only_what_all_promise_is_promised(hubs: tuple[Path, Path], tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copytree(hubs[0] / "2026.11.22", older)
    package = json.loads((older / "datapackage.json").read_text())
    package["resources"] = [r for r in package["resources"] if r.get("km0:table") != "funding"]
    for resource in package["resources"]:
        if resource.get("km0:table") == "organisations":
            resource["schema"]["fields"] = [f | ({"constraints": {}} if f["name"] == "siren" else {}) for f in resource["schema"]["fields"] if f["name"] != "size_band"]
    (older / "datapackage.json").write_text(json.dumps(package))
    for name in ("funding.csv", "funding.parquet"):
        (older / name).unlink()
    rewrite(older / "organisations.parquet", lambda t: t.drop_columns(["size_band"]))
    text = (older / "organisations.csv").read_text().splitlines()
    at = text[0].split(",").index("size_band")
    (older / "organisations.csv").write_text("".join(",".join(c for n, c in enumerate(line.split(",")) if n != at) + "\n" for line in text))
    seal(older)
    assert verify(older) == []
    out = tmp_path / "region"
    done = run(older, hubs[1], out)
    assert done.exit_code == 0, done.output
    assert rows(out, "select count(*), count(size_band) from {organisations}") == [(6, 0)]
    fields = {f["name"]: f.get("constraints", {}) for r in json.loads((out / "datapackage.json").read_text())["resources"] if r["name"] == "organisations" for f in r["schema"]["fields"]}
    assert "pattern" not in fields["siren"] and "pattern" in fields["siret"]


def test_a_snapshot_may_lie_at_an_address(hubs: tuple[Path, Path], region: Path, tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=hubs[1])) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        done = run(hubs[0], f"http://127.0.0.1:{server.server_port}/", tmp_path / "region")
        server.shutdown()
    assert done.exit_code == 0, done.output
    assert bytes_in(tmp_path / "region") == bytes_in(region)
