"""What an update would change, by comparison of templates: for engines without nested change sets.

A forecast says less than CloudFormation can: it does not evaluate conditions, and a value that
comes from a sibling counts as changed only where the expression itself changed.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from tidegen.planning.model import (
    STACK_TYPE,
    Action,
    Change,
    ChangeSource,
    Replacement,
    TemplateBody,
)
from tidegen.planning.schemas import create_only
from tidegen.planning.stateful import is_stateful

CreateOnly = Callable[[str], Collection[str]]
#: Attributes of a resource whose change CloudFormation reports; dependencies are not among them.
_ATTRIBUTES = ("Metadata", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "Condition")


def forecast(
    old: TemplateBody,
    new: TemplateBody,
    path: str = "",
    changed_parameters: Collection[str] = (),
    replacing: CreateOnly = create_only,
) -> tuple[Change, ...]:
    """The changes from template `old` to `new`, sorted by path; either may be empty.

    `path` is the nested stack's own; `changed_parameters` are those that get another value.
    """
    before, after = old.get("Resources", {}), new.get("Resources", {})
    changes = []
    for logical_id in sorted(before.keys() | after.keys()):
        where = f"{path}/{logical_id}" if path else logical_id
        change = _change(
            where, before.get(logical_id), after.get(logical_id), changed_parameters, replacing
        )
        changes += [change] if change else []
    return tuple(changes)


def _change(
    path: str, old: Any, new: Any, changed: Collection[str], replacing: CreateOnly
) -> Change | None:
    source = ChangeSource.FORECAST
    if old is None:
        return Change(path, new["Type"], Action.ADD, source, stateful=is_stateful(new))
    stateful = is_stateful(old)
    if new is None:
        return Change(path, old["Type"], Action.REMOVE, source, stateful=stateful)
    if old["Type"] != new["Type"]:
        always = Replacement.ALWAYS
        return Change(path, new["Type"], Action.REPLACE, source, always, ("Type",), stateful)
    fixed, dependent = _properties(old, new, changed)
    if not fixed and not dependent:
        return None
    replacement = _replacement(new["Type"], fixed, dependent, replacing)
    action = Action.REPLACE if replacement is Replacement.ALWAYS else Action.MODIFY
    names = tuple(sorted(fixed | dependent))
    return Change(path, new["Type"], action, source, replacement, names, stateful)


def _properties(old: Any, new: Any, changed: Collection[str]) -> tuple[set[str], set[str]]:
    """Names whose text changed, and names that only depend on a changed parameter."""
    before, after = old.get("Properties", {}), new.get("Properties", {})
    fixed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    fixed |= {name for name in _ATTRIBUTES if old.get(name) != new.get(name)}
    dependent = {name for name, value in after.items() if references(value) & set(changed)}
    return fixed, dependent - fixed


def _replacement(
    type_name: str, fixed: set[str], dependent: set[str], replacing: CreateOnly
) -> Replacement:
    if type_name == STACK_TYPE:
        return Replacement.NEVER
    names = set(replacing(type_name))
    if names & (fixed | dependent):
        return Replacement.ALWAYS
    return Replacement.NEVER


def changed_parameters(
    logical_id: str,
    old: TemplateBody,
    new: TemplateBody,
    old_values: Mapping[str, str],
    new_values: Mapping[str, str],
) -> frozenset[str]:
    """The parameters of the nested stack `logical_id` that get another value from the root."""
    changed = {name for name, value in new_values.items() if old_values.get(name) != value}
    before, after = (
        root.get("Resources", {}).get(logical_id, {}).get("Properties", {}).get("Parameters", {})
        for root in (old, new)
    )
    return frozenset(
        name
        for name, value in after.items()
        if before.get(name) != value or references(value) & changed
    )


def references(value: Any) -> set[str]:
    """Every name that `value` refers to by Ref or inside Sub."""
    return set(_references(value))


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref" and isinstance(item, str):
                yield item
            elif key == "Fn::Sub":
                yield from _substituted(item)
            yield from _references(item)


def _substituted(argument: Any) -> Iterator[str]:
    text = argument[0] if isinstance(argument, list) else argument
    for part in str(text).split("${")[1:]:
        yield part.partition("}")[0]
