"""The changes of a root and all stacks below: from its change set, or forecast where it is mute."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tidegen.deployment.port import Cloud
from tidegen.planning.forecast import changed_parameters, forecast
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


@dataclass(frozen=True)
class _Sides:
    """Templates as deployed and as wanted, the root's under the empty path."""

    old: Mapping[str, TemplateBody]
    new: Mapping[str, TemplateBody]
    changed: Mapping[str, frozenset[str]]

    def forecast(self, path: str) -> tuple[Change, ...]:
        """The forecast of one stack."""
        old, new = self.old.get(path, {}), self.new.get(path, {})
        return forecast(old, new, path, self.changed.get(path, frozenset()))

    def is_stateful(self, path: str, logical_id: str) -> bool:
        """Whether a resource holds state, as deployed or as wanted."""
        found = (t.get(path, {}).get("Resources", {}).get(logical_id) for t in (self.old, self.new))
        return any(is_stateful(resource) for resource in found if resource)


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
    sides = _sides(cloud, step, state)
    if change_set is None:
        own = sides.forecast("")
        nested = sorted((sides.old.keys() | sides.new.keys()) - {""})
        found = [c for c in own if c.type != STACK_TYPE]
        found += [change for path in nested for change in sides.forecast(path)]
    else:
        found = list(_from_change_set(change_set, "", sides))
    return tuple(sorted(found, key=lambda change: change.path))


def _from_change_set(
    changes: Iterable[ResourceChange], parent: str, sides: _Sides
) -> Iterable[Change]:
    for item in changes:
        path = f"{parent}/{item.logical_id}" if parent else item.logical_id
        if item.type == STACK_TYPE:
            if item.children:
                yield from _from_change_set(item.children, path, sides)
            elif item.children is None:
                yield from sides.forecast(path)
            continue
        yield Change(
            path,
            item.type,
            item.action,
            ChangeSource.CHANGE_SET,
            item.replacement,
            item.properties,
            item.action is not Action.ADD and sides.is_stateful(parent, item.logical_id),
        )


def _sides(cloud: Cloud, step: RootStep, state: StackState | None) -> _Sides:
    wanted = {child.logical_id: child.content.decode() for child in step.template.children}
    new = {path: parse_template(text, path) for path, text in wanted.items()}
    new[""] = step.template.body
    old = _deployed(cloud, state) if state else {}
    before = state.parameters if state else {}
    after = text_parameters(step)
    changed = {
        path: changed_parameters(path, old.get("", {}), new[""], before, after) for path in wanted
    }
    changed[""] = frozenset(name for name, value in after.items() if before.get(name) != value)
    return _Sides(old, new, changed)


def _deployed(cloud: Cloud, state: StackState) -> dict[str, TemplateBody]:
    """The templates of a root and of the stacks directly below it, as they stand."""
    text = cloud.template(state.stack_id)
    found = {"": parse_template(text, state.name) if text else {}}
    for resource in cloud.resources(state.stack_id):
        if resource.type == STACK_TYPE and resource.physical_id:
            nested = cloud.template(resource.physical_id)
            if nested:
                found[resource.logical_id] = parse_template(nested, resource.logical_id)
    return found
