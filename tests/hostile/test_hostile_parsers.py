"""No bytes make a parser do anything but what it says: made up by hypothesis here, or found before, by it, by the fuzzer (`make fuzz`) or by hand, and kept in `findings/`.

`--hypothesis-profile long` tries a thousand times as many.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from km0_pipeline.deadline import Crashed, Deadline
from tests.hostile import fuzz

SHARE = {"html": 25, "pdf": 10, "words": 10, "docx": 5, "eml": 5, "xlsx": 5}
"""Parsers that take their time are tried as many times less."""
FOUND = [pytest.param(p.parent.name, p.read_bytes(), id=f"{p.parent.name}-{p.name[:24]}") for p in sorted(fuzz.FINDINGS.glob("*/*"))]


@pytest.fixture(scope="module", autouse=True)
def scratch() -> Iterator[None]:
    """What is read as files lies in memory, in one folder for all processes that are forked; it goes with the tests."""
    folder = fuzz.scratch()
    yield
    shutil.rmtree(folder)
    fuzz.scratch.cache_clear()


@st.composite
def damaged(draw: st.DrawFn, parser: str) -> bytes:
    """Bytes made up, or a file of the format of which a stretch was replaced, doubled or cut."""
    whole = draw(st.sampled_from([b"", *fuzz.seeds(parser)]))[:4096]
    start = draw(st.integers(0, len(whole)))
    end = draw(st.integers(start, min(start + 64, len(whole))))
    put = draw(st.one_of(st.binary(max_size=64), st.text(max_size=32).map(lambda t: t.encode("utf-8", "surrogatepass")), st.just(whole[start:end] * 3)))
    return whole[:start] + put + whole[end:]


@pytest.mark.parametrize("parser", fuzz.parsers())
def test_a_parser_refuses_what_it_can_t_read_as_it_says(parser: str) -> None:
    feed = fuzz.parsers()[parser]
    crash = contextlib.suppress(Crashed) if parser in fuzz.readers() else contextlib.nullcontext()  # of a process of its own, one reject

    def fed(data: bytes) -> str:
        try:
            feed(data)
        except Exception as e:
            return f"{type(e).__name__}: {e}"
        return ""

    @given(damaged(parser))
    @settings(max_examples=max(4, settings.default.max_examples // SHARE.get(parser, 2)), deadline=None, suppress_health_check=list(HealthCheck), database=None)  # type: ignore[union-attr]
    def holds(data: bytes) -> None:
        with crash:
            assert one(data) == ""

    with Deadline(fed, 60) as one:
        holds()


@pytest.mark.parametrize(("parser", "data"), FOUND)
def test_what_once_broke_a_parser_does_no_more(parser: str, data: bytes) -> None:
    fuzz.parsers()[parser](data)
