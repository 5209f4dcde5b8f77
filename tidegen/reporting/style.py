"""Colour text by its meaning, if a caller has allowed it.

click.echo strips colours unless the stream is a terminal; any other printer has to do so itself.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import click

_allowed = ContextVar("allowed", default=False)


@contextmanager
def colour(environment: Mapping[str, str]) -> Iterator[None]:
    """Allow colours in the block, unless `environment` has NO_COLOR (no-color.org) or TERM=dumb."""
    allowed = not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    before = _allowed.set(allowed)
    try:
        yield
    finally:
        _allowed.reset(before)


def is_coloured() -> bool:
    """Return whether colours are allowed."""
    return _allowed.get()


def failed(text: str) -> str:
    """Colour a failure or a refusal."""
    return click.style(text, fg="red") if is_coloured() else text


def losing(text: str) -> str:
    """Colour a replacement or a removal."""
    return click.style(text, fg="red", bold=True) if is_coloured() else text


def warned(text: str) -> str:
    """Colour a warning or a possible loss."""
    return click.style(text, fg="yellow") if is_coloured() else text


def by_status(text: str, status: str) -> str:
    """Colour `text` as a failure if CloudFormation's `status` is one."""
    return failed(text) if is_failure(status) else text


def is_failure(status: str) -> bool:
    """Return whether a stack or a resource in that status has failed, or is being rolled back."""
    return "FAILED" in status or "ROLLBACK" in status
