"""`tidegen release`."""

import click

from tidegen.cli.common import example_epilog, project_folder

_EPILOG = example_epilog("tidegen release 2026-11-24", "tidegen release v1.4.0")


@click.command(epilog=_EPILOG)
@click.argument("name")
@click.pass_obj
def command(directory: str, name: str) -> None:
    """Freeze the committed templates as a release.

    Writes templates/releases/NAME: the templates, their assets, and a manifest with the hash of
    every file. Set `release: NAME` in an environment's file to use it, and the earlier name to go
    back. The committed templates must match the source, and a release never changes.
    """
    from datetime import UTC, datetime

    from tidegen import __version__
    from tidegen.cli.common import template_folder
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
    about = {
        "release": name,
        "frozen": datetime.now(UTC).isoformat(timespec="seconds"),
        "tidegen": __version__,
        "commit": _commit(directory),
    }
    freeze(folder, {**templates, **assets}, about)
    count = len(templates) + len(assets)
    click.echo(f"{folder.relative_to(project)}: {count} files; set 'release: {name}' to use it")


def _commit(directory: str) -> str | None:
    """Return the project's current commit; None outside git."""
    import subprocess

    command = ["git", "-C", directory, "rev-parse", "HEAD"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return result.stdout.strip() if result.returncode == 0 else None
