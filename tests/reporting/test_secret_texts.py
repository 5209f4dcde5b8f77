"""Secrets as text and rows: names only."""

import json

from tidegen.blocks.chart_secrets import Fill
from tidegen.deployment import SecretOutcome
from tidegen.planning.secrets import StoredSecret, plan_secret
from tidegen.reporting.secrets import (
    outcome_text,
    outcomes_rows,
    plan_text,
    secrets_rows,
    secrets_text,
    unfilled_text,
)

FILLS = {"Salt": Fill.RANDOM, "Id": Fill.PERSON}
HALF = plan_secret("dexcom", "/d", FILLS, StoredSecret("v", json.dumps({"Salt": "hunter2"})))
FULL = plan_secret("server", "/s", {"A": Fill.RANDOM}, StoredSecret("v", '{"A": "hunter2"}'))
OUTCOME = SecretOutcome("dexcom", ("Salt",), ("Id",))


def test_a_plan_names_what_each_secret_needs():
    lines = plan_text([HALF, FULL]).splitlines()
    assert lines[0].split(maxsplit=1) == ["dexcom", "filled: Salt; given by a person: Id"]
    assert lines[1:] == ["  1 of 2 secrets need nothing"]


def test_a_secret_is_a_line_and_a_row():
    lines = secrets_text([HALF, FULL]).splitlines()
    assert lines[0].endswith("1 of 2 filled  Id (given by a person)")
    assert lines[1].endswith("1 of 1 filled")
    assert secrets_rows([HALF])[0] == {
        "secret": "dexcom",
        "filled": ["Salt"],
        "unfilled": {"Id": "given by a person"},
    }


def test_an_outcome_says_what_was_written_and_what_is_left():
    assert outcome_text(OUTCOME).endswith("wrote Salt; left Id")
    assert outcome_text(SecretOutcome("server", (), ())) == ""
    assert outcomes_rows([OUTCOME])[0]["left"] == ["Id"]


def test_the_status_line_names_the_command():
    assert unfilled_text("staging", ()) == "all secrets are filled"
    text = unfilled_text("staging", ("a", "b"))
    assert text.startswith("2 secrets are not wholly filled")
    assert text.endswith("'tidegen secrets status --env staging'")


def test_no_text_holds_a_value():
    texts = (plan_text([HALF]), secrets_text([HALF, FULL]), json.dumps(secrets_rows([FULL])))
    assert not any("hunter2" in text for text in texts)
