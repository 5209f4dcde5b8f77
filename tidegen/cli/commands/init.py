"""`tidegen init`."""

from pathlib import Path

import click

from tidegen.cli.common import concerns, example_epilog
from tidegen.errors import InputError, Problem

_EPILOG = example_epilog("tidegen init", "tidegen init platform --project acme")


@click.command(epilog=_EPILOG)
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option("--project", default="tidepool", show_default=True, help="First part of every name.")
@click.pass_obj
def command(directory: str, folder: Path, project: str) -> None:
    """Make environments/ and templates/ in a repository of your own.

    The environment files hold example values with a comment on each; nothing that exists is
    overwritten.
    """
    from tidegen.environments import example_files
    from tidegen.rendering import apply_changes, file_changes, render

    target = (Path(directory) / folder).resolve()
    if (target / "environments").exists():
        where = str(target / "environments")
        raise InputError(Problem(where, "is there already; edit its files, or name another folder"))
    apply_changes(file_changes(target / "environments", example_files(project), partial=True))
    files = render(concerns()).files
    apply_changes(file_changes(target / "templates" / "current", files))
    click.echo(f"made {target}/environments and {target}/templates", err=True)
    click.echo("next: put your accounts and ranges into environments/*.yaml, then 'tidegen lint'")
