"""Termination protection of roots, and the stack policies that keep state in place.

A root's policy does not reach resources inside nested stacks, so each gets its own. The root's
says how far that is: it is lifted first and set last, and names only nested stacks that have their
policy. Where it is as wanted all are, and whatever a deploy that was interrupted has left undone
the next one completes, although nothing changes.
"""

import json
from collections.abc import Collection, Mapping

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.cloudformation.stateful import protected_ids, stack_policy, stateful_ids
from tidegen.cloudformation.text import parse_template
from tidegen.deployment.events import Protected
from tidegen.deployment.run import Run
from tidegen.planning.model import RootStep, StackState

Policies = Mapping[str, str]


def relax_policies(
    run: Run, step: RootStep, state: StackState, allowed: Collection[str]
) -> Policies:
    """Let one update replace or delete what is `allowed`; the policies before, to `restore`.

    Empty where nothing is lifted, and then there is nothing to restore either.
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
    """The policies as they are: stack id → policy, of the root and what holds state below it.

    A nested stack is among them that holds some, or did until now.
    """
    nested = set(_nested(run, step, state).values())
    found = {
        resource.physical_id: run.cloud.stack_policy(resource.physical_id) or ""
        for resource in run.cloud.resources(state.stack_id)
        if resource.type == STACK_TYPE and resource.physical_id
    }
    below = {stack: text for stack, text in found.items() if stack in nested or protected_ids(text)}
    return {state.stack_id: run.cloud.stack_policy(state.stack_id) or "", **below}


def restore_policies(run: Run, step: RootStep, state: StackState, before: Policies) -> None:
    """Protect again, after an update that failed, what was protected and what is to be.

    The root's policy is put back as it was: where an interrupted run had lifted it already, it
    stays so, and the next run that changes nothing notices.
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
    """Switch termination protection on where the environment is protected."""
    if step.protected and not state.protected:
        run.cloud.set_termination_protection(state.stack_id, enabled=True)


def is_protected(run: Run, step: RootStep, state: StackState) -> bool:
    """Whether the root's policy is as `protect` leaves it when it is done.

    One call, where there is state: nothing else that a no-op reads tells of an interruption.
    """
    if not _holds_state(step):
        return True
    found = json.loads(run.cloud.stack_policy(state.stack_id) or "null")
    return bool(found == json.loads(root_policy(step, (), _stateful(step))))


def root_policy(step: RootStep, allowed: Collection[str], nested: Collection[str]) -> str:
    """The root's policy: its own state, and what of `nested` holds some, stay in place."""
    relaxed = {path.partition("/")[0] for path in allowed}
    for name, ids in _stateful(step).items():
        if ids & set(allowed):
            relaxed.add(name)
    kept = _stateful(step).keys() & set(nested)
    return stack_policy((kept | stateful_ids(step.template.body)) - relaxed)


def _holds_state(step: RootStep) -> bool:
    """Whether there is anything to keep in place; without, no policy is asked for or set."""
    return bool(_stateful(step) or stateful_ids(step.template.body))


def _nested(run: Run, step: RootStep, state: StackState) -> dict[str, str]:
    """The nested stacks that hold state and are there: logical id → stack id."""
    found = {r.logical_id: r.physical_id for r in run.cloud.resources(state.stack_id)}
    return {name: found[name] for name in _stateful(step) if found.get(name)}


def _protect_nested(
    run: Run, step: RootStep, nested: Mapping[str, str], allowed: Collection[str]
) -> None:
    for name, ids in _stateful(step).items():
        if name in nested:
            kept = {i for i in ids if i not in allowed and f"{name}/{i}" not in allowed}
            run.cloud.set_stack_policy(nested[name], stack_policy(kept))


def _stateful(step: RootStep) -> dict[str, frozenset[str]]:
    """Nested stack → its stateful resources, where it has any."""
    resources = step.template.body.get("Resources", {})
    found = {
        child.logical_id: stateful_ids(parse_template(child.content.decode(), child.file))
        for child in step.template.children
        if resources.get(child.logical_id, {}).get("Type") == STACK_TYPE
    }
    return {name: ids for name, ids in found.items() if ids}
