"""Work on many things (documents to read, pages to make), forked over the cores of this machine.

Forked, not spawned: what the work needs (a model, the known names) is there already and is not copied. Belongs
here: that, and nothing of what the work is.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from km0_pipeline.forking import end_with

FEWEST = 8
"""Documents from which on the work is forked: below, forking costs more than it brings."""

T = TypeVar("T")
R = TypeVar("R")


class WorkerKilled(RuntimeError):
    """A forked process was ended by something else; the message says what to do."""


def sharded(work: Callable[[Sequence[T]], R], items: Sequence[T]) -> list[R]:
    """What `work` returns of runs of `items`, in their order; of all at once where they are few. Results are pickled."""
    if len(items) < FEWEST or processes() < 2:
        return [work(items)]
    size = -(-len(items) // (cores() * 4))
    return forked(work, [items[n : n + size] for n in range(0, len(items), size)])


def forked(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """What `work` returns of each of `items`, in their order, each in a forked process. Results are pickled.

    Raises what `work` raises, and WorkerKilled where a process ended without a word; the others are ended then.
    """
    results: dict[int, R] = {}
    workers: dict[Connection, BaseProcess] = {}
    to_do = iter(range(len(items)))
    gc.freeze()  # else each collection in a forked process touches, and so copies, all that is there
    try:
        for _ in range(min(cores(), len(items))):
            pipe, process = _start(work, items, list(workers))
            workers[pipe] = process
            _hand(pipe, next(to_do))
        busy = list(workers)
        while busy:
            ready = wait(busy)
            for pipe in [p for p in busy if p in ready]:
                n, result, error = _said(pipe, workers[pipe])
                if error is not None:
                    raise error
                results[n] = result
                if (then := next(to_do, None)) is None:
                    busy.remove(pipe)
                _hand(pipe, then)
    finally:
        gc.unfreeze()
        for pipe, process in workers.items():
            if len(results) < len(items):
                process.kill()
            process.join()
            pipe.close()
    return [results[n] for n in range(len(items))]


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processes() -> int:
    """How many processes can work at once; 1 where none can be forked."""
    return cores() if "fork" in multiprocessing.get_all_start_methods() else 1


def _start(work: Callable[[T], R], items: Sequence[T], others: list[Connection]) -> tuple[Connection, BaseProcess]:
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe()
    process = fork.Process(target=_serve, args=(work, items, there, [here, *others], os.getpid()), daemon=True)
    process.start()
    there.close()
    return here, process


def _hand(pipe: Connection, n: int | None) -> None:
    with suppress(BrokenPipeError):  # that it was killed is told where it is listened to
        pipe.send(n)


def _said(pipe: Connection, process: BaseProcess) -> tuple[int, Any, Exception | None]:
    try:
        said: tuple[int, Any, Exception | None] = pipe.recv()
    except (EOFError, OSError):  # the latter: in the middle of what it said
        process.join()
        how = f"by signal {-process.exitcode}" if process.exitcode and process.exitcode < 0 else f"with status {process.exitcode}"
        raise WorkerKilled(
            f"A process that shared in the work was ended {how}, from outside: most often because this machine's memory was full. "
            "Close other programs or give it more memory, then run again; what was published before still stands."
        ) from None
    return said


def _serve(work: Callable[[T], R], items: Sequence[T], there: Connection, parents: list[Connection], parent: int) -> None:
    end_with(parent)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C
    for pipe in parents:  # else this process would not see its parent go
        pipe.close()
    while True:
        try:
            n = there.recv()
        except EOFError:
            return
        if n is None:
            return
        try:
            there.send((n, work(items[n]), None))
        except Exception as e:
            there.send((n, None, _carried(e)))


def _carried(error: Exception) -> Exception:
    """`error`, with where it was raised; what can't travel between processes, in words."""
    where = traceback.format_exc()
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(where)
    return error
