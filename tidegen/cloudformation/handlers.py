"""The IAM actions that the handlers of resource types call, and that CloudFormation needs.

Source: the registry's schemas (`handlers.*.permissions`). The actions of the types that tidegen's
concerns use are committed next to this module, so that a render reads no schema; `make permissions`
writes the file.
"""

import functools
import json
import re
from collections.abc import Iterable
from pathlib import Path

from tidegen.cloudformation.schemas import schema_of

COMMITTED = Path(__file__).with_name("handler_permissions.json")
#: A service's prefix and an action; the schemas also have texts that are neither.
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z*]+")


def handler_permissions(type_name: str) -> tuple[str, ...]:
    """Return the actions that handlers of `type_name` call: the committed ones, or the schema's.

    Raises UnknownTypeError for a type that the registry does not have.
    """
    committed = _committed().get(type_name)
    return registry_permissions(type_name) if committed is None else committed


def registry_permissions(type_name: str) -> tuple[str, ...]:
    """Return the actions in the registry's schema of `type_name`, sorted.

    Listing is left out: a stack never asks for a list. Raises UnknownTypeError.
    """
    handlers = schema_of(type_name).get("handlers", {}).items()
    texts = (text for name, h in handlers if name != "list" for text in h.get("permissions", []))
    return tuple(sorted({_spelled(text) for text in texts if _ACTION.fullmatch(text)}))


@functools.cache
def operation_permissions(type_name: str, operation: str) -> tuple[str, ...]:
    """Return the actions that one handler calls: of `create`, `read`, `update` or `delete`.

    Raises UnknownTypeError for a type that the registry does not have.
    """
    handler = schema_of(type_name).get("handlers", {}).get(operation, {})
    texts = handler.get("permissions", [])
    return tuple(sorted({_spelled(text) for text in texts if _ACTION.fullmatch(text)}))


def permissions_text(type_names: Iterable[str]) -> str:
    """Return the content of the committed file for `type_names`, from the registry's schemas."""
    permissions = {name: registry_permissions(name) for name in sorted(type_names)}
    return json.dumps(permissions, indent=1) + "\n"


def _spelled(action: str) -> str:
    """Return `ec2:CreateTags` for `EC2:CreateTags`: prefixes are in lower case elsewhere."""
    service, _, name = action.partition(":")
    return f"{service.lower()}:{name}"


@functools.cache
def _committed() -> dict[str, tuple[str, ...]]:
    content: dict[str, list[str]] = json.loads(COMMITTED.read_bytes())
    return {name: tuple(actions) for name, actions in content.items()}
