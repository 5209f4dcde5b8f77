"""The changes of a root and all stacks below: from its change set, or forecast where it is mute."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tidegen.deployment.port import Cloud
from tidegen.planning.evaluation import Resources, evaluate
from tidegen.planning.forecast import forecast
from tidegen.planning.model import (
    STACK_TYPE,
    Action,
    Change,
    ChangeSource,
    ResourceChange,
    RootStep,
    StackState,
    TemplateBody,
)
from tidegen.planning.parameters import text_parameters
from tidegen.planning.stateful import is_stateful
from tidegen.planning.template_text import parse_template


def changes_of(
    cloud: Cloud,
    step: RootStep,
    state: StackState | None,
    change_set: tuple[ResourceChange, ...] | None,
) -> tuple[Change, ...]:
    """All changes, sorted by path. Without a change set everything is a forecast.

    A nested stack for which the engine gives no change set of its own is forecast as well; each
    change says where it comes from.
    """
    old, new = _sides(cloud, step, state)
    expected = forecast(old, new)
    if change_set is None:
        return expected
    said = tuple(_from_change_set(change_set, "", {**new, **old}))
    mute = set(_mute(change_set, ""))
    rest = [change for change in expected if change.path.rpartition("/")[0] in mute]
    return tuple(sorted((*_explained(said, expected), *rest), key=lambda change: change.path))


def _from_change_set(
    changes: Iterable[ResourceChange], parent: str, resources: Resources
) -> Iterable[Change]:
    for item in changes:
        path = f"{parent}/{item.logical_id}" if parent else item.logical_id
        if item.type == STACK_TYPE:
            yield from _from_change_set(item.children or (), path, resources)
            continue
        yield Change(
            path,
            item.type,
            item.action,
            ChangeSource.CHANGE_SET,
            item.replacement,
            item.properties,
            item.action is not Action.ADD and is_stateful(resources.get(path, {})),
        )


def _mute(changes: Iterable[ResourceChange], parent: str) -> Iterable[str]:
    """The changing nested stacks for which the engine gives no change set."""
    for item in changes:
        if item.type == STACK_TYPE:
            path = f"{parent}/{item.logical_id}" if parent else item.logical_id
            yield from [path] if item.children is None else _mute(item.children, path)


def _explained(said: Iterable[Change], expected: Iterable[Change]) -> Iterable[Change]:
    """CloudFormation's changes with the forecast's values, which the change set does not have."""
    details = {change.path: change.details for change in expected}
    return (replace(change, details=details.get(change.path, ())) for change in said)


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
