"""`tidegen lint`."""

from pathlib import Path

import click

from tidegen.cli.commands.linting import (
    LintRequest,
    explain,
    list_suppressions,
    require_valid_files,
    run,
    watch,
)
from tidegen.cli.common import cli_command, format_option

_FORMS = ("text", "json", "sarif", "junit", "github")


@cli_command(
    "tidegen lint",
    "tidegen lint templates/current/network.yaml --ignore I",
    "tidegen lint ~/any/templates --region eu-central-1",
    "tidegen lint --format sarif > findings.sarif",
    "tidegen lint --explain E3012",
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--region",
    "regions",
    multiple=True,
    help="Check in this region; repeatable.  [default: all in the environment files]",
)
@click.option(
    "--rule", "rules", multiple=True, metavar="RULE", help="Check only this rule; repeatable."
)
@click.option(
    "--ignore", "ignored", multiple=True, metavar="RULE", help="Skip this rule; repeatable."
)
@format_option(_FORMS, "Format of the findings.")
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--sarif", "form", flag_value="sarif", help="The same as --format sarif.")
@click.option("--junit", "form", flag_value="junit", help="The same as --format junit.")
@click.option(
    "--platform/--no-platform",
    default=None,
    help="Use or skip the platform's rules.  [default: use for the project's templates]",
)
@click.option("--no-cache", is_flag=True, help="Check unchanged templates again.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.01),
    default=60.0,
    show_default=True,
    help="Time limit for one template, in seconds.",
)
@click.option("--watch", "watching", is_flag=True, help="Check again whenever a file is saved.")
@click.option(
    "--explain", "explained", metavar="RULE", help="Describe a rule: its check, reason and source."
)
@click.option("--suppressions", "listing", is_flag=True, help="List the suppressions in templates.")
@click.pass_obj
def command(
    directory: str,
    /,
    explained: str | None,
    listing: bool,
    watching: bool,
    **options: object,
) -> None:
    """Check templates with cfn-lint and the platform's rules.

    Without PATHS checks all of templates/current; for a folder, all templates below it. Templates
    that have not changed since the last check are not checked again. Findings of every level are
    printed.
    """
    request = LintRequest(directory=directory, **options)  # type: ignore[arg-type]
    if explained:
        explain(explained)
    elif listing:
        list_suppressions(request)
    elif watching:
        watch(request)
    else:
        count = run(request, request.templates())
        require_valid_files(request)
        raise click.exceptions.Exit(1 if count else 0)
