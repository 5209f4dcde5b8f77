"""Options, folders and output that several commands share."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tidegen.cli.completing import environment_names
from tidegen.cli.parsing import Command
from tidegen.errors import InputError, Problem, TidegenError

if TYPE_CHECKING:
    from tidegen.contract import Concern

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
yes_option = click.option("--yes", is_flag=True, help="Skip the confirmation (for CI).")
take_over_option = click.option(
    "--take-over",
    "taken_over",
    multiple=True,
    metavar="STACK",
    help="Change a stack of another owner, and remove its resources; repeatable.",
)
_MOST_LISTED = 50  # names in an error
_COMMAND = TypeVar("_COMMAND", bound=Callable[..., Any])


def target_options(command: _COMMAND) -> _COMMAND:
    """Add --env, the environment, and --local, the embedded AWS instead of its account."""
    name = "Environment: the name of a file in environments/."
    local = "Use the embedded local AWS instead of an account."
    command = click.option("--local", is_flag=True, help=local)(command)
    return click.option(
        "--env",
        "name",
        required=True,
        metavar="NAME",
        help=name,
        shell_complete=environment_names,
    )(command)


def change_options(command: _COMMAND) -> _COMMAND:
    """Add the options of a command that changes stacks: target, --yes, --json, --take-over."""
    for option in (take_over_option, json_option, yes_option, target_options):
        command = option(command)
    return command


def allow_options(command: _COMMAND) -> _COMMAND:
    """Add --allow-replace and --allow-lock, for changes that are otherwise refused."""
    command = click.option(
        "--allow-lock",
        "locked",
        multiple=True,
        metavar="PATH",
        callback=_lock_consents,
        help="Allow a resource's lock to become one of COMPLIANCE mode, or weaker; repeatable.",
    )(command)
    return click.option(
        "--allow-replace",
        "allowed",
        multiple=True,
        metavar="PATH",
        help="Allow a stateful resource to be replaced or removed; repeatable.",
    )(command)


def _lock_consents(_: click.Context, __: click.Parameter, paths: Iterable[str]) -> tuple[str, ...]:
    from tidegen.planning.refusal import lock_consent

    return tuple(map(lock_consent, paths))


@contextmanager
def question() -> Iterator[None]:
    """Exit 2 on any error in a command that answers a question: 1 is an answer, "no"."""
    try:
        yield
    except TidegenError as error:
        error.exit_code = 2
        raise


def format_option(forms: Sequence[str], meaning: str) -> Callable[[_COMMAND], _COMMAND]:
    """Return the option --format, by default the first of its forms."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        default=forms[0],
        show_default=True,
        help=meaning,
    )


def cli_command(*examples: str) -> Callable[[Callable[..., Any]], Command]:
    """Return the decorator of a command with examples below its help."""
    return click.command(cls=Command, epilog=example_epilog(*examples))


def example_epilog(*lines: str) -> str:
    """Return an epilog of examples that click does not rewrap."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def project_folder(directory: str) -> Path:
    """Return the nearest folder with `environments/`, from `directory` up."""
    from tidegen.environments import find_project

    return find_project(Path(directory).resolve())


def template_folder(project: Path, release: str = "current") -> Path:
    """Return the folder of a release's committed templates."""
    return project / "templates" / ("current" if release == "current" else f"releases/{release}")


def template_paths(folder: Path) -> list[Path]:
    """Return the committed templates below `folder`, sorted."""
    return sorted(path for path in folder.rglob("*.yaml") if path.is_file())


def known(names: Iterable[str], choices: Iterable[str], kind: str) -> None:
    """Raise InputError that names each unknown name and the closest of `choices`.

    `kind` is the kind of name, e.g. "concern".
    """
    available = sorted(choices)
    problems = [_unknown(name, available, kind) for name in names if name not in available]
    if problems:
        raise InputError.of(problems)


def _unknown(name: str, available: list[str], kind: str) -> Problem:
    close = get_close_matches(name, available, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"known: {_listed(available)}"
    return Problem(f"{kind} '{name}'", f"does not exist; {hint}")


def _listed(names: list[str]) -> str:
    """Return the names; of hundreds, such as lint rules, only the number, first and last."""
    if len(names) <= _MOST_LISTED:
        return ", ".join(names)
    return f"{len(names)}, from {names[0]} to {names[-1]}"


def concerns() -> "tuple[Concern, ...]":
    """Return all concerns, tidegen's and third parties'."""
    from tidegen.concerns import discovered_concerns

    return discovered_concerns()


def echo_json(value: Any) -> None:
    """Print `value` as JSON."""
    import json

    click.echo(json.dumps(value, indent=2, default=_json_text))


def echo_json_line(value: Any) -> None:
    """Print `value` as one line of JSON, unbuffered for a reader that follows."""
    import json

    click.echo(json.dumps(value, default=_json_text))


def _json_text(value: object) -> str:
    """Return a value that JSON has no type for as text; times in ISO 8601."""
    from datetime import datetime

    return value.isoformat() if isinstance(value, datetime) else str(value)
