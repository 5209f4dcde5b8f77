"""`tidegen deploy`."""

import click

from tidegen.cli.common import (
    echo_json,
    env_option,
    example_epilog,
    json_option,
    local_option,
    yes_option,
)

_EPILOG = example_epilog(
    "tidegen deploy --env development",
    "tidegen deploy --env development --local",
    "tidegen deploy --env production --yes",
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
@json_option
@click.pass_obj
def command(
    directory: str, name: str, local: bool, yes: bool, allowed: tuple[str, ...], as_json: bool
) -> None:
    """Deploy an environment as nested stacks.

    Checks the templates, shows what changes, asks, deploys, and prints the outputs. Nothing to
    change is a success. Ctrl-C stops watching, never the deploy.
    """
    from tidegen.cli.deploying import deploy
    from tidegen.cli.session import open_session
    from tidegen.deployment.events import Result
    from tidegen.reporting.plans import outputs_text

    with open_session(directory, local=local) as session:
        outcomes = deploy(session, name, yes=yes, allowed=allowed)
    if as_json:
        rows = [
            {"stack": o.address.name, "result": str(o.result), "outputs": dict(o.outputs)}
            for o in outcomes
        ]
        echo_json(rows)
        return
    if all(outcome.result is Result.UNCHANGED for outcome in outcomes):
        click.echo(f"{name}: there is nothing to change")
        return
    click.echo(outputs_text({o.address.name: o.outputs for o in outcomes}))
