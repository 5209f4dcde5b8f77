"""A failed operation's error: the first cause, the reason, and the remedy."""

from datetime import UTC, datetime, timedelta

from tidegen.deployment.root_cause import failure
from tidegen.planning.model import StackEvent

START = datetime(2026, 1, 1, tzinfo=UTC)


def event(number, path, type_name, reason):
    name = path.rpartition("/")[2]
    time = START + timedelta(seconds=number)
    status = "CREATE_FAILED"
    return StackEvent(
        event_id=str(number),
        stack_id="stack",
        logical_id=name,
        physical_id="",
        type=type_name,
        status=status,
        time=time,
        reason=reason,
        path=path,
    )


def test_an_error_names_the_cause_and_the_remedy():
    taken = event(
        1,
        "Audit/Detector",
        "AWS::GuardDuty::Detector",
        "a detector already exists for the current account",
    )
    cancelled = event(0, "Audit/Topic", "AWS::SNS::Topic", "Resource creation cancelled")
    error = failure("tide-account", "ROLLBACK_COMPLETE", "", [cancelled, taken])
    first, second = error.problems
    assert first.where == "Audit/Detector"
    assert "GuardDuty is enabled already" in first.message
    assert "import the detector" in first.message
    assert "ROLLBACK_COMPLETE" in second.message


def test_an_unknown_reason_still_ends_with_a_remedy():
    error = failure("tide", "ROLLBACK_COMPLETE", "", [event(0, "A", "AWS::SNS::Topic", "odd")])
    assert error.problems[0].message.endswith("run the same command again")
