"""docs/licences.md: what this project is made of, and under which licence each of it is, by the metadata of what is installed.

    .venv/bin/python -m tests.licences

`make lock` writes it anew; `test_licences` holds it.
"""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "licences.md"
HEAD = """# Licences

Every Python package that [requirements.lock](../requirements.lock) names, as its own metadata say; made by `make lock`. The code of this project is under [MIT](../LICENSE);
what the site runs in the browser has its licences beside it (`frontend/licences`).

| package | version | licence |
|---|---|---|
"""


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> set[str]:
    """Names of the packages in requirements.lock, those for other systems and Pythons too."""
    return {canonical(n) for n in re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.M)}


def licence(package: Distribution) -> str:
    """The licence a package declares: as SPDX, else by its classifiers, else the first words of what it says; '' where it says nothing."""
    classified = [c.rpartition(" :: ")[2] for c in package.metadata.get_all("Classifier") or () if c.startswith("License :: ") and not c.endswith("OSI Approved")]
    written = str(package.metadata.get("License") or "").strip().partition("\n")[0]
    said = package.metadata.get("License-Expression") or " / ".join(classified) or written
    return " ".join(str(said).replace("|", "/").split())[:90]


def rows() -> dict[str, str]:
    """Package -> its line, of those that are locked and installed."""
    wanted = locked()
    found = {canonical(d.metadata["Name"]): d for d in distributions()}
    return {n: f"| {n} | {d.version} | {licence(d)} |" for n, d in sorted(found.items()) if n in wanted}


if __name__ == "__main__":
    DOCUMENT.write_text(HEAD + "\n".join(rows().values()) + "\n", encoding="utf-8")
