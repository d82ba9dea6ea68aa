"""The Makefile, and what a fresh machine needs of it."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.conftest import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def make(*arguments: str) -> str:
    done = subprocess.run(["make", "--no-print-directory", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def test_make_alone_lists_every_command() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.M)
    assert phony is not None
    listed = re.findall(r"^make (\w+)", make(), re.M)
    assert listed == phony[1].split()


def test_every_command_finds_what_it_needs() -> None:
    for command in re.findall(r"^make (\w+)", make(), re.M):
        make("-n", command)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-uv.lock", "requirements-cluster.lock", "requirements-spark.lock", "requirements-fuzz.lock", "requirements-audit.lock"])
def test_every_requirement_is_locked_by_hash_and_names_no_package_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    requirements = re.findall(r"^[a-z0-9].*(?:\n .*)*", text, re.M)
    assert requirements
    assert all("==" in r and "--hash=sha256:" in r for r in requirements)
    assert "://" not in text


def test_the_ui_is_for_this_machine_only() -> None:
    assert "dg dev --host 127.0.0.1 " in MAKEFILE


def test_ci_can_be_run_from_a_clone() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
