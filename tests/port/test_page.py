"""The page in the docs equals the contract's tests."""

from pages import PAGE, page, rules


def test_the_page_is_current():
    assert PAGE.read_text() == page(), "run python tests/port/pages.py"


def test_every_rule_has_a_source_or_states_that_it_has_none():
    missing = [r.text for r in rules() if not r.source.startswith(("Source: ", "UNVERIFIED: "))]
    assert missing == []
    assert len(rules()) > 30
