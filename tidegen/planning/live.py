"""The properties of a resource in an import's template, compared with the existing resource.

CloudFormation does not check an import's template against the resource (AWS docs, "Import AWS
resources into a CloudFormation stack manually"): it records the template's values, so that the next
deploy sees no difference, or has some types updated to them at once (aws-cloudformation
coverage roadmap, issue 809). So where the resource differs, that template has the existing value:
the import changes nothing, and the deploy after it is an update that CloudFormation performs.
Properties that the template does not set are not written.
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
from tidegen.cloudformation.transforms import other_forms
from tidegen.planning.changes import PropertyChange
from tidegen.planning.guards import fixed_properties

_UNKNOWN = object()


@dataclass(frozen=True)
class LiveProperties:
    """The properties for an import's template.

    `differences` are the changes of the next deploy, None where nothing was read. `unread` are the
    names of properties that cannot be read, for which the template's value is used. `fixed` are
    differences that no deploy can remove; for them too the template's value is used, so that no
    deploy replaces the resource.
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
    """Return the properties to write for `wanted` values and a resource with `existing` ones.

    `written` are the properties that can be written as in the template, with its references; they
    are all that is used if `existing` is None, as the resource may not be read.
    """
    if existing is None:
        return LiveProperties(written)
    properties = dict(written)
    differences, unread, fixed = [], [], []
    for name, value in sorted(wanted.items()):
        actual = _existing(type_name, name, value, existing)
        if actual is _UNKNOWN:
            unread += [name] if name in written else []
        elif _is_as_wanted(type_name, name, value, actual):
            continue
        elif _differs_where_fixed(type_name, name, value, actual):
            if name not in written or not any(references(value)):
                fixed.append(
                    PropertyChange(
                        name=name, before=actual, after=value, replacement=Replacement.ALWAYS
                    )
                )
        else:
            properties.pop(name, None)
            if actual is not None:
                properties[name] = actual
            differences.append(PropertyChange(name=name, before=actual, after=value))
    return LiveProperties(properties, tuple(differences), tuple(unread), tuple(fixed))


def _is_as_wanted(type_name: str, name: str, wanted: Any, actual: Any) -> bool:
    """Return whether the existing value is the wanted one, or one of its other forms."""
    if matches(_readable(type_name, name, wanted), actual):
        return True
    return isinstance(actual, str) and actual in other_forms(type_name, name, wanted)


def _is_fixed(type_name: str, name: str) -> bool:
    """Return whether a change of the whole property replaces the resource or is refused."""
    always, _ = create_only(type_name)
    return name in always or name in fixed_properties(type_name)


def _differs_where_fixed(type_name: str, name: str, wanted: Any, actual: Any) -> bool:
    """Return whether the difference is in a property whose change replaces the resource."""
    always, _ = create_only(type_name)
    inside = [path for path in always if path.startswith(f"{name}.")]
    sides = [(_at(path, {name: wanted}), _at(path, {name: actual})) for path in inside]
    differs = any(None not in side and not matches(*side) for side in sides)
    return differs or _is_fixed(type_name, name)


def _at(path: str, value: Any) -> Any:
    """Return the value at a dotted path; None if there is none."""
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _existing(type_name: str, name: str, wanted: Any, existing: Mapping[str, Any]) -> Any:
    """Return the existing value; None if there is none, _UNKNOWN if that cannot be known.

    Write-only properties cannot be read. Cloud Control also omits default values: for a property
    that cannot be changed, or is required, a missing value means nothing.
    """
    readable = _readable(type_name, name, wanted)
    if readable is None or (readable == {} and wanted):
        return _UNKNOWN
    actual = omit_paths(existing, read_only(type_name)).get(name)
    if name == tag_property(type_name):
        actual = _own_tags(wanted, actual)
    if actual is None and (_is_fixed(type_name, name) or name in required_properties(type_name)):
        return _UNKNOWN
    return actual


def _readable(type_name: str, name: str, value: Any) -> Any:
    return omit_paths({name: value}, write_only(type_name)).get(name)


def omit_paths(value: Any, paths: Collection[str], path: str = "") -> Any:
    """Return a value without the properties at the dotted paths; lists add no step to a path."""
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


def _own_tags(wanted: Any, actual: Any) -> Any:
    """Return the tags that the template sets; others come from the stack, a person or AWS."""
    if isinstance(actual, Mapping) and isinstance(wanted, Mapping):
        return {key: item for key, item in actual.items() if key in wanted} or None
    if isinstance(actual, list) and isinstance(wanted, list):
        keys = [tag.get("Key") for tag in wanted]
        return [tag for tag in actual if tag.get("Key") in keys] or None
    return actual


def matches(wanted: Any, actual: Any) -> bool:
    """Return whether the existing value is as wanted; text numbers, order and more keys are equal.

    A reference is not a known value, so it never matches.
    """
    if isinstance(wanted, Mapping):
        inside = isinstance(actual, Mapping) and wanted.keys() <= actual.keys()
        return inside and all(matches(item, actual[key]) for key, item in wanted.items())
    if isinstance(wanted, list):
        return isinstance(actual, list) and _same_items(wanted, actual)
    return _text(wanted) == _text(actual)


def _same_items(wanted: list[Any], actual: list[Any]) -> bool:
    rest = list(actual)
    for item in wanted:
        place = next((n for n, other in enumerate(rest) if matches(item, other)), None)
        if place is None:
            return False
        del rest[place]
    return not rest


def _text(value: Any) -> str:
    """Return a scalar as text: templates write `"30"` and `true`, services return 30."""
    return str(value).lower() if isinstance(value, bool) else str(value)
