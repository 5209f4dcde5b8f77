"""The JSON Schema of environment files, for editors and for naming the closest key."""

from typing import Any

from pydantic import TypeAdapter

from tidegen.environments.model import Discriminated


def json_schema() -> dict[str, Any]:
    """One schema for all files, discriminated by `scope`."""
    schema: dict[str, Any] = TypeAdapter(Discriminated).json_schema()
    for model in schema["$defs"].values():
        model.get("properties", {}).pop("path", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tidegen environment file",
        **schema,
    }


def keys_beside(path: tuple[Any, ...]) -> list[str]:
    """The keys that may stand where the last part of `path` stands."""
    schema = json_schema()
    definitions = schema["$defs"]
    models = [name for name, model in definitions.items() if name.endswith("File")]
    scope = f"{str(path[0]).capitalize()}File" if path else ""
    node = definitions.get(scope) if scope in models else None
    for part in path[1:-1]:
        reference = (node or {}).get("properties", {}).get(str(part), {})
        target = str(reference.get("$ref", "")).rpartition("/")[2]
        node = definitions.get(target)
    return sorted((node or {}).get("properties", {}))
