"""The principals of policies that do not exist: roles and users of the engine's own account."""

import re
from collections.abc import Iterator
from typing import Any

from tidegen.local import upstream
from tidegen.local.handlers.service import looked_up

_ARN = re.compile(r"arn:[\w-]+:iam::(?P<account>\d{12}):(?P<kind>role|user)/(?P<path>.+)")


def missing_principals(document: Any) -> Iterator[str]:
    """Yield the ARNs among a policy's principals of which no role or user exists.

    IAM translates them to ids when it saves a policy (IAM user guide, "Principal"), so that they
    have to exist. Those of other accounts cannot be looked up.
    """
    statements = document.get("Statement", []) if isinstance(document, dict) else []
    for statement in statements if isinstance(statements, list) else [statements]:
        for name in ("Principal", "NotPrincipal"):
            yield from filter(_is_missing, _arns(statement.get(name)))


def _arns(principal: Any) -> list[str]:
    """Return the AWS principals of a statement."""
    named = principal.get("AWS", []) if isinstance(principal, dict) else []
    return [str(arn) for arn in (named if isinstance(named, list) else [named])]


def _is_missing(arn: str) -> bool:
    """Return whether the ARN is of this account, and nothing has it."""
    match = _ARN.fullmatch(arn)
    if match is None or match["account"] != upstream.account():
        return False
    name = match["path"].rpartition("/")[2]
    if match["kind"] == "user":
        return not looked_up("iam", "get_user", UserName=name)
    role = looked_up("iam", "get_role", RoleName=name)
    return not role or str(role["Role"]["Arn"]) != arn
