"""`tidegen render`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidegen.cli.common import (
    cli_command,
    concerns,
    echo_json,
    format_option,
    json_option,
    known,
    project_folder,
)
from tidegen.cli.completing import concern_names
from tidegen.counting import counted

if TYPE_CHECKING:
    from tidegen.rendering import FileChange


@cli_command("tidegen render", "tidegen render network storage", "tidegen render --check")
@click.argument("names", metavar="[CONCERN]...", nargs=-1, shell_complete=concern_names)
@click.option(
    "--check", is_flag=True, help="Write nothing; show differences and exit 1 if there are any."
)
@format_option(("yaml", "json"), "Format of the templates.")
@json_option
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write to.  [default: templates/current, templates/json for JSON]",
)
@click.pass_obj
def command(
    directory: str,
    names: tuple[str, ...],
    check: bool,
    form: str,
    as_json: bool,
    output: Path | None,
) -> None:
    """Render the templates from the concerns.

    With --json prints the changed files; --check does so too, instead of their differences. With
    concerns named, writes only their templates and the roots that contain their hashes.
    """
    from tidegen.rendering import apply_changes, file_changes, render

    project = project_folder(directory)
    members = concerns()
    known(names, (concern.name for concern in members), "concern")
    files = render(members, form).files
    if names:
        files = {k: v for k, v in files.items() if k.startswith("roots/") or _stem(k) in names}
    folder = output or project / "templates" / ("current" if form == "yaml" else form)
    changes = file_changes(folder.resolve(), files, partial=bool(names))
    if as_json:
        echo_json({"folder": str(folder), **_data(changes, folder.resolve())})
    if check:
        _report_differences(changes, folder.resolve(), silent=as_json)
        return
    apply_changes(changes)
    if not as_json:
        for change in changes:
            click.echo(f"{change.kind} {change.path.relative_to(folder.resolve())}")
    click.echo(
        f"{counted(len(files), 'template')} rendered, {counted(len(changes), 'file')} changed",
        err=True,
    )


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


def _data(changes: "Sequence[FileChange]", folder: Path) -> dict[str, object]:
    rows = [{"kind": c.kind, "file": c.path.relative_to(folder).as_posix()} for c in changes]
    return {"changes": rows}


def _report_differences(changes: "Sequence[FileChange]", folder: Path, *, silent: bool) -> None:
    from tidegen.rendering import unified_diff

    for change in () if silent else changes:
        click.echo(unified_diff(change, folder), nl=False)
    if changes:
        click.echo(
            f"difference in {counted(len(changes), 'file')}; run 'tidegen render' and commit",
            err=True,
        )
        raise click.exceptions.Exit(1)
    click.echo("templates equal what the source renders", err=True)
