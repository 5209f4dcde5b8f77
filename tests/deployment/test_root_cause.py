"""A failed operation's error: the first cause, the reason, and the remedy."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tidegen.deployment.root_cause import failure
from tidegen.planning.stack_events import StackEvent

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


def test_the_reason_of_a_hook_is_with_the_resource_that_it_refuses():
    refused = event(1, "Storage/Bucket", "AWS::S3::Bucket", "The following hook(s) failed: [A::B]")
    hook = replace(event(0, "Storage/Bucket", "AWS::S3::Bucket", ""), status="CREATE_IN_PROGRESS")
    other = replace(hook, path="Storage/Other", hook="A::B: of another")
    hook = replace(hook, hook="A::B: buckets need a key")
    error = failure("tide", "ROLLBACK_COMPLETE", "", [hook, other, refused])
    assert "hook(s) failed: [A::B]; A::B: buckets need a key" in error.problems[0].message
    assert "another" not in str(error)


def test_a_rollback_names_what_its_clean_up_left_behind():
    left = replace(
        event(2, "Network/Gateway", "AWS::EC2::NatGateway", "in use"),
        status="DELETE_FAILED",
        physical_id="nat-1",
    )
    failed = event(1, "Network/Route", "AWS::EC2::Route", "odd")
    problems = failure("tide", "UPDATE_ROLLBACK_COMPLETE", "", [failed, left]).problems
    assert problems[0].where == "Network/Route"
    assert problems[-1].message.startswith("AWS::EC2::NatGateway nat-1 is not deleted (in use)")
    # what a failed stack still has is not outside it
    assert len(failure("tide", "ROLLBACK_FAILED", "", [failed, left]).problems) == len(problems) - 1
