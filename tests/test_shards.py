"""Forked work: in order, with its errors; who is killed is told of, and nobody goes on alone."""

from __future__ import annotations

import os
import signal
import struct
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from km0_pipeline.deadline import Crashed, Deadline
from km0_pipeline.shards import WorkerKilled, forked, sharded


def test_what_is_returned_stands_in_the_order_of_what_was_given() -> None:
    assert forked(lambda n: n * n, range(20)) == [n * n for n in range(20)]
    assert [n for part in sharded(list, range(50)) for n in part] == list(range(50))
    assert forked(str, []) == []


def test_an_error_comes_through_with_what_it_says() -> None:
    def work(n: int) -> int:
        if n == 3:
            raise OSError(28, "No space left on device", "/full/page.html")
        return n

    with pytest.raises(OSError, match="No space left") as caught:
        forked(work, range(8))
    assert caught.value.filename == "/full/page.html" and any("in work" in note for note in caught.value.__notes__)


def test_a_process_that_is_killed_is_told_of_in_a_sentence_and_not_waited_for() -> None:
    def work(n: int) -> int:
        if n == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return n

    with pytest.raises(WorkerKilled, match=r"ended by signal 9, from outside: most often because this machine's memory was full.*run again"):
        forked(work, range(8))


def test_a_process_that_is_killed_in_the_middle_of_its_answer_is_told_of_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def die(pipe: Connection, _: object) -> None:
        os.write(pipe.fileno(), struct.pack("!i", 1000) + b"a beginning")
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(Connection, "send", lambda pipe, what, send=Connection.send: die(pipe, what) if os.getpid() != here else send(pipe, what))
    here = os.getpid()
    with pytest.raises(WorkerKilled, match="ended by signal 9"):
        forked(str, range(2))
    with Deadline(str, 60) as deadline, pytest.raises(Crashed):
        deadline(1)


class _Stays(Exception):
    """Can be pickled, and not be made anew from that."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{what} at {where}")


@pytest.mark.parametrize("error", [_Stays("a page", "home"), ValueError("a lock", threading.Lock())])
def test_an_error_that_can_t_travel_is_told_in_its_words(error: Exception) -> None:
    def work(n: int) -> int:
        raise error

    with pytest.raises(RuntimeError, match=r"_Stays: a page at home|ValueError: \('a lock'") as caught:
        forked(work, range(2))
    assert any("in work" in note for note in caught.value.__notes__)


@pytest.mark.parametrize("how", ["forked", "deadline"])
def test_nobody_goes_on_when_the_one_who_forked_is_killed(tmp_path: Path, how: str) -> None:
    def endless(n: int) -> None:
        (tmp_path / f"{os.getpid()}").touch()
        while True:
            time.sleep(0.01)

    if not (parent := os.fork()):
        try:
            forked(endless, range(2)) if how == "forked" else Deadline(endless, 60)(1)
        finally:
            os._exit(1)
    until = time.monotonic() + 30
    while not (begun := list(tmp_path.iterdir())) and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    while (left := [p.name for p in begun if _alive(int(p.name))]) and time.monotonic() < until:
        time.sleep(0.01)
    assert begun and not left


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
