"""Principal elements: how a statement of a resource's policy names the caller.

Source: AWS docs, "AWS JSON policy elements: Principal" and "NotPrincipal".
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from tidegen.cloudformation.values import listed


class Naming(IntEnum):
    """How directly an element names a caller; higher is more direct."""

    NOT_AT_ALL = 0
    BY_ACCOUNT = 1
    BY_ROLE = 2
    BY_SESSION = 3


def naming(statement: Mapping[str, Any], principal: str, role: str = "") -> Naming:
    """Return how a statement names the caller: a session's, user's or role's ARN, or a service.

    `role` is the ARN of a session's role.
    """
    if "NotPrincipal" in statement:
        excepted = _named(statement["NotPrincipal"], principal, role)
        return Naming.BY_SESSION if excepted is Naming.NOT_AT_ALL else Naming.NOT_AT_ALL
    return _named(statement.get("Principal"), principal, role)


def _named(element: Any, principal: str, role: str) -> Naming:
    if element == "*":
        return Naming.BY_SESSION
    if not isinstance(element, Mapping):
        return Naming.NOT_AT_ALL
    kind = "AWS" if principal.startswith("arn:") else "Service"
    levels = [_level(value, principal, role) for value in listed(element.get(kind))]
    return max(levels, default=Naming.NOT_AT_ALL)


def _level(value: str, principal: str, role: str) -> Naming:
    if value in ("*", principal):
        return Naming.BY_SESSION
    if role and value == role:
        return Naming.BY_ROLE
    account = account_of(principal)
    of_account = account and (value == account or value.endswith(f":iam::{account}:root"))
    return Naming.BY_ACCOUNT if of_account else Naming.NOT_AT_ALL


def account_of(arn: str) -> str:
    """Return the account in an ARN; empty without one."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) > 4 else ""
