"""The checks of CloudFormation when it creates a change set, nested stacks included.

AWS docs, "Validate stack deployments": properties that a schema refuses and names in use fail the
change set; DescribeEvents lists them. Here, a name is in use if another root or its nested stacks
have it. A nested stack's change set fails on its own, and the root's names the first that failed
(aws/aws-sam-cli#2406).
"""

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from tidegen.cloudformation import schemas
from tidegen.cloudformation.evaluation import evaluate
from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.cloudformation.values import is_function
from tidegen.local import upstream
from tidegen.local.refusals import message
from tidegen.local.refusals.names import LOOK_UPS, foreign_owner
from tidegen.local.validation import early_problems

Handler = Callable[[dict[str, Any]], Any]
ChangeSet = dict[str, Any]

_VALIDATIONS = {
    "PROPERTY_VALIDATION": "AWS::EarlyValidation::PropertyValidation",
    "NAME_CONFLICT_VALIDATION": "AWS::EarlyValidation::ResourceExistenceCheck",
}
#: The schema's words → those of early validation (aws/aws-cdk-cli#1463).
_WORDS = (
    (re.compile(r"required key (\[.+\]) not found"), r"Required property \1 not found"),
    (re.compile(r"extraneous key (\[.+\]) is not permitted"), r"Unsupported property \1"),
)


class Failure(NamedTuple):
    """A failed validation of a resource, by the resource's path from the root."""

    path: str
    type: str
    validation: str
    reason: str
    place: str = ""  # below the resource in its template


def install() -> None:
    """Validate change sets, and list what failed in the answers of DescribeEvents."""
    handlers = upstream.requests()._ACTION_HANDLERS
    handlers["CreateChangeSet"] = _validating(handlers["CreateChangeSet"])
    handlers["DeleteChangeSet"] = _deleting_nested(handlers["DeleteChangeSet"])
    handlers["DescribeEvents"] = _listing(handlers["DescribeEvents"])


def _validating(create: Handler) -> Handler:
    """Fail a change set with resources that CloudFormation refuses. Upstream: it has none."""

    @functools.wraps(create)
    def handler(params: dict[str, Any]) -> Any:
        answer = create(params)
        identifier = re.search(rb"<Id>(.*?)</Id>", answer[2]) if answer[0] == 200 else None
        known = upstream.change_set_records()
        change_set = known.get(identifier[1].decode()) if identifier else None
        kind = upstream.parameter(params, "ChangeSetType")
        nested = upstream.parameter(params, "IncludeNestedStacks").lower() == "true"
        if change_set and change_set["Status"] == "CREATE_COMPLETE" and kind != "IMPORT":
            _validate(change_set, nested)
        return answer

    return handler


def _deleting_nested(delete: Handler) -> Handler:
    """Delete the failed change sets of nested stacks with that of their root."""

    @functools.wraps(delete)
    def handler(params: dict[str, Any]) -> Any:
        answer = delete(params)
        known = upstream.change_set_records()
        for identifier in list(known):
            root = known[identifier].get("_root_change_set")
            if root and root not in known:
                del known[identifier]
        return answer

    return handler


def _validate(change_set: ChangeSet, nested: bool) -> None:
    """Set a change set with failed validations to FAILED, and add those of its nested stacks."""
    templates = {"": change_set["_template"]}
    values = _values(change_set)
    if nested:
        templates |= dict(_nested_templates(change_set["_template"], values))
    by_stack: dict[str, list[Failure]] = defaultdict(list)
    for failure in failures(templates, values, change_set["StackName"]):
        by_stack[failure.path.rpartition("/")[0]].append(failure)
    own = by_stack.pop("", [])
    children = [_failed_child(change_set, *item) for item in sorted(by_stack.items())]
    if own:
        _fail(change_set, _reason(own), own)
    elif children:
        _fail(change_set, message("nested-change-set").format(change_set=children[0]), [])


def _values(change_set: ChangeSet) -> dict[str, str]:
    """Return the values of the parameters and pseudo parameters that the request decides."""
    given = {name: item["Value"] for name, item in change_set["_resolved_params"].items()}
    return given | {
        "AWS::AccountId": upstream.account(),
        "AWS::Partition": "aws",
        "AWS::Region": upstream.region(),
        "AWS::URLSuffix": "amazonaws.com",
    }


def _nested_templates(template: Any, values: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """Yield logical id and template of each nested stack whose URL is known."""
    for logical_id, resource in evaluate({"": template}, values).items():
        url = resource.get("Properties", {}).get("TemplateURL")
        if resource["Type"] == STACK_TYPE and isinstance(url, str):
            nested = upstream.template_at(url)
            if nested:
                yield logical_id, nested


def failures(
    templates: dict[str, Any], values: dict[str, str], stack_name: str
) -> Iterator[Failure]:
    """Yield the failed validations of the resources of a root and its nested stacks."""
    for path, resource in evaluate(templates, values).items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        if kind not in schemas.resource_types() or not isinstance(properties, dict):
            continue
        unknown = frozenset(name for name in properties if _is_unknown(properties[name]))
        for problem in early_problems(kind, properties, unknown, upstream.region()):
            yield _property_failure(path, kind, problem)
        if foreign_owner(kind, properties, stack_name):
            reason = message("name-taken").format(type=kind, name=properties[LOOK_UPS[kind].prop])
            yield Failure(path, kind, "NAME_CONFLICT_VALIDATION", reason)


def _property_failure(path: str, kind: str, problem: str) -> Failure:
    """Return a problem of the schema in the words of early validation."""
    place, _, reason = problem.partition(": ")
    for pattern, words in _WORDS:
        reason = pattern.sub(words, reason)
    place = f"/Properties{place.removeprefix('#')}"
    return Failure(path, kind, "PROPERTY_VALIDATION", reason, place)


def _is_unknown(value: Any) -> bool:
    """Return whether a value, or a part of it, is known only when the stack is deployed."""
    if is_function(value):
        return True
    if isinstance(value, dict):
        return any(map(_is_unknown, value.values()))
    if isinstance(value, list):
        return any(map(_is_unknown, value))
    return isinstance(value, str) and "{{resolve:" in value


def _reason(failed: Iterable[Failure]) -> str:
    """Return CloudFormation's reason, with the validations that failed."""
    hooks = dict.fromkeys(_VALIDATIONS[failure.validation] for failure in failed)
    return message("early-validation").format(hooks=", ".join(hooks))


def _fail(change_set: ChangeSet, reason: str, failed: Iterable[Failure]) -> None:
    """Set a change set to FAILED, with an event for each failed validation."""
    operation = change_set["ChangeSetId"].rpartition("/")[2]
    change_set |= {
        "Status": "FAILED",
        "ExecutionStatus": "UNAVAILABLE",
        "StatusReason": reason,
        "_operation_events": [_event(change_set["StackId"], operation, item) for item in failed],
    }


def _event(stack_id: str, operation: str, failure: Failure) -> dict[str, Any]:
    """Return an event of DescribeEvents."""
    logical_id = failure.path.rpartition("/")[2]
    event: dict[str, Any] = upstream.stacks()._operation_event(
        stack_id,
        operation,
        "VALIDATION_ERROR",
        "CREATE_CHANGESET",
        LogicalResourceId=logical_id,
        ResourceType=failure.type,
        ValidationFailureMode="FAIL",
        ValidationName=failure.validation,
        ValidationStatus="FAILED",
        ValidationStatusReason=failure.reason,
        ValidationPath=f"/Resources/{logical_id}{failure.place}",
    )
    return event


def _failed_child(root: ChangeSet, child: str, failed: list[Failure]) -> str:
    """Record the failed change set of a nested stack and return its id."""
    prefix, _, unique = root["ChangeSetId"].rpartition("/")
    identifier, stack_name = f"{prefix}-{child}/{unique}", f"{root['StackName']}-{child}"
    record = {
        **root,
        "ChangeSetId": identifier,
        "ChangeSetName": f"{root['ChangeSetName']}-{child}",
        "StackName": stack_name,
        "StackId": f"{root['StackId'].partition('/')[0]}/{stack_name}/{unique}",
        "Changes": [],
        "_root_change_set": root["ChangeSetId"],
    }
    _fail(record, _reason(failed), failed)
    upstream.change_set_records()[identifier] = record
    return identifier


def _listing(describe: Handler) -> Handler:
    """Answer with the events of a change set. Upstream: it has none."""

    @functools.wraps(describe)
    def handler(params: dict[str, Any]) -> Any:
        change_set = upstream.change_set_records().get(upstream.parameter(params, "ChangeSetName"))
        if change_set is None:
            return describe(params)
        module = upstream.requests()
        members = "".join(
            f"<member>{''.join(_elements(module, event))}</member>"
            for event in change_set.get("_operation_events", [])
        )
        result = f"<OperationEvents>{members}</OperationEvents>"
        body = f"<DescribeEventsResult>{result}</DescribeEventsResult>"
        return module._xml(200, "DescribeEventsResponse", body)

    return handler


def _elements(module: Any, event: dict[str, Any]) -> Iterator[str]:
    """Yield the elements of an event."""
    for name in module._OPERATION_EVENT_FIELDS:
        if event.get(name):
            yield f"<{name}>{module._esc(str(event[name]))}</{name}>"
