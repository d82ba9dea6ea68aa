"""Dagster's own folder, DAGSTER_HOME: its settings are written there before anything is run or shown.

`python -m assets.home` does it for `make ui`. One setting is left to the environment: `KM0_POSTGRES`, the address of a PostgreSQL database that is to
keep the history of runs instead of SQLite in that folder. The file names the variable, never its value.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

OURS = Path(__file__).resolve().parent / "dagster.yaml"
VARIABLE = "KM0_POSTGRES"
SCHEME = "postgresql+psycopg2://"
POSTGRES = f"""storage:
  postgres:
    postgres_url: {{env: {VARIABLE}}}
"""


class HomeError(RuntimeError):
    """Dagster's folder can't be made ready; the message says what to do."""


def prepare(home: Path) -> None:
    """Write `home`/dagster.yaml, unless it is somebody's own. Raises HomeError."""
    ours, path = OURS.read_text(encoding="utf-8"), home / "dagster.yaml"
    address = os.environ.get(VARIABLE, "")
    if address and not address.startswith(SCHEME):
        raise HomeError(f"{VARIABLE} must begin with {SCHEME}, as in {SCHEME}user:password@localhost/km0; set it so, or take it out of the environment.")
    home.mkdir(parents=True, exist_ok=True)
    there = path.read_text(encoding="utf-8") if path.is_file() else ""
    if there and not there.startswith("# Dagster's own settings"):
        return
    text = ours + (POSTGRES if address else "")
    if there != text:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        prepare(Path(os.environ["DAGSTER_HOME"]))
    except HomeError as e:
        sys.exit(str(e))
