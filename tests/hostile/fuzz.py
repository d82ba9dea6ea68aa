"""Every parser of what strangers write, and a coverage-guided fuzzer (atheris) that feeds them: `make fuzz`.

    .venv/bin/python -m tests.hostile.fuzz [--runs 100000] [--seconds 0] [parser ...]

A parser may refuse bytes in the way it says; anything else (another exception, a crash, 20 s, 2 GB) is a finding. Its bytes are kept in
`tests/hostile/findings/<parser>/`, and are a test from then on (`test_hostile_parsers`).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
from hostile_files import PRESS, REGISTRIES  # noqa: E402

from km0_pipeline.hub import Hub, Registry  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
FINDINGS = Path(__file__).parent / "findings"
SEED = 20_000
"""Bytes above which a hostile file is no seed: a fuzzer works on small ones."""
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""A folder in memory, if there is one."""
ENTRY = Registry(name="x", title="X", path="x")


@cache
def hub() -> Hub:
    return Hub.load(ROOT / "hub.toml")


@cache
def scratch() -> Path:
    """A folder for what parsers read as files; who asks for it first removes it."""
    return Path(tempfile.mkdtemp(prefix="km0-fuzz-", dir=os.environ.get("TMPDIR") or MEMORY))


def _press(reader: ModuleType, data: bytes) -> None:
    from km0_pipeline.press.document import Unreadable

    with contextlib.suppress(Unreadable):
        document = reader.read(data, hub())
        document.text.replace("\ud800", "").encode("utf-8", "surrogatepass")


def _registry(reader: Any, data: bytes) -> None:
    from km0_pipeline.registries.cells import Unreadable

    path = scratch() / f"x{reader.SUFFIXES[0]}"
    path.write_bytes(data)
    with contextlib.suppress(Unreadable):
        for sheet, cells in reader.load(path, ENTRY, scratch()):
            names = pa.ipc.open_file(cells).schema.names if isinstance(cells, Path) else cells.column_names
            assert names == ["row", *(f"c{n}" for n in range(1, len(sheet.headers) + 1))]


@cache
def _names() -> Any:
    from km0_pipeline.press.known import Names

    return Names(hub(), ())


def _words(data: bytes) -> None:
    """Dates, quantities, numbers, names, and the claims that the rules make of a text, each at its place in it."""
    from km0_pipeline.press import dates, document, folding, numerals, quantities
    from km0_pipeline.press.statements import extract

    text = data.decode("utf-8", "replace").replace("\f", " ")  # a form feed begins a page
    dates.publication_date(text, hub().zone)
    numerals.number(text)
    folding.key(text)
    for found in (*dates.find(text, "2024-05-02"), *quantities.find(text)):
        assert 0 <= found.start < found.end <= len(text)
    document.dateline(text.splitlines(), hub().zone)
    said = {"document_id": "0" * 20, "title": text[:40], "published_on": "2024-05-02", "language": "fr", "text": text}
    for claim in extract(said, [], _names()):
        start, end = (int(n) for n in claim.locator.removeprefix("char:").split("-"))
        assert text[start:end] == claim.original


def _feed(data: bytes) -> None:
    from km0_pipeline.press.feeds import parse

    parse(data, "application/rss+xml", "https://courrier.example/feed")


def _sidecar(data: bytes) -> None:
    from km0_pipeline.press import sidecar
    from km0_pipeline.press.document import Unreadable

    path = scratch() / ".x.json"
    path.write_bytes(data)
    with contextlib.suppress(Unreadable):
        note = sidecar.read(path)
        assert note is not None
        note.document(hub().zone)


def _decisions(data: bytes) -> None:
    from km0_pipeline import decisions

    (scratch() / decisions.FOLDER).mkdir(exist_ok=True)
    (scratch() / decisions.FOLDER / "x.jsonl").write_bytes(data)
    decisions.read(scratch(), decisions.Sort("x", "x.jsonl", ("same", "different"), ("a", "b")))
    decisions.counts(scratch())


def _service(data: bytes) -> None:
    from km0_pipeline.register.service import said_of

    with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError, RecursionError):  # what `_asked` makes a sentence of
        said_of(json.loads(data), "356000000")


def _fetched(data: bytes) -> None:
    """What a server says in headers: when to ask again, where to go on."""
    from km0_pipeline import fetch

    text = data.decode("latin-1")
    assert 0 <= fetch.retry_after(text) <= fetch.LONGEST_WAIT
    with contextlib.suppress(fetch.Unfetched):
        fetch._joined("https://courrier.example/feed", text)


def _settings(data: bytes) -> None:
    from km0_pipeline.hub import HubError

    path = scratch() / "hub.toml"
    path.write_bytes(data)
    with contextlib.suppress(HubError):
        Hub.load(path)


def readers() -> dict[str, Callable[[bytes], None]]:
    """Those of whole files, which a refresh runs in a process of their own."""
    from km0_pipeline.press.read import READERS as PRESSES
    from km0_pipeline.registries.loading import READERS as TABLES

    return {r.FORMAT: partial(_press, r) for r in PRESSES} | {r.SUFFIXES[0][1:]: partial(_registry, r) for r in TABLES}


def parsers() -> dict[str, Callable[[bytes], None]]:
    """Name -> what is fed; it raises where bytes do what they must not."""
    return readers() | {
        "words": _words, "feed": _feed, "sidecar": _sidecar, "decisions": _decisions, "service": _service, "headers": _fetched, "hub": _settings,
    }  # fmt: skip


def seeds(parser: str) -> Iterator[bytes]:
    """Small files to begin with: hostile ones of the format, and what was found before."""
    for name, content, reason in (*PRESS.values(), *REGISTRIES.values()):
        if isinstance(content, bytes) and reason != "*" and len(content) <= SEED and name.endswith(f".{parser}"):
            yield content
    yield from (p.read_bytes() for p in sorted((FINDINGS / parser).glob("*")))
    yield from {
        "words": [p.read_bytes()[:1500] for p in sorted((ROOT / "data" / "raw" / "press").rglob("*.md"))],
        "hub": [(ROOT / "hub.toml").read_bytes()],
        "feed": [b'<?xml version="1.0"?><rss version="2.0"><channel><title>C</title><item><title>A</title><link>/a</link><pubDate>Fri, 03 May 2024 22:30:00 +0000</pubDate></item></channel></rss>',
                 b'<feed xmlns="http://www.w3.org/2005/Atom"><title>C</title><entry><id>1</id><link href="/a"/><updated>2024-05-03T22:30:00Z</updated></entry></feed>'],
        "decisions": [b'{"decision": "same", "by": "x", "when": "2026-11-23T09:30:00+00:00", "why": "", "score": 0.5, "x": {"a": "1", "b": "2"}}\n'],
        "service": [b'{"siren": "356000000", "nature_juridique": "5710", "statut_diffusion": "O", "siege": {"siret": "35600000000048"}, "matching_etablissements": []}'],
        "sidecar": [b'{"url": "https://a.example/b", "published": "3 mai 2024", "item": "1"}'],
        "headers": [b"120", b"Fri, 03 May 2024 22:30:00 +0000", b"//user:x@[::1]:80/a#b"],
    }.get(parser, [])  # fmt: skip


def _fuzz(parser: str, runs: int, seconds: int) -> None:
    """Feed one parser until it breaks, or the runs are done; never returns."""
    import atheris

    corpus = scratch() / f"corpus-{parser}"
    corpus.mkdir()
    for n, seed in enumerate(seeds(parser)):
        (corpus / str(n)).write_bytes(seed)
    (FINDINGS / parser).mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=["km0_pipeline", "feedparser", "email", "csv"]):
        feed = parsers()[parser]
    limits = [f"-atheris_runs={runs}", f"-max_total_time={seconds}", "-max_len=4096", "-timeout=20", "-rss_limit_mb=2500", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={FINDINGS / parser}/", str(corpus)], feed)
    atheris.Fuzz()


def main() -> int:
    given = argparse.ArgumentParser(description="Feed parsers with bytes that a coverage-guided fuzzer chooses.")
    given.add_argument("parsers", nargs="*", help="which; all of them if none is named")
    given.add_argument("--runs", type=int, default=100_000, help="inputs for each")
    given.add_argument("--seconds", type=int, default=0, help="longest time for each; 0: no limit")
    given.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = given.parse_args()
    if asked.here:
        _fuzz(asked.parsers[0], asked.runs, asked.seconds)
    broken = []
    for parser in asked.parsers or parsers():
        command = [sys.executable, "-m", "tests.hostile.fuzz", "--here", "--runs", str(asked.runs), "--seconds", str(asked.seconds), parser]
        with tempfile.TemporaryDirectory(prefix="km0-fuzz-", dir=MEMORY) as folder:
            done = subprocess.run(command, cwd=ROOT, env=os.environ | {"TMPDIR": folder}, capture_output=True, text=True, errors="replace", check=False)
        said = [line for line in done.stderr.splitlines() if line.startswith(("stat::number_of_executed_units", "Done ")) or "Exception" in line or "Error" in line]
        print(f"{parser}: {'; '.join(dict.fromkeys(said)) or done.stderr[-500:]}", flush=True)
        broken += [parser] * bool(done.returncode)
    print(f"Broken: {', '.join(broken)}; what broke them is in {FINDINGS}." if broken else "None broke.")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
