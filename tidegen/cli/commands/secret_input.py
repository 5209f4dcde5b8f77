"""Values of secrets from a person: a terminal, a file or standard input. None is printed."""

import sys
from pathlib import Path

import click

from tidegen.cli.hidden_input import read_hidden
from tidegen.errors import InputError, Problem
from tidegen.planning.pem import value_problem

_HINT = "Enter leaves it, @FILE reads a file"


def ask(secret: str, key: str) -> str | None:
    """Prompt until the answer is a value, a readable file, or empty."""
    while True:
        try:
            answer = read_hidden(f"{secret} {key} ({_HINT}): ")
            return value_of(answer) if answer else None
        except InputError as error:
            click.echo(f"this value {error}; try again, or press Enter to leave the key", err=True)


def leave(_secret: str, _key: str) -> str | None:
    """Leave a key for later, without a terminal."""
    return None


def given_value(source: str | None, secret: str, key: str) -> str:
    """Return the value of `set`: from @FILE, from a terminal, or else all of standard input.

    Raises InputError for a value that cannot be stored; exits 1 if nothing is given.
    """
    if source:
        if not source.startswith("@"):
            problem = "is an argument, which the shell's history keeps; write @FILE"
            raise InputError(Problem(f"{secret} {key}", problem))
        return value_of(source)
    if sys.stdin.isatty():
        answer = ask(secret, key)
        if answer is None:
            raise click.Abort
        return answer
    text = sys.stdin.read()
    return _checked(text if text.count("\n") > 1 else text.rstrip("\r\n"))


def value_of(answer: str) -> str:
    """Return the value that an answer gives: itself, or the text of @FILE.

    Raises InputError, without the path, as that may be a secret value.
    """
    if not answer.startswith("@"):
        return _checked(answer)
    try:
        text = Path(answer[1:]).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise InputError("is of a file that is empty or cannot be read") from None
    return _checked(text)


def _checked(text: str) -> str:
    problem = value_problem(text)
    if problem:
        raise InputError(problem)
    return text
