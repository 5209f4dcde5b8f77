"""Convert scalars like CloudFormation: `"80"` ↔ 80, `"true"` ↔ true."""

import json
from typing import Any

_BOOLEANS = {"true": True, "false": False}


def converted(value: Any, types: list[str]) -> Any:
    """Return `value` as the first of the JSON `types` that it converts to, or itself."""
    if not types or any(is_type(value, name) for name in types):
        return value
    for name in types:
        result = _convert(value, name)
        if result is not None:
            return result
    return value


def is_type(value: Any, name: str) -> bool:
    """Return whether `value` is of the JSON type `name`, without conversion."""
    if isinstance(value, bool):
        return name == "boolean"
    if name == "number":
        return isinstance(value, int | float)
    if name == "integer":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return isinstance(value, _PYTHON_TYPES.get(name, ()))


_PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "array": list,
    "object": dict,
    "null": type(None),
}


def _convert(value: Any, name: str) -> Any:
    """Return `value` as JSON type `name`, or None if it does not convert."""
    if name == "string" and isinstance(value, bool):
        return str(value).lower()
    if name == "string" and isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        return None
    if name == "boolean":
        return _BOOLEANS.get(value.lower())
    if name in ("integer", "number"):
        return _number(value, int if name == "integer" else float)
    return _document(value) if name == "object" else None


def _number(value: str, kind: type[int] | type[float]) -> Any:
    """Return the number in the text `value`, or None."""
    try:
        return kind(value)
    except ValueError:
        return None


def _document(value: str) -> Any:
    """Return the JSON object in the text `value`, or None: policies may be given as text."""
    try:
        document = json.loads(value)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
