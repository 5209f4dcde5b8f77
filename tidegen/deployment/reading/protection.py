"""Read the missing protection of a deployed root, which a deploy that stopped did not set.

A deploy sets stack policies, termination protection and settings after the root's operation, so
after Ctrl-C they are missing although the stack is complete. The next deploy sets them.
"""

from collections.abc import Iterator, Mapping

from tidegen.cloudformation.resources import TemplateBody
from tidegen.cloudformation.stateful import protected_ids, stateful_ids
from tidegen.cloudformation.text import parse_template
from tidegen.deployment.run import Run
from tidegen.deployment.settling import readings
from tidegen.errors import RefusedError
from tidegen.planning.model import StackState
from tidegen.planning.settings import setting_steps
from tidegen.planning.states import NextAction, is_running, next_action


def missing_protection(
    run: Run, state: StackState, root: TemplateBody, texts: Mapping[str, str], *, protected: bool
) -> tuple[str, ...]:
    """Return one text for each missing part; none while an operation is in progress.

    `root` is the deployed template, `texts` are those of nested stacks, by logical id; `protected`
    is whether the environment is. A part that the role may not read is not reported.
    """
    if is_running(state.status) or next_action(state.status) is not NextAction.UPDATE:
        return ()
    termination = ["termination protection"] if protected and not state.protected else []
    return (*termination, *_policies(run, state, root, texts), *_settings(run, state))


def _policies(
    run: Run, state: StackState, root: TemplateBody, texts: Mapping[str, str]
) -> Iterator[str]:
    """Yield the stacks with state that the root's policy does not name.

    A deploy sets it last: it names only nested stacks that have a policy of their own.
    """
    try:
        kept = protected_ids(run.cloud.stack_policy(state.stack_id) or "")
    except RefusedError:
        return
    left = {name: text for name, text in texts.items() if name not in kept}
    nested = {name for name, text in left.items() if stateful_ids(parse_template(text, name))}
    missing = sorted((stateful_ids(root) - kept) | nested)
    if missing:
        yield f"stack policy of {', '.join(missing)}"


def _settings(run: Run, state: StackState) -> Iterator[str]:
    for step in setting_steps(readings(run, state.outputs)):
        yield f"{step.setting.name}: {', '.join(sorted(step.after))}"
