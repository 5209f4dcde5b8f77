"""Secret values from a terminal, without echo: one line, or a whole pasted PEM."""

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from tidegen.errors import InputError
from tidegen.planning.pem import begins_pem, is_whole_pem

#: Bytes of one line that a terminal keeps, with its end (Linux: N_TTY_BUF_SIZE): more are dropped.
_LONGEST_LINE = 4_095
#: Seconds within which the next line of a paste arrives.
_PAUSE = 1.0
_BY_FILE = "write it to a file and answer @FILE"


def read_hidden(prompt: str) -> str:
    """Return a line, or a PEM of several, after `prompt`; the rest of the input is discarded.

    Raises InputError, without the input, for a paste that is neither; click.Abort at its end.
    """
    terminal = sys.stdin.fileno()
    with _without_echo(terminal):
        click.echo(prompt, nl=False, err=True)
        text = _line(terminal)
        if begins_pem(text):
            text = _rest_of_pem(terminal, text)
        if _waits(terminal, 0.1):
            raise InputError(f"is more than one line; {_BY_FILE}")
    return text


def _rest_of_pem(terminal: int, text: str) -> str:
    """Return the whole PEM, or several in one paste, each line with its end."""
    text += "\n"
    while not is_whole_pem(text) or _waits(terminal, 0.1):
        if not _waits(terminal, _PAUSE):
            raise InputError(f"begins a PEM and does not end it; {_BY_FILE}")
        line = _line(terminal)
        if is_whole_pem(text) and line and not begins_pem(line):
            raise InputError(f"has more lines after the PEM; {_BY_FILE}")
        text += f"{line}\n" if line else ""
    return text


def _line(terminal: int) -> str:
    """Return the next line; a terminal gives one at a time."""
    content = os.read(terminal, _LONGEST_LINE + 1)
    if not content:
        raise click.Abort
    if len(content) >= _LONGEST_LINE:
        raise InputError(f"is longer than a line of a terminal; {_BY_FILE}")
    try:
        return content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise InputError(f"is not UTF-8; {_BY_FILE}") from None


def _waits(terminal: int, seconds: float) -> bool:
    """Return whether input waits, or arrives within the time."""
    return bool(select.select([terminal], [], [], seconds)[0])


@contextmanager
def _without_echo(terminal: int) -> Iterator[None]:
    """Switch the echo off; then discard the input that nobody read, and switch it on again.

    Otherwise the rest of a paste would go to the next prompt, or to the shell and its history.
    """
    import termios

    before = termios.tcgetattr(terminal)
    silent = [*before]
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
    try:
        yield
    finally:
        while _waits(terminal, 0.1):
            termios.tcflush(terminal, termios.TCIFLUSH)
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
        click.echo(err=True)
