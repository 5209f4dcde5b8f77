"""`tidegen list`."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from tidegen.cli.common import (
    cli_command,
    concerns,
    echo_json,
    json_option,
    project_folder,
    question,
    template_folder,
)
from tidegen.errors import Problem


@cli_command("tidegen list", "tidegen list --json", "tidegen list --deployed")
@click.option("--deployed", is_flag=True, help="Read the accounts, and list the stacks instead.")
@click.option("--local", is_flag=True, help="Use the embedded local AWS instead of the accounts.")
@json_option
@click.pass_obj
@question()
def command(directory: str, deployed: bool, local: bool, as_json: bool) -> None:
    """List environments, with the release that each one pins, and concerns.

    Files with problems are reported, and the others listed; then it exits 2.

    --deployed lists the project's root stacks in every account and region of the files, with their
    releases, and those without a file: of an environment that was renamed or removed.
    """
    if deployed:
        _list_deployed(directory, local=local, as_json=as_json)
        return
    from tidegen.environments import read_all
    from tidegen.errors import InputError

    project = project_folder(directory)
    files, problems = read_all(project)
    wrong = [*problems.all, *_absent_releases(project, files)]
    rows = [_row(file) for file in files]
    members = [
        {"name": c.name, "scopes": [str(s) for s in c.scopes], "purpose": c.purpose}
        for c in concerns()
    ]
    if as_json:
        texts = [str(problem) for problem in wrong]
        echo_json({"environments": rows, "concerns": members, "problems": texts})
    else:
        click.echo(_text(rows, members))
    if wrong and as_json:  # the document has them
        raise click.exceptions.Exit(2)
    if wrong:
        raise InputError(*wrong)


def _list_deployed(directory: str, *, local: bool, as_json: bool) -> None:
    from tidegen.cli.session import open_session, warn_of_problems
    from tidegen.cli.targets import target_of
    from tidegen.deployment.reading.inventory import read_inventory
    from tidegen.errors import InputError
    from tidegen.reporting.inventory import inventory_rows, inventory_text

    with open_session(directory, local=local) as session:
        targets = [target_of(file, session.files) for file in session.files]
        inventory = read_inventory(targets, session.connect)
    if session.problems:
        warn_of_problems(session.problems)
    pinned = {file.name: file.release for file in session.files}
    if as_json:
        echo_json(inventory_rows(inventory, pinned))
    else:
        click.echo(inventory_text(inventory, pinned))
    if inventory.unread:
        raise InputError.of(
            Problem(str(item.place), f"not read: {item.reason}") for item in inventory.unread
        )


def _row(file: Any) -> dict[str, str]:
    return {
        "name": file.name,
        "scope": str(file.scope),
        "account": file.account,
        "region": file.region,
        "release": file.release,
    }


def _absent_releases(project: Path, files: Iterable[Any]) -> Iterator[Problem]:
    """Yield each file that pins a release which does not exist."""
    for file in files:
        if not template_folder(project, file.release).is_dir():
            where = f"{file.path.relative_to(project).as_posix()}:{file.line('release')}"
            problem = f"does not exist, {file.release}; {_release_remedy(project, file.release)}"
            yield Problem(where, f"release: {problem}")


def _release_remedy(project: Path, name: str) -> str:
    folders = (project / "templates" / "releases").glob("*/manifest.json")
    close = get_close_matches(name, [path.parent.name for path in folders], n=1)
    return f"did you mean {close[0]}?" if close else "'tidegen release' creates releases"


def _text(rows: Iterable[Mapping[str, str]], members: Iterable[Mapping[str, Any]]) -> str:
    lines = ["Environments"]
    for row in rows:
        place = f"{row['scope']:<12} {row['account']} {row['region']:<14}"
        lines.append(f"  {row['name']:<28} {place} {row['release']}")
    lines += ["", "Concerns"]
    lines += [f"  {row['name']:<28} {', '.join(row['scopes'])}" for row in members]
    return "\n".join(lines)
