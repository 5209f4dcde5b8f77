"""Stack policies, which ministack keeps and does not enforce."""

import fnmatch
import json
from collections.abc import Iterator
from typing import Any

from tidegen.cloudformation.values import listed
from tidegen.local import upstream
from tidegen.local.deletions import set_status
from tidegen.local.refusals.model import message

_CREATION = ("CREATE_IN_PROGRESS", "REVIEW_IN_PROGRESS")


def install() -> None:
    """Check each update of a resource, and the removals before an update starts."""
    check_updates()
    check_removals()


def denial(policy: str, action: str, logical_id: str, type_name: str) -> str:
    """Return AWS's message when the policy denies the action; empty when it allows it."""
    statements = json.loads(policy)["Statement"] if policy else []
    for number, statement in enumerate(statements, 1):
        if statement["Effect"] != "Deny":
            continue
        for resource in _matching(statement, action, logical_id, type_name):
            return message("stack-policy").format(number=number, action=action, resource=resource)
    return ""


def _matching(
    statement: dict[str, Any], action: str, logical_id: str, type_name: str
) -> Iterator[str]:
    """Yield the resources of a statement that apply to the action on a resource."""
    wanted = f"LogicalResourceId/{logical_id}"
    if not any(fnmatch.fnmatchcase(action, pattern) for pattern in listed(statement["Action"])):
        return
    for operator in statement.get("Condition", {}).values():
        if not any(fnmatch.fnmatchcase(type_name, p) for p in listed(operator["ResourceType"])):
            return
    for pattern in listed(statement.get("Resource", [])):
        if fnmatch.fnmatchcase(wanted, pattern):
            yield pattern
    excluded = listed(statement.get("NotResource", []))
    if excluded and not any(fnmatch.fnmatchcase(wanted, pattern) for pattern in excluded):
        yield wanted


def check_updates() -> None:
    """Refuse a change or replacement that the policy denies; a rollback is not checked."""
    provisioners, module = upstream.provisioners(), upstream.stacks()
    update = provisioners._update_resource

    def checked(*arguments: Any) -> Any:
        type_name, _, old, new, stack_name, logical_id, *_ = arguments
        stack = upstream.stack_record(stack_name)
        if old != new and "ROLLBACK" not in stack.get("StackStatus", ""):
            replaced = provisioners._requires_replacement(type_name, old, new)
            action = "Update:Replace" if replaced else "Update:Modify"
            reason = denial(_policy(stack), action, logical_id, type_name)
            if reason:
                raise ValueError(reason)
        return update(*arguments)

    provisioners._update_resource = module._update_resource = checked


def _policy(stack: dict[str, Any]) -> str:
    """Return the policy of a stack that is not being created."""
    return "" if stack.get("StackStatus") in _CREATION else str(stack.get("_stack_policy") or "")


def check_removals() -> None:
    """Refuse an update without a resource whose removal the policy denies, before it starts."""
    module, provisioners = upstream.stacks(), upstream.provisioners()
    deploy, deploy_nested = module._deploy_stack_async, provisioners._cfn_nested_stack_deploy

    async def checked(name: str, stack_id: str, template: Any, *rest: Any, **options: Any) -> None:
        before = options.get("previous_stack")
        if before and _denied_removal(upstream.stack_records()[name], template):
            _roll_back(upstream.stack_records()[name], before)
        else:
            await deploy(name, stack_id, template, *rest, **options)

    def checked_nested(logical_id: str, properties: Any, parent: str, **options: Any) -> Any:
        child = upstream.stack_records().get(options.get("previous_physical_id"))
        if child and "ROLLBACK" not in upstream.stack_records()[parent]["StackStatus"]:
            template = upstream.template_at(properties["TemplateURL"])
            reason = template and _denied_removal(child, template)
            if reason:
                raise ValueError(reason)
        return deploy_nested(logical_id, properties, parent, **options)

    for place in (module, upstream.change_sets(), upstream.requests()):
        place._deploy_stack_async = checked
    provisioners._cfn_nested_stack_deploy = checked_nested


def _denied_removal(stack: dict[str, Any], template: Any) -> str:
    """Add the event of the first removal that the policy denies and return its message."""
    for logical_id, record in stack.get("_resources", {}).items():
        if logical_id in template.get("Resources", {}):
            continue
        kind, policy = record["ResourceType"], str(stack.get("_stack_policy") or "")
        reason = denial(policy, "Update:Delete", logical_id, kind)
        if reason:
            about = (stack["StackId"], stack["StackName"], logical_id, kind, "UPDATE_FAILED")
            upstream.stacks()._add_event(*about, reason, record["PhysicalResourceId"])
            return reason
    return ""


def _roll_back(stack: dict[str, Any], before: dict[str, Any]) -> None:
    """Restore a stack whose update has changed nothing yet."""
    set_status(stack, "UPDATE_ROLLBACK_IN_PROGRESS", "The update was denied.")
    for name in (
        "_template",
        "_template_body",
        "_resolved_params",
        "Parameters",
        "Tags",
        "Outputs",
    ):
        if name in before:
            stack[name] = before[name]
    set_status(stack, "UPDATE_ROLLBACK_COMPLETE")
