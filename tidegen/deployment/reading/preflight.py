"""Preflight of a plan: its resources, compared with the account's resources and permissions."""

from collections.abc import Iterable
from dataclasses import replace

from tidegen.cloudformation.evaluation import evaluate
from tidegen.counting import counted
from tidegen.deployment.destroy import DestroyPlan, DestroyStep
from tidegen.deployment.inspection import Inspect, read
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.reading.deployed_roots import (
    DeployedRoot,
    deployed_resources,
    deployed_root,
    wanted_resources,
    wanted_templates,
)
from tidegen.deployment.run import Clouds
from tidegen.errors import Problem, RefusedError
from tidegen.planning.changes import Action
from tidegen.planning.forecast import forecast
from tidegen.planning.model import Plan, ResolvedStep, StackState
from tidegen.planning.ownership import foreign_text
from tidegen.planning.parameters import known_step
from tidegen.planning.policies import held_text
from tidegen.planning.preflight import (
    DELETION_CHECKS,
    Candidate,
    PreflightFinding,
    PreflightReport,
    Subject,
    candidate_questions,
    candidates,
    questions,
    report,
)
from tidegen.planning.states import NextAction, is_up_to_date, next_action


def preflight(
    plan: Plan, connect: Connect, inspect: Inspect, *, thorough: bool = False
) -> PreflightReport:
    """Return everything in an account that would make `plan` fail; change nothing.

    Stacks that the deploy would not change are not read, unless `thorough`, which also reports
    findings that no deploy depends on. Raises AccessError where an account cannot be reached.
    """
    subjects = _subjects(plan, Clouds.of(connect), thorough=thorough)
    asked = questions(subjects, thorough=thorough)
    checked = report(subjects, read(inspect, asked), thorough=thorough)
    return replace(checked, findings=(*_foreign(plan), *checked.findings))


def _foreign(plan: Plan) -> tuple[PreflightFinding, ...]:
    """Return a finding for each stack of another owner, and each policy that a person set."""
    foreign = (PreflightFinding(str(f.address), foreign_text(f)) for f in plan.foreign)
    held = (PreflightFinding(str(item.address), held_text(item)) for item in plan.held)
    return (*foreign, *held)


def find_candidates(
    plan: Plan, connect: Connect, inspect: Inspect
) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """Return wanted resources that exist in no stack of the plan, and unanswered questions."""
    clouds = Clouds.of(connect)
    subjects = _subjects(plan, clouds, thorough=False)
    return candidates(subjects, read(inspect, candidate_questions(subjects)))


def require_preflight(
    plan: Plan, connect: Connect, inspect: Inspect, problems: Iterable[Problem] = ()
) -> PreflightReport:
    """Return the report of a plan without blocking findings; raise RefusedError with them.

    `problems` are the plan's own, found without the account, and refuse it as well.
    """
    return _required(with_plan(preflight(plan, connect, inspect), problems))


def with_plan(checked: PreflightReport, problems: Iterable[Problem]) -> PreflightReport:
    """Return the report with the plan's own problems as findings."""
    own = (PreflightFinding(problem.where, problem.message) for problem in problems)
    return replace(checked, findings=tuple(sorted({*checked.findings, *own})))


def require_destroy_preflight(
    plan: DestroyPlan, connect: Connect, inspect: Inspect
) -> PreflightReport:
    """Return the report of a deletion; foreign resources inside the stacks' resources block it."""
    clouds = Clouds.of(connect)
    subjects = [_deletion_subject(clouds.at(step.address.place), step) for step in plan.steps]
    asked = questions(subjects, thorough=False, checks=DELETION_CHECKS)
    facts = read(inspect, asked)
    return _required(report(subjects, facts, thorough=False, checks=DELETION_CHECKS))


def _deletion_subject(cloud: Cloud, step: DestroyStep) -> Subject:
    """Return a root as deployed; all its resources but the retained ones are to be removed."""
    deployed = deployed_root(cloud, step.stack_id)
    subject = _with_deployed(Subject(address=step.address), deployed)
    place = step.address.place
    pseudo = {"AWS::AccountId": place.account, "AWS::Region": place.region}
    state = cloud.stack(step.stack_id)
    values = {**(state.parameters if state else {}), **pseudo}
    kept = {item.path for item in step.retained}
    return replace(
        subject,
        resources=evaluate(deployed.templates, values),
        removed=frozenset(subject.held.keys() - kept),
    )


def _subjects(plan: Plan, clouds: Clouds, *, thorough: bool) -> list[Subject]:
    foreign = {item.address for item in plan.foreign}
    return [
        _subject(clouds, known_step(step, plan.outputs), state, thorough=thorough)
        for step in plan.steps
        if step.address not in foreign
        for state in (plan.states.get(step.address),)
    ]


def _required(checked: PreflightReport) -> PreflightReport:
    if checked.blocking:
        problems = [Problem(finding.where, finding.message) for finding in checked.blocking]
        raise RefusedError(
            *problems, f"{counted(len(problems), 'finding')} of preflight; nothing was changed"
        )
    return checked


def _subject(
    clouds: Clouds, step: ResolvedStep, state: StackState | None, *, thorough: bool
) -> Subject:
    wanted = next_action(state.status if state else None)
    changes = wanted is not NextAction.FOLLOW and not _is_current(step, state)
    subject = Subject(
        address=step.address,
        parameters=step.parameters,
        service_role=step.service_role,
        status=state.status if state else None,
        changes=changes,
    )
    if not (changes or thorough):
        return subject
    cloud = clouds.at(step.address.place)
    deployed = clouds.deployed_roots.of(cloud, state) if state else DeployedRoot()
    subject = _with_deployed(subject, deployed)
    return _with_changes(subject, step, state, deployed) if changes else subject


def _with_deployed(subject: Subject, deployed: DeployedRoot) -> Subject:
    """Return the subject with its deployed resources."""
    return replace(
        subject,
        held={path: item.physical_id for path, item in deployed.resources.items()},
        types_held={path: item.type for path, item in deployed.resources.items()},
    )


def _is_current(step: ResolvedStep, state: StackState | None) -> bool:
    return bool(state and is_up_to_date(state.status, state.digest, step.digest))


def _with_changes(
    subject: Subject, step: ResolvedStep, state: StackState | None, deployed: DeployedRoot
) -> Subject:
    """Return the subject with the resources that the step would add and remove."""
    kept = (
        state
        if next_action(subject.status) not in (NextAction.CREATE, NextAction.DELETE_FIRST)
        else None
    )
    resources = wanted_resources(step, kept)
    old = deployed_resources(step, kept, deployed.templates) if kept else {}
    changes = forecast(old, resources)
    return replace(
        subject,
        resources=resources,
        added=frozenset(c.path for c in changes if c.action is Action.ADD),
        removed=frozenset(c.path for c in changes if c.action is Action.REMOVE),
        templates=wanted_templates(step),
    )
