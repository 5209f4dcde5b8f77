"""`tidegen secrets`."""

import sys
from typing import TYPE_CHECKING

import click

from tidegen.cli.common import (
    echo_json,
    env_option,
    example_epilog,
    json_option,
    known,
    local_option,
    yes_option,
)

if TYPE_CHECKING:
    from tidegen.cli.session import Session
    from tidegen.deployment.secrets import SecretsPlan

_EPILOG = example_epilog(
    "tidegen secrets status --env staging",
    "tidegen secrets fill --env staging",
    "tidegen secrets fill --env staging --only dexcom",
    "tidegen secrets rotate --env staging server",
    "tidegen secrets adopt --env production",
)


@click.group(epilog=_EPILOG)
def command() -> None:
    """Fill, check and renew the secrets that Tidepool's chart reads. No value is ever shown."""


@command.command(
    name="fill",
    epilog=example_epilog(
        "tidegen secrets fill --env staging", "tidegen secrets fill --env staging --only dexcom"
    ),
)
@env_option
@local_option
@click.option("--only", multiple=True, metavar="SECRET", help="Fill this secret; repeatable.")
@json_option
@click.pass_obj
def fill_command(
    directory: str, name: str, local: bool, only: tuple[str, ...], as_json: bool
) -> None:
    """Fill what is unfilled: random values, key pairs, the database's connection.

    What only a person knows is asked for on a terminal, unseen; Enter leaves it for later, @FILE
    takes a file's text. Without a terminal it is left and named. A filled key is never touched.
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
@env_option
@local_option
@json_option
@click.pass_obj
def status_command(directory: str, name: str, local: bool, as_json: bool) -> None:
    """Say which keys are filled and who fills the others. Exits 1 if any is unfilled.

    Beside what rotates by itself stands when it last did, beside the rest when it was written.
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
@env_option
@local_option
@yes_option
@click.pass_obj
def adopt_command(directory: str, name: str, local: bool, yes: bool) -> None:
    """Make the environment's own what exists of its secrets: replicas, and what an old stack kept.

    For an environment that is raised in its recovery region, before its first deploy. Replicas are
    promoted, which cuts them off from the lost region's secrets for good; then all are imported,
    with their values. Run again after an interruption it goes on.
    """
    from tidegen.cli.commands.adopting import adopt
    from tidegen.cli.session import open_session

    with open_session(directory, local=local) as session:
        adopt(session, name, yes=yes)


@command.command(
    name="rotate",
    epilog=example_epilog(
        "tidegen secrets rotate --env staging server",
        "tidegen secrets rotate --env staging mongo --yes",
    ),
)
@env_option
@click.argument("secret")
@local_option
@yes_option
@json_option
@click.pass_obj
def rotate_command(
    directory: str, name: str, secret: str, local: bool, yes: bool, as_json: bool
) -> None:
    """Make anew what a machine safely can of a secret: random values, the database's connection.

    What rotates by itself needs this only where a value has to go at once. Keys that stored data
    depends on, that Keycloak holds too, or that a third party gave are left as they are.
    """
    from tidegen.cli.session import open_session
    from tidegen.deployment.secrets import require_renewable, secrets_plan
    from tidegen.reporting.secrets import plan_text

    _require_known((secret,))
    with open_session(directory, local=local) as session:
        plan = secrets_plan(session.target(name), session.connect, (secret,), renew=True)
        require_renewable(plan)
        click.echo(f"{name}\n{plan_text(plan.secrets)}", err=True)
        if not yes and _typed(name) != name:
            click.echo("declined; nothing was changed", err=True)
            raise click.exceptions.Exit(1)
        _write(session, plan, as_json=as_json, ask=False)


def _typed(name: str) -> str:
    question = f"Type {name} to renew"
    return str(click.prompt(question, default="", show_default=False, err=True))


def _require_known(names: tuple[str, ...]) -> None:
    from tidegen.chart.secrets import CHART_SECRETS

    known(names, CHART_SECRETS, "secret")


def _write(session: "Session", plan: "SecretsPlan", *, as_json: bool, ask: bool = True) -> None:
    """Carry the plan out and say, secret by secret, what was written."""
    from tidegen.deployment.secrets import write_secrets
    from tidegen.reporting.secrets import outcome_text, outcomes_rows

    asking = _ask if ask and sys.stdin.isatty() else _leave
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


def _leave(_secret: str, _key: str) -> str | None:
    return None


def _ask(secret: str, key: str) -> str | None:
    """Ask until there is a value, a file that can be read, or nothing."""
    while True:
        answer = str(
            click.prompt(
                f"{secret} {key}", default="", show_default=False, hide_input=True, err=True
            )
        )
        if not answer.startswith("@"):
            return answer or None
        text = _file_text(answer[1:])
        if text:
            return text
        click.echo("that file is empty or cannot be read; Enter leaves the key", err=True)


def _file_text(path: str) -> str | None:
    """A file's text; None, without a word of the path, where there is none: it may be a value."""
    from pathlib import Path

    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
