"""Preflight of a plan: what it would make, compared with what the account has and allows."""

from collections.abc import Mapping
from dataclasses import replace

from tidegen.deployment.destroy import DestroyPlan
from tidegen.deployment.inspection import Inspect, read
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.run import Clouds
from tidegen.deployment.sides import (
    Standing,
    standing,
    standing_resources,
    wanted_resources,
    wanted_templates,
)
from tidegen.errors import Problem, RefusedError
from tidegen.planning.changes import Action
from tidegen.planning.forecast import forecast
from tidegen.planning.model import OutputOf, Plan, RootStep, StackAddress, StackState
from tidegen.planning.parameters import (
    DIGEST,
    resolved_step,
    text_parameters,
    unresolved,
)
from tidegen.planning.preflight import Report, Subject, questions, report
from tidegen.planning.states import Situation, is_unchanged, situation

Known = Mapping[StackAddress, Mapping[str, str]]


def preflight(plan: Plan, connect: Connect, inspect: Inspect, *, thorough: bool = False) -> Report:
    """Everything that an account says against `plan`; changes nothing.

    Stacks that the deploy would leave alone are not looked at, unless `thorough`, which also
    tells what no deploy depends on. Raises AccessError where an account is out of reach.
    """
    clouds = Clouds.of(connect)
    known = {address: state.outputs for address, state in plan.states.items() if state}
    subjects = [
        _subject(clouds.at(step.address.place), _known(step, known), state, thorough=thorough)
        for step in plan.steps
        for state in (plan.states.get(step.address),)
    ]
    asked = questions(subjects, thorough=thorough)
    return report(subjects, read(inspect, asked), thorough=thorough)


def require_preflight(plan: Plan, connect: Connect, inspect: Inspect) -> Report:
    """The report of a plan that nothing stands against; RefusedError with every finding else."""
    return _required(preflight(plan, connect, inspect))


def require_destroy_preflight(plan: DestroyPlan, connect: Connect, inspect: Inspect) -> Report:
    """The same of a deletion: what others have put where the stacks' resources are."""
    clouds = Clouds.of(connect)
    subjects = [
        replace(subject, removed=frozenset(subject.held))
        for step in plan.steps
        for there in (standing(clouds.at(step.address.place), step.stack_id),)
        for subject in (_holding(Subject(step.address), there),)
    ]
    asked = questions(subjects, thorough=False)
    return _required(report(subjects, read(inspect, asked), thorough=False))


def _required(found: Report) -> Report:
    if found.blocking:
        problems = [Problem(finding.where, finding.message) for finding in found.blocking]
        raise RefusedError(*problems, f"{len(problems)} findings of preflight; nothing was changed")
    return found


def _known(step: RootStep, known: Known) -> RootStep:
    """The step with every output that is known already."""
    if not unresolved(step, known):
        return resolved_step(step, known)
    parameters = {name: _value(value, known) for name, value in step.parameters.items()}
    role = step.service_role
    return replace(
        step, parameters=parameters, service_role=None if role is None else _value(role, known)
    )


def _value(value: str | OutputOf, known: Known) -> str | OutputOf:
    if isinstance(value, str):
        return value
    return known.get(value.address, {}).get(value.output, value)


def _subject(cloud: Cloud, step: RootStep, state: StackState | None, *, thorough: bool) -> Subject:
    wanted = situation(state.status if state else None)
    changes = wanted is not Situation.FOLLOW and not _is_current(step, state)
    subject = Subject(
        step.address,
        text_parameters(step),
        step.service_role if isinstance(step.service_role, str) else None,
        status=state.status if state else None,
        changes=changes,
    )
    if not (changes or thorough):
        return subject
    there = standing(cloud, state.stack_id) if state else Standing()
    subject = _holding(subject, there)
    return _compared(subject, step, state, there) if changes else subject


def _holding(subject: Subject, there: Standing) -> Subject:
    """The subject with what stands of it."""
    return replace(
        subject,
        held={path: item.physical_id for path, item in there.resources.items()},
        types_held={path: item.type for path, item in there.resources.items()},
    )


def _is_current(step: RootStep, state: StackState | None) -> bool:
    digest = text_parameters(step).get(DIGEST)
    return bool(state and digest and is_unchanged(state.status, state.digest, digest))


def _compared(
    subject: Subject, step: RootStep, state: StackState | None, there: Standing
) -> Subject:
    """The subject with what the step would add and remove."""
    stays = (
        state
        if situation(subject.status) not in (Situation.CREATE, Situation.DELETE_FIRST)
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
