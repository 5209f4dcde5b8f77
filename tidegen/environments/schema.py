"""The JSON Schema of environment files, for editors.

Run as `make fields`, after a field or its description has changed.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from tidegen.environments.model import DiscriminatedFile
from tidegen.environments.new_project import SCHEMA_NAME


def json_schema() -> dict[str, Any]:
    """Return the schema of every kind of file; `scope` chooses between them."""
    schema = TypeAdapter(DiscriminatedFile).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Environment file of tidegen",
        **schema,
    }


def schema_text() -> str:
    """Return the text of the committed file."""
    return f"{json.dumps(json_schema(), indent=2)}\n"


if __name__ == "__main__":
    Path("environments", SCHEMA_NAME).write_text(schema_text())
