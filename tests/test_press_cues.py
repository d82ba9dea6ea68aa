"""Rules that are not tried would not have matched: the words looked for beforehand pass over no match."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from km0_pipeline.hub import Hub
from km0_pipeline.press import dates, quantities
from km0_pipeline.press.cues import Cues, required
from km0_pipeline.press.folding import straighten
from km0_pipeline.press.furniture import readable
from km0_pipeline.press.grammar import FORMS, _possible
from km0_pipeline.press.known import Names
from km0_pipeline.press.naming import mentions
from km0_pipeline.press.sentences import sentences
from km0_pipeline.press.statements import RULES
from tests.conftest import ROOT

_LETTERS = "abeisfkIİıſKSÉé ‹›H0"
_words = st.text(_LETTERS, min_size=1, max_size=7).map(re.escape)
_pieces = st.one_of(
    _words,
    st.text(_LETTERS, min_size=1, max_size=3).map(lambda letters: f"[{re.escape(letters)}]"),
    st.sampled_from([r"\w+", ".{0,3}", "(?=.)", r"\b", "[^e]", "(?:x)?"]),
)
patterns = st.recursive(
    st.lists(_pieces, min_size=1, max_size=4).map("".join),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda some: f"(?:{'|'.join(some)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "??", "{0,2}"])).map(lambda p: f"(?:{p[0]}){p[1]}"),
        inner.map(lambda p: f"(?i:{p})"),
        st.tuples(inner, inner).map("".join),
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.lists(patterns, min_size=1, max_size=5))
def test_whatever_matches_a_pattern_holds_what_it_needs(data: st.DataObject, some: list[str]) -> None:
    cues = Cues([required(p) for p in some])
    text = data.draw(st.one_of(*(st.from_regex(p) for p in some)))
    possible = cues.within(text)
    assert not [p for n, p in enumerate(some) if re.search(p, text) and not possible >> n & 1]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.integers(0, len(FORMS) - 1))
def test_a_sentence_made_to_match_a_rule_is_not_passed_over(data: st.DataObject, number: int) -> None:
    text = data.draw(st.from_regex(FORMS[number].pattern))
    assert _possible(text) & FORMS[number].bit


def test_no_match_in_the_sample_is_passed_over_and_most_of_the_rest_is() -> None:
    names = Names(Hub.load(ROOT / "hub.toml"))
    matched = tried = sought = 0
    for path in sorted((ROOT / "data" / "raw" / "press").glob("*.md")):
        text = readable(path.read_text(encoding="utf-8"))
        flat = straighten(text).replace("\n", " ")
        for sentence in sentences(text, mentions(text, [], names), quantities.find(flat), dates.find(flat, "2019")):
            possible = _possible(sentence.flat.text)
            found = sum(form.bit for form in FORMS if form.pattern.search(sentence.flat.text))
            assert not found & ~possible, sentence.flat.text
            matched, tried, sought = matched + found.bit_count(), tried + possible.bit_count(), sought + len(FORMS)
    assert RULES and matched > 300
    assert tried < sought / 20
