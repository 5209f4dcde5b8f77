"""`tidegen status`."""

import click

from tidegen.cli.common import echo_json, env_option, example_epilog, json_option, local_option

_EPILOG = example_epilog(
    "tidegen status --env production",
    "tidegen status --env staging --json",
    "tidegen status --env production --follow",
)


@click.command(epilog=_EPILOG)
@env_option
@local_option
@json_option
@click.option("--follow", is_flag=True, help="Watch what is under way until it has ended.")
@click.pass_obj
def command(directory: str, name: str, local: bool, as_json: bool, follow: bool) -> None:
    """Show an environment's stacks: their state, release, and nested stacks.

    Where the last operation failed, its root cause is named. With --follow an operation that
    somebody else started is watched, from any machine.
    """
    from dataclasses import asdict

    from tidegen.cli.progress import detachable, watcher
    from tidegen.cli.session import open_session
    from tidegen.deployment import environment_status, follow_environment
    from tidegen.reporting.states import status_text

    with open_session(directory, local=local) as session:
        target = session.target(name)
        if follow:
            with detachable(name, goes_on=True), watcher(as_json=as_json) as watch:
                follow_environment(target, session.connect, emit=watch)
        roots = environment_status(target, session.connect)
    if as_json and not follow:
        echo_json([asdict(root) for root in roots])
    elif not as_json:
        click.echo(status_text(roots))
    raise click.exceptions.Exit(0 if all(root.status for root in roots) else 1)
