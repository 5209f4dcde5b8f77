"""What the registry says of resource types, from the schemas that cfn-lint ships.

Read from the data files, without importing cfn-lint, one file for each type that is asked for.
"""

import functools
import importlib.util
import json
from pathlib import Path
from typing import Any

from tidegen.planning.changes import Replacement

#: Two zones of one name can stand beside each other.
_NAMES_REPEAT = ("AWS::Route53::HostedZone",)
_REGION = "us-east-1"  # every type that exists anywhere, but for a handful


def replacement_of(type_name: str, path: str) -> Replacement:
    """Whether a change at the property path (`Ebs.Iops`) replaces a resource of that type.

    From `createOnlyProperties` and `conditionalCreateOnlyProperties`; never for an unknown type.
    """
    always, conditional = create_only(type_name)
    if _touches(path, always):
        return Replacement.ALWAYS
    return Replacement.CONDITIONAL if _touches(path, conditional) else Replacement.NEVER


def _touches(path: str, fixed: frozenset[str]) -> bool:
    """Whether the change is at, below or above one of the fixed properties."""
    dotted = f"{path}."
    return any(dotted.startswith(f"{name}.") or f"{name}.".startswith(dotted) for name in fixed)


@functools.cache
def create_only(type_name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Dotted properties whose change replaces a resource, always and on condition."""
    schema = _schema(type_name)
    keys = ("createOnlyProperties", "conditionalCreateOnlyProperties")
    always, conditional = (frozenset(map(_dotted, schema.get(key, []))) for key in keys)
    return always, conditional


def primary_identifier(type_name: str) -> tuple[str, ...]:
    """Dotted properties that identify a resource of that type; empty for an unknown type."""
    return tuple(map(_dotted, _schema(type_name).get("primaryIdentifier", [])))


def required_properties(type_name: str) -> tuple[str, ...]:
    """Properties without which a resource of that type cannot be; empty for an unknown type."""
    return tuple(_schema(type_name).get("required", []))


def write_only(type_name: str) -> frozenset[str]:
    """Dotted properties that no service tells; empty for an unknown type."""
    return frozenset(map(_dotted, _schema(type_name).get("writeOnlyProperties", [])))


def read_only(type_name: str) -> frozenset[str]:
    """Dotted properties that no template may set; empty for an unknown type."""
    return frozenset(map(_dotted, _schema(type_name).get("readOnlyProperties", [])))


def tag_property(type_name: str) -> str:
    """The property that holds the tags."""
    return _dotted(_schema(type_name).get("tagging", {}).get("tagProperty", "Tags"))


def name_properties(type_name: str) -> tuple[str, ...]:
    """Dotted properties that together give a resource a name nobody else may have."""
    if type_name in _NAMES_REPEAT:
        return ()
    fixed, _ = create_only(type_name)
    identifier = primary_identifier(type_name)
    if identifier and fixed.issuperset(identifier):
        return identifier
    names = ("Name", f"{type_name.rpartition('::')[2]}Name")
    return tuple(name for name in names if name in fixed)


@functools.cache
def _schema(type_name: str) -> dict[str, Any]:
    """The registry's schema; empty for an unknown type."""
    file = _types().get(type_name)
    if file is None:
        return {}
    schema: dict[str, Any] = json.loads((_data() / "resources" / f"{file}.json").read_bytes())
    return schema


def _dotted(pointer: str) -> str:
    """`/properties/A/items/B` and `/properties/A/*/B` as `A.B`."""
    steps = pointer.removeprefix("/properties/").split("/")
    return ".".join(step for step in steps if step not in ("*", "items", "properties"))


@functools.cache
def _types() -> dict[str, str]:
    types: dict[str, str] = json.loads((_data() / "providers" / f"{_REGION}.json").read_bytes())
    return types


@functools.cache
def _data() -> Path:
    spec = importlib.util.find_spec("cfnlint")
    assert spec is not None  # a dependency of this package
    assert spec.origin is not None
    return Path(spec.origin).parent / "data" / "schemas"
