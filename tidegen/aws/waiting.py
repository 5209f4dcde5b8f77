"""Reports of calls that AWS does not answer, so that a command is not silent while it retries."""

from collections.abc import Callable
from typing import Any

_SERVER_FAULT = 500
_listeners: list[Callable[[str], None]] = []


def listen(listener: Callable[[str], None]) -> None:
    """Call `listener` with a line of text for each attempt that fails; replaces the one before."""
    _listeners[:] = [listener]


def report_attempts(events: Any) -> None:
    """Report failed attempts of the clients that a session with these events creates."""
    events.register("needs-retry", _report)


def _report(
    operation: Any, attempts: int, response: Any, caught_exception: Exception | None, **_: Any
) -> None:
    """Report an attempt; returns None, so that botocore decides whether there is another."""
    reason = _reason(response, caught_exception)
    if reason:
        where = f"{operation.service_model.service_name}:{operation.name}"
        text = f"no answer to {where} yet, attempt {attempts} ({reason}); Ctrl-C stops"
        for listener in _listeners:
            listener(text)


def _reason(response: Any, error: Exception | None) -> str:
    if error is not None:
        return type(error).__name__
    status = response[0].status_code if response else 0
    return f"HTTP status {status}" if status >= _SERVER_FAULT else ""
