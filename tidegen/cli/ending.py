"""How a command ends: its exit code, and the error as lines of text or as JSON.

Exit codes mean the same on every command:

0    done, or the answer is yes
1    the requested result does not hold: refused, declined or failed, or the answer is no
2    not known: wrong usage or input, no access, AWS throttles or fails, a fault of tidegen
129  SIGHUP, 130 Ctrl-C (SIGINT), 141 closed pipe (SIGPIPE), 143 SIGTERM
"""

import os
import re
import sys
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import click

from tidegen.cli.signals import SIGNALLED, is_end_of_input, signal_code, signal_name
from tidegen.errors import Problem, TidegenError
from tidegen.reporting.style import failed

#: With this variable a fault of tidegen is shown with its traceback.
DEBUG = "TIDEGEN_DEBUG"
UNKNOWN = 2
_SIGPIPE = SIGNALLED + 13
#: The place of a problem in a file, and the key there: `environments/a.yaml:3: network.cidr`.
_PLACE = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+)(?:: (?P<key>.+))?$")


@dataclass(frozen=True, kw_only=True)
class Ending:
    """An exit code, with the kind of error and its problems; `usage` is printed above them."""

    code: int
    kind: str
    problems: tuple[Problem, ...] = ()
    usage: str = ""
    label: str = "error:"


def ending_of(error: BaseException) -> Ending:
    """Return how the command ends with this exception."""
    match error:
        case click.exceptions.Exit():
            return Ending(code=error.exit_code, kind="exit")
        case TidegenError():
            return Ending(code=error.exit_code, kind=_kind(error), problems=error.problems)
        case click.ClickException():
            return _usage_ending(error)
        case click.Abort() | KeyboardInterrupt():
            return _interrupted(error)
        case SystemExit() if error.code != 1:  # of shell completion
            return Ending(code=int(error.code or 0), kind="exit")
        case SystemExit() | BrokenPipeError():  # click exits where a pipe is closed
            text = "a pipe was closed before all was printed"
            return Ending(code=_SIGPIPE, kind="closed-pipe", problems=(Problem("", text),))
        case OSError() if error.strerror:
            text = f"{error.strerror}; free or correct it, then run the command again"
            where = str(error.filename or "standard output")
            return Ending(code=UNKNOWN, kind="system", problems=(Problem(where, text),))
    return Ending(code=UNKNOWN, kind="fault", problems=(Problem("", _fault(error)),))


def report(ending: Ending, *, as_json: bool) -> None:
    """Print the error on standard error; with `as_json` also as JSON on standard output."""
    if ending.usage:
        click.echo(ending.usage, err=True)
    for problem in ending.problems:
        click.echo(f"{failed(ending.label)} {problem}".strip(), err=True)
    if as_json and ending.problems and ending.kind != "closed-pipe":
        import json

        click.echo(json.dumps(ending_data(ending)))


def ending_data(ending: Ending) -> dict[str, Any]:
    """Return the error as JSON has it: kind, exit code, and the parts of each problem."""
    problems = [_problem_data(problem) for problem in ending.problems]
    return {"error": ending.kind, "exit_code": ending.code, "problems": problems}


def _problem_data(problem: Problem) -> dict[str, Any]:
    """Return a problem's place, message and remedy; None for a part that it does not have."""
    place = _PLACE.match(problem.where)
    parts = place.groupdict() if place else {"file": None, "line": None, "key": None}
    message, _, remedy = problem.message.partition("; ")
    return {
        **asdict(problem),
        **parts,
        "line": int(parts["line"]) if parts["line"] else None,
        "problem": message,
        "remedy": remedy or None,
    }


def _kind(error: BaseException) -> str:
    """Return the class's name as a slug: input for InputError."""
    words = type(error).__name__.removesuffix("Error")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", words).lower()


def _usage_ending(error: click.ClickException) -> Ending:
    usage = ""
    if isinstance(error, click.UsageError) and error.ctx:
        text, path = error.ctx.get_usage(), error.ctx.command_path
        usage = f"{text}\nTry '{path} --help' for help.\n"
    problems = (Problem("", error.format_message()),)
    return Ending(code=UNKNOWN, kind="usage", problems=problems, usage=usage)


def _interrupted(error: BaseException) -> Ending:
    if is_end_of_input(error):
        text = "standard input has ended before the answer; run it on a terminal, or add --yes"
        return Ending(code=UNKNOWN, kind="no-terminal", problems=(Problem("", text),))
    text = f"interrupted ({signal_name(error)})"
    code = signal_code(error)
    return Ending(code=code, kind="interrupted", problems=(Problem("", text),), label="")


def _fault(error: BaseException) -> str:
    """Return the message of an exception that nobody expected: where it came from, what to do."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    lines = str(error).splitlines() or [""]
    text = f"{type(error).__name__}: {lines[0]}" if lines[0] else type(error).__name__
    return (
        f"unexpected {text}{place}; this is a fault of tidegen: run the same command with "
        f"{DEBUG}=1 for the traceback, and report it"
    )


def wants_traceback(ending: Ending) -> bool:
    """Return whether the user asked for the traceback of a fault."""
    return ending.kind == "fault" and bool(os.environ.get(DEBUG))


def json_requested(arguments: list[str]) -> bool:
    """Return whether a command line asks for JSON; its own words only, not those it runs."""
    if arguments[:2] == ["local", "run"]:
        return False
    return "--json" in arguments or ("--format", "json") in pairwise(arguments)


def prepare_streams() -> None:
    """Print characters that an encoding does not have as escapes; read nothing if stdin is closed.

    Python has None for a standard stream that the caller closed.
    """
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - as long as the process
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def discard_output() -> None:
    """Discard what is buffered for a stream that cannot be written; Python flushes it at exit."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            try:
                stream.flush()
            except (OSError, ValueError):
                os.dup2(null, stream.fileno())
