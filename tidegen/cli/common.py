"""What commands share: the project's folders, closest names, options in the same words."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tidegen.errors import InputError, Problem

if TYPE_CHECKING:
    from tidegen.contract import Concern

env_option = click.option(
    "--env", "name", required=True, metavar="NAME", help="Environment: a file in environments/."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
local_option = click.option(
    "--local", is_flag=True, help="Use the embedded local AWS; no account is touched."
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask (for CI).")


def example_epilog(*lines: str) -> str:
    """An epilog of examples that click leaves as it is."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def project_folder(directory: str) -> Path:
    """The project's root: the nearest folder with `environments/`, from `directory` up."""
    from tidegen.environments import find_project

    return find_project(Path(directory).resolve())


def template_folder(project: Path, release: str = "current") -> Path:
    """Where a release's templates are committed."""
    return project / "templates" / ("current" if release == "current" else f"releases/{release}")


def template_paths(folder: Path) -> list[Path]:
    """The committed templates below `folder`, sorted."""
    return sorted(path for path in folder.rglob("*.yaml") if path.is_file())


def known(names: Iterable[str], choices: Iterable[str], what: str) -> None:
    """Raise InputError for every name that is none of `choices`, with the closest one."""
    available = sorted(choices)
    problems = [_unknown(name, available, what) for name in names if name not in available]
    if problems:
        raise InputError.of(problems)


def _unknown(name: str, available: list[str], what: str) -> Problem:
    close = get_close_matches(name, available, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(available)}"
    return Problem(f"{what} '{name}'", f"there is none of that name; {hint}")


def concerns() -> "tuple[Concern, ...]":
    """All concerns, own and third parties'."""
    from tidegen.concerns import discovered_concerns

    return discovered_concerns()


def echo_json(value: Any) -> None:
    """Print `value` as JSON."""
    import json

    click.echo(json.dumps(value, indent=2, default=str))


def echo_json_line(value: Any) -> None:
    """Print `value` as JSON on one line, at once: somebody may read along."""
    import json

    click.echo(json.dumps(value, default=str))
