"""The page of the environment files: every key, from their JSON Schema."""

from typing import Any

from docs.build.markdown import table
from tidegen.environments import json_schema


def environments_page() -> str:
    """Return a table for each model."""
    parts = ["# Environment files"]
    for name, model in sorted(json_schema().get("$defs", {}).items()):
        rows = [_key(key, field, model) for key, field in model.get("properties", {}).items()]
        if rows:
            head = f"## {name}\n\n{model.get('description', '')}\n"
            parts.append(f"{head}\n{table(('key', 'required', 'meaning'), rows)}")
    return "\n\n".join(parts) + "\n"


def _key(key: str, field: dict[str, Any], model: dict[str, Any]) -> tuple[str, str, str]:
    required = "yes" if key in model.get("required", ()) else "no"
    return f"`{key}`", required, field.get("description", "").replace("|", "\\|")
