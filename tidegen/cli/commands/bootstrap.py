"""`tidegen bootstrap`."""

import click

from tidegen.cli.common import (
    cli_command,
    echo_json_line,
    json_option,
    target_options,
    yes_option,
)


@cli_command("tidegen bootstrap --env production")
@target_options
@yes_option
@json_option
@click.pass_obj
def command(directory: str, name: str, local: bool, yes: bool, as_json: bool) -> None:
    """Deploy an environment's prerequisites (account baselines).

    With --json each event is one line, as of deploy; the first names what is deployed.
    """
    from tidegen.cli.commands.deploying import DeployOptions, deploy, first_environments
    from tidegen.cli.endpoints import endpoint_data
    from tidegen.cli.session import open_session
    from tidegen.planning.steps import prerequisites_of

    with open_session(directory, local=local) as session:
        missing = session.plan(name).missing
        baselines = first_environments(session, name, missing)
        if as_json:
            head = {"event": "prerequisites", "environment": name}
            echo_json_line({**head, **endpoint_data(session.target(name)), "deploys": baselines})
        for other in baselines:
            deploy(session, other, DeployOptions(yes=yes, as_json=as_json))
        if not baselines and not as_json:
            count = len(prerequisites_of(session.target(name)))
            click.echo(f"{name}: all {count} prerequisites are deployed")
