"""Durations of the last operations, from the root's events."""

from datetime import UTC, datetime, timedelta

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.planning.durations import durations
from tidegen.planning.stack_events import StackEvent

START = datetime(2026, 1, 1, tzinfo=UTC)


def event(seconds, name, status, physical="child", kind=STACK_TYPE):
    time = START + timedelta(seconds=seconds)
    return StackEvent(
        event_id=str(seconds),
        stack_id="root",
        logical_id=name,
        physical_id=physical,
        type=kind,
        status=status,
        time=time,
    )


def test_the_last_success_counts_for_the_root_and_each_nested_stack():
    events = [
        event(0, "tide", "CREATE_IN_PROGRESS", "root"),
        event(1, "Network", "CREATE_IN_PROGRESS"),
        event(2, "Network", "CREATE_IN_PROGRESS"),
        event(9, "Topic", "CREATE_COMPLETE", kind="AWS::SNS::Topic"),
        event(11, "Network", "CREATE_COMPLETE"),
        event(20, "tide", "CREATE_COMPLETE", "root"),
        event(30, "tide", "UPDATE_IN_PROGRESS", "root"),
        event(37, "tide", "UPDATE_COMPLETE", "root"),
    ]
    assert durations(events) == {"": 7.0, "Network": 10.0}


def test_a_failure_does_not_count():
    events = [
        event(0, "Network", "UPDATE_IN_PROGRESS"),
        event(1, "Network", "UPDATE_FAILED"),
        event(50, "Network", "UPDATE_COMPLETE"),
    ]
    assert durations(events) == {}
