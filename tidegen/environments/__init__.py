"""Environment files: small, validated, frozen.

Names are imported on first use, so that importing this package costs no pydantic.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidegen.environments.project import (
        find_project,
        load_all,
        load_environment,
        names,
        regions,
    )
    from tidegen.environments.schema import json_schema
    from tidegen.environments.values import parameter_values

__all__ = [
    "find_project",
    "json_schema",
    "load_all",
    "load_environment",
    "names",
    "parameter_values",
    "regions",
]

_HOMES = {
    "json_schema": "schema",
    "parameter_values": "values",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'project')}"), name)
