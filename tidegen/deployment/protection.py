"""Termination protection of roots, and the stack policies that keep state in place.

A root's policy does not reach resources inside nested stacks, so each gets its own. The root's is
set last: where it is as wanted, so are the others, and a deploy that was interrupted is completed
by the next one although nothing changes.
"""

from collections.abc import Collection

from tidegen.deployment.events import Protected
from tidegen.deployment.run import Run
from tidegen.planning.model import STACK_TYPE, RootStep, StackState
from tidegen.planning.stateful import stack_policy, stateful_ids
from tidegen.planning.template_text import parse_template


def protect(run: Run, step: RootStep, state: StackState, allowed: Collection[str] = ()) -> None:
    """Set the policy of each nested stack that holds state, then the root's.

    `allowed` names resources that this one update may replace or delete.
    """
    stateful = _stateful(step)
    nested = {r.logical_id: r.physical_id for r in run.cloud.resources(state.stack_id)}
    present = [name for name in stateful if nested.get(name)]
    for name in present:
        kept = {i for i in stateful[name] if i not in allowed and f"{name}/{i}" not in allowed}
        run.cloud.set_stack_policy(nested[name], stack_policy(kept))
    run.cloud.set_stack_policy(state.stack_id, root_policy(step, allowed))
    run.emit(Protected(run.address, len(present) + 1))


def lock(run: Run, step: RootStep, state: StackState) -> None:
    """Switch termination protection on where the environment is protected."""
    if step.protected and not state.protected:
        run.cloud.set_termination_protection(state.stack_id, enabled=True)


def is_protected(run: Run, step: RootStep, state: StackState) -> bool:
    """Whether the root's policy is as `protect` leaves it."""
    return run.cloud.stack_policy(state.stack_id) == root_policy(step)


def root_policy(step: RootStep, allowed: Collection[str] = ()) -> str:
    """The root's policy: its own state, and nested stacks that hold some, stay in place."""
    relaxed = {path.partition("/")[0] for path in allowed}
    for name, ids in _stateful(step).items():
        if ids & set(allowed):
            relaxed.add(name)
    return stack_policy(({*_stateful(step)} | stateful_ids(step.template.body)) - relaxed)


def _stateful(step: RootStep) -> dict[str, frozenset[str]]:
    """Nested stack → its stateful resources, where it has any."""
    resources = step.template.body.get("Resources", {})
    found = {
        child.logical_id: stateful_ids(parse_template(child.content.decode(), child.file))
        for child in step.template.children
        if resources.get(child.logical_id, {}).get("Type") == STACK_TYPE
    }
    return {name: ids for name, ids in found.items() if ids}
