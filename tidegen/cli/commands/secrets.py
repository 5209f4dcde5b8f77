"""`tidegen secrets`."""

import sys
from typing import TYPE_CHECKING

import click

from tidegen.cli.common import (
    echo_json,
    example_epilog,
    json_option,
    known,
    question,
    target_options,
    yes_option,
)
from tidegen.cli.completing import secret_names
from tidegen.cli.confirm import confirm
from tidegen.cli.group import Group

if TYPE_CHECKING:
    from tidegen.cli.session import Session
    from tidegen.deployment.secrets import SecretsPlan

_EPILOG = example_epilog(
    "tidegen secrets status --env staging",
    "tidegen secrets fill --env staging",
    "tidegen secrets fill --env staging --only dexcom",
    "tidegen secrets rotate --env staging server",
    "tidegen secrets set --env staging dexcom ClientSecret",
    "tidegen secrets adopt --env production",
)


@click.group(cls=Group, epilog=_EPILOG)
def command() -> None:
    """Fill, check and rotate the secrets that Tidepool's chart reads. No value is ever printed."""


@command.command(
    name="fill",
    epilog=example_epilog(
        "tidegen secrets fill --env staging", "tidegen secrets fill --env staging --only dexcom"
    ),
)
@target_options
@click.option(
    "--only",
    multiple=True,
    metavar="SECRET",
    help="Fill only this secret; repeatable.",
    shell_complete=secret_names,
)
@json_option
@click.pass_obj
def fill_command(
    directory: str, name: str, local: bool, only: tuple[str, ...], as_json: bool
) -> None:
    """Fill unfilled keys: random values, key pairs, the database's connection.

    On a terminal, prompts for values that only a person knows, without echoing them: Enter leaves a
    key for later, @FILE reads a file, and a pasted PEM is taken whole. Without a terminal these
    keys are left and listed. A filled key is never changed: 'set' replaces it.
    """
    from tidegen.cli.session import open_session
    from tidegen.deployment.secrets import secrets_plan
    from tidegen.reporting.secrets import plan_text

    _require_known(only)
    with open_session(directory, local=local) as session:
        plan = secrets_plan(session.target(name), session.connect, only)
        click.echo(f"{name}\n{plan_text(plan.secrets)}", err=True)
        _write(session, plan, as_json=as_json)


@command.command(
    name="status",
    epilog=example_epilog(
        "tidegen secrets status --env production", "tidegen secrets status --env staging --json"
    ),
)
@target_options
@json_option
@click.pass_obj
@question()
def status_command(directory: str, name: str, local: bool, as_json: bool) -> None:
    """Show which keys are filled, and how the others are filled.

    Shows when each secret was last rotated or written. Exits 1 if any key is unfilled.
    """
    from datetime import UTC, datetime

    from tidegen.cli.session import open_session
    from tidegen.deployment.secrets import listed_secrets, secrets_plan
    from tidegen.reporting.secrets import secrets_rows, secrets_text

    with open_session(directory, local=local) as session:
        target = session.target(name)
        secrets = secrets_plan(target, session.connect).secrets
        listed = listed_secrets(target, session.connect)
    if as_json:
        echo_json(secrets_rows(secrets, listed))
    else:
        click.echo(secrets_text(secrets, listed, datetime.now(UTC)))
    raise click.exceptions.Exit(1 if any(secret.unfilled for secret in secrets) else 0)


@command.command(name="adopt", epilog=example_epilog("tidegen secrets adopt --env production"))
@target_options
@yes_option
@json_option
@click.pass_obj
def adopt_command(directory: str, name: str, local: bool, yes: bool, as_json: bool) -> None:
    """Import an environment's existing secrets: replicas, and those that an old stack kept.

    For an environment that is rebuilt in its recovery region, before its first deploy. Promotes
    replicas, which separates them from the lost region's secrets permanently; then imports all
    secrets with their values. After an interruption, run it again.
    """
    from tidegen.cli.commands.adopting import adopt
    from tidegen.cli.session import open_session

    with open_session(directory, local=local) as session:
        adopt(session, name, yes=yes, as_json=as_json)


@command.command(
    name="rotate",
    epilog=example_epilog(
        "tidegen secrets rotate --env staging server",
        "tidegen secrets rotate --env staging mongo --yes",
    ),
)
@target_options
@click.argument("secret", shell_complete=secret_names)
@yes_option
@json_option
@click.pass_obj
def rotate_command(
    directory: str, name: str, secret: str, local: bool, yes: bool, as_json: bool
) -> None:
    """Regenerate the parts of a secret that can safely be regenerated.

    These are random values and the database's connection. A secret that rotates automatically needs
    this only if a value has to be revoked at once. Keys that stored data depends on, that Keycloak
    also holds, or that a third party issued are not changed.
    """
    from tidegen.cli.session import open_session
    from tidegen.deployment.secrets import require_renewable, secrets_plan
    from tidegen.reporting.secrets import plan_text

    _require_known((secret,))
    with open_session(directory, local=local) as session:
        plan = secrets_plan(session.target(name), session.connect, (secret,), renew=True)
        require_renewable(plan)
        click.echo(f"{name}\n{plan_text(plan.secrets)}", err=True)
        confirm(name, "rotate", yes=yes)
        _write(session, plan, as_json=as_json, ask=False)


@command.command(
    name="set",
    epilog=example_epilog(
        "tidegen secrets set --env staging dexcom ClientSecret",
        "tidegen secrets set --env staging care-partner-alerts APNSSigningKey @key.p8",
        "pass show dexcom | tidegen secrets set --env staging dexcom ClientSecret --yes",
    ),
)
@target_options
@click.argument("secret", shell_complete=secret_names)
@click.argument("key")
@click.argument("source", required=False, metavar="[@FILE]")
@yes_option
@click.pass_obj
def set_command(
    directory: str, name: str, secret: str, key: str, source: str | None, local: bool, yes: bool
) -> None:
    """Replace one value that a person gives, for example an expired one of a third party.

    Reads it from @FILE, from a prompt without echo, or from standard input. Only for keys that a
    person fills, or changes in Keycloak too; 'rotate' regenerates the others. Secrets Manager keeps
    the former value as version stage AWSPREVIOUS until the next change.
    """
    from tidegen.cli.commands.secret_input import given_value
    from tidegen.cli.session import open_session
    from tidegen.deployment.secrets import require_replaceable, secrets_plan, set_value

    _require_known((secret,))
    with open_session(directory, local=local) as session:
        plan = secrets_plan(session.target(name), session.connect, (secret,))
        require_replaceable(plan, key)
        value = given_value(source, secret, key)
        confirm(name, f"replace {secret} {key}", yes=yes)
        written = set_value(plan, session.connect, key, value)
    text = "wrote" if written else "has this value already:"
    click.echo(f"  {secret:<20} {text} {key}")


def _require_known(names: tuple[str, ...]) -> None:
    from tidegen.chart.secrets import CHART_SECRETS

    known(names, CHART_SECRETS, "secret")


def _write(session: "Session", plan: "SecretsPlan", *, as_json: bool, ask: bool = True) -> None:
    """Execute the plan and print, secret by secret, which keys were written."""
    from tidegen.cli.commands import secret_input
    from tidegen.deployment.secrets import write_secrets
    from tidegen.reporting.secrets import outcome_text, outcomes_rows

    asking = secret_input.ask if ask and sys.stdin.isatty() else secret_input.leave
    outcomes = []
    for outcome in write_secrets(plan, session.connect, asking):
        outcomes.append(outcome)
        if not as_json and outcome_text(outcome):
            click.echo(outcome_text(outcome))
    if as_json:
        echo_json(outcomes_rows(outcomes))
    left = sum(len(outcome.left) for outcome in outcomes)
    written = sum(len(outcome.written) for outcome in outcomes)
    click.echo(f"{written} keys written, {left} left", err=True)
