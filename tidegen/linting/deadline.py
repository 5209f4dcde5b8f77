"""A time limit that names the rule running when it passes."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class OverdueError(BaseException):
    """The time limit passed, in that rule or module. No Exception, as cfn-lint catches those."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise OverdueError in the block once `seconds` have passed.

    Without effect outside the main thread, which alone receives signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _overdue)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _overdue(_number: int, frame: FrameType | None) -> None:
    raise OverdueError(running_rule(frame))


def running_rule(frame: FrameType | None) -> str:
    """Return the id of the innermost cfn-lint rule around `frame`, else the frame's module."""
    module = str(frame.f_globals.get("__name__")) if frame else "?"
    while frame is not None:
        owner: Any = frame.f_locals.get("self")
        rule = getattr(owner, "id", None)
        if isinstance(rule, str) and hasattr(owner, "shortdesc") and rule:
            return rule
        frame = frame.f_back
    return module
