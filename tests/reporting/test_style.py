"""Colour: none before it is allowed; then failures and losses, and no other text."""

import click
import pytest

from tests.reporting.test_plans import CHANGES
from tidegen.reporting import style
from tidegen.reporting.changes import changes_text, is_losing

RED, BOLD, YELLOW = "\x1b[31m", "\x1b[1m", "\x1b[33m"


def coloured(make, environment=()):
    """Return the result of `make` with colour allowed."""
    with style.colour(dict(environment)):
        return make()


@pytest.mark.parametrize("mark", [style.failed, style.losing, style.warned])
def test_text_stays_plain_until_colour_is_allowed(mark):
    assert mark("text") == "text"
    assert not style.is_coloured()
    assert click.unstyle(coloured(lambda: mark("text"))) == "text"
    assert coloured(lambda: mark("text")) != "text"


@pytest.mark.parametrize(
    ("environment", "allowed"),
    [
        ({}, True),
        ({"NO_COLOR": ""}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "0"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm"}, True),
    ],
)
def test_environment_variables_that_allow_colour(environment, allowed):
    assert coloured(style.is_coloured, environment) is allowed


@pytest.mark.parametrize(
    ("status", "failing"),
    [
        ("CREATE_FAILED", True),
        ("UPDATE_ROLLBACK_COMPLETE", True),
        ("ROLLBACK_IN_PROGRESS", True),
        ("UPDATE_COMPLETE", False),
        ("CREATE_IN_PROGRESS", False),
    ],
)
def test_which_statuses_are_failures(status, failing):
    assert (coloured(lambda: style.by_status("x", status)) != "x") is failing


def test_losses_stand_out_in_a_plan_and_nothing_else_is_marked():
    marked = coloured(lambda: changes_text(CHANGES)).splitlines()
    assert [click.unstyle(line) for line in marked] == changes_text(CHANGES).splitlines()
    lost = {change.logical_id for change in CHANGES if change.certain and change.loses}
    unsure = {change.logical_id for change in CHANGES if is_losing(change)} - lost
    words = [(line, click.unstyle(line).split()) for line in marked if "\x1b" in line]
    assert {w[1] for line, w in words if BOLD in line and RED in line} == lost
    assert {w[1] for line, w in words if YELLOW in line} == unsure
    assert lost
