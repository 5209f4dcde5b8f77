"""Deployment's events: one line of text for people, or one JSON object for machines."""

from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from tidegen.counting import counted
from tidegen.deployment.events import (
    Attached,
    Event,
    Executing,
    Outcome,
    PolicyKept,
    PolicyOverridden,
    Progress,
    Protected,
    Recovering,
    SettingApplied,
    SettingUnchecked,
    StepStarted,
    Uploaded,
    Warned,
)
from tidegen.reporting import style
from tidegen.reporting.progress import Board, seconds_text
from tidegen.reporting.settings import setting_text


def event_data(event: Event) -> dict[str, Any]:
    """Return the event's kind, its stack and its own data; times are AWS's, in UTC."""
    return {
        "event": event.kind,
        "stack": event.address.name,
        "account": event.address.place.account,
        "region": event.address.place.region,
        **event.data(),
    }


@singledispatch
def event_text(event: Event, board: Board) -> str:  # noqa: ARG001 - for those registered
    """Return the event's line, with times from `board`; empty where it deserves none."""
    return ""


@event_text.register
def _step_started(event: StepStarted, _: Board) -> str:
    return f"[{event.number}/{event.total}] {event.address}"


@event_text.register
def _uploaded(event: Uploaded, _: Board) -> str:
    return f"  uploaded {counted(len(event.keys), 'object')}, {event.size} bytes, to {event.bucket}"


@event_text.register
def _attached(event: Attached, _: Board) -> str:
    return f"  {event.status} already: following"


@event_text.register
def _recovering(event: Recovering, _: Board) -> str:
    return f"  {event.status}: {event.what}"


@event_text.register
def _executing(event: Executing, _: Board) -> str:
    if "" not in event.expected:
        return ""
    usual = seconds_text(event.expected[""])
    return f"  {event.operation} in progress, about {usual} the last time"


@event_text.register
def _warned(event: Warned, _: Board) -> str:
    return f"  {style.warned('warning:')} {event.text}"


@event_text.register
def _protected(event: Protected, _: Board) -> str:
    return f"  stack policy on {event.stacks} stacks"


@event_text.register
def _policy_kept(event: PolicyKept, _: Board) -> str:
    names = ", ".join(path or event.address.name for path in event.paths)
    return style.warned(f"  stack policy of {names} was set by hand: left as it is")


@event_text.register
def _policy_overridden(event: PolicyOverridden, _: Board) -> str:
    name = event.path or event.address.name
    return style.warned(f"  stack policy of {name} is replaced until the end: {event.text}")


@event_text.register
def _setting_applied(event: SettingApplied, _: Board) -> str:
    return f"  set {setting_text(event.step)}"


@event_text.register
def _setting_unchecked(event: SettingUnchecked, _: Board) -> str:
    return f"  not checked: {event.name}: {event.reason}"


@event_text.register
def _progress(progress: Progress, board: Board) -> str:
    event = progress.event
    if "FAILED" in event.status:
        return style.failed(f"  {event.status:<22} {event.path}: {event.reason}")
    if event.is_own and not event.status.endswith("IN_PROGRESS"):
        where = event.path or event.logical_id
        path = "" if event.path == event.logical_id else event.path
        text = f"  {event.status:<22} {where}  {seconds_text(board.elapsed(path))}"
        return style.by_status(text, event.status)
    return ""


@event_text.register
def _outcome(event: Outcome, board: Board) -> str:
    return f"  {event.result}{board.figures()}"


def left_text(outcomes: Iterable[Outcome]) -> str:
    """Return a warning with all that the outcomes left behind; empty if that is nothing."""
    lines = [
        f"  {outcome.address.name}: {item.path}: {item}"
        for outcome in outcomes
        for item in outcome.left
    ]
    return "\n".join([f"{style.warned('warning:')} left behind:", *lines]) if lines else ""
