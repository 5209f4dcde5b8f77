"""A root's two sides: what stands of it, and what its templates would make."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tidegen.cloudformation.evaluation import EvaluatedTemplate, evaluate
from tidegen.cloudformation.resources import STACK_TYPE, Resources, TemplateBody
from tidegen.cloudformation.stateful import is_stateful
from tidegen.cloudformation.text import parse_template
from tidegen.deployment.port import Cloud
from tidegen.planning.model import ResolvedStep, RootStep, StackResource, StackState

Templates = Mapping[str, TemplateBody]


@dataclass(frozen=True)
class DeployedRoot:
    """The deployed templates, the root's under the empty name, and the resources by path.

    `nested` holds the nested stacks themselves, by their logical ids.
    """

    templates: Templates = field(default_factory=dict)
    resources: Mapping[str, StackResource] = field(default_factory=dict)
    nested: Mapping[str, StackResource] = field(default_factory=dict)

    def is_stateful(self, path: str) -> bool:
        """Whether the deployed template keeps the resource when it goes."""
        stack, _, name = path.rpartition("/")
        resource = self.templates.get(stack, {}).get("Resources", {}).get(name, {})
        return is_stateful(resource)

    def stateful(self) -> Mapping[str, StackResource]:
        """The resources that hold state and really stand, by path."""
        return {
            path: resource
            for path, resource in self.resources.items()
            if resource.physical_id and self.is_stateful(path)
        }


def standing(cloud: Cloud, stack_id: str) -> DeployedRoot:
    """What stands of a root and of the stacks directly below it."""
    templates = {"": _template(cloud, stack_id)}
    found: dict[str, StackResource] = {}
    nested: dict[str, StackResource] = {}
    for resource in _there(cloud, stack_id):
        if resource.type != STACK_TYPE:
            found[resource.logical_id] = resource
        elif resource.physical_id:
            nested[resource.logical_id] = resource
            templates[resource.logical_id] = _template(cloud, resource.physical_id)
            for inner in _there(cloud, resource.physical_id):
                found[f"{resource.logical_id}/{inner.logical_id}"] = inner
    known = {name: text for name, text in templates.items() if text}
    return DeployedRoot(known, found, nested)


@dataclass(frozen=True)
class DeployedRoots:
    """What stands of roots, read once for the state that each is in.

    Preflight, the look for moves and the forecast of one deploy see the same. Imports change a
    nested stack without its root, and read for themselves.
    """

    _known: dict[tuple[object, ...], DeployedRoot] = field(default_factory=dict)

    def of(self, cloud: Cloud, state: StackState) -> DeployedRoot:
        """What stands of a root that is in this state."""
        key = (state.stack_id, state.status, state.changed)
        if key not in self._known:
            self._known[key] = standing(cloud, state.stack_id)
        return self._known[key]


def wanted_templates(step: RootStep) -> Templates:
    """The templates that the step would deploy."""
    texts = {child.logical_id: child.content.decode() for child in step.template.children}
    return {
        **{path: parse_template(text, path) for path, text in texts.items()},
        "": step.template.body,
    }


def wanted_resources(step: ResolvedStep, state: StackState | None) -> Resources:
    """What the step's templates make with its parameters.

    What another root has yet to give is most likely what it gave before.
    """
    before = dict(state.parameters) if state else {}
    values = {**before, **step.parameters, **_pseudo(step)}
    return evaluate(wanted_templates(step), values)


def wanted_scope(step: ResolvedStep, state: StackState | None) -> EvaluatedTemplate:
    """The root's wanted template, with the way to the nested ones and the step's parameters."""
    before = dict(state.parameters) if state else {}
    values = {**before, **step.parameters, **_pseudo(step)}
    templates = wanted_templates(step)
    return EvaluatedTemplate("", templates[""], values, templates)


def standing_resources(step: RootStep, state: StackState, deployed: Templates) -> Resources:
    """What the deployed templates made with the deployed parameters."""
    return evaluate(deployed, {**state.parameters, **_pseudo(step)})


def _pseudo(step: RootStep) -> dict[str, str]:
    return {"AWS::AccountId": step.account, "AWS::Region": step.region}


def _template(cloud: Cloud, stack: str) -> TemplateBody:
    text = cloud.template(stack)
    return parse_template(text, stack) if text else {}


def _there(cloud: Cloud, stack: str) -> tuple[StackResource, ...]:
    return tuple(r for r in cloud.resources(stack) if r.status != "DELETE_COMPLETE")
