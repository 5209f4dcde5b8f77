"""Ask before a change; a declined question exits 1."""

from typing import NoReturn

import click


def confirm(name: str, verb: str, *, yes: bool) -> None:
    """Ask the user to type the environment's name, e.g. to "delete"; exit 1 if they decline.

    With `yes` nothing is asked.
    """
    if not (yes or is_typed(name, verb)):
        decline()


def is_typed(name: str, verb: str) -> bool:
    """Return whether the user types the environment's name when asked to."""
    question = f"Type {name} to {verb}"
    return bool(click.prompt(question, default="", show_default=False, err=True) == name)


def decline(outcome: str = "nothing was changed") -> NoReturn:
    """Report that the user declined, with the outcome, and exit 1."""
    click.echo(f"declined; {outcome}", err=True)
    raise click.exceptions.Exit(1)
