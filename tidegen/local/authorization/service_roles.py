"""The service role of each stack: given with a request, kept by the stack, used by its children.

Upstream ignores `RoleARN`. AWS, API reference of CreateStack: "CloudFormation uses the role's
credentials to make calls on your behalf. CloudFormation always uses this role for all future
operations on the stack."
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from tidegen.local import upstream
from tidegen.local.authorization.roles import may_be_assumed
from tidegen.local.refusals import message

Handler = Callable[[dict[str, Any]], Any]
#: Requests that may name a role, which the stack then keeps.
_OPERATIONS = (
    "CreateStack",
    "UpdateStack",
    "DeleteStack",
    "ContinueUpdateRollback",
    "RollbackStack",
)
_roles: dict[str, str] = {}  # id of a stack or change set → ARN of its role


def install() -> None:
    """Wrap upstream's handlers of requests that name a service role."""
    handlers = upstream.requests()._ACTION_HANDLERS
    for action in _OPERATIONS:
        handlers[action] = keeping_role(handlers[action])
    handlers["CreateChangeSet"] = keeping_role_of_change_set(handlers["CreateChangeSet"])
    handlers["ExecuteChangeSet"] = using_role_of_change_set(handlers["ExecuteChangeSet"])


def service_role(stack_name: str) -> str:
    """Return the ARN of the role that a stack, or the root above it, is deployed as."""
    stack = _stack(stack_name)
    if stack is None:
        return ""
    parent = stack.get("_parent_stack_name")
    return service_role(parent) if parent else _roles.get(stack["StackId"], "")


def keeping_role(handle: Handler) -> Handler:
    """Refuse a role that CloudFormation cannot assume; keep one that it can for the stack."""

    @functools.wraps(handle)
    def handler(params: dict[str, Any]) -> Any:
        role, name = upstream.parameter(params, "RoleARN"), upstream.parameter(params, "StackName")
        if role and not may_be_assumed(role):
            return _refused(role)
        before = _stack(name)
        if before and role:
            _roles[before["StackId"]] = role
        answer = handle(params)
        after = _stack(name)
        if after and role:
            _roles[after["StackId"]] = role
        return answer

    return handler


def keeping_role_of_change_set(handle: Handler) -> Handler:
    """Keep the role of a change set until it is executed."""

    @functools.wraps(handle)
    def handler(params: dict[str, Any]) -> Any:
        role = upstream.parameter(params, "RoleARN")
        if role and not may_be_assumed(role):
            return _refused(role)
        known = set(_change_sets())
        answer = handle(params)
        if role:
            _roles.update(dict.fromkeys(set(_change_sets()) - known, role))
        return answer

    return handler


def using_role_of_change_set(handle: Handler) -> Handler:
    """Give the stack the role of the change set that is executed."""

    @functools.wraps(handle)
    def handler(params: dict[str, Any]) -> Any:
        for identifier, change_set in _change_sets().items():
            if identifier in _roles and _is_meant(change_set, identifier, params):
                _roles[change_set["StackId"]] = _roles[identifier]
        return handle(params)

    return handler


def _is_meant(change_set: Mapping[str, Any], identifier: str, params: dict[str, Any]) -> bool:
    name = upstream.parameter(params, "ChangeSetName")
    stack = upstream.parameter(params, "StackName")
    if name == identifier:
        return True
    owner = (change_set["StackId"], change_set.get("StackName"))
    return name == change_set.get("ChangeSetName") and stack in owner


def _change_sets() -> dict[str, Any]:
    return dict(upstream.change_set_records().items())


def _stack(name: str) -> Any:
    """Return the record of a stack, by its name or id."""
    stacks = upstream.stack_records()
    return stacks.get(name) or next((s for s in stacks.values() if s["StackId"] == name), None)


def _refused(role: str) -> Any:
    return upstream.validation_error(message("role-unusable").format(role=role))
