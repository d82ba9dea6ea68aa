"""Published data where they lie: a folder on this machine, or an address of the web.

A place is one snapshot (it holds SHA256SUMS) or the top of published data (it holds index.json). From the web files come
to a temporary folder, each no larger than what was said of it before, under names that can't lead out of
it. Nothing is trusted for having been fetched: that is for `verify`.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from km0_pipeline.publish import datapackage
from km0_pipeline.storage import safe, sha256
from km0_pipeline.versions import VERSION

SUMS = "SHA256SUMS"
INDEX = "index.json"
DESCRIPTION = 64_000_000
"""Most bytes of a file that nothing says the size of: lists and descriptions."""
FILES = 10_000
"""Most files of a snapshot."""
SECONDS = 60
"""How long a server may be silent."""
Say = Callable[[str], None]


class NotThere(Exception):
    """Published data that can't be had from a place; the message says what, where and what to do."""


def is_url(place: str) -> bool:
    return "://" in place


def index(place: str) -> list[dict[str, Any]] | None:
    """What the index.json at `place` says of each version, oldest first; None where the place is one snapshot. Raises NotThere."""
    if is_url(place):
        text = _text(place, SUMS, missing_ok=True)
        if text is not None:
            return None
        text = _text(place, INDEX, missing_ok=True)
    else:
        folder = Path(place)
        if not folder.is_dir():
            raise NotThere(f"{place}: there is no such folder.")
        if not (folder / INDEX).is_file():
            return None
        text = (folder / INDEX).read_text(encoding="utf-8", errors="replace")
    if text is None:
        raise NotThere(f"{place}: holds neither {SUMS} nor {INDEX}; give the address of a version, or of the folder above all versions.")
    try:
        found = json.loads(text)
        versions: list[dict[str, Any]] = found["versions"]
        for version in versions:
            if not VERSION.fullmatch(version["version"]) or version["path"] != f"{version['version']}/":
                raise ValueError(f"{version['version']!r} at {version['path']!r} is no version")
            for file in version["files"]:
                safe(file["path"])
                if not (isinstance(file["bytes"], int) and re.fullmatch(r"[0-9a-f]{64}", file["sha256"])):
                    raise ValueError(f"{file['path']}: no bytes or no SHA-256")
        if found["latest"] != (versions[-1]["version"] if versions else None):
            raise ValueError("its latest is not the last of its versions")
    except (ValueError, LookupError, TypeError) as e:
        raise NotThere(f"{place}: its {INDEX} can't be read ({e}).") from None
    return versions


@contextmanager
def snapshot(place: str, say: Say, announced: Mapping[str, int] | None = None) -> Iterator[Path]:
    """The folder of the snapshot at `place`; from the web it is fetched, and gone afterwards. Raises NotThere.

    `announced` gives bytes by path, where an index.json does; else datapackage.json says how large a file may be, and one that it
    does not declare may be as large as all that it does: a copy of all in one.
    """
    if not is_url(place):
        if not Path(place).is_dir():
            raise NotThere(f"{place}: there is no such folder.")
        yield Path(place)
        return
    with tempfile.TemporaryDirectory(prefix="km0-") as folder:
        there = Path(folder)
        for name in (SUMS, datapackage.NAME):
            _fetch(place, name, there / name, DESCRIPTION)
        try:
            sums = read_sums(there)
            sizes = {r["path"]: int(r["bytes"]) for r in datapackage.read(there)["resources"]} | dict(announced or {})
        except (ValueError, LookupError, TypeError) as e:
            raise NotThere(f"{place}: {SUMS} or {datapackage.NAME} can't be read ({e}).") from None
        if len(sums) > FILES:
            raise NotThere(f"{place}: {SUMS} lists {len(sums)} files, more than a snapshot has ({FILES}).")
        for n, name in enumerate(sums, 1):
            if name != datapackage.NAME:
                say(f"{n}/{len(sums)} {name}")
                (there / name).parent.mkdir(parents=True, exist_ok=True)
                _fetch(place, name, there / name, sizes.get(name, max(DESCRIPTION, sum(sizes.values()))))
        yield there


@contextmanager
def files(place: str, version: dict[str, Any], names: Iterable[str], say: Say) -> Iterator[Path]:
    """A folder that holds those files `names` that the version, as `index` gives it, has; their sums are checked. Raises NotThere."""
    known = {f["path"]: f for f in version["files"]}
    wanted = [known[n] for n in names if n in known]
    with tempfile.TemporaryDirectory(prefix="km0-") as made:
        folder = Path(made) if is_url(place) else Path(place) / version["version"]
        for file in wanted:
            if is_url(place):
                say(f"{version['version']}/{file['path']}")
                _fetch(f"{place.rstrip('/')}/{version['version']}", file["path"], folder / file["path"], file["bytes"])
            elif not (folder / file["path"]).is_file():
                raise NotThere(f"{folder / file['path']}: is missing, though {INDEX} lists it.")
            if sha256(folder / file["path"]) != file["sha256"]:
                raise NotThere(f"{version['version']}/{file['path']}: is not what {INDEX} says; `km0 verify {place}` says more.")
        yield folder


def read_sums(folder: Path) -> dict[str, str]:
    """SHA-256 by path, as SHA256SUMS says. Raises OSError or ValueError."""
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    if not all(line[64:66] == "  " for line in lines):
        raise ValueError("each line is 64 digits, two spaces and a path")
    return {safe(line[66:]): line[:64] for line in lines}


def _text(place: str, name: str, missing_ok: bool) -> str | None:
    with tempfile.TemporaryDirectory(prefix="km0-") as folder:
        if not _fetch(place, name, Path(folder) / "text", DESCRIPTION, missing_ok):
            return None
        return (Path(folder) / "text").read_text(encoding="utf-8", errors="replace")


def _fetch(place: str, name: str, into: Path, most: int, missing_ok: bool = False) -> bool:
    """Fetch one file of `most` bytes at most; False if it is not there, and that may be. Raises NotThere."""
    from km0_pipeline.fetch import Unfetched, ask

    if re.match(r"[^/]*://[^/?#]*@", place):
        raise NotThere("No address with a name and password in it (https://…@…) is asked; give it without them.")
    url = f"{place.rstrip('/')}/{quote(name)}"
    # asked for by a person who typed the address: it may be a machine of their own
    answer = ask(url, {"User-Agent": "km0", "Accept-Encoding": "identity"}, most, SECONDS, allow_private=True, into=into)
    if isinstance(answer, Unfetched):
        if answer.reason == "too_large":
            raise NotThere(f"{url}: is larger than the {most:,} bytes that were announced; it was not fetched.")
        raise NotThere(f"{url}: {answer.sentence}")
    if answer.status in (403, 404, 410) and missing_ok:  # 403: an object store that tells nobody what it holds
        return False
    if answer.status in range(300, 400):
        raise NotThere(f"{url}: redirects to {answer.headers.get('location', 'elsewhere')[:200]}; give the address that it leads to.")
    if answer.status != 200:
        raise NotThere(f"{url}: HTTP {answer.status}; look whether the address is right.")
    return True
