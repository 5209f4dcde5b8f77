"""`tidegen lint`."""

from pathlib import Path

import click

from tidegen.cli.common import (
    echo_json,
    example_epilog,
    json_option,
    project_folder,
    template_folder,
    template_paths,
)
from tidegen.errors import InputError, Problem

_EPILOG = example_epilog(
    "tidegen lint", "tidegen lint templates/current/network.yaml", "tidegen lint --json"
)


@click.command(epilog=_EPILOG)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--region",
    "regions",
    multiple=True,
    help="Region to check in; repeatable.  [default: all that environment files name]",
)
@click.option("--no-cache", is_flag=True, help="Check again what was checked before.")
@json_option
@click.pass_obj
def command(
    directory: str,
    paths: tuple[Path, ...],
    regions: tuple[str, ...],
    no_cache: bool,
    as_json: bool,
) -> None:
    """Check templates with cfn-lint, at every level, in every region that is used."""
    from tidegen.linting import lint

    templates = _templates(directory, paths)
    where = regions or _regions(directory)
    findings = lint(templates, where, use_cache=not no_cache)
    if as_json:
        echo_json([finding.as_dict() for finding in findings])
    else:
        for finding in findings:
            click.echo(str(finding))
    summary = f"{len(templates)} templates in {', '.join(where)}: {len(findings)} findings"
    click.echo(summary, err=True)
    raise click.exceptions.Exit(1 if findings else 0)


def _templates(directory: str, paths: tuple[Path, ...]) -> list[Path]:
    """The named files and the templates of named folders; else all of `templates/current`."""
    roots = paths or (template_folder(project_folder(directory)),)
    found = [p for path in roots for p in ([path] if path.is_file() else template_paths(path))]
    if not found:
        where = ", ".join(map(str, roots))
        raise InputError(Problem(where, "holds no templates; run 'tidegen render' first"))
    return found


def _regions(directory: str) -> tuple[str, ...]:
    from tidegen.environments import load_all, regions

    return tuple(regions(load_all(project_folder(directory))))
