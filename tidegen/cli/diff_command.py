"""`tidegen diff`."""

import click

from tidegen.cli.common import env_option, example_epilog, local_option


@click.command(epilog=example_epilog("tidegen diff --env staging", "tidegen diff --env production"))
@env_option
@local_option
@click.option("--change-set", is_flag=True, help="Ask CloudFormation; uploads the templates.")
@click.pass_obj
def command(directory: str, name: str, local: bool, change_set: bool) -> None:
    """Show what a deploy would change, without changing anything."""
    from tidegen.cli.session import open_session
    from tidegen.deployment import preview
    from tidegen.reporting.plans import changes_text, plan_text

    with open_session(directory, local=local) as session:
        plan = session.plan(name)
        click.echo(plan_text(plan))
        for item in plan.missing:
            click.echo(f"missing: {item}", err=True)
        for found in preview(plan, session.connect, change_sets=change_set):
            waits = ", ".join(str(address) for address in found.pending)
            click.echo(
                f"\n{found.step.stack_name}" + (f"  (needs outputs of {waits})" if waits else "")
            )
            click.echo(changes_text(() if found.unchanged else found.changes))
