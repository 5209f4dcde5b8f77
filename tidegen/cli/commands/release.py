"""`tidegen release`."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

import tidegen
from tidegen.cli.common import (
    cli_command,
    echo_json,
    json_option,
    project_folder,
    template_folder,
)
from tidegen.counting import counted

_MOST = 5  # files in an error


@cli_command("tidegen release 2026-11-24", "tidegen release v1.4.0")
@click.argument("name")
@json_option
@click.pass_obj
def command(directory: str, name: str, as_json: bool) -> None:
    """Freeze the committed templates as a release.

    Writes templates/releases/NAME: the templates, their assets, and a manifest with the hash of
    every file. Set `release: NAME` in an environment's file to use it, and the earlier name to go
    back. The templates must match the source, and both must be committed: the manifest names the
    commit that contains them. A release never changes.
    """
    from datetime import UTC, datetime

    from tidegen import __version__
    from tidegen.cli.checkout import commit
    from tidegen.cli.session import checked_assets
    from tidegen.environments import check_release_name
    from tidegen.rendering import freeze

    check_release_name(name)
    project = project_folder(directory)
    current, folder = template_folder(project), template_folder(project, name)
    assets = checked_assets(current)
    templates = {
        path.relative_to(current).as_posix(): path.read_bytes()
        for path in current.rglob("*.yaml")
        if path.is_file()
    }
    _require_committed(project, [current / path for path in templates])
    about = {
        "release": name,
        "frozen": datetime.now(UTC).isoformat(timespec="seconds"),
        "tidegen": __version__,
        "commit": commit(project),
    }
    freeze(folder, {**templates, **assets}, about)
    count, where = len(templates) + len(assets), folder.relative_to(project)
    if as_json:
        echo_json({**about, "folder": str(where), "files": count})
    else:
        click.echo(f"{where}: {counted(count, 'file')}; set 'release: {name}' to use it")


def _require_committed(project: Path, templates: Iterable[Path]) -> None:
    """Raise RefusedError for templates or sources that the current commit does not contain."""
    from tidegen.cli.checkout import commit, uncommitted, untracked
    from tidegen.cli.common import concerns
    from tidegen.errors import Problem, RefusedError

    if commit(project) is None:
        click.echo("warning: not in git, or without a commit; the release names none", err=True)
        return
    modules = {sys.modules[c.add_resources.__module__].__file__ for c in concerns()}
    sources = [Path(tidegen.__file__).parent, *(Path(path) for path in modules if path)]
    current = template_folder(project)
    dirty = [*uncommitted(project, [current, *sources]), *untracked(project, list(templates))]
    if dirty:
        names = sorted(dict.fromkeys(dirty))
        more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        text = f"not committed: {', '.join(names[:_MOST])}{more}; commit, then freeze"
        raise RefusedError(Problem(str(current), text))
