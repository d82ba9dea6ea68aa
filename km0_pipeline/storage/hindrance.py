"""What keeps this machine from doing its work, as a sentence: a full disk, a folder that can't be written, too little memory.

Belongs here: errors that say nothing of the data or the code, from the system or from the libraries that pass them on.
"""

from __future__ import annotations

import errno
import re

AFTER = "then run again; what was published before still stands."
_DISK = f"Free some space there (`df -h` shows what there is), {AFTER}"
_RIGHT = f"Let the user who runs this write there, {AFTER}"
_MEMORY = f"This machine has too little memory for this. Close other programs or give it more, {AFTER}"
_SAID = {
    errno.ENOSPC: ("The disk is full", _DISK),
    errno.EDQUOT: ("The quota of the disk is used up", _DISK),
    errno.EFBIG: ("A file may not grow that large here (`ulimit -f`)", f"Raise that limit, {AFTER}"),
    errno.EROFS: ("The file system can only be read", f"Mount it for writing, {AFTER}"),
    errno.EACCES: ("The right to read or write is missing", _RIGHT),
    errno.EPERM: ("The right to read or write is missing", _RIGHT),
    errno.EIO: ("The disk gives errors, or is full", f"Look how much is free (`df -h`) and what the system says of it (`dmesg`), {AFTER}"),
    errno.EMFILE: ("Too many files are open at once (`ulimit -n`)", f"Raise that limit, {AFTER}"),
}
_WORDS = {"no space left on device": errno.ENOSPC, "disk is full": errno.ENOSPC, "disk quota exceeded": errno.EDQUOT, "file too large": errno.EFBIG, "read-only": errno.EROFS,
          "readonly": errno.EROFS, "permission denied": errno.EACCES, "input/output error": errno.EIO, "disk i/o error": errno.EIO, "unable to open database": errno.EACCES}  # fmt: skip
"""What DuckDB, Arrow and SQLite say, which hand on no number."""


def hindrance(error: BaseException) -> str:
    """What hinders, where, and what to do; '' if the error, and what it was made of, is another one."""
    return _said_of(error) or next((said for e in (error.__cause__, *error.args, getattr(error, "orig", None)) if isinstance(e, BaseException) and (said := _said_of(e))), "")


def _said_of(error: BaseException) -> str:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":  # DuckDB's
        return _MEMORY
    number, path = getattr(error, "errno", None), getattr(error, "filename", None)
    if number == errno.ENOMEM:
        return _MEMORY
    if number not in _SAID:
        foreign = type(error).__name__ in ("IOException", "OperationalError", "OSError")
        number = next((n for words, n in _WORDS.items() if words in str(error).lower()), None) if foreign else None
        quoted = re.search(r"[\"'](/[^\"']+)[\"']", str(error))
        path = path or (quoted[1] if quoted else None)
    if number is None:
        return ""
    what, do = _SAID[number]
    return f"{what}: {path}. {do}" if path else f"{what}. {do}"
