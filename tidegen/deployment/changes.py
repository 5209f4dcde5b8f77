"""The changes of a root and all stacks below: from its change set, or forecast where it is mute."""

from collections.abc import Mapping

from tidegen.deployment.port import Cloud
from tidegen.planning.changes import Change, ResourceChange
from tidegen.planning.comparison import compared
from tidegen.planning.evaluation import Resources, evaluate
from tidegen.planning.forecast import forecast
from tidegen.planning.model import STACK_TYPE, RootStep, StackState, TemplateBody
from tidegen.planning.parameters import text_parameters
from tidegen.planning.template_text import parse_template


def changes_of(
    cloud: Cloud,
    step: RootStep,
    state: StackState | None,
    change_set: tuple[ResourceChange, ...] | None,
) -> tuple[Change, ...]:
    """All changes, sorted by path; without a change set everything is a forecast."""
    old, new = _sides(cloud, step, state)
    expected = forecast(old, new)
    return expected if change_set is None else compared(expected, change_set, {**new, **old})


def _sides(cloud: Cloud, step: RootStep, state: StackState | None) -> tuple[Resources, Resources]:
    """The resources as deployed and as wanted."""
    wanted = {child.logical_id: child.content.decode() for child in step.template.children}
    new = {path: parse_template(text, path) for path, text in wanted.items()}
    pseudo = {"AWS::AccountId": step.account, "AWS::Region": step.region}
    before = dict(state.parameters) if state else {}
    # What another root has yet to give is most likely what it gave before.
    after = {**before, **text_parameters(step)}
    old = evaluate(_deployed(cloud, state), {**before, **pseudo}) if state else {}
    return old, evaluate({**new, "": step.template.body}, {**after, **pseudo})


def _deployed(cloud: Cloud, state: StackState) -> Mapping[str, TemplateBody]:
    """The templates of a root and of the stacks directly below it, as they stand."""
    text = cloud.template(state.stack_id)
    found = {"": parse_template(text, state.name) if text else {}}
    for resource in cloud.resources(state.stack_id):
        if resource.type == STACK_TYPE and resource.physical_id:
            nested = cloud.template(resource.physical_id)
            if nested:
                found[resource.logical_id] = parse_template(nested, resource.logical_id)
    return found
