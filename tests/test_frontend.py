"""What the site runs in the browser: locked, made by one command, and a site without it where it can't be had."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from km0_pipeline.catalogue.edition import newest
from km0_pipeline.catalogue.pages import sql
from km0_pipeline.catalogue.rendering import render
from tests.conftest import ROOT
from tests.sample_world import sample

FRONTEND = ROOT / "frontend"
VENDOR = ROOT / "km0_pipeline" / "catalogue" / "static" / "vendor"


def test_every_package_is_locked_by_hash_and_names_no_package_host() -> None:
    packages = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    asked = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in asked} == asked
    assert all(p["integrity"].startswith("sha512-") and "resolved" not in p for name, p in packages.items() if name)


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
def test_without_npm_a_sentence_says_so_and_only_ci_fails(tmp_path: Path, ci: str, status: int) -> None:
    for name in ("make.sh", "package.json", "package-lock.json", ".npmrc", "build.mjs"):
        shutil.copy(FRONTEND / name, tmp_path)
    nobody = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_cache": str(tmp_path / "cache"), "npm_config_fetch_retries": "0", "CI": ci}
    ran = subprocess.run(
        [str(tmp_path / "make.sh"), sys.executable, str(tmp_path / "vendor")], env=os.environ | nobody, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert ran.returncode == status
    assert ran.stdout.startswith("npm can't get what the catalogue's pages run in the browser; they have no SQL engine")
    assert not (tmp_path / "vendor").exists()
    assert not (tmp_path / "made").exists()


@pytest.mark.skipif(not VENDOR.is_dir(), reason="`make frontend` has not been run, or npm could not be reached")
def test_what_is_shipped_comes_with_its_licences_and_suits_common_hosts() -> None:
    licences = (VENDOR / "licences.txt").read_text(encoding="utf-8")
    for package in ("@duckdb/duckdb-wasm", "apache-arrow", "hyparquet", "fzstd", "@fontsource-variable/public-sans", "@fontsource-variable/bricolage-grotesque"):
        assert f"\n{package} " in f"\n{licences}"
    assert max(p.stat().st_size for p in VENDOR.rglob("*") if p.is_file()) < 25 * 2**20
    assert not [p.name for p in VENDOR.rglob("*") if "axe" in p.name or "validate" in p.name]


@pytest.mark.parametrize(("language", "sentence"), [("fr", "sans son moteur SQL"), ("en", "without its SQL engine")])
def test_a_site_made_without_the_engine_says_so(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, language: str, sentence: str
) -> None:
    monkeypatch.setattr(sql, "engine", lambda: None)
    with newest(sample(tmp_path_factory)) as edition:
        assert edition is not None
        (page,) = sql.pages(edition)
        text = render(edition, "assets/0", page, language)  # type: ignore[arg-type]
    assert sentence in text
    assert "sql-data" not in text
    assert "organisations.parquet" in text
