"""The environment files: find, read and validate them, and turn them into parameter strings.

Names are imported on first use: importing this package loads neither pydantic nor YAML.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidegen.environments.model import AccountFile, EnvironmentFile, File, SharedFile
    from tidegen.environments.new_project import example_files
    from tidegen.environments.problems import FileProblems
    from tidegen.environments.project import (
        FOLDER,
        find_project,
        load_all,
        load_environment,
        names,
        read_all,
        regions,
    )
    from tidegen.environments.restoring import restored_in
    from tidegen.environments.schema import json_schema
    from tidegen.environments.types import check_release_name, is_project
    from tidegen.environments.values import parameter_values

__all__ = [
    "FOLDER",
    "AccountFile",
    "EnvironmentFile",
    "File",
    "FileProblems",
    "SharedFile",
    "check_release_name",
    "example_files",
    "find_project",
    "is_project",
    "json_schema",
    "load_all",
    "load_environment",
    "names",
    "parameter_values",
    "read_all",
    "regions",
    "restored_in",
]

_MODULES = {
    "AccountFile": "model",
    "EnvironmentFile": "model",
    "File": "model",
    "FileProblems": "problems",
    "SharedFile": "model",
    "check_release_name": "types",
    "example_files": "new_project",
    "is_project": "types",
    "json_schema": "schema",
    "parameter_values": "values",
    "restored_in": "restoring",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'project')}"), name)
