"""`tidegen preflight`."""

import click

from tidegen.cli.common import (
    allow_options,
    cli_command,
    echo_json,
    json_option,
    question,
    target_options,
)


@cli_command("tidegen preflight --env production", "tidegen preflight --env staging --json")
@target_options
@allow_options
@json_option
@click.pass_obj
@question()
def command(
    directory: str,
    name: str,
    local: bool,
    allowed: tuple[str, ...],
    locked: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check the account for anything that would make a deploy fail.

    Checks the whole plan (missing prerequisites, guards, states) and the account (names, quotas,
    versions, roles), reading only. Exits 1 if the deploy would be refused or fail.
    Anything the credentials cannot read is reported as "not checked" and does not fail the command.
    """
    from dataclasses import asdict

    from tidegen.cli.commands.preflighting import full_report
    from tidegen.cli.session import open_session
    from tidegen.reporting.preflight import report_text, summary_text

    with open_session(directory, local=local) as session:
        report = full_report(session, name, (*allowed, *locked))
    if as_json:
        echo_json(asdict(report))
    elif text := report_text(report):
        click.echo(text)
    click.echo(f"{name}: {summary_text(report)}", err=True)
    raise click.exceptions.Exit(1 if report.blocking else 0)
