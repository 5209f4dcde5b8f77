"""Secrets as text and rows: names only."""

import json
from datetime import UTC, datetime

import pytest

from tidegen.chart.secrets import Fill
from tidegen.deployment.secrets import SecretOutcome
from tidegen.planning.secrets import ListedSecret, StoredSecret, plan_secret
from tidegen.reporting.secrets import (
    outcome_text,
    outcomes_rows,
    plan_text,
    secrets_rows,
    secrets_text,
    unfilled_text,
)

FILLS = {"Salt": Fill.ROTATED, "Id": Fill.PERSON}
HALF = plan_secret("dexcom", "/d", FILLS, StoredSecret("v", json.dumps({"Salt": "hunter2"})))
WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 11, 1, tzinfo=UTC)
LISTED = {"dexcom": ListedSecret("v", True, datetime(2026, 9, 6, 8, 10, tzinfo=UTC))}
FULL = plan_secret(
    "kafka", "/k", {"A": Fill.PERSON}, StoredSecret("v", '{"A": "hunter2"}', WRITTEN)
)
OUTCOME = SecretOutcome("dexcom", ("Salt",), ("Id",))


def test_a_plan_lists_the_needs_of_each_secret():
    lines = plan_text([HALF, FULL]).splitlines()
    assert lines[0].split(maxsplit=1) == ["dexcom", "filled: Salt; given by a person: Id"]
    assert lines[1:] == ["  1 of 2 secrets need no change"]


def test_a_secret_is_a_line_and_a_row():
    lines = secrets_text([HALF, FULL], LISTED, NOW).splitlines()
    assert lines[0].endswith(
        "1 of 2 filled  rotates automatically, last: 2026-09-06  Id (given by a person)"
    )
    assert lines[1].endswith("1 of 1 filled  written 2026-11-01, 10 days ago")
    assert secrets_rows([HALF], LISTED)[0] == {
        "secret": "dexcom",
        "filled": ["Salt"],
        "unfilled": {"Id": "given by a person"},
        "rotated_by_itself": ["Salt"],
        "rotation_enabled": True,
        "last_rotated": "2026-09-06T08:10:00+00:00",
        "written": None,
    }


@pytest.mark.parametrize(
    ("listed", "text"),
    [
        (ListedSecret("v", rotates=True), "last: not yet"),
        (ListedSecret("v"), "rotation is OFF: deploy to switch it on"),
        (None, "last: not yet"),
    ],
)
def test_a_rotation_that_is_off_is_shown(listed, text):
    assert text in secrets_text([HALF], {"dexcom": listed} if listed else {}, NOW)


def test_an_unfilled_secret_has_no_age():
    stored = StoredSecret("v", "{}", datetime(2026, 11, 1, tzinfo=UTC))
    empty = plan_secret("travis", "/t", {"Token": Fill.PERSON}, stored)
    assert "ago" not in secrets_text([empty], {}, NOW)


def test_an_outcome_lists_written_and_left_keys():
    assert outcome_text(OUTCOME).endswith("wrote Salt; left Id")
    assert outcome_text(SecretOutcome("server", (), ())) == ""
    assert outcomes_rows([OUTCOME])[0]["left"] == ["Id"]


def test_the_status_line_names_the_command():
    assert unfilled_text("staging", ()) == "all secrets are filled"
    text = unfilled_text("staging", ("a", "b"))
    assert text.startswith("2 secrets have unfilled keys")
    assert text.endswith("'tidegen secrets status --env staging'")


def test_no_text_contains_a_value():
    texts = (
        plan_text([HALF]),
        secrets_text([HALF, FULL], LISTED, NOW),
        json.dumps(secrets_rows([FULL], LISTED)),
    )
    assert not any("hunter2" in text for text in texts)
