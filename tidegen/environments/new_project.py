"""The environment files that `tidegen init` writes: those of this repository, with another name."""

from importlib.resources import files

SCHEMA_NAME = "environment.schema.json"
_PROJECT = "tidepool"


def example_files(project: str = _PROJECT) -> dict[str, bytes]:
    """Return the example environments of `project` and their schema: file name → content."""
    folder = files("tidegen.environments") / "examples"
    examples = {
        item.name: item.read_text(encoding="utf-8").replace(_PROJECT, project).encode()
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".yaml")
    }
    return {**examples, SCHEMA_NAME: (folder / SCHEMA_NAME).read_bytes()}
