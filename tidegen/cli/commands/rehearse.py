"""`tidegen rehearse`."""

import click

from tidegen.cli.common import echo_json, example_epilog, json_option, target_options, yes_option
from tidegen.cli.parsing import Command

_EPILOG = example_epilog(
    "tidegen rehearse --env production --local",
    "tidegen rehearse --env production --local --json",
    "tidegen rehearse --env rehearsal",
)


@click.command(cls=Command, epilog=_EPILOG)
@target_options
@click.option("--region", metavar="REGION", help="Region to recover in.  [default: recovery]")
@yes_option
@json_option
@click.pass_obj
def command(
    directory: str, name: str, local: bool, region: str | None, yes: bool, as_json: bool
) -> None:
    """Rehearse the loss of an environment's region, and its recovery in the other one.

    On a new local engine: deploys baselines, shared services and the environment, writes data,
    dumps the database with the deployed program, and loses the home region, so that every call to
    it is refused. Then runs the commands of the runbook, restores the data, compares it byte by
    byte, and reports the time of each stage. Works in a copy of the project; leaves nothing behind.
    Without --local it does so in the account, with an environment of its own: one that is not
    protected, and not deployed. Its regions answer, its tables and database are left to people, and
    it is deleted at the end. Exits 1 if a stage failed.
    """
    from tidegen.cli.commands.rehearsing import rehearse_in_account, rehearse_locally
    from tidegen.reporting.rehearsal import rehearsal_data, rehearsal_text

    if local:
        rehearsal = rehearse_locally(directory, name, region)
    else:
        rehearsal = rehearse_in_account(directory, name, region, yes=yes)
    if as_json:
        echo_json(rehearsal_data(rehearsal))
    else:
        click.echo(rehearsal_text(rehearsal))
    raise click.exceptions.Exit(0 if rehearsal.passed else 1)
