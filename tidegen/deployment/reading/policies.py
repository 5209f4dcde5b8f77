"""Reading the stack policies of a root and of the stacks below it that a person set."""

from collections.abc import Iterator

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.cloudformation.stateful import stateful_ids
from tidegen.deployment.port import Cloud
from tidegen.deployment.reading.deployed_roots import DeployedRoot, Templates, wanted_templates
from tidegen.planning.model import HeldPolicy, RootStep, StackState
from tidegen.planning.policies import is_generated


def held_policies(
    cloud: Cloud, step: RootStep, state: StackState, deployed: DeployedRoot
) -> Iterator[HeldPolicy]:
    """Yield each policy of the deployed root, and of the stacks below it, that a person set."""
    wanted = wanted_templates(step)
    stacks = {"": state.stack_id, **{n: r.physical_id for n, r in deployed.nested.items()}}
    for path, stack_id in stacks.items():
        text = cloud.stack_policy(stack_id) or ""
        present = deployed.templates.get(path, {}).get("Resources", {})
        stateful = _stateful(path, deployed.templates) | _stateful(path, wanted)
        if not is_generated(text, stateful, present):
            yield HeldPolicy(address=step.address, path=path, stack_id=stack_id, text=text)


def _stateful(path: str, templates: Templates) -> frozenset[str]:
    """Return the ids that the policy of one stack protects: the root's has nested stacks too."""
    own = stateful_ids(templates.get(path, {}))
    if path:
        return own
    resources = templates.get("", {}).get("Resources", {})
    nested = {
        name
        for name, template in templates.items()
        if name and stateful_ids(template) and resources.get(name, {}).get("Type") == STACK_TYPE
    }
    return own | nested
