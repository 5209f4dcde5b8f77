"""The reasons for which CloudFormation refuses a change set, or warns of one."""

from collections.abc import Iterator
from typing import Any

from tidegen.aws.calls import Calls
from tidegen.aws.redaction import redacted
from tidegen.errors import TidegenError

_FAILED_HOOKS = ("HOOK_COMPLETE_FAILED", "HOOK_FAILED")
_REASONS = ("ValidationStatusReason", "HookStatusReason", "ResourceStatusReason")
_PLACES = ("LogicalResourceId", "ResourceType", "ValidationPath")
_WARN = "WARN"


class Explaining(Calls):
    """The port's part that explains change sets. It only explains: some roles may not read it."""

    def change_set_problems(self, change_set_id: str) -> tuple[str, ...]:
        """Return what early validation, or else hooks, report of a failed change set."""
        filters = {"FailedEvents": True}
        try:
            found = tuple(filter(None, map(reason_of, self._operation(change_set_id, filters))))
            return found or tuple(self._failed_hooks(change_set_id))
        except TidegenError:
            return ()

    def change_set_warnings(self, change_set_id: str) -> tuple[str, ...]:
        """Return what early validation and hooks only warn of (failure mode WARN)."""
        try:
            events = list(self._operation(change_set_id, {}))
        except TidegenError:
            return ()
        return tuple(dict.fromkeys(filter(None, map(reason_of, filter(_is_warning, events)))))

    def _operation(self, change_set_id: str, filters: dict[str, bool]) -> Iterator[dict[str, Any]]:
        more = {"Filters": filters} if filters else {}
        arguments = {"ChangeSetName": change_set_id, **more}
        return self._pages("describe_events", "OperationEvents", **arguments)

    def _failed_hooks(self, change_set_id: str) -> Iterator[str]:
        """Yield the details of hooks that refused a change set.

        No event has them (aws/aws-cdk-cli#1768); one that only warns has not refused it.
        """
        arguments = {"TargetType": "CHANGE_SET", "TargetId": change_set_id}
        for hook in self._pages("list_hook_results", "HookResults", **arguments):
            if hook.get("Status") in _FAILED_HOOKS and hook.get("FailureMode") != _WARN:
                yield from self._hook(hook)

    def _hook(self, hook: dict[str, Any]) -> Iterator[str]:
        name, reason = hook.get("TypeName", "a hook"), hook.get("HookStatusReason", "")
        result = self._call("cloudformation", "get_hook_result", HookResultId=hook["HookResultId"])
        failed = [a for a in result.get("Annotations", []) if a.get("Status") == "FAILED"]
        details = [_annotation(item) for item in failed] or [result.get("HookStatusReason", reason)]
        yield from (f"{name}: {redacted(text)}" for text in details if text)


def reason_of(event: dict[str, Any]) -> str:
    """Return an event of DescribeEvents in one line; empty where it gives no reason."""
    reason = redacted(next((event[key] for key in _REASONS if event.get(key)), ""))
    where = " ".join(event[name] for name in _PLACES if event.get(name))
    return f"{where}: {reason}" if reason else ""


def _is_warning(event: dict[str, Any]) -> bool:
    """Return whether a validation or a hook failed that lets the change set pass."""
    validation = event.get("ValidationStatus") == "FAILED"
    hook = event.get("HookStatus") in _FAILED_HOOKS
    return (validation and event.get("ValidationFailureMode") == _WARN) or (
        hook and event.get("HookFailureMode") == _WARN
    )


def _annotation(item: dict[str, Any]) -> str:
    texts = (item.get("StatusMessage"), item.get("RemediationMessage"))
    return f"{item.get('AnnotationName', '')}: {'; '.join(filter(None, texts))}"
