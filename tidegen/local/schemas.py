"""The CloudFormation registry's resource schemas, as cfn-lint ships them.

Read straight from cfn-lint's data files, without importing cfn-lint (a third of a second), one
file a type and only when a type is used.
"""

import functools
import importlib.util
import json
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

_FALLBACK_REGION = "us-east-1"  # every type that exists anywhere, but for a handful
_PROPERTIES = "/properties/"


class UnknownTypeError(ValueError):
    """CloudFormation has no such resource type in the region; the engine answers so."""

    def __init__(self, type_name: str) -> None:
        """Word the message as CloudFormation does."""
        super().__init__(f"Template format error: Unrecognized resource types: [{type_name}]")


@functools.cache
def resource_types(region: str = _FALLBACK_REGION) -> dict[str, str]:
    """Return the schema file of each resource type that CloudFormation offers in `region`."""
    path = _data() / "providers" / f"{region.replace('_', '-')}.json"
    if not path.exists():
        path = _data() / "providers" / f"{_FALLBACK_REGION}.json"
    types: dict[str, str] = json.loads(path.read_bytes())
    return types


def schema_of(type_name: str, region: str = _FALLBACK_REGION) -> Schema:
    """Return the registry schema of `type_name` in `region`; raises UnknownTypeError."""
    try:
        return _load(resource_types(region)[type_name])
    except KeyError:
        raise UnknownTypeError(type_name) from None


def property_names(schema: Schema, key: str) -> list[str]:
    """Return the dotted names listed under `key`, such as `readOnlyProperties`."""
    pointers: list[str] = schema.get(key, [])
    return [pointer.removeprefix(_PROPERTIES).replace("/", ".") for pointer in pointers]


def replacing_properties(schema: Schema) -> tuple[str, ...]:
    """Return the top-level properties whose change replaces the resource."""
    return tuple(name for name in property_names(schema, "createOnlyProperties") if "." not in name)


def tag_property(schema: Schema) -> tuple[str, str] | None:
    """Return the name of the property that takes tags and its shape, `list` or `map`.

    None for a type that takes no tags, or not the ones CloudFormation adds.
    """
    tagging = schema.get("tagging", {})
    if not (tagging.get("taggable") and tagging.get("cloudFormationSystemTags", True)):
        return None
    name = str(tagging.get("tagProperty", "/properties/Tags")).removeprefix(_PROPERTIES)
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


@functools.cache
def _data() -> Path:
    """Return the directory of cfn-lint's schemas."""
    spec = importlib.util.find_spec("cfnlint")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("cfn-lint is not installed")
    return Path(spec.origin).parent / "data" / "schemas"


@functools.cache
def _load(name: str) -> Schema:
    """Return the content of one schema file."""
    schema: Schema = json.loads((_data() / "resources" / f"{name}.json").read_bytes())
    return schema
