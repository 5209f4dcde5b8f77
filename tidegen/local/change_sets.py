"""Shims for change sets: idempotency tokens, stacks that stay in review, and conditions.

Each shim names the defect upstream and has a test in `tests/local/test_shims.py` that fails once
upstream no longer needs it.
"""

import functools
import re
from collections.abc import Callable
from typing import Any

from tidegen.local import upstream
from tidegen.local.nested_stacks import KEEPS, stale_changes, undo_kept

Handler = Callable[[dict[str, Any]], Any]

_TOKENS = {
    "CreateChangeSet": "ClientToken",
    "ExecuteChangeSet": "ClientRequestToken",
    "ContinueUpdateRollback": "ClientRequestToken",
    "RollbackStack": "ClientRequestToken",
}
#: As AWS answers ExecuteChangeSet (quoted in public reports of `sam deploy`).
_NON_TERMINAL = (
    "This stack is currently in a non-terminal [{status}] state. To update the stack from this "
    "state, please use the disable-rollback parameter with update-stack API. To rollback to the "
    "last known good state, use the rollback-stack API"
)
_DO_NOTHING = (
    "This stack cannot be updated from [{status}] state because it contains [on-failure: "
    "DO_NOTHING]. Please use disable-rollback option instead during stack creation."
)


def install() -> None:
    """Replace ministack's handlers of change-set requests."""
    handlers = upstream.requests()._ACTION_HANDLERS
    handlers["CreateChangeSet"] = keeping_the_stack_in_review(handlers["CreateChangeSet"])
    handlers["CreateChangeSet"] = with_stale_nested_stacks(handlers["CreateChangeSet"])
    handlers["ExecuteChangeSet"] = refusing_to_leave_a_failure(handlers["ExecuteChangeSet"])
    handlers["RollbackStack"] = undoing_nested_stacks(handlers["RollbackStack"])
    for action, token in _TOKENS.items():
        handlers[action] = answering_once(handlers[action], token)
    module = upstream.change_sets()
    module._resolve_props_for_diff = deciding_conditions(module._resolve_props_for_diff)


def deciding_conditions(resolve: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Leave resources whose condition is false out of the templates that are compared.

    Upstream: a change set lists them as added. AWS docs, "Conditions": resources associated with a
    false condition are ignored.
    """

    @functools.wraps(resolve)
    def resolved(template: Any, params: Any, *more: Any) -> dict[str, Any]:
        answer = resolve(template, params, *more)
        decided = upstream.template_functions()._evaluate_conditions(template or {}, params)
        resources = {
            name: resource
            for name, resource in answer.get("Resources", {}).items()
            if decided.get(resource.get("Condition"), True)
        }
        return {**answer, "Resources": resources} if resources else answer

    return resolved


def answering_once(handle: Handler, token_name: str) -> Handler:
    """Return the first answer again for a request with the same token.

    Upstream: the token is ignored, so that a request whose answer was lost fails when it is
    retried. AWS, API reference of CreateChangeSet and ExecuteChangeSet: the token lets
    CloudFormation recognise that a retry does not request another change set.
    """
    answers: dict[tuple[str, str, str], Any] = {}

    @functools.wraps(handle)
    def handler(params: dict[str, Any]) -> Any:
        token = upstream.parameter(params, token_name)
        key = (upstream.account(), upstream.region(), token)
        if token and key in answers:
            return answers[key]
        answer = handle(params)
        if token and answer[0] == 200:
            answers[key] = answer
        return answer

    return handler


def keeping_the_stack_in_review(create: Handler) -> Handler:
    """Add a change set to the stack that is in review already, instead of recreating the stack.

    Upstream: a second CREATE change set gives the stack a new id, and the first one is
    never deleted, since its stack no longer exists.
    """

    @functools.wraps(create)
    def handler(params: dict[str, Any]) -> Any:
        stacks = upstream.stack_records()
        name = upstream.parameter(params, "StackName")
        before = stacks.get(name)
        status, headers, body = create(params)
        after = stacks.get(name)
        if not before or before["StackStatus"] != "REVIEW_IN_PROGRESS" or after is before:
            return status, headers, body
        stacks[name] = before
        if after is None:  # refused: upstream deletes the stack
            return status, headers, body
        _move_change_sets(after["StackId"], before["StackId"])
        renamed = body.replace(after["StackId"].encode(), before["StackId"].encode())
        return status, headers, renamed

    return handler


def refusing_to_leave_a_failure(execute: Handler) -> Handler:
    """Refuse to update a stack that kept a failure, unless its rollback is disabled again.

    Upstream: updates it. `_NON_TERMINAL` and `_DO_NOTHING` have AWS's answers.
    """

    @functools.wraps(execute)
    def handler(params: dict[str, Any]) -> Any:
        named = (upstream.parameter(params, name) for name in ("ChangeSetName", "StackName"))
        change_set = upstream.change_sets()._find_change_set(*named)[1] or {}
        stack = upstream.stack_record(change_set.get("StackName", ""))
        status = stack.get("StackStatus", "")
        keep = upstream.parameter(params, "DisableRollback") == "true"
        if change_set.get("OnStackFailure") == "DO_NOTHING":
            stack["_do_nothing"] = keep = True
        elif status in ("CREATE_FAILED", "UPDATE_FAILED"):
            if stack.get("_do_nothing"):
                return upstream.validation_error(_DO_NOTHING.format(status=status))
            if not keep:
                return upstream.validation_error(_NON_TERMINAL.format(status=status))
        stack[KEEPS] = keep
        return execute(params)

    return handler


def undoing_nested_stacks(roll_back: Handler) -> Handler:
    """Undo the nested stacks whose creation failed and was kept, with their root.

    Upstream: undoes only what the root's record names as created.
    """

    @functools.wraps(roll_back)
    def handler(params: dict[str, Any]) -> Any:
        answer = roll_back(params)
        if answer[0] == 200:
            undo_kept(upstream.requests()._resolve_stack(upstream.parameter(params, "StackName")))
        return answer

    return handler


def with_stale_nested_stacks(create: Handler) -> Handler:
    """Add the nested stacks that were updated past their root to an update's changes.

    Upstream: compares the root's template only, so that the change set has no changes.
    """

    @functools.wraps(create)
    def handler(params: dict[str, Any]) -> Any:
        answer = create(params)
        made = re.search(rb"<Id>(.*?)</Id>", answer[2]) if answer[0] == 200 else None
        change_set = upstream.change_set_records().get(made[1].decode()) if made else None
        if change_set and change_set["ChangeSetType"] == "UPDATE":
            _add_stale(change_set)
        return answer

    return handler


def _add_stale(change_set: dict[str, Any]) -> None:
    listed = {change["ResourceChange"]["LogicalResourceId"] for change in change_set["Changes"]}
    stack = upstream.stack_record(change_set["StackName"])
    changes = [
        change
        for change in stale_changes(stack)
        if change["ResourceChange"]["LogicalResourceId"] not in listed
    ]
    no_changes = "didn't contain changes" in change_set["StatusReason"]
    if changes and (no_changes or change_set["Status"] == "CREATE_COMPLETE"):
        change_set |= {
            "Status": "CREATE_COMPLETE",
            "ExecutionStatus": "AVAILABLE",
            "StatusReason": "",
            "Changes": [*change_set["Changes"], *changes],
        }


def _move_change_sets(old: str, new: str) -> None:
    """Move the change sets of the stack `old` to `new`."""
    upstream.cloudformation()._stack_events.pop(old, None)
    for change_set in upstream.change_set_records().values():
        if change_set["StackId"] == old:
            change_set["StackId"] = new
