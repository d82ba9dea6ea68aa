"""Mistakes in a TOML file that a pydantic model refuses, as sentences for who mends it: the key, its line, what is expected there.

Belongs here: where a setting stands, and which words lie near one that is none.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails


def nearest(word: str, words: Any) -> str:
    """The few of `words` that look most like `word`, for a person who mistyped; else all of them."""
    return ", ".join(difflib.get_close_matches(word, list(words), n=3, cutoff=0.5) or sorted(words))


def named(loc: tuple[int | str, ...]) -> str:
    """A setting as people write it: `feeds[0].url`."""
    return ".".join(f"[{p}]" if isinstance(p, int) else str(p) for p in loc).replace(".[", "[")


def keys_in(value: Any, loc: tuple[int | str, ...] = ()) -> Iterator[tuple[int | str, ...]]:
    """Where, below `value`, an address stands with who asks and his password: `https://user:password@host/`."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from keys_in(inner, (*loc, key))
    elif isinstance(value, str) and re.match(r"\s*(\w[\w+.-]*://[^/?#\s]*|(?!mailto:)[^/?#\s@:]+:[^/?#\s@]+)@", value):
        yield loc


def sentence(file: str, text: str, error: ErrorDetails, root: type[BaseModel]) -> str:
    """What is wrong with the setting of `file` (whose content is `text`) that an error of the model `root` is about, and what is expected there."""
    loc = error["loc"]
    where = f"{file}, line {line_of(text, loc)}: {named(loc)}"
    model, description = _setting(loc, root)
    if error["type"] == "extra_forbidden":
        return f"{where}: no such setting; did you mean {nearest(str(loc[-1]), model.model_fields)}?"
    if error["type"] == "missing":
        return f"{where} is missing and must be given: {description}"
    expected = re.sub("^(Value error, |Input should be |String should )", "", error["msg"]).replace("valid tuple", "list")
    if error["type"] == "string_pattern_mismatch":
        return f"{where}: found {error['input']!r}; expected: {description}"
    return f"{where}: found {error['input']!r}; expected: {expected} ({description.rstrip('.')})."


def _setting(loc: tuple[int | str, ...], root: type[BaseModel]) -> tuple[type[BaseModel], str]:
    """The model that holds the setting at `loc` (or would, if there were one) and the setting's description."""
    model: Any = root
    inside: Any = root
    description = ""
    for part in loc:
        if isinstance(part, str) and inside and part in inside.model_fields:
            model, field = inside, inside.model_fields[part]
            inside = next((a for a in (field.annotation, *getattr(field.annotation, "__args__", ())) if hasattr(a, "model_fields")), None)
            description = field.description or (inside.__doc__ if inside else "")
        elif isinstance(part, str) and inside:
            model = inside
    return model, description


_KEY = r"""(?:"[^"]*"|'[^']*'|[\w-]+)"""
_KEYS = rf"{_KEY}(?:\s*\.\s*{_KEY})*"


def line_of(text: str, loc: tuple[int | str, ...]) -> int:
    """Line, from 1, of the TOML `text` at which the key at `loc` stands; of the nearest table where it doesn't."""
    best, found = 0, 1
    table: tuple[int | str, ...] = ()
    sizes: dict[tuple[str, ...], int] = {}  # of the arrays of tables
    for n, line in enumerate(text.splitlines(), 1):
        header = re.match(rf"\s*(\[\[?)\s*({_KEYS})\s*\]", line)
        setting = re.match(rf"\s*({_KEYS})\s*=", line)
        keys = tuple(k.strip("\"'") for k in re.findall(_KEY, (header and header[2]) or (setting and setting[1]) or ""))
        if header:
            if header[1] == "[[":
                sizes[keys] = sizes.get(keys, 0) + 1
            table = ()
            for i, key in enumerate(keys, 1):
                table += (key, sizes[keys[:i]] - 1) if keys[:i] in sizes else (key,)
        here = table if header else (*table, *keys)
        if not (header or setting):
            continue
        same = next((i for i, (a, b) in enumerate(zip(here, loc, strict=False)) if a != b), min(len(here), len(loc)))
        if same > best:
            best, found = same, n
    return found
