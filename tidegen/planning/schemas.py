"""Create-only properties of resource types, from the registry schemas that cfn-lint ships.

Read from the data files, without importing cfn-lint, one file for each type that is asked for.
"""

import functools
import importlib.util
import json
from pathlib import Path
from typing import Any

_REGION = "us-east-1"  # every type that exists anywhere, but for a handful


@functools.cache
def create_only(type_name: str) -> frozenset[str]:
    """Top-level properties whose change replaces a resource; empty for an unknown type."""
    file = _types().get(type_name)
    if file is None:
        return frozenset()
    schema: dict[str, Any] = json.loads((_data() / "resources" / f"{file}.json").read_bytes())
    pointers = schema.get("createOnlyProperties", [])
    names = [pointer.removeprefix("/properties/") for pointer in pointers]
    return frozenset(name for name in names if "/" not in name)


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
