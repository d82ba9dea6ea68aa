"""Work on many things (documents to read, pages to make), forked over the cores of this machine.

Forked, not spawned: what the work needs (a model, the known names) is there already and is not copied. Belongs
here: that, and nothing of what the work is.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

FEWEST = 8
"""Documents from which on the work is forked: below, forking costs more than it brings."""

T = TypeVar("T")
R = TypeVar("R")


def sharded(work: Callable[[Sequence[T]], R], items: Sequence[T]) -> list[R]:
    """What `work` returns of runs of `items`, in their order; of all at once where they are few. Results are pickled."""
    if len(items) < FEWEST or processes() < 2:
        return [work(items)]
    size = -(-len(items) // (cores() * 4))
    return forked(work, [items[n : n + size] for n in range(0, len(items), size)])


def forked(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """What `work` returns of each of `items`, in their order, each in a forked process. Results are pickled."""
    global _work
    _work = work
    gc.freeze()  # else each collection in a forked process touches, and so copies, all that is there
    try:
        with multiprocessing.get_context("fork").Pool(cores(), _be_quiet) as pool:
            return pool.map(_run, items, chunksize=1)
    finally:
        gc.unfreeze()
        _work = None


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processes() -> int:
    """How many processes can work at once; 1 where none can be forked."""
    return cores() if "fork" in multiprocessing.get_all_start_methods() else 1


_work: Any = None
"""What forked processes inherit, as it can't be pickled."""


def _be_quiet() -> None:
    """A forked process ends when the pool is done with it, whatever its parent does on that signal."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _run(item: Any) -> Any:
    return _work(item)
