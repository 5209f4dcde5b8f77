"""What an import's template says of each property, beside what exists.

CloudFormation does not check an import's template against the resource (AWS docs, "Import AWS
resources into a CloudFormation stack manually"): it records the template's values, so that the next
deploy sees no difference, or has some types updated to them at once (aws-cloudformation
coverage roadmap, issue 809). So where the resource is otherwise, that template says what is there:
the import changes nothing, and the deploy after it is an update that CloudFormation carries out.
What the template does not set is not written.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tidegen.cloudformation.references import references
from tidegen.cloudformation.schemas import (
    Replacement,
    create_only,
    read_only,
    required_properties,
    tag_property,
    write_only,
)
from tidegen.planning.changes import PropertyChange
from tidegen.planning.guards import fixed_properties

_UNKNOWN = object()


@dataclass(frozen=True)
class LiveProperties:
    """The properties for an import's template.

    `differences` are what the next deploy changes, None where nothing was read. `unread` are the
    names of those that nothing tells of, where the template's word is taken. `fixed` are
    differences that no deploy can make; there the template's word is kept as well, so that none
    replaces the resource.
    """

    properties: Mapping[str, Any]
    differences: tuple[PropertyChange, ...] | None = None
    unread: tuple[str, ...] = ()
    fixed: tuple[PropertyChange, ...] = ()


def reading(
    type_name: str,
    wanted: Mapping[str, Any],
    written: Mapping[str, Any],
    existing: Mapping[str, Any] | None,
) -> LiveProperties:
    """What to write of the properties `wanted`, by value, where the resource is as `existing` says.

    `written` are those that can be written as the template has them, with its references; that is
    all there is where `existing` is None, because nobody may read it.
    """
    if existing is None:
        return LiveProperties(written)
    properties = dict(written)
    differences, unread, fixed = [], [], []
    for name, value in sorted(wanted.items()):
        there = _there(type_name, name, value, existing)
        if there is _UNKNOWN:
            unread += [name] if name in written else []
        elif matches(_readable(type_name, name, value), there):
            continue
        elif _differs_where_fixed(type_name, name, value, there):
            if name not in written or not any(references(value)):
                fixed.append(PropertyChange(name, there, value, Replacement.ALWAYS))
        else:
            properties.pop(name, None)
            if there is not None:
                properties[name] = there
            differences.append(PropertyChange(name, there, value))
    return LiveProperties(properties, tuple(differences), tuple(unread), tuple(fixed))


def _is_fixed(type_name: str, name: str) -> bool:
    """Return whether a resource would be made anew for the whole property, or refuses the change."""
    always, _ = create_only(type_name)
    return name in always or name in fixed_properties(type_name)


def _differs_where_fixed(type_name: str, name: str, wanted: Any, there: Any) -> bool:
    """Return whether what differs is, or holds, what a resource would be made anew for."""
    always, _ = create_only(type_name)
    inside = [path for path in always if path.startswith(f"{name}.")]
    sides = [(_at(path, {name: wanted}), _at(path, {name: there})) for path in inside]
    differs = any(None not in side and not matches(*side) for side in sides)
    return differs or _is_fixed(type_name, name)


def _at(path: str, value: Any) -> Any:
    """What is at a dotted path, None where nothing is."""
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _there(type_name: str, name: str, wanted: Any, existing: Mapping[str, Any]) -> Any:
    """Return the value that exists, None where there is none, _UNKNOWN where that cannot be told.

    Nothing is read of write-only properties. Cloud Control also leaves out what has its default: of
    what cannot be changed, or must be written, a value that is missing says nothing.
    """
    readable = _readable(type_name, name, wanted)
    if readable is None or (readable == {} and wanted):
        return _UNKNOWN
    there = omit_paths(existing, read_only(type_name)).get(name)
    if name == tag_property(type_name):
        there = _own_tags(wanted, there)
    if there is None and (_is_fixed(type_name, name) or name in required_properties(type_name)):
        return _UNKNOWN
    return there


def _readable(type_name: str, name: str, value: Any) -> Any:
    return omit_paths({name: value}, write_only(type_name)).get(name)


def omit_paths(value: Any, paths: Collection[str], path: str = "") -> Any:
    """Return a value without what is at the dotted paths, lists not counted."""
    if isinstance(value, list):
        return [omit_paths(item, paths, path) for item in value]
    if not isinstance(value, Mapping):
        return value
    places = {key: f"{path}.{key}" if path else key for key in value}
    return {
        key: omit_paths(item, paths, places[key])
        for key, item in value.items()
        if places[key] not in paths
    }


def _own_tags(wanted: Any, there: Any) -> Any:
    """Return the tags that the template sets; others are the stack's, somebody's, or AWS's own."""
    if isinstance(there, Mapping) and isinstance(wanted, Mapping):
        return {key: item for key, item in there.items() if key in wanted} or None
    if isinstance(there, list) and isinstance(wanted, list):
        keys = [tag.get("Key") for tag in wanted]
        return [tag for tag in there if tag.get("Key") in keys] or None
    return there


def matches(wanted: Any, there: Any) -> bool:
    """Return whether what is there is as wanted, whatever the form: numbers as text, order, more keys.

    A reference is no value that is known, and so never what is there.
    """
    if isinstance(wanted, Mapping):
        inside = isinstance(there, Mapping) and wanted.keys() <= there.keys()
        return inside and all(matches(item, there[key]) for key, item in wanted.items())
    if isinstance(wanted, list):
        return isinstance(there, list) and _mean(wanted, there)
    return _text(wanted) == _text(there)


def _mean(wanted: list[Any], there: list[Any]) -> bool:
    rest = list(there)
    for item in wanted:
        place = next((n for n, other in enumerate(rest) if matches(item, other)), None)
        if place is None:
            return False
        del rest[place]
    return not rest


def _text(value: Any) -> str:
    """Return a scalar as text: templates write `"30"` and `true`, services say 30."""
    return str(value).lower() if isinstance(value, bool) else str(value)
