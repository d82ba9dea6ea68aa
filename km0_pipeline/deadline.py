"""Work that may hang, crash or take all memory, done in a forked process that is stopped when its time is over.

The process is forked once and serves one call after another, so a call costs no more than sending
its arguments; after a failure the next call forks anew.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Generic, ParamSpec, TypeVar

from km0_pipeline.forking import end_with

MEMORY = 2_000_000_000
"""Bytes of memory that the work may take; a usual file takes some hundredths of it, a bomb all there is."""

P = ParamSpec("P")
T = TypeVar("T")


class Overdue(Exception):
    """The work took longer than it may, and was stopped."""


class Crashed(Exception):
    """The process that did the work died of it."""


class Deadline(Generic[P, T]):
    """`work`, which gives up after `seconds`; a context that ends the process behind it.

    Arguments and result travel between processes; so `work` must return, not raise, what is expected to go wrong.
    """

    def __init__(self, work: Callable[P, T], seconds: float) -> None:
        self._work = work
        self._seconds = seconds
        self._running: tuple[BaseProcess, Connection] | None = None

    def __enter__(self) -> Deadline[P, T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` returns; raises Overdue or Crashed where it returns nothing."""
        if self._running is None:
            self._running = self._start()
        _, pipe = self._running
        try:
            pipe.send((args, kwargs))
            if not pipe.poll(self._seconds):
                raise Overdue
            result: T = pipe.recv()
        except (EOFError, OSError):  # the latter: also where it died in the middle of its answer
            self._stop()
            raise Crashed from None
        except BaseException:
            self._stop()
            raise
        return result

    def _start(self) -> tuple[BaseProcess, Connection]:
        fork = multiprocessing.get_context("fork")
        here, there = fork.Pipe()
        process = fork.Process(target=_serve, args=(self._work, here, there, os.getpid()), daemon=True)
        process.start()
        there.close()
        return process, here

    def _stop(self) -> None:
        if self._running is not None:
            process, pipe = self._running
            self._running = None
            process.kill()
            process.join()
            pipe.close()


def _serve(work: Callable[P, T], here: Connection, there: Connection, parent: int) -> None:
    end_with(parent)
    here.close()  # else this process would not see its parent go
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a library says as it dies is for no one who can act on it
    limit_memory(MEMORY)
    while True:
        try:
            args, kwargs = there.recv()
        except EOFError:
            return
        there.send(work(*args, **kwargs))


def limit_memory(more: int) -> None:
    """From now on this process may take `more` bytes of memory beyond what it has; for work that may take another measure than `MEMORY`."""
    used = Path("/proc/self/statm")
    if used.exists():  # Linux; elsewhere what a process has is not known, and the limit not kept
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = int(used.read_text().split()[0]) * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
