"""The example files that `tidegen init` writes."""

import json
from importlib.resources import files

from tidegen.environments.schema import json_schema

SCHEMA_NAME = "environment.schema.json"
_PROJECT = "tidepool"


def example_files(project: str = _PROJECT) -> dict[str, bytes]:
    """File name → content of the example environments of `project`, and of their schema."""
    folder = files("tidegen.environments.examples")
    found = {
        item.name: item.read_text(encoding="utf-8").replace(_PROJECT, project).encode()
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".yaml")
    }
    return {**found, SCHEMA_NAME: f"{json.dumps(json_schema(), indent=2)}\n".encode()}
