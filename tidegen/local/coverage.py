"""Which resource types the engine creates, which it only records, and which it refuses.

A recorded type is validated and kept only: it proves nothing about the type's behaviour.
"""

from importlib import resources
from typing import Literal

from tidegen.cloudformation import schemas
from tidegen.local import upstream
from tidegen.local.engine import require_installed
from tidegen.local.handlers.registry import created_handlers

Kind = Literal["created", "recorded", "unsupported"]

# Types of CloudFormation itself, which the engine runs without a service.
_OWN = "AWS::CloudFormation::"


def kind_of(type_name: str) -> Kind:
    """Return what the engine does with a type, from the handlers themselves.

    `created` means through a service, which shows the resource afterwards. Raises
    EngineUnavailableError if ministack, whose handlers create most types, is not installed.
    """
    if type_name in created_handlers() or type_name in _upstream_types():
        return "created"
    if type_name in schemas.resource_types() and not type_name.startswith(_OWN):
        return "recorded"
    return "unsupported"


def committed_recorded_types() -> list[str]:
    """Return the types that tidegen's templates use and that are known to be recorded only."""
    text = resources.files("tidegen.local").joinpath("recorded.txt").read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _upstream_types() -> frozenset[str]:
    """Return the types of ministack's own handlers."""
    require_installed()
    table = upstream.provisioners()._RESOURCE_HANDLERS
    return frozenset(name for name, entry in table.items() if not entry.get("added_by_tidegen"))
