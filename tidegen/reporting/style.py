"""Colour, in one place: mark spans of text by their meaning, once a caller has allowed it.

click.echo strips the marks where the stream is no terminal; anything else that prints has to.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import click

_allowed = ContextVar("allowed", default=False)


@contextmanager
def colour(environment: Mapping[str, str]) -> Iterator[None]:
    """Mark spans in the block, unless `environment` has NO_COLOR (no-color.org) or TERM=dumb."""
    wanted = not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    before = _allowed.set(wanted)
    try:
        yield
    finally:
        _allowed.reset(before)


def is_coloured() -> bool:
    """Return whether spans are marked."""
    return _allowed.get()


def failed(text: str) -> str:
    """Mark a failure or a refusal."""
    return click.style(text, fg="red") if is_coloured() else text


def losing(text: str) -> str:
    """Mark a replacement or a removal."""
    return click.style(text, fg="red", bold=True) if is_coloured() else text


def warned(text: str) -> str:
    """Mark a warning, or something that may be a loss."""
    return click.style(text, fg="yellow") if is_coloured() else text


def by_status(text: str, status: str) -> str:
    """Mark `text` as a failure where CloudFormation's `status` is one."""
    return failed(text) if is_failure(status) else text


def is_failure(status: str) -> bool:
    """Return whether a stack or a resource in that status has failed, or is being rolled back."""
    return "FAILED" in status or "ROLLBACK" in status
