"""The page in the docs says what the contract's tests say."""

from pages import PAGE, page, rules


def test_the_page_is_current():
    assert PAGE.read_text() == page(), "run python tests/port/pages.py"


def test_every_rule_has_a_source_or_states_that_it_has_none():
    lacking = [r.text for r in rules() if not r.source.startswith(("Source: ", "UNVERIFIED: "))]
    assert lacking == []
    assert len(rules()) > 30
