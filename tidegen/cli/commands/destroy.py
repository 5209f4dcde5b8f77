"""`tidegen destroy`."""

import click

from tidegen.cli.common import change_options, cli_command, echo_json_line
from tidegen.cli.completing import account_names
from tidegen.cli.confirm import confirm


@cli_command(
    "tidegen destroy --env development",
    "tidegen destroy --env qa --account account-nonproduction",
)
@change_options
@click.option(
    "--account",
    metavar="NAME",
    shell_complete=account_names,
    help="For an environment without a file: the account file of its region.",
)
@click.pass_obj
def command(
    directory: str,
    name: str,
    local: bool,
    account: str | None,
    yes: bool,
    as_json: bool,
    taken_over: tuple[str, ...],
) -> None:
    """Delete an environment; keep its stateful resources, and list all.

    Refuses a protected environment, and anything that would make the deletion fail: network
    interfaces that other services created, buckets that are neither empty nor kept, endpoints
    connected to an endpoint service, deletion protection, environments that use these stacks.

    --account finds the stacks of an environment that was renamed, or whose file was removed;
    'tidegen list --deployed' lists them. With --json each event is one line; the first is
    the plan.
    """
    from tidegen.cli.commands.preflighting import check_destroy
    from tidegen.cli.endpoints import endpoint_data
    from tidegen.cli.session import open_session
    from tidegen.deployment.destroy import destroy_plan, execute_destroy
    from tidegen.reporting.destroy import destroy_data, destroy_text

    with open_session(directory, local=local) as session:
        target = session.target_without_file(name, account) if account else session.target(name)
        plan = destroy_plan(target, session.connect, taken_over)
        if as_json:
            echo_json_line({"event": "plan", **endpoint_data(target), **destroy_data(plan)})
        else:
            click.echo(destroy_text(plan))
        if not plan.steps:
            return
        check_destroy(session, plan)
        confirm(name, "delete", yes=yes)
        with session.watching(name, as_json=as_json) as watch:
            execute_destroy(plan, session.connect, emit=watch)
