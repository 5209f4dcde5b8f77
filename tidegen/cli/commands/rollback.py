"""`tidegen rollback`."""

import click

from tidegen.cli.common import change_options, cli_command, echo_json_line
from tidegen.cli.confirm import confirm


@cli_command(
    "tidegen rollback --env staging",
    "tidegen rollback --env staging --skip Database/Member2Group",
)
@change_options
@click.option(
    "--skip",
    multiple=True,
    metavar="PATH",
    help="Skip this resource, by its path in the plan; repeatable.",
)
@click.pass_obj
def command(
    directory: str,
    name: str,
    local: bool,
    yes: bool,
    as_json: bool,
    taken_over: tuple[str, ...],
    skip: tuple[str, ...],
) -> None:
    """Continue failed rollbacks (UPDATE_ROLLBACK_FAILED), and undo failures that were kept.

    Shows which resources could not be rolled back, and why. Fix the cause and continue, or skip
    what cannot be fixed, one resource at a time: CloudFormation then assumes that the resource is
    as it was before. With --json each event is one line; the first is the plan.
    """
    from tidegen.cli.endpoints import endpoint_data
    from tidegen.cli.session import open_session
    from tidegen.deployment.rollback import execute_rollback, rollback_plan
    from tidegen.reporting.rollback import rollback_data, rollback_text

    with open_session(directory, local=local) as session:
        target = session.target(name)
        plan = rollback_plan(target, session.connect, skip, taken_over)
        if as_json:
            echo_json_line({"event": "plan", **endpoint_data(target), **rollback_data(plan)})
        else:
            click.echo(rollback_text(plan))
        if not plan.steps:
            return
        confirm(name, "continue", yes=yes)
        with session.watching(name, as_json=as_json) as watch:
            execute_rollback(plan, session.connect, emit=watch)
