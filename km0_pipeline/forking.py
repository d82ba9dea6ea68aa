"""A forked process ends with the one that forked it, however that ended.

Killed (by a person, or for want of memory), a parent can't end its children itself. A child that goes on alone would hold the
project's lock, and write pages under the next run: for ever, if what it reads has no end. Belongs here: that, and nothing of what is worked on.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with(parent: int) -> None:
    """Let this process be killed when `parent`, the process (and in it the thread) that forked it, ends. On Linux; elsewhere it ends with its work."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before that was said
            os.kill(os.getpid(), signal.SIGKILL)
