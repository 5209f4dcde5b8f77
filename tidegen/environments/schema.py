"""The JSON Schema of environment files, for editors."""

from typing import Any

from pydantic import TypeAdapter

from tidegen.environments.model import DiscriminatedFile


def json_schema() -> dict[str, Any]:
    """The schema of every kind of file; `scope` chooses between them."""
    schema = TypeAdapter(DiscriminatedFile).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Environment file of tidegen",
        **schema,
    }
