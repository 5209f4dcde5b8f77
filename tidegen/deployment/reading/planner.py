"""Building a plan from the environment's values and from the deployed stacks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tidegen.contract import Scope
from tidegen.deployment.port import Connect
from tidegen.deployment.reading.ownership import foreign_stack
from tidegen.deployment.reading.policies import held_policies
from tidegen.deployment.run import Clouds
from tidegen.planning.model import (
    Foreign,
    HeldPolicy,
    OutputOf,
    Place,
    Plan,
    Prerequisite,
    RootStep,
    StackAddress,
    StackState,
)
from tidegen.planning.parameters import (
    effective_parameters,
    is_current,
    known_step,
    needed_addresses,
)
from tidegen.planning.record import with_record
from tidegen.planning.retiring import retiring_template
from tidegen.planning.states import NextAction, next_action
from tidegen.planning.steps import (
    Target,
    locate,
    locate_in_recovery,
    owner_of,
    prerequisites_of,
    steps_of,
)
from tidegen.planning.templates import load_root

#: Actions that keep a deployed stack, whose permissions then count.
_KEPT = (NextAction.UPDATE, NextAction.FOLLOW, NextAction.CONTINUE_ROLLBACK)
Values = Mapping[Scope, Mapping[str, str]]


@dataclass(frozen=True)
class Release:
    """A set of committed templates: its name, its folder, assets by object key, the commit.

    `assets` is None where only templates are read.
    """

    name: str
    folder: Path
    assets: Mapping[str, bytes] | None
    commit: str = ""


def build_plan(target: Target, values: Values, release: Release, connect: Connect) -> Plan:
    """Return the plan to deploy `target` with `release`.

    `values` are the environment's by scope and dotted field. Reads templates first, then the
    account (RefusedError if it is another), then the stacks that the plan depends on; changes none.
    """
    steps = planned_steps(target, values, release)
    clouds = Clouds.of(connect)
    caller = clouds.at(target.place()).caller()
    steps = tuple(with_record(step, release.commit, caller) for step in steps)
    required = prerequisites_of(target)
    addresses = {step.address for step in steps} | {item.address for item in required}
    addresses |= {address for step in steps for address in needed_addresses(step)}
    # Each step is compared with its deployed stack, each prerequisite must be deployed and gives
    # outputs.
    states = _states(clouds, addresses)
    missing = tuple(item for item in required if not _is_usable(states[item.address]))
    plan = Plan(
        environment=target.name,
        release=release.name,
        steps=steps,
        missing=missing,
        foreign=_foreign(target, states, required, clouds),
        states=states,
    )
    return replace(plan, retiring=_retiring(plan, clouds), held=tuple(_held(plan, clouds)))


def planned_steps(target: Target, values: Values, release: Release) -> tuple[RootStep, ...]:
    """Return the steps of a deploy of `target`, from its templates and values alone."""
    return tuple(_step(target, values, release, address) for address in steps_of(target))


def _held(plan: Plan, clouds: Clouds) -> Iterator[HeldPolicy]:
    """Yield the stack policies that people set on the stacks which a deploy would update."""
    foreign = {item.address for item in plan.foreign}
    for step in plan.steps:
        state = plan.states.get(step.address)
        if state is None or step.address in foreign or is_current(plan, step):
            continue
        if next_action(state.status) is NextAction.UPDATE:
            cloud = clouds.at(step.address.place)
            yield from held_policies(cloud, step, state, clouds.deployed_roots.of(cloud, state))


def _foreign(
    target: Target,
    states: Mapping[StackAddress, StackState | None],
    required: Iterable[Prerequisite],
    clouds: Clouds,
) -> tuple[Foreign, ...]:
    """Return the stacks of others among those that are deployed, or only required."""
    commands = {item.address: item.command for item in required}
    known = [address for address in steps_of(target) if address not in commands]
    found = (
        (
            address,
            foreign_stack(
                clouds.at(address.place), owner_of(target, address.scope), address, states[address]
            ),
        )
        for address in (*known, *commands)
    )
    return tuple(
        replace(foreign, command=commands.get(address, "")) for address, foreign in found if foreign
    )


def _states(
    clouds: Clouds, addresses: Iterable[StackAddress]
) -> dict[StackAddress, StackState | None]:
    """Return the stacks at the addresses, read a place at a time."""
    places: dict[Place, list[StackAddress]] = {}
    for address in sorted(addresses, key=str):
        places.setdefault(address.place, []).append(address)
    states: dict[StackAddress, StackState | None] = {}
    for place, own in places.items():
        stacks = clouds.at(place).named_stacks([address.name for address in own])
        states |= {address: stacks[address.name] for address in own}
    return states


def _retiring(plan: Plan, clouds: Clouds) -> RootStep | None:
    """Return the access root's step with the permissions that it loses, if others need them yet."""
    access = [step for step in plan.steps if step.scope is Scope.ACCESS]
    others = [step for step in plan.steps if step.scope is not Scope.ACCESS]
    if not access or all(is_current(plan, step) for step in others):
        return None
    (step,) = access
    state = plan.states.get(step.address)
    if state is None or is_current(plan, step) or next_action(state.status) not in _KEPT:
        return None
    resolved = known_step(step, plan.outputs)
    deployed = clouds.deployed_roots.of(clouds.at(step.address.place), state).templates.get("", {})
    template = retiring_template(resolved, deployed, state.parameters)
    return replace(step, template=template) if template else None


def _step(target: Target, values: Values, release: Release, address: StackAddress) -> RootStep:
    template = load_root(release.folder, address.scope, release.assets)
    find = partial(locate, target, region=address.place.region)
    access = find(Scope.ACCESS) if address.scope.has_execution_role else None
    return RootStep(
        address=address,
        project=target.project,
        environment=owner_of(target, address.scope).environment,
        template=template,
        parameters=effective_parameters(
            template,
            values.get(address.scope, {}),
            find,
            release.name,
            partial(locate_in_recovery, target),
        ),
        service_role=OutputOf(access, "ExecutionRoleArn") if access else None,
        # A root that an account has once protects every environment in it.
        protected=target.protected or address.scope.is_account_wide,
    )


def _is_usable(state: StackState | None) -> bool:
    """Return whether other stacks can be deployed on top of the stack."""
    if state is None or state.status == "CREATE_FAILED":
        return False
    return next_action(state.status) in (NextAction.UPDATE, NextAction.FOLLOW)
