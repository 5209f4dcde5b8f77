"""The page of the local engine's resource types."""

from docs.build.markdown import table
from tidegen.contract import Concern
from tidegen.local.coverage import kind_of
from tidegen.rendering import render


def local_types_page(concerns: tuple[Concern, ...]) -> str:
    """Return a row for each type in the templates: created by the engine, or only recorded."""
    names = sorted(render(concerns, "json").resource_types())
    rows = ((f"`{name}`", kind_of(name)) for name in names)
    intro = (
        "Created: the engine's own service shows the resource. Recorded: checked against the"
        " registry schema and kept, but no service is behind it; it proves no property."
    )
    return f"# Local resource types\n\n{intro}\n\n{table(('type', 'local engine'), rows)}\n"
