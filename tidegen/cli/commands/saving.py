"""Plans as files from the command line: save one, and require that it is still the same."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from tidegen.cli.session import Session
from tidegen.deployment.events import Preview
from tidegen.deployment.plan_file import saved_plan, write_plan
from tidegen.deployment.run import Clouds
from tidegen.errors import InputError, Problem, RefusedError
from tidegen.planning.model import Plan
from tidegen.planning.saved_plan import SavedPlan, differences


def save_plan(
    session: Session, plan: Plan, previews: Sequence[Preview], path: Path, allowed: Sequence[str]
) -> None:
    """Write the plan to a file."""
    write_plan(path, _saved(session, plan, previews, allowed))
    click.echo(
        f"{path}: deploy exactly this plan with "
        f"'tidegen deploy --env {plan.environment} --plan {path}'",
        err=True,
    )


def require_plan_of(saved: SavedPlan, name: str, path: Path) -> None:
    """Raise InputError for the plan of another environment."""
    if saved.environment != name:
        text = f"is a plan of {saved.environment}, not of {name}; use --env {saved.environment}"
        raise InputError(Problem(str(path), text))


def require_same(
    session: Session, plan: Plan, previews: Sequence[Preview], saved: SavedPlan
) -> None:
    """Raise RefusedError with every difference of the plan as it would be made now."""
    now = _saved(session, plan, previews, saved.allowed)
    problems = differences(saved, now)
    if problems:
        again = f"the plan of {saved.created} is out of date; nothing was changed; plan again"
        raise RefusedError(*problems, again)


def _saved(
    session: Session, plan: Plan, previews: Sequence[Preview], allowed: Sequence[str]
) -> SavedPlan:
    return saved_plan(
        plan,
        previews,
        Clouds.of(session.connect),
        file=session.fingerprint(plan.environment),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        allowed=allowed,
    )
