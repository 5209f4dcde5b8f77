"""Values in templates: functions, lists that may be one item, texts and numbers."""

from collections.abc import Mapping
from typing import Any


def is_function(value: Any) -> bool:
    """Return whether a value is an intrinsic function, `Ref` included."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    name = next(iter(value))
    return isinstance(name, str) and (name == "Ref" or name.startswith("Fn::"))


def listed(value: Any) -> list[Any]:
    """Return a list for a value that may be one item, several or none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def text_of(value: Any) -> str:
    """Return an evaluated value as text, with `…` for the parts that only a deployment knows."""
    if isinstance(value, dict) and isinstance(value.get("Fn::Join"), list):
        separator, parts = value["Fn::Join"]
        return str(separator).join(map(text_of, parts)) if isinstance(parts, list) else "…"
    return "…" if isinstance(value, (dict, list)) else str(value)


def number_of(value: Any, otherwise: int = 0) -> int:
    """Return a number that templates may write as text; `otherwise` if it is not known."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return otherwise


def property_at(properties: Any, dotted: str) -> Any:
    """Return the value at a dotted property; None where there is none."""
    for name in dotted.split("."):
        properties = properties.get(name) if isinstance(properties, Mapping) else None
    return properties


def statements(document: Any) -> list[dict[str, Any]]:
    """Return the statements of an evaluated policy document."""
    items = document.get("Statement") if isinstance(document, dict) else None
    return [item for item in listed(items) if isinstance(item, dict)]
