"""Progress of an operation, by AWS's clock alone."""

from datetime import UTC, datetime, timedelta

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.planning.stack_events import StackEvent
from tidegen.reporting.progress import Board, seconds_text

START = datetime(2031, 1, 1, tzinfo=UTC)  # far from this machine's clock, on purpose
ROOT, CHILD = "root-id", "child-id"


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def event(seconds, path, status, kind="AWS::SNS::Topic", stack=CHILD, physical="x"):
    time = START + timedelta(seconds=seconds)
    name = path.rpartition("/")[2]
    return StackEvent(
        event_id=f"{path}{seconds}",
        stack_id=stack,
        logical_id=name,
        physical_id=physical,
        type=kind,
        status=status,
        time=time,
        path=path,
    )


def root(seconds, status):
    return event(seconds, "tide-dev", status, STACK_TYPE, ROOT, ROOT)


def child(seconds, status):
    return event(seconds, "Network", status, STACK_TYPE, ROOT, CHILD)


def board(*events, expected=None, clock=None):
    made = Board(clock=clock or Clock(), expected=expected or {})
    for item in events:
        made.add(item)
    return made


def test_a_stack_in_progress_shows_done_and_busy_resources():
    made = board(
        root(0, "CREATE_IN_PROGRESS"),
        child(1, "CREATE_IN_PROGRESS"),
        event(2, "Network/Vpc", "CREATE_IN_PROGRESS"),
        event(3, "Network/Vpc", "CREATE_COMPLETE"),
        event(4, "Network/Topic", "CREATE_IN_PROGRESS"),
    )
    assert made.rows() == [
        ("root", "CREATE_IN_PROGRESS", "0 done", "4.0 s"),
        ("Network", "CREATE_IN_PROGRESS", "1 done, in progress: Topic", "3.0 s"),
    ]


def test_time_advances_between_events_and_stops_at_the_end():
    clock = Clock()
    made = board(root(0, "CREATE_IN_PROGRESS"), child(1, "CREATE_IN_PROGRESS"), clock=clock)
    clock.now += 10
    assert made.elapsed("") == 11
    made.add(child(30, "CREATE_COMPLETE"))
    clock.now += 500
    assert made.elapsed("Network") == 29


def test_the_previous_duration_is_the_estimate_until_the_end():
    made = board(root(0, "UPDATE_IN_PROGRESS"), expected={"": 90.0})
    assert made.rows()[0][3] == "0.0 s of about 1 min 30 s"
    made.add(root(5, "UPDATE_COMPLETE"))
    assert made.rows()[0][3] == "5.0 s"


def test_durations_as_text():
    assert seconds_text(4.21) == "4.2 s"
    assert seconds_text(200) == "3 min 20 s"
