"""`tidegen drift`."""

import click

from tidegen.cli.common import cli_command, echo_json, json_option, question, target_options


@cli_command(
    "tidegen drift --env production",
    "tidegen drift --env production --json > drift.json",
)
@target_options
@json_option
@click.pass_obj
@question()
def command(directory: str, name: str, local: bool, as_json: bool) -> None:
    """Show where resources differ from their templates, in all nested stacks.

    CloudFormation compares each property that a template sets with its current value. Resources
    that it cannot check are counted as not checked. A nested stack that was updated past its root
    has drifted too: its template is compared with the hash that the root pins. Policies, ingress
    rules and grants that no template declares, on roles, security groups, buckets and keys, are
    listed as undeclared. Exits 0 in sync, 1 drifted, 2 if a stack could not be checked completely
    and nothing checked has drifted.
    """
    from tidegen.aws.inspection import inspect
    from tidegen.cli.session import open_session
    from tidegen.deployment.reading.drift import detect_drift, drift_plan
    from tidegen.deployment.reading.grants import undeclared_grants
    from tidegen.reporting.drift import drift_data, drift_text, grants_text

    with open_session(directory, local=local) as session:
        plan = drift_plan(session.target(name), session.connect)
        stacks = detect_drift(plan, session.connect)
        grants = undeclared_grants(session.target(name), session.connect, inspect)
    if as_json:
        echo_json(drift_data(name, stacks, grants))
    else:
        click.echo("\n".join(filter(None, (drift_text(stacks), grants_text(grants)))))
    if grants.undeclared or any(stack.differs for stack in stacks):
        raise click.exceptions.Exit(1)
    raise click.exceptions.Exit(2 if any(stack.problem for stack in stacks) else 0)
