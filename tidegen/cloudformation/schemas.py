"""The CloudFormation registry's resource schemas, as cfn-lint ships them.

Read from cfn-lint's data files, without importing cfn-lint (a third of a second), one file for each
type that is asked for.
"""

import functools
import importlib.util
import json
from enum import StrEnum
from pathlib import Path
from typing import Any

#: Types of which two resources may have the same name.
_NAMES_REPEAT = ("AWS::Route53::HostedZone",)
_REGION = "us-east-1"  # every type that exists anywhere, but for a handful
Schema = dict[str, Any]


class UnknownTypeError(ValueError):
    """CloudFormation has no such resource type in the region."""

    def __init__(self, type_name: str) -> None:
        """Use the message of CloudFormation."""
        super().__init__(f"Template format error: Unrecognized resource types: [{type_name}]")


class Replacement(StrEnum):
    """Whether the resource is recreated."""

    NEVER = "never"
    CONDITIONAL = "conditional"
    ALWAYS = "always"


def replacement_of(type_name: str, path: str) -> Replacement:
    """Return whether a change at the property path (`Ebs.Iops`) replaces a resource of that type.

    From `createOnlyProperties` and `conditionalCreateOnlyProperties`; never for an unknown type.
    """
    always, conditional = create_only(type_name)
    if _touches(path, always):
        return Replacement.ALWAYS
    return Replacement.CONDITIONAL if _touches(path, conditional) else Replacement.NEVER


def _touches(path: str, fixed: frozenset[str]) -> bool:
    """Return whether the change is at, below or above one of the fixed properties."""
    dotted = f"{path}."
    return any(dotted.startswith(f"{name}.") or f"{name}.".startswith(dotted) for name in fixed)


@functools.cache
def create_only(type_name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the dotted properties whose change replaces a resource: always, and on condition."""
    schema = _known_schema(type_name)
    keys = ("createOnlyProperties", "conditionalCreateOnlyProperties")
    always, conditional = (frozenset(property_names(schema, key)) for key in keys)
    return always, conditional


def primary_identifier(type_name: str) -> tuple[str, ...]:
    """Return the dotted properties that identify a resource; empty for an unknown type."""
    return tuple(property_names(_known_schema(type_name), "primaryIdentifier"))


def required_properties(type_name: str) -> tuple[str, ...]:
    """Return the properties that a resource of that type requires; empty for an unknown type."""
    return tuple(_known_schema(type_name).get("required", []))


def write_only(type_name: str) -> frozenset[str]:
    """Return the dotted properties that no service returns; empty for an unknown type."""
    return frozenset(property_names(_known_schema(type_name), "writeOnlyProperties"))


def read_only(type_name: str) -> frozenset[str]:
    """Return the dotted properties that no template may set; empty for an unknown type."""
    return frozenset(property_names(_known_schema(type_name), "readOnlyProperties"))


def tag_property(type_name: str) -> str:
    """Return the property that holds the tags."""
    return _dotted(_known_schema(type_name).get("tagging", {}).get("tagProperty", "Tags"))


def name_properties(type_name: str) -> tuple[str, ...]:
    """Return the dotted properties that together make a resource's name unique."""
    if type_name in _NAMES_REPEAT:
        return ()
    fixed, _ = create_only(type_name)
    identifier = primary_identifier(type_name)
    if identifier and fixed.issuperset(identifier):
        return identifier
    names = ("Name", f"{type_name.rpartition('::')[2]}Name")
    return tuple(name for name in names if name in fixed)


@functools.cache
def resource_types(region: str = _REGION) -> dict[str, str]:
    """Return the schema file of each resource type that CloudFormation offers in `region`."""
    path = _data() / "providers" / f"{region.replace('_', '-')}.json"
    if not path.exists():
        path = _data() / "providers" / f"{_REGION}.json"
    types: dict[str, str] = json.loads(path.read_bytes())
    return types


def schema_of(type_name: str, region: str = _REGION) -> Schema:
    """Return the registry schema of `type_name` in `region`; raises UnknownTypeError."""
    try:
        return _load(resource_types(region)[type_name])
    except KeyError:
        raise UnknownTypeError(type_name) from None


def property_names(schema: Schema, key: str) -> list[str]:
    """Return the dotted names listed under `key`, such as `readOnlyProperties`."""
    return [_dotted(pointer) for pointer in schema.get(key, [])]


def replacing_properties(schema: Schema) -> tuple[str, ...]:
    """Return the top-level properties whose change replaces the resource."""
    return tuple(name for name in property_names(schema, "createOnlyProperties") if "." not in name)


def tag_shape(schema: Schema) -> tuple[str, str] | None:
    """Return the name of the property that takes tags and its shape, `list` or `map`.

    None for a type that takes no tags, or not the ones CloudFormation adds.
    """
    tagging = schema.get("tagging", {})
    if not (tagging.get("taggable") and tagging.get("cloudFormationSystemTags", True)):
        return None
    name = _dotted(str(tagging.get("tagProperty", "/properties/Tags")))
    definition = resolve(schema, schema["properties"].get(name, {}))
    if definition.get("type") not in ("array", "object"):
        return None
    return name, "list" if definition["type"] == "array" else "map"


def resolve(schema: Schema, node: Schema) -> Schema:
    """Return `node` with its reference, if it is one, followed within `schema`."""
    while "$ref" in node:
        target: Any = schema
        for part in str(node["$ref"]).removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _known_schema(type_name: str) -> Schema:
    """Return the registry schema of a type; empty for an unknown type."""
    file = resource_types().get(type_name)
    return _load(file) if file else {}


def _dotted(pointer: str) -> str:
    """Return `/properties/A/items/B` and `/properties/A/*/B` as `A.B`."""
    steps = pointer.removeprefix("/properties/").split("/")
    return ".".join(step for step in steps if step not in ("*", "items", "properties"))


@functools.cache
def _data() -> Path:
    """Return the directory of cfn-lint's schemas."""
    spec = importlib.util.find_spec("cfnlint")
    assert spec is not None  # a dependency of this package
    assert spec.origin is not None
    return Path(spec.origin).parent / "data" / "schemas"


@functools.cache
def _load(name: str) -> Schema:
    """Return the content of one schema file."""
    schema: Schema = json.loads((_data() / "resources" / f"{name}.json").read_bytes())
    return schema
