"""Termination protection of roots, and the stack policies that keep state in place.

A root's policy does not reach resources inside nested stacks, so each gets its own. The root's
policy records the progress: it is relaxed first and set last, and names only nested stacks that
have their policy. If it is as wanted, so are all others; if not, a deploy was interrupted, and the
next one completes the policies even where no resource changes.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.cloudformation.stateful import protected_ids, stack_policy, stateful_ids
from tidegen.contract import PROTECTED_PARAMETER
from tidegen.deployment.events import Emit, PolicyKept, PolicyOverridden, Protected
from tidegen.deployment.reading.deployed_roots import physical_ids
from tidegen.deployment.reading.policies import held_policies
from tidegen.deployment.run import Clouds, Run
from tidegen.planning.model import HeldPolicy, Plan, RootStep, StackState

Policies = Mapping[str, str]
Pause = Callable[[float], None]


def relax_policies(
    run: Run, step: RootStep, state: StackState, allowed: Collection[str]
) -> Policies:
    """Let one update replace or delete `allowed` resources; return the previous policies.

    They are for `restore_policies`, and empty where nothing was relaxed.
    """
    if not allowed and not _holds_state(step):
        return {}
    before = policies(run, step, state) if allowed else {}
    nested = _nested(run, step, state)
    run.cloud.set_stack_policy(state.stack_id, root_policy(step, allowed, nested))
    _protect_nested(run, step, nested, allowed)
    for stack in before.keys() - {state.stack_id, *nested.values()}:
        run.cloud.set_stack_policy(stack, stack_policy(()))
    return before


def policies(run: Run, step: RootStep, state: StackState) -> Policies:
    """Return the policies of the root and of nested stacks with state: stack id → policy.

    A nested stack that held state until now is included.
    """
    nested = set(_nested(run, step, state).values())
    nested_policies = {
        resource.physical_id: run.cloud.stack_policy(resource.physical_id) or ""
        for resource in run.cloud.resources(state.stack_id)
        if resource.type == STACK_TYPE and resource.physical_id
    }
    below = {
        stack: text
        for stack, text in nested_policies.items()
        if stack in nested or protected_ids(text)
    }
    return {state.stack_id: run.cloud.stack_policy(state.stack_id) or "", **below}


def restore_policies(run: Run, step: RootStep, state: StackState, before: Policies) -> None:
    """Protect, after a failed update, the resources protected before and those to be protected.

    The root's policy is restored as it was: if an interrupted run had relaxed it already, it stays
    relaxed, and the next run detects that even if it changes nothing.
    """
    if not before:
        return
    for name, stack in _nested(run, step, state).items():
        kept = _stateful(step)[name] | protected_ids(before.get(stack, ""))
        run.cloud.set_stack_policy(stack, stack_policy(kept))
    for stack in before.keys() - {state.stack_id, *_nested(run, step, state).values()}:
        run.cloud.set_stack_policy(stack, before[stack])
    if before.get(state.stack_id):
        run.cloud.set_stack_policy(state.stack_id, before[state.stack_id])


def protect(run: Run, step: RootStep, state: StackState) -> None:
    """Set the policy of each nested stack that holds state, then the root's."""
    if not _holds_state(step):
        return
    nested = _nested(run, step, state)
    _protect_nested(run, step, nested, ())
    resources = step.template.body.get("Resources", {})
    absent = {name for name in _stateful(step) if "Condition" in resources[name]}
    run.cloud.set_stack_policy(state.stack_id, root_policy(step, (), {*nested, *absent}))
    run.emit(Protected(run.address, len(nested) + 1))


def enable_termination_protection(run: Run, step: RootStep, state: StackState) -> None:
    """Enable termination protection if the environment is protected."""
    if step.protected and not state.protected:
        run.cloud.set_termination_protection(state.stack_id, enabled=True)


def protect_unless_held(run: Run, step: RootStep, state: StackState) -> None:
    """Complete the policies, unless a person's is among them."""
    deployed = run.deployed_roots.of(run.cloud, state)
    held = tuple(held_policies(run.cloud, step, state, deployed))
    if held:
        run.emit(PolicyKept(step.address, tuple(item.path for item in held)))
    else:
        protect(run, step, state)


def release_protection(plan: Plan, clouds: Clouds, emit: Emit, pause: Pause) -> None:
    """Disable the termination protection that an environment got while it was protected.

    Its deployed parameters say that it was. Protection that a person enabled on an environment that
    was not protected stays.
    """
    states = [plan.states.get(step.address) for step in plan.steps]
    was = any(state and state.parameters.get(PROTECTED_PARAMETER) == "true" for state in states)
    for step, state in zip(plan.steps, states, strict=True):
        if was and state and state.protected and not step.protected:
            run = clouds.run(step.address, emit, pause)
            run.cloud.set_termination_protection(state.stack_id, enabled=False)


def override_policies(run: Run, held: Iterable[HeldPolicy]) -> None:
    """Relax policies that a person set and the user named; report each one's text first."""
    for item in held:
        run.emit(PolicyOverridden(item.address, item.path, item.text))
        run.cloud.set_stack_policy(item.stack_id, stack_policy(()))


def set_again(run: Run, held: Iterable[HeldPolicy], state: StackState) -> None:
    """Set the overridden policies again, where their stacks still exist."""
    existing = {state.stack_id, *physical_ids(run.cloud, state.stack_id).values()} if held else ()
    for item in held:
        if item.stack_id in existing:
            run.cloud.set_stack_policy(item.stack_id, item.text)


def is_protected(run: Run, step: RootStep, state: StackState) -> bool:
    """Return whether the root's policy is as `protect` sets it at its end.

    One call, where the root holds state: nothing else that a no-op reads shows an interruption.
    """
    if not _holds_state(step):
        return True
    present = json.loads(run.cloud.stack_policy(state.stack_id) or "null")
    return bool(present == json.loads(root_policy(step, (), _stateful(step))))


def root_policy(step: RootStep, allowed: Collection[str], nested: Collection[str]) -> str:
    """Return the root's policy: its own resources with state, and those of `nested`, are kept."""
    relaxed = {path.partition("/")[0] for path in allowed}
    for name, ids in _stateful(step).items():
        if ids & set(allowed):
            relaxed.add(name)
    kept = _stateful(step).keys() & set(nested)
    return stack_policy((kept | stateful_ids(step.template.body)) - relaxed)


def _holds_state(step: RootStep) -> bool:
    """Return whether the root holds state; if not, no policy is read or set."""
    return bool(_stateful(step) or stateful_ids(step.template.body))


def _nested(run: Run, step: RootStep, state: StackState) -> dict[str, str]:
    """Return the deployed nested stacks that hold state: logical id → stack id."""
    deployed = physical_ids(run.cloud, state.stack_id)
    return {name: deployed[name] for name in _stateful(step) if deployed.get(name)}


def _protect_nested(
    run: Run, step: RootStep, nested: Mapping[str, str], allowed: Collection[str]
) -> None:
    for name, ids in _stateful(step).items():
        if name in nested:
            kept = {i for i in ids if i not in allowed and f"{name}/{i}" not in allowed}
            run.cloud.set_stack_policy(nested[name], stack_policy(kept))


def _stateful(step: RootStep) -> dict[str, frozenset[str]]:
    """Return nested stack → its stateful resources, if it has any."""
    resources = step.template.body.get("Resources", {})
    stateful = {
        child.logical_id: stateful_ids(child.body)
        for child in step.template.children
        if resources.get(child.logical_id, {}).get("Type") == STACK_TYPE
    }
    return {name: ids for name, ids in stateful.items() if ids}
