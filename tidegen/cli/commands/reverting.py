"""Bring drift back from the command line, after the deploy: show, confirm, execute."""

import click

from tidegen.cli.confirm import confirm
from tidegen.cli.session import Session
from tidegen.counting import counted
from tidegen.deployment.events import Outcome
from tidegen.deployment.reverting import drop, execute_revert, revert_plan
from tidegen.planning.model import Plan
from tidegen.planning.reverting import RevertPlan, RevertStep
from tidegen.reporting.changes import changes_text


def revert_drift(
    session: Session, plan: Plan, allowed: tuple[str, ...], *, yes: bool, as_json: bool
) -> tuple[Outcome, ...]:
    """Set what was changed by hand back to the templates; exit 1 if declined.

    Raises RefusedError where a change would lose a resource, DeploymentError where one fails.
    """
    name = plan.environment
    planned = revert_plan(plan, session.connect, allowed=allowed)
    for step in planned.problems:
        click.echo(f"not reverted: {_where(step)}: {step.reason}", err=True)
    if not as_json:
        click.echo(_text(planned))
    if not planned.changes:
        return ()
    try:
        confirm(name, "revert its drift", yes=yes)
    except BaseException:
        drop(planned, session.connect)
        raise
    with session.watching(name, as_json=as_json) as watch:
        return execute_revert(planned, session.connect, emit=watch)


def _text(planned: RevertPlan) -> str:
    if not planned.changes:
        return f"{planned.environment}: no drift to revert"
    head = f"{planned.environment}: drift of {counted(len(planned.changes), 'resource')}"
    return "\n".join([head, changes_text(planned.changes)])


def _where(step: RevertStep) -> str:
    return f"{step.address.name}/{step.path}" if step.path else step.address.name
