"""Preflight of a plan: what it would make, compared with what the account has and allows."""

from dataclasses import replace

from tidegen.cloudformation.evaluation import evaluate
from tidegen.deployment.destroy import DestroyPlan, DestroyStep
from tidegen.deployment.inspection import Inspect, read
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.reading.deployed_roots import (
    DeployedRoot,
    standing,
    standing_resources,
    wanted_resources,
    wanted_templates,
)
from tidegen.deployment.run import Clouds
from tidegen.errors import Problem, RefusedError
from tidegen.planning.changes import Action
from tidegen.planning.forecast import forecast
from tidegen.planning.model import Plan, ResolvedStep, StackState
from tidegen.planning.parameters import known_step
from tidegen.planning.preflight import (
    DELETION_CHECKS,
    Candidate,
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
    """Everything that an account says against `plan`; changes nothing.

    Stacks that the deploy would leave alone are not looked at, unless `thorough`, which also
    tells what no deploy depends on. Raises AccessError where an account is out of reach.
    """
    subjects = _subjects(plan, Clouds.of(connect), thorough=thorough)
    asked = questions(subjects, thorough=thorough)
    return report(subjects, read(inspect, asked), thorough=thorough)


def find_candidates(
    plan: Plan, connect: Connect, inspect: Inspect
) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """What of the wanted resources exists already in no stack of ours; what could not be asked."""
    clouds = Clouds.of(connect)
    subjects = _subjects(plan, clouds, thorough=False)
    return candidates(subjects, read(inspect, candidate_questions(subjects)))


def require_preflight(plan: Plan, connect: Connect, inspect: Inspect) -> PreflightReport:
    """The report of a plan that nothing stands against; RefusedError with every finding else."""
    return _required(preflight(plan, connect, inspect))


def require_destroy_preflight(
    plan: DestroyPlan, connect: Connect, inspect: Inspect
) -> PreflightReport:
    """The same of a deletion: what others have put where the stacks' resources are."""
    clouds = Clouds.of(connect)
    subjects = [_doomed(clouds.at(step.address.place), step) for step in plan.steps]
    asked = questions(subjects, thorough=False, checks=DELETION_CHECKS)
    facts = read(inspect, asked)
    return _required(report(subjects, facts, thorough=False, checks=DELETION_CHECKS))


def _doomed(cloud: Cloud, step: DestroyStep) -> Subject:
    """A root as it stands, with what of it is deleted: all but what is kept."""
    there = standing(cloud, step.stack_id)
    subject = _holding(Subject(address=step.address), there)
    place = step.address.place
    pseudo = {"AWS::AccountId": place.account, "AWS::Region": place.region}
    state = cloud.stack(step.stack_id)
    values = {**(state.parameters if state else {}), **pseudo}
    kept = {item.path for item in step.retained}
    return replace(
        subject,
        resources=evaluate(there.templates, values),
        removed=frozenset(subject.held.keys() - kept),
    )


def _subjects(plan: Plan, clouds: Clouds, *, thorough: bool) -> list[Subject]:
    return [
        _subject(clouds, known_step(step, plan.outputs), state, thorough=thorough)
        for step in plan.steps
        for state in (plan.states.get(step.address),)
    ]


def _required(found: PreflightReport) -> PreflightReport:
    if found.blocking:
        problems = [Problem(finding.where, finding.message) for finding in found.blocking]
        raise RefusedError(*problems, f"{len(problems)} findings of preflight; nothing was changed")
    return found


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
    there = clouds.deployed_roots.of(cloud, state) if state else DeployedRoot()
    subject = _holding(subject, there)
    return _compared(subject, step, state, there) if changes else subject


def _holding(subject: Subject, there: DeployedRoot) -> Subject:
    """The subject with what stands of it."""
    return replace(
        subject,
        held={path: item.physical_id for path, item in there.resources.items()},
        types_held={path: item.type for path, item in there.resources.items()},
    )


def _is_current(step: ResolvedStep, state: StackState | None) -> bool:
    return bool(state and is_up_to_date(state.status, state.digest, step.digest))


def _compared(
    subject: Subject, step: ResolvedStep, state: StackState | None, there: DeployedRoot
) -> Subject:
    """The subject with what the step would add and remove."""
    stays = (
        state
        if next_action(subject.status) not in (NextAction.CREATE, NextAction.DELETE_FIRST)
        else None
    )
    resources = wanted_resources(step, stays)
    old = standing_resources(step, stays, there.templates) if stays else {}
    changes = forecast(old, resources)
    return replace(
        subject,
        resources=resources,
        added=frozenset(c.path for c in changes if c.action is Action.ADD),
        removed=frozenset(c.path for c in changes if c.action is Action.REMOVE),
        templates=wanted_templates(step),
    )
