"""Deploy from the command line: prerequisites, plan, confirmation, execution."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from tidegen.cli.checkout import echo_older, older
from tidegen.cli.commands.approving import Confirmation
from tidegen.cli.commands.moving import move_resources
from tidegen.cli.commands.preflighting import check_account
from tidegen.cli.commands.reverting import revert_drift
from tidegen.cli.commands.saving import require_plan_of, require_same
from tidegen.cli.common import echo_json_line
from tidegen.cli.confirm import decline
from tidegen.cli.endpoints import endpoint_data
from tidegen.cli.session import Session, echo_missing, require_clean_lint
from tidegen.contract import Scope
from tidegen.deployment.events import Outcome, Preview, Result
from tidegen.deployment.executor import execute
from tidegen.deployment.plan_file import read_plan
from tidegen.deployment.reading.preview import preview
from tidegen.deployment.reverting import with_restored_templates
from tidegen.deployment.whole_plan import (
    changes_nothing,
    consents,
    plan_problems,
    require_none,
)
from tidegen.errors import RefusedError
from tidegen.planning.keeping import check_keeping
from tidegen.planning.model import Plan, Prerequisite
from tidegen.planning.ownership import require_owned
from tidegen.planning.saved_plan import SavedPlan
from tidegen.planning.sessions import early_end
from tidegen.reporting.events import left_text
from tidegen.reporting.plan.data import plan_data
from tidegen.reporting.plan.text import approval_text, plan_text
from tidegen.reporting.style import warned


@dataclass(frozen=True, kw_only=True)
class DeployOptions:
    """Options of a deploy: confirmation, what is allowed, output form.

    Allowed are replacements, moves, and changes of stacks of other owners.
    """

    yes: bool = False
    allowed: tuple[str, ...] = ()
    as_json: bool = False
    moved: tuple[str, ...] = ()
    with_prerequisites: bool = False
    revert: bool = False
    keep_on_failure: bool = False
    taken_over: tuple[str, ...] = ()
    plan_file: Path | None = None
    allow_older: bool = False
    overridden: tuple[str, ...] = ()


def deploy(session: Session, name: str, options: DeployOptions) -> tuple[Outcome, ...]:
    """Deploy one environment, and its missing prerequisites if the user agrees.

    All roots are planned, judged and shown, and one question is asked, before anything is touched.
    Raises RefusedError or DeploymentError; exits 1 if declined.
    """
    saved = _reviewed(name, options)
    options = replace(options, allowed=saved.allowed) if saved else options
    session.release(name)
    require_clean_lint(session, name)
    plan = session.plan(name, options.taken_over, options.overridden)
    require_owned(plan.foreign)
    check_keeping(plan, keep=options.keep_on_failure)
    if plan.missing:
        _deploy_prerequisites(session, plan, options)
        plan = session.plan(name, options.taken_over, options.overridden)
    _show_plan(session, plan, options)
    plan = _prepared(session, plan, options)
    _check_age(session, plan, options)
    previews = _judge(session, plan, options, saved=saved)
    outcomes = _executed(session, plan, previews, options)
    warning = left_text(outcomes)
    if warning:
        click.echo(warning, err=True)
    if any(outcome.result is Result.DECLINED for outcome in outcomes):
        decline("nothing more was changed")
    return (*outcomes, *_reverted(session, name, options))


def _check_age(session: Session, plan: Plan, options: DeployOptions) -> None:
    """Print the roots that a newer or unknown commit deployed; refuse older ones with --yes."""
    roots = older(session.project, plan)
    refused = [item for item in roots if item.known]
    if refused and options.yes and not options.allow_older:
        raise RefusedError(*map(str, refused), _OLDER)
    echo_older(roots)


_OLDER = "nothing was changed; update the checkout, or use --allow-older to deploy this one"


def _reviewed(name: str, options: DeployOptions) -> SavedPlan | None:
    """Return the plan of --plan."""
    if options.plan_file is None:
        return None
    saved = read_plan(options.plan_file)
    require_plan_of(saved, name, options.plan_file)
    return saved


def _prepared(session: Session, plan: Plan, options: DeployOptions) -> Plan:
    """Make the requested moves, once the rest of the plan is not refused; return what is left."""
    if options.moved:
        _judge(session, plan, options, options.moved)
        move_resources(session, plan, options.moved, yes=options.yes, as_json=options.as_json)
        plan = session.plan(plan.environment, options.taken_over, options.overridden)
    return with_restored_templates(plan, session.connect) if options.revert else plan


def _reverted(session: Session, name: str, options: DeployOptions) -> tuple[Outcome, ...]:
    """Bring the drift back that is left after the deploy, if the options ask for it."""
    if not options.revert:
        return ()
    plan = session.plan(name, options.taken_over, options.overridden)
    return revert_drift(session, plan, options.allowed, yes=options.yes, as_json=options.as_json)


def _judge(
    session: Session,
    plan: Plan,
    options: DeployOptions,
    moved: Collection[str] = (),
    saved: SavedPlan | None = None,
) -> tuple[Preview, ...]:
    """Return the forecast of all roots; raise RefusedError with every reason to refuse one."""
    from tidegen.aws.settings import reach

    previews = preview(plan, session.connect, settings=reach)
    if saved:
        require_same(session, plan, previews, saved)
    allowed = _allowed(previews, options)
    problems = plan_problems(plan, previews, allowed, moved=moved)
    if moved:
        require_none(problems)  # the account is compared with the resources' new places
    else:
        check_account(session, plan, problems)
    return previews


def _allowed(previews: Sequence[Preview], options: DeployOptions) -> tuple[str, ...]:
    """Return the consents; those for a drift, which is detected later, are not compared yet."""
    return options.allowed if options.revert else consents(previews, options.allowed)


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


def _executed(
    session: Session, plan: Plan, previews: Sequence[Preview], options: DeployOptions
) -> tuple[Outcome, ...]:
    """Show all of the plan, ask once, and execute it; a declined plan has one outcome."""
    from tidegen.aws.settings import reach

    name = plan.environment
    with session.watching(name, as_json=options.as_json) as watch:
        target, yes = session.target(name), options.yes
        approve = Confirmation(target, watch, yes=yes, as_json=options.as_json)
        if not changes_nothing(previews):
            _warn_of_early_end(plan)
            _show_changes(plan, previews, options)
            reviewed = options.plan_file is not None and not target.protected
            if not (reviewed or approve.ask()):
                return (Outcome(plan.steps[0].address, Result.DECLINED),)
        return execute(
            plan,
            session.connect,
            approve=approve,
            emit=watch,
            allowed=_allowed(previews, options),
            settings=reach,
            shown=previews,
            keep_on_failure=options.keep_on_failure,
        )


def _show_changes(plan: Plan, previews: Sequence[Preview], options: DeployOptions) -> None:
    """Print what is approved: the changes of all roots, or for machines one event of the plan."""
    if options.as_json:
        echo_json_line({"event": "plan", **plan_data(plan, previews, bool)})
    else:
        click.echo(f"\n{approval_text(previews)}")


def _deploy_prerequisites(session: Session, plan: Plan, options: DeployOptions) -> None:
    """Deploy the environments that this one needs, once the user agrees to these.

    Raises RefusedError at once if one is missing that this command does not create, if a root of
    the plan would be refused later, or without consent: --yes is given for one environment only.
    """
    name = plan.environment
    echo_missing(plan)
    names = first_environments(session, name, plan.missing)
    previews = preview(plan, session.connect)
    made = [item for item in plan.missing if first_environments(session, name, [item])]
    allowed, moved = options.allowed, options.moved
    require_none(plan_problems(plan, previews, allowed, moved=moved, made=made))
    question = f"Deploy {', '.join(names)} first?"
    agreed = session.local or options.with_prerequisites
    if not agreed and (options.yes or not click.confirm(question, err=True)):
        raise RefusedError(*map(str, plan.missing), _CONSENT.format(names=", ".join(names)))
    own = DeployOptions(
        yes=options.yes, as_json=options.as_json, with_prerequisites=options.with_prerequisites
    )
    for other in names:
        deploy(session, other, own)


_CONSENT = "{names} is deployed first only with --with-prerequisites; nothing was changed"


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
