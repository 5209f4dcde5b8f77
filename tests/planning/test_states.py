"""Every status of CloudFormation has a next action."""

import botocore.session
import pytest

from tidegen.planning.states import (
    STATES,
    NextAction,
    is_running,
    is_success,
    is_up_to_date,
    state_of,
)

STATUSES = tuple(
    botocore.session.get_session().get_service_model("cloudformation").shape_for("StackStatus").enum
)


def test_every_status_of_the_service_is_in_the_table_and_no_other():
    assert sorted(STATES) == sorted(STATUSES)


@pytest.mark.parametrize("status", STATUSES)
def test_only_operations_in_progress_are_followed(status):
    running = status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"
    assert is_running(status) is running
    assert (state_of(status).next_action is NextAction.FOLLOW) is running
    assert state_of(status).advice


@pytest.mark.parametrize("status", STATUSES)
def test_no_failed_status_counts_as_success(status):
    assert not (is_success(status) and ("FAILED" in status or "ROLLBACK" in status))
    assert not (is_up_to_date(status, "d", "d") and "FAILED" in status)


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (None, NextAction.CREATE),
        ("REVIEW_IN_PROGRESS", NextAction.CREATE),
        ("DELETE_COMPLETE", NextAction.CREATE),
        ("CREATE_FAILED", NextAction.UPDATE),
        ("ROLLBACK_COMPLETE", NextAction.DELETE_FIRST),
        ("ROLLBACK_FAILED", NextAction.DELETE_FIRST),
        ("DELETE_FAILED", NextAction.DELETE_FIRST),
        ("UPDATE_FAILED", NextAction.UPDATE),
        ("UPDATE_ROLLBACK_FAILED", NextAction.CONTINUE_ROLLBACK),
        ("UPDATE_ROLLBACK_COMPLETE", NextAction.UPDATE),
        ("IMPORT_ROLLBACK_COMPLETE", NextAction.UPDATE),
        ("IMPORT_ROLLBACK_FAILED", NextAction.REFUSE),
        ("A_STATUS_OF_TOMORROW", NextAction.REFUSE),
    ],
)
def test_each_status_has_a_next_action(status, wanted):
    assert state_of(status).next_action is wanted
