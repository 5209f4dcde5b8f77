"""Deploy from the command line: prerequisites, plan, confirmation, execution."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click

from tidegen.cli.commands.moving import move_resources
from tidegen.cli.commands.preflighting import check_account
from tidegen.cli.commands.reverting import revert_drift
from tidegen.cli.common import echo_json_line
from tidegen.cli.confirm import decline, is_typed
from tidegen.cli.endpoints import endpoint_data
from tidegen.cli.progress import Watcher
from tidegen.cli.session import (
    Session,
    echo_missing,
    require_clean_lint,
    require_prerequisites,
)
from tidegen.contract import Scope
from tidegen.deployment.events import Outcome, Preview, Result
from tidegen.deployment.executor import execute
from tidegen.deployment.reverting import with_restored_templates
from tidegen.planning.keeping import check_keeping
from tidegen.planning.model import Plan, Prerequisite
from tidegen.planning.ownership import require_owned
from tidegen.planning.sessions import early_end
from tidegen.planning.states import NextAction
from tidegen.planning.steps import Target
from tidegen.reporting.changes import changes_text, creation_text, later_text
from tidegen.reporting.events import left_text
from tidegen.reporting.plan.text import plan_text
from tidegen.reporting.settings import settings_lines
from tidegen.reporting.style import by_status, warned


@dataclass(frozen=True, kw_only=True)
class DeployOptions:
    """Options of a deploy: confirmation, what is allowed, output form.

    Allowed are replacements, moves, and changes of stacks of other owners.
    """

    yes: bool = False
    allowed: tuple[str, ...] = ()
    as_json: bool = False
    moved: tuple[str, ...] = ()
    revert: bool = False
    keep_on_failure: bool = False
    taken_over: tuple[str, ...] = ()
    overridden: tuple[str, ...] = ()


class Confirmation:
    """Asks before each change: for the name if the target is protected, else for yes."""

    def __init__(self, target: Target, watch: Watcher, options: DeployOptions) -> None:
        self.target, self.watch, self.options = target, watch, options
        self.given = options.yes

    def __call__(self, preview: Preview) -> bool:
        """Show the change and ask; one consent is enough for the whole deploy."""
        self.watch.hold()
        if not self.options.as_json:
            click.echo(_preview_text(preview))
        if self.given:
            return True
        if self.target.protected:
            self.given = is_typed(self.target.name, "deploy")
        else:
            self.given = click.confirm(f"Deploy to {self.target.name}?", err=True)
        return self.given


def _preview_text(preview: Preview) -> str:
    return "\n".join([_changes_text(preview), *later_text(preview.later), *settings_lines(preview)])


def _changes_text(preview: Preview) -> str:
    if preview.next_action is NextAction.CREATE:
        return creation_text(preview.changes)
    if preview.next_action is NextAction.UPDATE:
        return changes_text(preview.changes)
    return by_status(f"  {preview.status}: {preview.advice}", preview.status or "")


def deploy(session: Session, name: str, options: DeployOptions) -> tuple[Outcome, ...]:
    """Deploy one environment, and its missing prerequisites if the user agrees.

    Raises RefusedError or DeploymentError; exits 1 if declined.
    """
    session.release(name)
    require_clean_lint(session, name)
    plan = session.plan(name, options.taken_over, options.overridden)
    require_owned(plan.foreign)
    check_keeping(plan, keep=options.keep_on_failure)
    if plan.missing:
        for other in _agreed_prerequisites(session, plan, name, yes=options.yes):
            deploy(session, other, DeployOptions(yes=options.yes, as_json=options.as_json))
        plan = session.plan(name, options.taken_over, options.overridden)
    _show_plan(session, plan, options)
    if options.moved:
        move_resources(session, plan, options.moved, yes=options.yes, as_json=options.as_json)
        plan = session.plan(name, options.taken_over, options.overridden)
    if options.revert:
        plan = with_restored_templates(plan, session.connect)
    check_account(session, plan)
    _warn_of_early_end(plan)
    outcomes = _executed(session, plan, options)
    warning = left_text(outcomes)
    if warning:
        click.echo(warning, err=True)
    if any(outcome.result is Result.DECLINED for outcome in outcomes):
        decline("nothing more was changed")
    return (*outcomes, *_reverted(session, name, options))


def _reverted(session: Session, name: str, options: DeployOptions) -> tuple[Outcome, ...]:
    """Bring the drift back that is left after the deploy, if the options ask for it."""
    if not options.revert:
        return ()
    plan = session.plan(name, options.taken_over, options.overridden)
    return revert_drift(session, plan, options.allowed, yes=options.yes, as_json=options.as_json)


def _show_plan(session: Session, plan: Plan, options: DeployOptions) -> None:
    """Print the plan, or for machines the endpoint if it is not AWS."""
    endpoint = endpoint_data(session.target(plan.environment))
    if not options.as_json:
        click.echo(plan_text(plan))
    elif any(endpoint.values()):
        echo_json_line({"event": "endpoint", **endpoint})


def _warn_of_early_end(plan: Plan) -> None:
    """Print a warning if the credentials end before the deploy usually does."""
    from tidegen.aws.sessions import credentials_end

    text = early_end(plan, credentials_end(plan.steps[0].address.place), datetime.now(UTC))
    if text:
        click.echo(f"{warned('warning:')} {text}", err=True)


def _executed(session: Session, plan: Plan, options: DeployOptions) -> tuple[Outcome, ...]:
    from tidegen.aws.settings import reach

    name = plan.environment
    with session.watching(name, as_json=options.as_json) as watch:
        approve = Confirmation(session.target(name), watch, options)
        return execute(
            plan,
            session.connect,
            approve=approve,
            emit=watch,
            allowed=options.allowed,
            settings=reach,
            keep_on_failure=options.keep_on_failure,
        )


def _agreed_prerequisites(session: Session, plan: Plan, name: str, *, yes: bool) -> list[str]:
    """Return the environments to deploy before this one, once the user agrees.

    Raises RefusedError that names each missing root and the command that creates it.
    """
    names = first_environments(session, name, plan.missing)
    echo_missing(plan)
    question = f"Deploy {', '.join(names)} first?"
    if not names or not (yes or session.local or click.confirm(question, err=True)):
        require_prerequisites(plan)
    return names


def first_environments(session: Session, name: str, missing: Collection[Prerequisite]) -> list[str]:
    """Return the names of the environment files that deploy the missing roots.

    Baselines first, the home region's before the others, and again after its recovery region's.
    Shared services, and the home region of
    an account, which plans of its other regions leave out, are added on the local engine only:
    elsewhere a person decides.
    """
    target = session.target(name)
    baselines = {
        (item.address.place.account, item.address.place.region)
        for item in missing
        if item.address.scope.is_account_wide
    }
    if baselines and session.local:
        baselines.add((target.account, target.home_region))
    owners = [
        file
        for file in session.files
        if file.scope == Scope.ACCOUNT and (file.account, file.region) in baselines
    ]
    owners.sort(key=lambda file: not file.home_region)
    # the home region's roles come first, and its copies need the other region's buckets
    with_copies = [file for file in owners if _recovery_place(file) in baselines]
    names = [file.name for file in (*owners, *with_copies)]
    needs_shared = any(item.address.scope is Scope.SHARED for item in missing)
    if needs_shared and session.local and target.shared:
        names.append(target.shared.name)
    return [other for other in names if other != name]


def _recovery_place(file: Any) -> tuple[str, str]:
    """Return the account and region that get copies of an account file's buckets."""
    return file.account, file.recovery.region if file.recovery else ""
