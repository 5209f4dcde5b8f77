"""Drift-aware change sets, which upstream does not know (DeploymentMode REVERT_DRIFT).

AWS docs, "Using drift-aware change sets": they compare the template with the actual state, and set
drifted resources back. Upstream's drift detection finds the same differences here. A deleted
resource is not recreated. AWS's own clients use the mode for updates only, without nested stacks or
imports (aws-cloudformation/cloudformation-languageserver; aws/aws-cdk-cli#1127); the words with
which AWS refuses the others are not known.
"""

import functools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tidegen.local import upstream

Handler = Callable[[dict[str, Any]], Any]
ChangeSet = dict[str, Any]
_MODE = "REVERT_DRIFT"


def install() -> None:
    """Wrap upstream's handlers of change sets."""
    handlers = upstream.requests()._ACTION_HANDLERS
    handlers["CreateChangeSet"] = _creating(handlers["CreateChangeSet"])
    handlers["ExecuteChangeSet"] = _executing(handlers["ExecuteChangeSet"])


def _creating(create: Handler) -> Handler:
    @functools.wraps(create)
    def handler(params: dict[str, Any]) -> Any:
        if upstream.parameter(params, "DeploymentMode") != _MODE:
            return create(params)
        refusal = _refusal(params)
        if refusal:
            return upstream.validation_error(refusal)
        answer = create(params)
        made = re.search(rb"<Id>(.*?)</Id>", answer[2]) if answer[0] == 200 else None
        if made:
            _compare(upstream.change_set_records()[made[1].decode()])
        return answer

    return handler


def _refusal(params: dict[str, Any]) -> str:
    """Return why a change set of this kind cannot be drift-aware; empty if it can."""
    if upstream.parameter(params, "ChangeSetType") != "UPDATE":
        return f"DeploymentMode {_MODE} is supported for change sets of type UPDATE only"
    if upstream.parameter(params, "IncludeNestedStacks").lower() == "true":
        return f"DeploymentMode {_MODE} is not supported with IncludeNestedStacks"
    return ""


def _compare(change_set: ChangeSet) -> None:
    """Add the stack's drifted resources to the change set."""
    stack = upstream.stack_record(change_set["StackName"])
    drifts = dict(_drifts(stack))
    listed = {change["ResourceChange"]["LogicalResourceId"] for change in change_set["Changes"]}
    changes = [_change(drift) for name, drift in drifts.items() if name not in listed]
    if changes:
        change_set |= {
            "Status": "CREATE_COMPLETE",
            "ExecutionStatus": "AVAILABLE",
            "StatusReason": "",
            "Changes": [*change_set["Changes"], *changes],
            "_actual": {n: json.loads(d["ActualProperties"]) for n, d in drifts.items()},
        }


def _drifts(stack: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield logical id and drift of the resources that were modified."""
    module = upstream.drift()
    for logical_id, record in stack["_resources"].items():
        if module.supports_drift(record["ResourceType"]):
            drift = module.detect_resource_drift(stack, logical_id, record, upstream.now())
            if drift["StackResourceDriftStatus"] == "MODIFIED":
                yield logical_id, drift


def _change(drift: dict[str, Any]) -> dict[str, Any]:
    paths = (item["PropertyPath"] for item in drift["PropertyDifferences"])
    names = sorted({path.split("/")[1] for path in paths})
    targets = [{"Attribute": "Properties", "Name": n, "RequiresRecreation": "Never"} for n in names]
    about = ("LogicalResourceId", "PhysicalResourceId", "ResourceType")
    return {
        "Type": "Resource",
        "ResourceChange": {
            **{name: drift[name] for name in about},
            "Action": "Modify",
            "Replacement": "False",
            "Scope": ["Properties"],
            "Details": [{"Target": target, "Evaluation": "Static"} for target in targets],
        },
    }


def _executing(execute: Handler) -> Handler:
    """Record the actual properties before the update, so that it changes them."""

    @functools.wraps(execute)
    def handler(params: dict[str, Any]) -> Any:
        known = upstream.change_set_records()
        change_set = known.get(upstream.parameter(params, "ChangeSetName")) or {}
        if change_set.get("ExecutionStatus") == "AVAILABLE":
            held = upstream.stack_record(change_set["StackName"]).get("_resources", {})
            for logical_id, actual in change_set.get("_actual", {}).items():
                held[logical_id]["Properties"] = {**held[logical_id]["Properties"], **actual}
        return execute(params)

    return handler
