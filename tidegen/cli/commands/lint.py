"""`tidegen lint`."""

from pathlib import Path

import click

from tidegen.cli.commands.linting import Request, explain, list_suppressions, run, watch
from tidegen.cli.common import example_epilog

_EPILOG = example_epilog(
    "tidegen lint",
    "tidegen lint templates/current/network.yaml --ignore I",
    "tidegen lint ~/any/templates --region eu-central-1",
    "tidegen lint --format sarif > findings.sarif",
    "tidegen lint --explain E3012",
)
_FORMS = ("text", "json", "sarif", "junit", "github")


@click.command(epilog=_EPILOG)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--region",
    "regions",
    multiple=True,
    help="Region to check in; repeatable.  [default: all that environment files name]",
)
@click.option("--rule", "rules", multiple=True, metavar="RULE", help="Only this rule; repeatable.")
@click.option(
    "--ignore", "ignored", multiple=True, metavar="RULE", help="Without this rule; repeatable."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMS),
    default="text",
    show_default=True,
    help="How findings are printed.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--sarif", "form", flag_value="sarif", help="The same as --format sarif.")
@click.option("--junit", "form", flag_value="junit", help="The same as --format junit.")
@click.option(
    "--platform/--no-platform",
    default=None,
    help="With or without the platform's own rules.  [default: with, for templates of a project]",
)
@click.option("--no-cache", is_flag=True, help="Check again what was checked before.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.01),
    default=60.0,
    show_default=True,
    help="Seconds for one template.",
)
@click.option("--watch", "watching", is_flag=True, help="Check again whenever a file is saved.")
@click.option("--explain", "explained", metavar="RULE", help="Say what a rule checks, and why.")
@click.option("--suppressions", "listing", is_flag=True, help="List what templates switch off.")
@click.pass_obj
def command(
    directory: str,
    /,
    explained: str | None,
    listing: bool,
    watching: bool,
    **options: object,
) -> None:
    """Check templates with cfn-lint and the platform's rules, at every level.

    Without PATHS all of templates/current; a folder stands for the templates below it. What has
    not changed since it was last checked is not checked again.
    """
    request = Request(directory=directory, **options)  # type: ignore[arg-type]
    if explained:
        explain(explained)
    elif listing:
        list_suppressions(request)
    elif watching:
        watch(request)
    else:
        raise click.exceptions.Exit(1 if run(request, request.templates()) else 0)
