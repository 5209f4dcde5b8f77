"""Automata of patterns agree with regular expressions, on every text that either finds."""

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from tidegen.iam.patterns import UNKNOWN, is_arn_like, is_like
from tidegen.proof.policies.texts import arn_like, exactly, like, matches, witness

PATTERNS = st.text(alphabet="ab:*?", max_size=7)
TEXTS = st.text(alphabet="abz:", max_size=8)


@given(PATTERNS, TEXTS)
def test_a_pattern_matches_what_the_evaluator_of_single_requests_matches(pattern, text):
    assert matches(text, like(pattern)) is is_like(text, pattern)


@given(st.lists(PATTERNS, min_size=6, max_size=6), st.lists(TEXTS, min_size=6, max_size=6))
def test_no_wildcard_of_an_arn_crosses_a_colon_of_its_first_parts(patterns, texts):
    inner = [text.replace(":", "") for text in texts[:5]]
    arn = ":".join([*inner, texts[5]])
    pattern = ":".join([*(p.replace(":", "") for p in patterns[:5]), patterns[5]])
    assert matches(arn, arn_like(pattern)) is is_arn_like(arn, pattern)


@given(st.lists(PATTERNS, max_size=3), st.lists(PATTERNS, max_size=3))
def test_a_text_that_is_found_matches_all_inside_and_none_outside(inside, outside):
    text = witness(frozenset(map(like, inside)), frozenset(map(like, outside)))
    assume(text is not None)
    assert all(is_like(text, pattern) for pattern in inside)
    assert not any(is_like(text, pattern) for pattern in outside)


@given(st.lists(PATTERNS, max_size=3), st.lists(PATTERNS, max_size=3), TEXTS)
def test_where_none_is_found_no_text_matches(inside, outside, text):
    if witness(frozenset(map(like, inside)), frozenset(map(like, outside))) is None:
        is_inside = all(is_like(text, pattern) for pattern in inside)
        assert not is_inside or any(is_like(text, pattern) for pattern in outside)


def test_a_text_that_is_found_is_a_shortest_one():
    assert witness(frozenset([like("a*b")]), frozenset([like("ab")])) in (
        "a:b",
        "aab",
        "abb",
        "a0b",
    )


def test_an_unknown_part_of_an_arn_stays_within_its_part():
    form = exactly(f"arn:aws:sns:{UNKNOWN}:1:name")
    assert matches("arn:aws:sns:us-west-2:1:name", form)
    assert not matches("arn:aws:sns:us-west-2:2:x:1:name", form)
    assert re.fullmatch("[^:]*", (witness(frozenset([form]), frozenset()) or "").split(":")[3])


def test_a_comparison_that_ignores_case_takes_both():
    assert matches("TRUE", exactly("true", ignore_case=True))
    assert not matches("TRUE", exactly("true"))
