"""`tidegen deploy`."""

import click

from tidegen.cli.common import (
    env_option,
    example_epilog,
    json_option,
    local_option,
    yes_option,
)

_EPILOG = example_epilog(
    "tidegen deploy --env development",
    "tidegen deploy --env development --local",
    "tidegen deploy --env production --dry-run",
    "tidegen deploy --env production --yes --json",
    "tidegen deploy --env staging --move UploadsBucket",
)


@click.command(epilog=_EPILOG)
@env_option
@local_option
@yes_option
@click.option(
    "--allow-replace",
    "allowed",
    multiple=True,
    metavar="LOGICAL_ID",
    help="Stateful resource that may be replaced or removed; repeatable.",
)
@click.option(
    "--move",
    "moved",
    multiple=True,
    metavar="LOGICAL_ID",
    help="Resource to carry over to the stack where it stands now; repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan and stop, as 'tidegen plan' does.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    name: str,
    local: bool,
    yes: bool,
    allowed: tuple[str, ...],
    moved: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Deploy an environment as nested stacks.

    Checks the templates, shows what changes, asks, deploys, and prints the outputs. Nothing to
    change is a success. Ctrl-C stops watching, never the deploy. With --json each event is one
    line; the last event of each stack is its outcome, with the outputs.

    A resource that the templates have in another nested stack, or under another logical id, is
    never made anew by accident: --move carries it over, as a step of its own before the deploy.
    """
    from tidegen.cli.commands.deploying import DeployOptions, deploy
    from tidegen.cli.commands.plan import command as plan_command
    from tidegen.cli.session import open_session
    from tidegen.deployment.events import Result
    from tidegen.reporting.outputs import outputs_text

    if dry_run:
        context.invoke(plan_command, name=name, local=local, as_json=as_json)
        return
    with open_session(context.obj, local=local) as session:
        outcomes = deploy(session, name, DeployOptions(yes, allowed, as_json, moved))
    if as_json:
        return
    if all(outcome.result is Result.UNCHANGED for outcome in outcomes):
        click.echo(f"{name}: there is nothing to change")
        return
    click.echo(outputs_text({o.address.name: o.outputs for o in outcomes}))
