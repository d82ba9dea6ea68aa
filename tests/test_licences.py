"""The list of licences is that of the packages that are locked."""

from __future__ import annotations

from tests import licences


def test_each_package_stands_in_the_list_with_its_version_and_licence() -> None:
    listed = {line.split(" | ")[0].removeprefix("| "): line for line in licences.DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| ") and not line.startswith("| package")}
    there = licences.rows()
    assert len(there) > 100
    assert {n: listed.get(n) for n in there} == there, "docs/licences.md is of another lock: run .venv/bin/python -m tests.licences"
    assert listed.keys() <= licences.locked(), "it lists packages that are no longer used"


def test_each_package_says_its_licence_and_none_asks_that_our_code_be_under_it() -> None:
    for line in licences.rows().values():
        name, _, said = line.strip("| ").split(" | ")
        assert said, f"{name} says no licence: look for it, and decide whether it may be used"
        only_gpl = "GPL" in said and "LGPL" not in said and "Lesser" not in said and "/" not in said and " OR " not in said
        assert not only_gpl and "AGPL" not in said, f"{name}: {said}"
