"""A small hub that goes through every step, refreshed in forked processes that can be killed at a chosen moment.

The parent has made the first refresh, so a fork has each module, model and template, and a refresh costs seconds. The steps
are those of the job, in its order, without Dagster, whose record of a run costs more than the run. Belongs here: the hub, a
refresh of it in a process of its own, and what lies there afterwards.
"""

from __future__ import annotations

import gc
import json
import os
import select
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.resources import ProjectResource, plainly
from assets.steps import STEPS
from assets.tables import _made as make_table
from km0_pipeline import shards
from km0_pipeline.catalogue import site as pages
from km0_pipeline.press import feeds
from km0_pipeline.publish.snapshot import RULES_KEPT, publish
from km0_pipeline.publish.summary import summary
from km0_pipeline.publish.verify import verify
from km0_pipeline.steps import Project
from km0_pipeline.storage import read_json, sha256, sole_use
from km0_pipeline.storage.warehouse import NOTE
from km0_pipeline.tables.build import assemble
from km0_pipeline.tables.table import Table, all_tables
from tests.conftest import ROOT, hub_toml
from tests.press_site import item, page, rss, site
from tests.register_world import CHIMERE, with_stock

FIRST, SECOND = "2026-03-01", "2026-03-02"
ARTICLE = """---
title: {}
publisher: Gazette des Essais
url: https://gazette.example/{}
published: 2024-05-0{}
licence: etalab-2.0
---

Le KM0 accueille Nuage Bleu. {} est installé au KM0 et emploie 14 salariés.
"""
REGISTRY = "Dénomination;Activité;SIREN;Effectif\nAteliers Chimère;Mécanique;{};12\nTisserands du Futur;Textile;;{}\n"


@contextmanager
def served() -> Iterator[str]:
    """The address of a site with a feed, in a process of its own: a process that has threads is not to be forked."""
    said, say = os.pipe()
    ended, end = os.pipe()
    child = os.fork()
    if not child:
        try:  # whatever goes wrong, it never comes back into the tests
            os.close(end)
            with site() as courrier:
                articles = (1, 2)
                courrier.routes = {"/rss": rss(*(item(f"{courrier.url}/{n}", f"Article {n}", guid=f"a{n}") for n in articles))}
                courrier.routes |= {f"/{n}": page(f"Le KM0 accueille Papier Lune {n}, à Mulhouse, depuis le 3 mai 2024. " * 3) for n in articles}
                os.write(say, courrier.url.encode())
                os.read(ended, 1)  # until nobody can want it any more
        finally:
            os._exit(0)
    os.close(ended)
    os.close(say)
    try:
        yield os.read(said, 100).decode()
    finally:
        os.close(said)
        os.close(end)
        os.waitpid(child, 0)


def begin(root: Path, url: str) -> None:
    """A hub with three notes, a feed of two articles at `url`, a registry, a register and decisions."""
    root.mkdir(parents=True, exist_ok=True)
    hub_toml(root)
    raw = root / "data" / "raw"
    for folder in ("press", "registries", "decisions"):
        (raw / folder).mkdir(parents=True)
    shutil.copy(ROOT / "data/raw/decisions/claims.jsonl", raw / "decisions")
    for n, name in enumerate(("Tisserands du Futur", "Boréale Fictive", "Nuage Rose"), 1):
        (raw / "press" / f"note-{n}.md").write_text(ARTICLE.format(f"Une fête {n}", n, n, name), encoding="utf-8")
    (raw / "registries" / "locataires.csv").write_text(REGISTRY.format(CHIMERE, 5), encoding="utf-8")
    stock = with_stock(Project.at(root)).hub.register.stock
    listing = ", ".join(f'"{path}"' for path in stock)
    feed = f'[[feeds]]\nname = "courrier"\nurl = "{url}/rss"\nallow_private = true\npause_seconds = 0\n'
    with (root / "hub.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\n[register]\nstock = [{listing}]\n\n{feed}")


def go_on(root: Path) -> None:
    """The day after: a note is new, one is gone, one says something else, and so does the registry."""
    press = root / "data" / "raw" / "press"
    (press / "note-1.md").unlink()
    (press / "note-4.md").write_text(ARTICLE.format("Une foire", 4, 4, "Fonderie Lunaire"), encoding="utf-8")
    (press / "note-2.md").write_text(ARTICLE.format("Une fête 2", 2, 2, "Boréale Fictive").replace("14", "15"), encoding="utf-8")
    (root / "data/raw/registries/locataires.csv").write_text(REGISTRY.format(CHIMERE, 8), encoding="utf-8")


@cache
def steps() -> dict[str, Callable[[ProjectResource], Any]]:
    """What the job does, by the names of its assets, in its order."""
    made_by = {output: next(iter(s.outputs)) for s in STEPS for output in s.outputs}
    after = {next(iter(s.outputs)): [made_by[d] for d in s.deps if d in made_by] for s in STEPS}
    function = {next(iter(s.outputs)): s.function for s in STEPS}
    order: dict[str, Callable[[ProjectResource], Any]] = {
        name: partial(_step, function[name]) for name in TopologicalSorter(after).static_order()
    }
    order |= {table.name: partial(_table, table) for table in all_tables()}
    return order | {
        "km0_duckdb": partial(_step, assemble),
        "snapshot": lambda here: summary(here.project(), publish(here.project(), here.day())),
        "catalogue": partial(_step, pages.build),
    }


def _step(function: Callable[[Project], Any], here: ProjectResource) -> None:
    function(here.project())


def _table(table: Table, here: ProjectResource) -> None:
    make_table(here.project(), table, here.project().next_version(here.day()))


def refresh(root: Path, day: str, started: Callable[[str], None], until: str = "") -> str:
    """Every step, each said before it starts, or those before `until`; the summary of what was published."""
    with plainly(), sole_use(root):
        here, said = ProjectResource(root=str(root), date=day), ""
        for name, step in steps().items():
            started(name)
            if name == until:
                break
            said = step(here) or said
    return said


def make_ready(patch: pytest.MonkeyPatch) -> None:
    """What holds for each process that is forked: work is shared out however small it is, and the site lacks its engine, megabytes that no moment is about.

    An article is fetched at one and the same moment, whichever run fetches it: its sidecar says when, and that is part of what the steps read.
    """
    patch.setattr(shards, "FEWEST", 2)
    patch.setattr(pages, "FEWEST", 2)
    static = pages._static
    patch.setattr(pages, "_static", lambda: ((path, content) for path, content in static() if not path.startswith("vendor/")))
    patch.setattr(feeds, "moment", lambda later=timedelta(): (datetime(2026, 3, 1, tzinfo=UTC) + later).isoformat())
    gc.collect()
    gc.freeze()


def outputs(step: str) -> tuple[str, ...]:
    """Files in data/warehouse, without their suffix, that a step makes."""
    return next((tuple(s.outputs) for s in STEPS if step in s.outputs), ("km0",) if step == "km0_duckdb" else (f"table_{step}",))


def unmake(root: Path, step: str) -> None:
    """Let the step have never been made."""
    for name in outputs(step):
        for suffix in (".parquet", ".duckdb", NOTE):
            (root / "data" / "warehouse" / f"{name}{suffix}").unlink(missing_ok=True)
    if step == "changes":  # made with what the gate makes; which rules the last version keeps is noted by its publication
        for path in (root / "data" / "warehouse" / "leaving").iterdir():
            if path.name != RULES_KEPT:
                path.unlink()


@dataclass
class Moment:
    """In which step to kill: before its `event`th change of a file, or else after `share` of its time."""

    step: str
    event: int = 0
    share: float = 0.0


@dataclass
class Ended:
    """How a refresh ended: `killed`, or with the sentence in `wrong`, or with what it `said`; of each step, its changes of files and seconds."""

    killed: bool = False
    wrong: str = ""
    said: str = ""
    events: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


CHANGES = frozenset({"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "os.link", "os.truncate"})


def run(root: Path, day: str, moment: Moment | None = None, seconds: float = 0.0, at_step: Callable[[str], None] | None = None, until: str = "", pause: float = 0.0) -> Ended:
    """A `refresh` in a process group of its own, killed (SIGKILL, all of it) at `moment`, of a step that takes `seconds`.

    `at_step` is called before each, and each change of a file takes `pause` seconds.
    """
    here, there = os.pipe()
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        os.close(here)

        def kill() -> None:
            os.killpg(0, signal.SIGKILL)

        def tell(step: str, ended: Ended) -> None:
            os.write(there, json.dumps([step, asdict(ended)]).encode() + b"\n")

        ended = _watched(root, day, moment, kill, tell, at_step, until, pause)
        tell("end", ended)
        os._exit(0)
    os.close(there)
    ended = Ended()
    with os.fdopen(here, encoding="utf-8") as lines:
        for line in lines:
            at, told = json.loads(line)
            ended = Ended(**told)
            if moment and not moment.event and at == moment.step:
                select.select([lines], [], [], moment.share * seconds)
                os.killpg(child, signal.SIGKILL)
    ended.killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    return ended


def run_here(root: Path, day: str, at_step: Callable[[str], None]) -> Ended:
    """A `refresh` in this process."""
    return _watched(root, day, None, lambda: None, lambda *_: None, at_step)


def _watched(
    root: Path, day: str, moment: Moment | None, kill: Callable[[], None], tell: Callable[[str, Ended], None], at_step: Callable[[str], None] | None, until: str = "", pause: float = 0.0,
) -> Ended:  # fmt: skip
    """A `refresh`: of each step, its changes of files and its seconds are told before the next, and `kill` is called at `moment`."""
    ended, step, counted, since, main = Ended(), "", 0, 0.0, os.getpid()

    def changed(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal counted
        if step and (event in CHANGES or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))) and os.getpid() == main:
            counted += 1
            time.sleep(pause)
            if moment and step == moment.step and counted == moment.event:
                kill()

    def started(name: str) -> None:
        nonlocal step, counted, since
        if step:
            ended.events[step], ended.seconds[step] = counted, time.monotonic() - since
        step = ""
        if at_step and name:
            at_step(name)
        tell(name, ended)
        step, counted, since = name, 0, time.monotonic()

    sys.addaudithook(changed)  # for good, but of no effect between steps
    try:
        ended.said = refresh(root, day, started, until)
    except dg.Failure as e:
        ended.wrong = str(e.description)
    except BaseException:
        ended.wrong = traceback.format_exc()
    started("")
    return ended


def copy(root: Path, to: Path) -> None:
    """The hub as it lies there, in an empty folder. Of what the pipeline made, links: it writes nothing in place."""
    shutil.copytree(root, to, symlinks=True, ignore=shutil.ignore_patterns("warehouse", "published"), dirs_exist_ok=True)
    for folder in ("warehouse", "published"):
        if (root / "data" / folder).exists():
            shutil.copytree(root / "data" / folder, to / "data" / folder, symlinks=True, copy_function=_link, ignore=shutil.ignore_patterns(".lock"))


def _link(path: str, to: str) -> None:
    try:
        os.link(path, to)
    except OSError:  # on another file system
        shutil.copy2(path, to)


def raw(root: Path) -> dict[str, str]:
    """What people dropped in and decided, and what feeds brought: path -> SHA-256."""
    return {path: digest for path, digest in _files(root / "data" / "raw") if not Path(path).name.startswith(".")}


def outcome(root: Path) -> dict[str, str]:
    """Everything that a refresh leaves: published bytes, the content of each output, and the name of whatever else lies there."""
    made = root / "data" / "warehouse"
    published = {f"published/{path}": digest for path, digest in _files(root / "data" / "published")}
    return published | {f"warehouse/{path}": digest if path.endswith(".parquet") else "" for path, digest in _files(made)}


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            yield name, f"-> {path.readlink()}"
        elif path.is_file() and path.name != ".lock":
            yield name, sha256(path)


def half_published(root: Path) -> list[str]:
    """What stands in data/published as if it were whole and is not: a sentence each."""
    top = root / "data" / "published"
    index = read_json(top / "index.json") or {"versions": []}
    found = [sentence for v in index["versions"] for sentence in verify(top / v["version"])]
    if (top / "latest").is_symlink() and (top / "latest").readlink().name not in {v["version"] for v in index["versions"]}:
        found.append(f"latest leads to {(top / 'latest').readlink()}, which index.json does not list")
    found += [f"{p} breaks off" for p in top.rglob("*.html") if not any(part.startswith(".") for part in p.parts) and not p.read_text("utf-8").rstrip().endswith("</html>")]
    return found
