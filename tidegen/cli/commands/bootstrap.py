"""`tidegen bootstrap`."""

import click

from tidegen.cli.common import example_epilog, target_options, yes_option
from tidegen.cli.parsing import Command


@click.command(cls=Command, epilog=example_epilog("tidegen bootstrap --env production"))
@target_options
@yes_option
@click.pass_obj
def command(directory: str, name: str, local: bool, yes: bool) -> None:
    """Deploy an environment's prerequisites (account baselines)."""
    from tidegen.cli.commands.deploying import DeployOptions, deploy, first_environments
    from tidegen.cli.session import open_session
    from tidegen.planning.steps import prerequisites_of

    with open_session(directory, local=local) as session:
        missing = session.plan(name).missing
        baselines = first_environments(session, name, missing)
        for other in baselines:
            deploy(session, other, DeployOptions(yes=yes))
        if not baselines:
            count = len(prerequisites_of(session.target(name)))
            click.echo(f"{name}: all {count} prerequisites are deployed")
