"""An environment's values for CloudFormation: dotted name → parameter string."""

from collections.abc import Iterable
from typing import Any

from tidegen.contract import Scope, roots_of
from tidegen.environments.catalogue import declared_fields
from tidegen.environments.model import EnvironmentFile, File
from tidegen.errors import InputError, Problem


def parameter_values(environment: File, scope: Scope, siblings: Iterable[File]) -> dict[str, str]:
    """Return every catalogue field of `scope`: dotted name → the string of its parameter.

    `siblings` are all files of the project. Raises InputError if the file has no such root.
    """
    has_recovery = isinstance(environment, EnvironmentFile) and environment.recovery
    if scope not in roots_of(environment.scope) or (scope is Scope.RECOVERY and not has_recovery):
        problem = f"is of scope {environment.scope} and has no {scope} root"
        raise InputError(Problem(environment.name, problem))
    fields = declared_fields().items()
    return {
        name: _text(field.value(environment, siblings))
        for name, field in fields
        if scope in field.entry.scopes
    }


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return "" if value is None else str(value)
