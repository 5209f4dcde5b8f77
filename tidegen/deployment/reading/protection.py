"""Read the missing protection of a deployed root, which a deploy that stopped did not set.

A deploy sets stack policies, termination protection and settings after the root's operation, so
after Ctrl-C they are missing although the stack is complete. The next deploy sets them.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.cloudformation.stateful import protected_ids, stateful_ids
from tidegen.deployment.reading.deployed_roots import deployed_template
from tidegen.deployment.run import Run
from tidegen.deployment.settling import readings
from tidegen.errors import RefusedError
from tidegen.planning.model import StackResource, StackState
from tidegen.planning.settings import setting_steps
from tidegen.planning.states import NextAction, is_running, next_action

_WORKERS = 8


def missing_protection(
    run: Run, state: StackState, resources: Sequence[StackResource], *, protected: bool
) -> tuple[str, ...]:
    """Return one text for each missing part; none while an operation is in progress.

    `protected` is whether the environment is. A part that the role may not read is not reported.
    """
    if is_running(state.status) or next_action(state.status) is not NextAction.UPDATE:
        return ()
    termination = ["termination protection"] if protected and not state.protected else []
    return (*termination, *_policies(run, state, resources), *_settings(run, state))


def _policies(run: Run, state: StackState, resources: Sequence[StackResource]) -> Iterator[str]:
    """Yield the stacks with state that the root's policy does not name.

    A deploy sets it last: it names only nested stacks that have a policy of their own.
    """
    try:
        kept = protected_ids(run.cloud.stack_policy(state.stack_id) or "")
    except RefusedError:
        return
    own = stateful_ids(deployed_template(run.cloud, state.stack_id)) - kept
    left = [r for r in resources if r.type == STACK_TYPE and r.logical_id not in kept]
    missing = sorted({*own, *_with_state(run, left)})
    if missing:
        yield f"stack policy of {', '.join(missing)}"


def _with_state(run: Run, nested: Sequence[StackResource]) -> list[str]:
    """Return the nested stacks whose templates have resources with state."""
    deployed = [stack for stack in nested if stack.physical_id]
    with ThreadPoolExecutor(_WORKERS) as pool:
        templates = pool.map(lambda s: deployed_template(run.cloud, s.physical_id), deployed)
        return [s.logical_id for s, t in zip(deployed, templates, strict=True) if stateful_ids(t)]


def _settings(run: Run, state: StackState) -> Iterator[str]:
    for step in setting_steps(readings(run, state.outputs)):
        yield f"{step.setting.name}: {', '.join(sorted(step.after))}"
