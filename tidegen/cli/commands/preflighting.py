"""Run preflight checks from the command line and before a deploy or a destroy."""

import os
from collections.abc import Collection, Sequence

import click

from tidegen.cli.session import Session, echo_missing
from tidegen.deployment.destroy import DestroyPlan
from tidegen.deployment.reading.preflight import (
    preflight,
    require_destroy_preflight,
    require_preflight,
    with_plan,
)
from tidegen.deployment.reading.preview import preview
from tidegen.deployment.repository import with_repository
from tidegen.deployment.whole_plan import consents, plan_problems
from tidegen.errors import Problem
from tidegen.planning.model import Plan
from tidegen.planning.preflight import PreflightReport
from tidegen.reporting.preflight import summary_text
from tidegen.reporting.style import warned


def full_report(session: Session, name: str, allowed: Collection[str] = ()) -> PreflightReport:
    """Return the report of an environment: its whole plan, and its deployed roots' account."""
    from tidegen.aws.inspection import inspect

    plan = session.plan(name)
    echo_missing(plan)
    report = preflight(plan, session.connect, inspect, thorough=True)
    previews = preview(plan, session.connect)
    report = with_plan(report, plan_problems(plan, previews, consents(previews, allowed)))
    return _with_github(session, report, plan, thorough=True)


def _with_github(
    session: Session, report: PreflightReport, plan: Plan, *, thorough: bool = False
) -> PreflightReport:
    """Return the report with GitHub's answers; a rehearsal of a deploy does not ask for them."""
    from tidegen.github.adapter import from_variables

    if session.local and not thorough:
        return report
    return with_repository(report, plan, from_variables(os.environ), thorough=thorough)


def check_account(session: Session, plan: Plan, problems: Sequence[Problem] = ()) -> None:
    """Refuse a deploy that would fail, and print warnings.

    Raises RefusedError with the plan's own `problems` and every finding. Reads nothing of the
    account if nothing changes.
    """
    from tidegen.aws.inspection import inspect

    report = require_preflight(plan, session.connect, inspect, problems)
    report = _with_github(session, report, plan)
    _echo_warnings(report)
    if report.unchecked:
        more = f"'tidegen preflight --env {plan.environment}' lists them"
        click.echo(f"preflight: {summary_text(report)}; {more}", err=True)


def check_destroy(session: Session, plan: DestroyPlan) -> None:
    """Raise RefusedError, with every obstacle, for a deletion that would fail."""
    from tidegen.aws.inspection import inspect

    report = require_destroy_preflight(plan, session.connect, inspect)
    _echo_warnings(report)
    for item in report.unchecked:
        click.echo(f"preflight: {item}", err=True)


def _echo_warnings(report: PreflightReport) -> None:
    for finding in report.findings:
        click.echo(f"{warned('warning:')} {finding}", err=True)
