"""The catalogue: whole, well formed, and each message recognised as its own row."""

from pathlib import Path

import pytest

from tidegen.failures import FAILURES, Where, failure, recognised

#: Row → type and reason of a failed event, in AWS's words (the sources of each row).
REASONS = {
    int(number): (type_name, reason)
    for number, type_name, reason in (
        line.split(" ", 2)
        for line in Path(__file__).with_name("reasons.txt").read_text().splitlines()
    )
}


def test_the_catalogue_has_every_row_once_and_in_order():
    assert [row.number for row in FAILURES] == list(range(1, len(FAILURES) + 1))
    assert len(FAILURES) >= 61


@pytest.mark.parametrize("row", FAILURES, ids=lambda row: str(row.number))
def test_a_row_says_cause_action_place_and_source_in_one_line(row):
    assert row.cause
    assert row.action
    assert "\n" not in str(row)
    assert row.where
    assert row.sources
    assert all(url.startswith("https://") for url in row.sources)
    assert bool(row.rules) == (Where.LINT in row.where)


@pytest.mark.parametrize("number", REASONS)
def test_a_reason_is_recognised_as_its_own_row(number):
    type_name, reason = REASONS[number]
    found = recognised(type_name, reason)
    assert found is not None
    assert found.number == number


def test_every_row_with_a_message_has_a_reason_here():
    assert {row.number for row in FAILURES if row.messages} == REASONS.keys()


def test_what_nobody_has_seen_is_not_explained():
    assert recognised("AWS::SNS::Topic", "The dog ate it") is None
    assert failure(1).likeness("AWS::S3::Bucket: fine") == 0
