"""A root stack as deployed and as its templates would make it."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tidegen.cloudformation.evaluation import EvaluatedTemplate, evaluate
from tidegen.cloudformation.resources import STACK_TYPE, Resources, TemplateBody, section
from tidegen.cloudformation.stateful import is_stateful
from tidegen.cloudformation.text import parse_template
from tidegen.deployment.port import READERS, Cloud
from tidegen.planning.model import ResolvedStep, RootStep, StackResource, StackState
from tidegen.planning.pins import pinned_hashes, updated_past_root

Templates = Mapping[str, TemplateBody]


@dataclass(frozen=True)
class DeployedRoot:
    """The deployed templates, the root's under the empty name, and the resources by path.

    `nested` holds the nested stacks themselves, by their logical ids; `by_hand` are those that were
    updated past the root, whose templates are not the ones that it pins.
    """

    templates: Templates = field(default_factory=dict)
    resources: Mapping[str, StackResource] = field(default_factory=dict)
    nested: Mapping[str, StackResource] = field(default_factory=dict)
    by_hand: tuple[str, ...] = ()

    def is_stateful(self, path: str) -> bool:
        """Return whether the deployed template keeps the resource when it is removed."""
        stack, _, name = path.rpartition("/")
        resource = section(self.templates.get(stack, {}), "Resources").get(name, {})
        return is_stateful(resource)

    def stateful(self) -> Mapping[str, StackResource]:
        """Return the existing resources that hold state, by path."""
        return {
            path: resource
            for path, resource in self.resources.items()
            if resource.physical_id and self.is_stateful(path)
        }


def deployed_root(cloud: Cloud, stack_id: str) -> DeployedRoot:
    """Read a root and the stacks directly below it."""
    texts = {"": cloud.template(stack_id)}
    resources: dict[str, StackResource] = {}
    nested: dict[str, StackResource] = {}
    for resource in existing_resources(cloud, stack_id):
        if resource.type != STACK_TYPE:
            resources[resource.logical_id] = resource
        elif resource.physical_id:
            nested[resource.logical_id] = resource
            texts[resource.logical_id] = cloud.template(resource.physical_id)
            for inner in existing_resources(cloud, resource.physical_id):
                resources[f"{resource.logical_id}/{inner.logical_id}"] = inner
    known = {name: parse_template(text, name or stack_id) for name, text in texts.items() if text}
    by_hand = updated_past_root(pinned_hashes(known.get("", {})), _below(texts))
    return DeployedRoot(known, resources, nested, by_hand)


def nested_by_hand(
    cloud: Cloud, stack_id: str, resources: Iterable[StackResource]
) -> tuple[str, ...]:
    """Return the nested stacks of a root that were updated past it; read only templates.

    `resources` are the root's.
    """
    pins = pinned_hashes(deployed_template(cloud, stack_id))
    pinned = (resource for resource in resources if resource.logical_id in pins)
    return updated_past_root(pins, nested_texts(cloud, pinned))


def nested_texts(cloud: Cloud, resources: Iterable[StackResource]) -> dict[str, str]:
    """Return the templates of the nested stacks among a root's resources, by logical id."""
    nested = {
        item.logical_id: item.physical_id
        for item in resources
        if item.type == STACK_TYPE and item.physical_id
    }
    with ThreadPoolExecutor(READERS) as pool:
        texts = zip(nested, pool.map(cloud.template, nested.values()), strict=True)
        return {name: text for name, text in texts if text}


def _below(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the nested templates that exist."""
    return {name: text for name, text in texts.items() if name and text}


@dataclass(frozen=True)
class DeployedRoots:
    """Deployed roots, each read once for its state.

    So preflight, the search for moves and the forecast of one deploy see the same. An operation on
    a nested stack, as an import, leaves its root's state as it is: `forget` after each.
    """

    _known: dict[tuple[object, ...], DeployedRoot] = field(default_factory=dict)

    def of(self, cloud: Cloud, state: StackState) -> DeployedRoot:
        """Return the deployed root that is in this state."""
        key = (state.stack_id, state.status, state.changed)
        if key not in self._known:
            self._known[key] = deployed_root(cloud, state.stack_id)
        return self._known[key]

    def forget(self) -> None:
        """Read every root again."""
        self._known.clear()


def wanted_templates(step: RootStep) -> Templates:
    """Return the templates that the step would deploy."""
    children = {child.logical_id: child.body for child in step.template.children}
    return {**children, "": step.template.body}


def wanted_resources(step: ResolvedStep, state: StackState | None) -> Resources:
    """Return the resources that the step's templates make with its parameters."""
    return evaluate(wanted_templates(step), _wanted_values(step, state))


def wanted_template(step: ResolvedStep, state: StackState | None) -> EvaluatedTemplate:
    """Return the root's wanted template, which leads to the nested ones, with the step's values."""
    templates = wanted_templates(step)
    return EvaluatedTemplate(
        template=templates[""], values=_wanted_values(step, state), templates=templates
    )


def _wanted_values(step: ResolvedStep, state: StackState | None) -> dict[str, str]:
    """Return the parameters; another root's output that is not known yet is taken as before."""
    before = dict(state.parameters) if state else {}
    return {**before, **step.parameters, **_pseudo(step)}


def deployed_resources(step: RootStep, state: StackState, deployed: Templates) -> Resources:
    """Return the resources that the deployed templates made with the deployed parameters."""
    return evaluate(deployed, {**state.parameters, **_pseudo(step)})


def _pseudo(step: RootStep) -> dict[str, str]:
    return {"AWS::AccountId": step.account, "AWS::Region": step.region}


def deployed_template(cloud: Cloud, stack: str) -> TemplateBody:
    """Return the stack's template; empty if it has none yet."""
    text = cloud.template(stack)
    return parse_template(text, stack) if text else {}


def existing_resources(cloud: Cloud, stack: str) -> tuple[StackResource, ...]:
    """Return the stack's resources, without the deleted ones."""
    return tuple(r for r in cloud.resources(stack) if r.status != "DELETE_COMPLETE")


def physical_ids(cloud: Cloud, stack: str) -> dict[str, str]:
    """Return the physical ids of the stack's resources by logical id, as listed."""
    return {r.logical_id: r.physical_id for r in cloud.resources(stack)}
