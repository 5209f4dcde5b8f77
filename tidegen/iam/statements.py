"""Statements of policies: whether they apply to a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegen.cloudformation.values import listed
from tidegen.iam.conditions import Context, UndecidedError, Unknown, any_of, applies, every, nothing
from tidegen.iam.patterns import UnresolvedError, filled, is_any_action, may_cover

Statement = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """One call: an action on a resource, with the condition keys that AWS would send.

    The resource's ARN may have `UNKNOWN` parts, and `unknown` names the keys that may have a value
    although `keys` has none. The caller is needed for policies of resources only: the ARN of a user
    or session, or a service; `role` is the ARN of the session's role.
    """

    action: str
    resource: str
    keys: Mapping[str, Any] = field(default_factory=dict)
    unknown: Unknown = nothing
    principal: str = ""
    role: str = ""

    def context(self) -> Context:
        """Return the condition keys, for look-ups."""
        return Context(self.keys, self.unknown)


def matches(statement: Statement, request: Request, context: Context) -> bool | None:
    """Return whether a statement applies; None if that depends on keys that are not known.

    A variable without a value makes it not apply: IAM may ignore such a statement.
    """
    if not names_action(statement, request.action):
        return False
    try:
        named = _names_resource(statement, request.resource, context)
    except UnresolvedError:
        return False
    except UndecidedError:
        named = None
    return named if named is False else every([named, _holds(statement, context)])


def _holds(statement: Statement, context: Context) -> bool | None:
    return applies(statement.get("Condition", {}), context)


def names_action(statement: Statement, action: str) -> bool:
    """Return whether a statement may apply to requests of an action; no other part is read."""
    excepted = "NotAction" in statement
    patterns = statement["NotAction"] if excepted else statement.get("Action")
    return is_any_action(action, listed(patterns)) is not excepted


def _names_resource(statement: Statement, resource: str, context: Context) -> bool | None:
    """Return whether a statement names the resource; None if that depends on unknown parts."""
    excepted = "NotResource" in statement
    patterns = statement["NotResource"] if excepted else statement.get("Resource", "*")
    texts = [filled(str(pattern), context.value) for pattern in listed(patterns)]
    named = any_of([may_cover(text, resource) for text in texts])
    return named if named is None else named is not excepted


def statements_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the statements of a policy; variables of versions before 2012 are plain text."""
    statements = [item for item in listed(document.get("Statement")) if isinstance(item, dict)]
    if document.get("Version") == "2012-10-17":
        return statements
    return [_without_variables(item) for item in statements]


def _without_variables(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("${", "${$}{")
    if isinstance(value, list):
        return [_without_variables(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_variables(item) for key, item in value.items()}
    return value
