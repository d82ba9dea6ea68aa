"""Refreshes killed at moments drawn by chance over every step; run as a program, hundreds of them: `make faults`."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.world import (
    FIRST,
    SECOND,
    Ended,
    Moment,
    begin,
    copy,
    go_on,
    half_published,
    make_ready,
    outcome,
    raw,
    run,
    run_here,
    served,
    unmake,
)

HUB = "hub"
"""Folder of every refresh: where a hub lies is part of what some steps make."""
HOW = ("before a change", "at a time", "ended before that")
"""How a refresh was killed: before it changed a file, or at some time of the step; or it was quicker than that."""
PUBLICATION = ("snapshot", "catalogue")
OTHERWISE = {f"warehouse/{name}.parquet" for name in ("press_feeds", "press_feed_rejects", "registry_stamps")}
"""How the feed was asked, which a run that has its articles already does otherwise; and the inodes of files, other ones in a copy."""


@dataclass
class Story:
    """A refresh that nobody disturbs: what each step took, the hub as it was when each began, and what was left."""

    day: str
    folder: Path
    ended: Ended
    left: dict[str, str]

    def at(self, step: str) -> Path:
        return self.folder / step


@dataclass(frozen=True)
class Kill:
    """A moment of a story; `whole` if the run after it goes on from there to the end, else the step alone is to be made, or the publication."""

    story: int
    moment: Moment
    whole: bool


@dataclass
class Trial:
    """A kill and the refresh after it: what is not as promised, a sentence each."""

    kill: Kill
    killed: Ended
    after: Ended
    wrong: list[str]


def first_story(folder: Path, url: str, patch: pytest.MonkeyPatch) -> Story:
    """The first refresh of a hub, in this process: all that is loaded once is loaded for those that are forked."""
    make_ready(patch)
    begin(folder / HUB, url)
    return _told(folder, 0, FIRST, run_here)


def next_story(folder: Path) -> Story:
    """The refresh of the day after, when sources have changed."""
    go_on(folder / HUB)
    return _told(folder, 1, SECOND, run)


def _told(folder: Path, number: int, day: str, how: Callable[..., Ended]) -> Story:
    here = folder / f"story-{number}"
    ended = how(folder / HUB, day, at_step=lambda step: copy(folder / HUB, here / step))
    assert not ended.wrong, ended.wrong
    return Story(day, here, ended, outcome(folder / HUB))


def kills(stories: list[Story], count: int, chance: random.Random, whole: float = 0.1) -> Iterator[Kill]:
    """`count` moments over every step of each story in turn, those of publication six times as often: by turns before a change of a file, and at some time."""
    every = [(number, step) for number, story in enumerate(stories) for step in story.ended.events for _ in range(6 if step in PUBLICATION else 1)]
    order: list[tuple[int, str]] = []
    while len(order) < count:
        order += chance.sample(every, len(every))
    for n, (number, step) in enumerate(order[:count]):
        events = stories[number].ended.events[step]
        moment = Moment(step, chance.randint(1, events) if events and n % 2 else 0, chance.random())
        yield Kill(number, moment, step in PUBLICATION or chance.random() < whole)


def trial(stories: list[Story], kill: Kill, folder: Path) -> Trial:
    """The refresh killed at the moment, and what lies there; then the next one, and what it leaves."""
    story, moment, root = stories[kill.story], kill.moment, folder / HUB
    shutil.rmtree(root)
    if kill.whole:
        copy(story.at(moment.step), root)
        until, expected = "", story.left
    else:
        copy(story.at("snapshot"), root)
        until, expected = "snapshot", outcome(root)
        unmake(root, moment.step)
    before = raw(root)
    killed = run(root, story.day, moment, story.ended.seconds[moment.step], until=until)
    wrong = half_published(root)
    after = run(root, story.day, until=until)
    wrong += [f"the next run did not end: {after.wrong}"] if after.wrong else []
    now, left = raw(root), outcome(root)
    wrong += [f"data/raw/{path} was lost or changed" for path, digest in before.items() if now.get(path) != digest]
    for path in sorted((left.keys() | expected.keys()) - OTHERWISE):
        if left.get(path) != expected.get(path):
            wrong.append(f"{path} is {'left over' if path not in expected else 'missing' if path not in left else 'otherwise'} after the next run")
    return Trial(kill, killed, after, wrong)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kills", description="Kill refreshes at moments drawn by chance, and look at what is left.")
    parser.add_argument("--moments", type=int, default=240, help="how many (default 240)")
    parser.add_argument("--seed", type=int, default=0, help="of the chance by which they are drawn (default 0)")
    given = parser.parse_args(arguments)
    begun, bad = time.monotonic(), 0
    tried: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as name, served() as url, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        stories = [first_story(folder, url, patch), next_story(folder)]
        with suppress(KeyboardInterrupt):  # the table is of those made
            for n, kill in enumerate(kills(stories, given.moments, random.Random(given.seed)), 1):
                one = trial(stories, kill, folder)
                how = HOW[2 if not one.killed.killed else not kill.moment.event]
                tried.setdefault(kill.moment.step, Counter())[how] += 1
                bad += bool(one.wrong or one.killed.wrong)
                print(f"{n:>4} {kill.moment.step}: {how}", *filter(None, (str(kill) if one.wrong else "", one.killed.wrong, *one.wrong[:20])), sep="\n     ", flush=True)
        print(f"\n{'step':<24}" + "".join(f"{how:>20}" for how in HOW))
        for step in stories[0].ended.events:
            print(f"{step:<24}" + "".join(f"{tried.get(step, Counter())[how]:>20}" for how in HOW))
    dead = sum(counter[how] for counter in tried.values() for how in HOW[:2])
    print(f"\n{dead} kills over {len(tried)} steps, {bad} not as promised (seed {given.seed}; {time.monotonic() - begun:.0f} s, {sum(os.times()[:4]):.0f} s of processor time)")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
