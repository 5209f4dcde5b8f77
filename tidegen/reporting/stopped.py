"""The state of an operation that stops before its end, decided from the events it emitted.

The state of each root is what AWS was asked for, never what the command had planned.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import singledispatchmethod
from typing import Any

from tidegen.deployment.events import (
    Attached,
    Event,
    Executing,
    Outcome,
    Progress,
    Recovering,
    Requesting,
    Result,
    StepStarted,
)

#: Operations after which the command sets stack policies, termination protection and settings.
_PROTECTED_AFTER = ("create", "update", "import")
#: Before an operation begins the command creates a change set and relaxes stack policies.
_LEFT = " (a change set, and relaxed stack policies, may be left until the next run)"
_UNCHANGED = (Result.DECLINED, Result.UNCHANGED, Result.ABSENT)


class Phase(StrEnum):
    """The state of the current root's operation in AWS."""

    IDLE = "not begun"
    REQUESTED = "requested"
    RUNNING = "in progress"
    ENDED = "ended"


@dataclass
class Ledger:
    """The roots of an operation: those that are done, the current one, and those to come."""

    done: list[str] = field(default_factory=list)
    current: str = ""
    operation: str = ""
    phase: Phase = Phase.IDLE
    later: tuple[str, ...] = ()

    @property
    def begun(self) -> bool:
        """Return whether AWS was asked to change anything."""
        return bool(self.done) or self.phase is not Phase.IDLE

    @singledispatchmethod
    def note(self, event: Event) -> None:
        """Follow the operation by one of its events; most kinds say nothing of its state."""

    @note.register
    def _step(self, event: StepStarted) -> None:
        self.current, self.operation, self.phase = event.address.name, "", Phase.IDLE
        self.later = tuple(address.name for address in event.later)

    @note.register
    def _requesting(self, event: Requesting) -> None:
        self.current, self.operation = event.address.name, event.operation
        self.phase = Phase.REQUESTED

    @note.register
    def _executing(self, event: Executing) -> None:
        self.current, self.operation = event.address.name, event.operation
        self.phase = Phase.RUNNING

    @note.register
    def _attached(self, event: Attached) -> None:
        self.current, self.operation = event.address.name, _operation(event.status)
        self.phase = Phase.RUNNING

    @note.register
    def _recovering(self, event: Recovering) -> None:
        self.current, self.operation = event.address.name, event.what

    @note.register
    def _progress(self, event: Progress) -> None:
        root = event.event.is_own and event.event.path == event.event.logical_id
        if root and not event.event.status.endswith("IN_PROGRESS"):
            self.phase = Phase.ENDED
        elif self.phase is not Phase.ENDED:
            self.phase = Phase.RUNNING

    @note.register
    def _outcome(self, event: Outcome) -> None:
        if event.result not in _UNCHANGED:
            self.done.append(event.address.name)
        self.current, self.operation, self.phase = "", "", Phase.IDLE

    def data(self) -> dict[str, Any]:
        """Return the state as JSON has it."""
        running = self.phase in (Phase.REQUESTED, Phase.RUNNING)
        return {
            "in_progress": [self.current] if running else [],
            "certain": self.phase is not Phase.REQUESTED,
            "done": self.done,
            "not_protected": [self.current] if self._is_unprotected() else [],
            "not_begun": list(self._not_begun()),
        }

    def text(self, command: str) -> str:
        """Return the state in one line; `command` is what to run to complete the operation."""
        parts = [self._current_text(), *self._root_texts()]
        if self.begun or self._not_begun():
            parts.append(f"to complete it, {command}")
        return "; ".join(parts)

    def _current_text(self) -> str:
        match self.phase:
            case Phase.RUNNING:
                return f"{self.current} continues in AWS ({self.operation})"
            case Phase.REQUESTED:
                return f"{self.current} may continue in AWS: its {self.operation} was requested"
            case Phase.ENDED:
                return f"{self.current} has ended in AWS ({self.operation})"
        if self.done:
            return "nothing more is in progress in AWS"
        return f"no operation was begun in AWS{_LEFT if self.current else ''}"

    def _root_texts(self) -> list[str]:
        parts = []
        if self._is_unprotected():
            missing = "stack policies, termination protection and settings are not complete yet"
            parts.append(f"its {missing}")
        if self.done:
            parts.append(f"done: {', '.join(self.done)}")
        if self._not_begun():
            parts.append(f"not begun: {', '.join(self._not_begun())}")
        return parts

    def _is_unprotected(self) -> bool:
        return self.phase is not Phase.IDLE and self.operation in _PROTECTED_AFTER

    def _not_begun(self) -> tuple[str, ...]:
        idle = (self.current,) if self.current and self.phase is Phase.IDLE else ()
        return (*idle, *self.later)


def _operation(status: str) -> str:
    """Return the operation of a stack's status: update for UPDATE_IN_PROGRESS."""
    return "rollback" if "ROLLBACK" in status else status.partition("_")[0].lower()
