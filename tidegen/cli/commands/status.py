"""`tidegen status`."""

from typing import TYPE_CHECKING

import click

from tidegen.cli.common import (
    cli_command,
    echo_json,
    echo_json_line,
    json_option,
    question,
    target_options,
)

if TYPE_CHECKING:
    from tidegen.cli.session import Session


@cli_command(
    "tidegen status --env production",
    "tidegen status --env staging --json",
    "tidegen status --env production --follow",
)
@target_options
@json_option
@click.option("--follow", is_flag=True, help="Watch the operation in progress until it ends.")
@click.pass_obj
def command(directory: str, name: str, local: bool, as_json: bool, follow: bool) -> None:
    """Show an environment's stacks: status, release, deployed commit and nested stacks.

    Names the release in the environment's file where the deployed one has another name. Shows the
    root cause of a failed operation, and how many of an environment's secrets are unfilled.
    --follow watches an operation that was started elsewhere. Names protection that a deploy did not
    complete. Exits 1 if a root is not deployed or not complete, or if its last operation failed.
    """
    from dataclasses import asdict

    from tidegen.aws.settings import reach
    from tidegen.cli.common import template_folder
    from tidegen.cli.endpoints import endpoint_data
    from tidegen.cli.session import open_session
    from tidegen.deployment.reading.pinned import with_pinned
    from tidegen.deployment.reading.status import environment_status, follow_environment
    from tidegen.planning.states import is_to_be_created
    from tidegen.reporting.status import status_text

    with open_session(directory, local=local) as session:
        with question():
            target = session.target(name)
        if follow:
            with session.watching(name, as_json=as_json) as watch:
                follow_environment(target, session.connect, emit=watch)
        with question():
            release = session.file(name).release
            folder = template_folder(session.project, release)
            states = environment_status(target, session.connect, reach)
            roots = with_pinned(states, release, folder, session.connect)
        deployed = all(root.status and not root.foreign for root in roots)
        rows = [{**asdict(root), **endpoint_data(target)} for root in roots] if as_json else []
        if as_json and follow:
            echo_json_line({"event": "status", "roots": rows})
        elif as_json:
            echo_json(rows)
        else:
            click.echo(status_text(roots))
            if deployed and not any(is_to_be_created(root.status) for root in roots):
                _echo_unfilled_secrets(session, name)
    raise click.exceptions.Exit(0 if all(root.is_healthy for root in roots) else 1)


def _echo_unfilled_secrets(session: "Session", name: str) -> None:
    """Print the number of unfilled secrets, or the reason why the role cannot list them."""
    from tidegen.contract import Scope
    from tidegen.deployment.secrets import unfilled_secrets
    from tidegen.errors import RefusedError
    from tidegen.reporting.secrets import unfilled_text

    target = session.target(name)
    if target.scope is not Scope.ENVIRONMENT:
        return
    try:
        click.echo(unfilled_text(name, unfilled_secrets(target, session.connect)))
    except RefusedError as error:
        click.echo(f"secrets: {error}", err=True)
