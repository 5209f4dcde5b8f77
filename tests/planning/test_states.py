"""Every status that CloudFormation knows is a state with a next step."""

import botocore.session
import pytest

from tidegen.planning.states import (
    STATES,
    Situation,
    is_running,
    is_success,
    is_unchanged,
    state_of,
)

STATUSES = tuple(
    botocore.session.get_session().get_service_model("cloudformation").shape_for("StackStatus").enum
)


def test_every_status_of_the_service_is_in_the_table_and_no_other():
    assert sorted(STATES) == sorted(STATUSES)


@pytest.mark.parametrize("status", STATUSES)
def test_work_in_progress_is_followed_and_all_else_is_not(status):
    running = status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"
    assert is_running(status) is running
    assert (state_of(status).situation is Situation.FOLLOW) is running
    assert state_of(status).advice


@pytest.mark.parametrize("status", STATUSES)
def test_no_failed_status_counts_as_success(status):
    assert not (is_success(status) and ("FAILED" in status or "ROLLBACK" in status))
    assert not (is_unchanged(status, "d", "d") and "FAILED" in status)


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (None, Situation.CREATE),
        ("REVIEW_IN_PROGRESS", Situation.CREATE),
        ("DELETE_COMPLETE", Situation.CREATE),
        ("CREATE_FAILED", Situation.DELETE_FIRST),
        ("ROLLBACK_COMPLETE", Situation.DELETE_FIRST),
        ("ROLLBACK_FAILED", Situation.DELETE_FIRST),
        ("DELETE_FAILED", Situation.DELETE_FIRST),
        ("UPDATE_FAILED", Situation.UPDATE),
        ("UPDATE_ROLLBACK_FAILED", Situation.CONTINUE_ROLLBACK),
        ("UPDATE_ROLLBACK_COMPLETE", Situation.UPDATE),
        ("IMPORT_ROLLBACK_COMPLETE", Situation.UPDATE),
        ("IMPORT_ROLLBACK_FAILED", Situation.REFUSE),
        ("A_STATUS_OF_TOMORROW", Situation.REFUSE),
    ],
)
def test_each_status_asks_for_something(status, wanted):
    assert state_of(status).situation is wanted
