"""`tidegen init`."""

from pathlib import Path

import click

from tidegen.cli.common import cli_command, concerns
from tidegen.errors import InputError, Problem

#: The hash of a template is of its bytes: git may not convert its line ends.
_ATTRIBUTES = b"templates/** -text\n"


@cli_command("tidegen init", "tidegen init platform --project acme")
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option("--project", default="tidepool", show_default=True, help="Prefix of every name.")
@click.pass_obj
def command(directory: str, folder: Path, project: str) -> None:
    """Create environments/ and templates/ in a new repository.

    Also creates .gitattributes, so that git keeps the templates' line ends. The environment files
    contain example values, each with a comment; existing files are not overwritten.
    """
    from tidegen.environments import example_files, is_project
    from tidegen.rendering import apply_changes, file_changes, render

    if not is_project(project):
        problem = (
            f"is not a project, {project}; use up to 24 lower-case letters, digits and hyphens"
        )
        raise InputError(Problem("--project", problem))
    target = (Path(directory) / folder).resolve()
    if (target / "environments").exists():
        where = str(target / "environments")
        raise InputError(Problem(where, "already exists; edit its files, or choose another folder"))
    apply_changes(file_changes(target / "environments", example_files(project), partial=True))
    files = render(concerns()).files
    apply_changes(file_changes(target / "templates" / "current", files))
    if not (target / ".gitattributes").exists():
        apply_changes(file_changes(target, {".gitattributes": _ATTRIBUTES}, partial=True))
    click.echo(f"created {target}/environments and {target}/templates", err=True)
    click.echo(
        "next: set your accounts and address ranges in environments/*.yaml, then run 'tidegen lint'"
    )
