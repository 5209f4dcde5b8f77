"""`tidegen deploy`."""

import click

from tidegen.cli.common import (
    allow_option,
    example_epilog,
    json_option,
    target_options,
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
@target_options
@yes_option
@allow_option
@click.option(
    "--move",
    "moved",
    multiple=True,
    metavar="LOGICAL_ID",
    help="Move a deployed resource to its new stack or logical id; repeatable.",
)
@click.option(
    "--with-prerequisites",
    is_flag=True,
    help="Deploy missing account baselines first; --yes alone does not.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan and stop, like 'tidegen plan'.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    name: str,
    local: bool,
    yes: bool,
    allowed: tuple[str, ...],
    moved: tuple[str, ...],
    with_prerequisites: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Deploy an environment as nested stacks.

    Checks the templates and the account, shows one plan of all root stacks, asks once, deploys, and
    prints the outputs. A step that turns out to do more than the plan showed asks again; with --yes
    it is refused if a resource would be lost. Exits 0 if there is nothing to change. Ctrl-C stops
    watching, not the deploy. With --json each event is one line; the last event of each stack is
    its outcome, with the outputs.

    A resource whose nested stack or logical id changed in the templates is never recreated by
    accident: --move moves it, unchanged, in a separate step before the deploy.
    """
    from tidegen.cli.commands.deploying import DeployOptions, deploy
    from tidegen.cli.commands.plan import command as plan_command
    from tidegen.cli.session import open_session
    from tidegen.deployment.events import Result
    from tidegen.reporting.outputs import outputs_text

    if dry_run:
        context.invoke(plan_command, name=name, local=local, as_json=as_json, allowed=allowed)
        return
    with open_session(context.obj, local=local) as session:
        options = DeployOptions(
            yes=yes,
            allowed=allowed,
            as_json=as_json,
            moved=moved,
            with_prerequisites=with_prerequisites,
        )
        outcomes = deploy(session, name, options)
    if as_json:
        return
    if all(outcome.result is Result.UNCHANGED for outcome in outcomes):
        click.echo(f"{name}: nothing to change")
        return
    click.echo(outputs_text({o.address.name: o.outputs for o in outcomes}))
