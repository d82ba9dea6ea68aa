"""A refresh disturbed in whatever way: it says so, nothing is half-published, and the next run ends with the same bytes.

A few kills of those that `make faults` makes by hundreds (docs/reliability.md), and each other fault once.
"""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from km0_pipeline import sql
from km0_pipeline.press import statements
from km0_pipeline.steps import Project
from tests.conftest import ROOT, lacking
from tests.faults.kills import HUB, OTHERWISE, Kill, Story, first_story, kills, trial
from tests.faults.world import FIRST, Ended, Moment, copy, half_published, outcome, run, served, unmake
from tests.runs import make_run

pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="module")
def story(folder: Path) -> Iterator[Story]:
    """A refresh that nobody disturbed."""
    with served() as url, pytest.MonkeyPatch.context() as patch:
        yield first_story(folder, url, patch)


def test_a_refresh_killed_at_any_moment_is_ended_by_the_next(story: Story, folder: Path) -> None:
    drawn = list(kills([story], 60, random.Random(1), whole=0))
    while_it_fetches = Kill(0, Moment("press_feeds", share=0.634), whole=True)  # its articles are fetched by the next run
    for kill in [*[k for k in drawn if not k.whole][:5], next(k for k in drawn if k.moment.step == "snapshot"), while_it_fetches]:
        found = trial([story], kill, folder)
        assert not found.killed.wrong and not found.wrong, (kill, found.wrong)


@pytest.fixture
def hub(story: Story, folder: Path) -> Path:
    """A hub whose tables are made and of which nothing is published."""
    return begun(story, folder / HUB)


def begun(story: Story, root: Path, step: str = "snapshot") -> Path:
    """The hub as it was before the step, in `root`, where nothing else stays."""
    for path in root.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    copy(story.at(step), root)
    return root


def right_at_the_next(root: Path, expected: dict[str, str], until: str = "snapshot") -> None:
    """The next run ends, with what one leaves that nothing disturbed."""
    assert half_published(root) == []
    after = run(root, FIRST, until=until)
    assert not after.wrong
    left = outcome(root)
    assert {p for p in left.keys() | expected.keys() if left.get(p) != expected.get(p)} <= OTHERWISE


def test_a_process_that_shares_in_the_work_is_killed(hub: Path) -> None:
    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    expected = outcome(hub)
    unmake(hub, "press_claims")
    ended = disturbed(hub, lambda step: setattr(statements, "extract", die))
    assert ended.wrong.startswith("A process that shared in the work was ended by signal 9, from outside")
    right_at_the_next(hub, expected)


def test_memory_is_too_little(hub: Path) -> None:
    expected = outcome(hub)
    unmake(hub, "organisations")
    ended = disturbed(hub, lambda step: setattr(sql.connect.__wrapped__, "__defaults__", ("1MB",)))
    assert "too little memory" in ended.wrong and "Traceback" not in ended.wrong
    right_at_the_next(hub, expected)


def test_storage_is_slow_and_the_clock_jumps_a_day_on_and_back_between_steps(hub: Path) -> None:
    expected = outcome(hub)
    for step in ("press_documents", "organisations", "km0_duckdb"):
        unmake(hub, step)
    days = iter([86400, -86400] * 40)

    def jump(step: str) -> None:
        now = time.time() + next(days)
        for path in (hub / "data" / "warehouse").rglob("*"):
            os.utime(path, (now, now), follow_symlinks=False)

    assert not run(hub, FIRST, at_step=jump, until="snapshot", pause=0.05).wrong
    right_at_the_next(hub, expected)


def test_the_clock_says_a_day_before_the_last_version(story: Story, folder: Path) -> None:
    ended = run(begun(story, folder / HUB, "catalogue"), "2026-02-27")
    assert "look at this machine's clock" in ended.wrong and "Traceback" not in ended.wrong
    assert half_published(folder / HUB) == []


def test_the_network_is_dead(hub: Path) -> None:
    expected = outcome(hub)
    settings = (hub / "hub.toml").read_text(encoding="utf-8")
    url = settings.partition('url = "http://127.0.0.1:')[2].partition("/")[0]
    dead = settings.replace(f"127.0.0.1:{url}", "127.0.0.1:9") + 'attempts = 1\n'
    (hub / "hub.toml").write_text(dead, encoding="utf-8")
    assert not run(hub, FIRST, until="press_documents").wrong
    (said,) = sentences(hub, "press_feed_rejects")
    assert "127.0.0.1:9" in said and "can't be reached" in said
    (hub / "hub.toml").write_text(settings, encoding="utf-8")
    right_at_the_next(hub, expected)


def sentences(root: Path, name: str) -> list[str]:
    import pyarrow.parquet as pq

    return [str(r["sentence"]) for r in pq.read_table(Project.at(root).made(name)).to_pylist()]


def disturbed(root: Path, disturb: Callable[[str], None]) -> Ended:
    """A refresh up to publication, with this done before each step, in its own process."""
    return run(root, FIRST, at_step=disturb, until="snapshot")


NEW_MOUNTS, NEW_USER = 0x20000, 0x10000000  # linux/sched.h


def in_a_world_of_its_own(work: Callable[[], None]) -> None:
    """`work`, which mounts file systems, in a process that alone sees them; its assertions are the test's."""
    here, there = os.pipe()
    child = os.fork()
    if not child:
        said = b""
        try:
            who = os.geteuid()
            if ctypes.CDLL(None).unshare(NEW_MOUNTS | (NEW_USER if who else 0)):
                said = b"unshare"
            else:
                if who:
                    Path("/proc/self/setgroups").write_text("deny")
                    Path("/proc/self/uid_map").write_text(f"0 {who} 1")
                mount("--make-rprivate", "/")
                work()
        except BaseException as e:
            said = f"{type(e).__name__}: {e}".encode()
        finally:
            os.write(there, said[:60_000])
            os._exit(0)
    os.close(there)
    with os.fdopen(here, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    if said == b"unshare":
        lacking("this machine lets nobody mount a small file system of his own: what a full disk does is not tested")
    assert not said, said.decode()


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


def leave_free(root: Path, kilobytes: int) -> None:
    """Let the file system that is mounted there be full but for these."""
    there = os.statvfs(root)
    used = (there.f_blocks - there.f_bfree) * there.f_frsize // 1024
    mount("-o", f"remount,size={used + kilobytes}k", str(root))


@pytest.mark.parametrize(("step", "until", "spare"), [("organisations", "snapshot", 4), ("snapshot", "catalogue", 600)])
def test_the_disk_is_full(story: Story, folder: Path, step: str, until: str, spare: int) -> None:
    """With as many kB to spare as let it get into the step."""
    root = folder / HUB

    def full() -> None:
        mount("-t", "tmpfs", "none", str(root))
        begun(story, root)
        expected = outcome(root)
        if step != until and step != "snapshot":
            unmake(root, step)
        leave_free(root, spare)
        ended = run(root, FIRST, until=until)
        assert ended.wrong.startswith("The disk is full") and "Free some space there" in ended.wrong, ended.wrong
        assert half_published(root) == []
        assert {p: d for p, d in outcome(root).items() if p.startswith("published/20")} == {}
        mount("-o", "remount,size=1g", str(root))
        if until == "snapshot":
            right_at_the_next(root, expected)
        else:
            published(story, root)

    in_a_world_of_its_own(full)


def published(story: Story, root: Path) -> None:
    """The next run publishes what one does that nothing disturbed."""
    assert not run(root, FIRST, until="catalogue").wrong
    assert {p: d for p, d in outcome(root).items() if p.startswith("published/20")} == {p: d for p, d in story.left.items() if p.startswith("published/20")}


@pytest.mark.parametrize("read_only", ["data/published", "data/warehouse"])
def test_a_folder_can_only_be_read(story: Story, folder: Path, read_only: str) -> None:
    root = folder / HUB

    def barred() -> None:
        begun(story, root)
        unmake(root, "organisations")
        (root / read_only).mkdir(exist_ok=True)
        mount("--bind", str(root / read_only), str(root / read_only))
        mount("-o", "remount,bind,ro", str(root / read_only))
        ended = run(root, FIRST, until="catalogue")
        assert ended.wrong.startswith("The file system can only be read: ") and read_only in ended.wrong, ended.wrong
        assert half_published(root) == []

    in_a_world_of_its_own(barred)


@pytest.mark.parametrize("fault", ["full", "read-only"])
def test_make_run_says_it_in_a_sentence(story: Story, folder: Path, fault: str) -> None:
    """With Dagster, whose history lies on the same disk."""
    root = folder / HUB

    def run_there() -> None:
        mount("-t", "tmpfs", "none", str(root))
        begun(story, root)
        shutil.copy(ROOT / "assets" / "dagster.yaml", root)
        leave_free(root, 16) if fault == "full" else mount("-o", "remount,ro", str(root))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(shutil, "copy", lambda *_: None)  # of dagster.yaml: it is there
            ran = make_run(root, FIRST)
        assert ran.returncode == 1 and "Traceback" not in ran.stderr, ran.stderr
        assert ("The disk is full" if fault == "full" else "The file system can only be read") in ran.stderr, ran.stderr
        assert "what was published before still stands" in ran.stderr

    in_a_world_of_its_own(run_there)
