"""`tidegen recovery`."""

import click

from tidegen.cli.common import echo_json, example_epilog, json_option, question, target_options
from tidegen.cli.group import Group

_EXAMPLES = (
    "tidegen recovery plan --env production",
    "tidegen recovery plan --env production --region eu-central-1 --json",
)


@click.group(cls=Group, epilog=example_epilog(*_EXAMPLES))
def command() -> None:
    """Show how an environment is restored when its region is lost."""


@command.command(name="plan", epilog=example_epilog(*_EXAMPLES))
@target_options
@click.option(
    "--region", metavar="REGION", help="Region to restore in.  [default: recovery.region]"
)
@json_option
@click.pass_obj
@question()
def plan_command(directory: str, name: str, local: bool, region: str | None, as_json: bool) -> None:
    """List the steps that restore an environment in another region, and what is missing for them.

    Each step has its commands, the time that it takes and why; the steps of the preparation also
    have what the region has of them. Totals: the time until services answer, and the data that is
    lost at most, from the schedules in the templates. Reads only, and nothing from the home region.
    Exits 1 if something is missing, 2 if that is not known.
    """
    from tidegen.cli.commands.restoring import recovery_of
    from tidegen.cli.session import open_session
    from tidegen.reporting.recovery import recovery_data, recovery_text, summary_text

    with open_session(directory, local=local) as session:
        plan = recovery_of(session, name, region)
    if as_json:
        echo_json(recovery_data(plan))
    else:
        click.echo(recovery_text(plan))
    click.echo(f"{name}: {summary_text(plan)}", err=True)
    raise click.exceptions.Exit(plan.exit_code)
