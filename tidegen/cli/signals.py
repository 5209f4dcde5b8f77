"""Signals that end the command: as Ctrl-C does, with the state of the work in the message."""

import signal
from types import FrameType
from typing import NoReturn

#: Exit codes of a command that a signal ended are 128 and the signal's number, as in a shell.
SIGNALLED = 128
_HANDLED = ("SIGTERM", "SIGHUP")


class TerminatedError(KeyboardInterrupt):
    """SIGTERM or SIGHUP: handled as Ctrl-C is, with an exit code of its own."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def handle_signals() -> None:
    """Raise TerminatedError for a signal that ends the command, unless the caller ignores it."""
    for name in _HANDLED:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _terminate)


def interruption(error: BaseException) -> BaseException:
    """Return the signal's exception; click replaces it with an Abort."""
    return error.__cause__ or error.__context__ or error


def is_end_of_input(error: BaseException) -> bool:
    """Return whether a question met the end of standard input, not a signal."""
    return isinstance(interruption(error), EOFError)


def signal_name(error: BaseException) -> str:
    """Return the name of the signal, SIGINT for Ctrl-C."""
    cause = interruption(error)
    return str(cause) if isinstance(cause, TerminatedError) else "SIGINT"


def signal_code(error: BaseException) -> int:
    """Return the exit code of a command that the signal ended."""
    cause = interruption(error)
    number = cause.number if isinstance(cause, TerminatedError) else signal.SIGINT
    return SIGNALLED + number


def _terminate(number: int, _: FrameType | None) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)  # once: what is printed next is not interrupted
    raise TerminatedError(number)
