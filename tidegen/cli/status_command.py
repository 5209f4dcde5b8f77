"""`tidegen status`."""

import click

from tidegen.cli.common import echo_json, env_option, example_epilog, json_option, local_option

_EPILOG = example_epilog("tidegen status --env production", "tidegen status --env staging --json")


@click.command(epilog=_EPILOG)
@env_option
@local_option
@json_option
@click.pass_obj
def command(directory: str, name: str, local: bool, as_json: bool) -> None:
    """Show an environment's stacks: their state, release, and nested stacks."""
    from dataclasses import asdict

    from tidegen.cli.session import open_session
    from tidegen.deployment import environment_status
    from tidegen.reporting.states import status_text

    with open_session(directory, local=local) as session:
        roots = environment_status(session.target(name), session.connect)
    if as_json:
        echo_json([asdict(root) for root in roots])
    else:
        click.echo(status_text(roots))
    raise click.exceptions.Exit(0 if all(root.status for root in roots) else 1)
