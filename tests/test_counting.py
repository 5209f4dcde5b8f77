"""One thing and several of it."""

import pytest

from tidegen.counting import counted, first_of


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 problems"), (1, "1 problem"), (2, "2 problems"), (1200, "1,200 problems")],
)
def test_a_number_and_its_noun_agree(count, text):
    assert counted(count, "problem") == text


def test_the_first_of_several_says_how_many_more_there_are():
    assert first_of(["one"]) == "one"
    assert first_of(["one", "two", "three"]) == "one; and 2 more"
