"""Drift detection through boto3."""

from typing import Any

from tidegen.aws.calls import CAPABILITIES, Calls, token
from tidegen.aws.redaction import redacted
from tidegen.planning.drift import (
    Detection,
    DriftStatus,
    PropertyDifference,
    ResourceDrift,
)
from tidegen.planning.reverting import RevertRequest


class Drifting(Calls):
    """The port's part that compares stacks with the existing resources, and brings them back."""

    def detect_drift(self, stack: str) -> str:
        """Start to compare a stack's resources with its template; return the detection's id."""
        answer = self._call("cloudformation", "detect_stack_drift", StackName=stack)
        return str(answer["StackDriftDetectionId"])

    def drift_detection(self, detection_id: str) -> Detection:
        """Return the state of a detection."""
        answer = self._call(
            "cloudformation",
            "describe_stack_drift_detection_status",
            StackDriftDetectionId=detection_id,
        )
        status, reason = answer["DetectionStatus"], answer.get("DetectionStatusReason", "")
        failed = redacted(reason) or status if status == "DETECTION_FAILED" else ""
        return Detection(status == "DETECTION_IN_PROGRESS", failed)

    def resource_drifts(self, stack: str) -> tuple[ResourceDrift, ...]:
        """Return the last detection's result for each resource that CloudFormation can check."""
        pages = self._pages(
            "describe_stack_resource_drifts", "StackResourceDrifts", StackName=stack
        )
        return tuple(map(_drift_of, pages))

    def create_revert(self, request: RevertRequest) -> str:
        """Start to create a drift-aware change set of one stack, as it is; return its id.

        Template, parameters and tags stay. It cannot include nested stacks.
        """
        kept = [{"ParameterKey": key, "UsePreviousValue": True} for key in request.parameters]
        role = {"RoleARN": request.service_role} if request.service_role else {}
        answer = self._call(
            "cloudformation",
            "create_change_set",
            StackName=request.stack,
            ChangeSetName=request.name,
            ChangeSetType="UPDATE",
            DeploymentMode="REVERT_DRIFT",
            UsePreviousTemplate=True,
            Parameters=kept,
            Capabilities=CAPABILITIES,
            ClientToken=token(),
            **role,
        )
        return str(answer["Id"])


def _drift_of(item: dict[str, Any]) -> ResourceDrift:
    return ResourceDrift(
        logical_id=item["LogicalResourceId"],
        type=item["ResourceType"],
        physical_id=item.get("PhysicalResourceId", ""),
        status=_status(item["StackResourceDriftStatus"]),
        differences=tuple(map(_difference, item.get("PropertyDifferences", []))),
        reason=redacted(item.get("DriftStatusReason", "")),
    )


def _status(text: str) -> DriftStatus:
    """Return the status; UNKNOWN and UNSUPPORTED are not checked either."""
    known = {str(status) for status in DriftStatus}
    return DriftStatus(text) if text in known else DriftStatus.NOT_CHECKED


def _difference(item: dict[str, Any]) -> PropertyDifference:
    return PropertyDifference(
        item["PropertyPath"],
        redacted(item["ExpectedValue"]),
        redacted(item["ActualValue"]),
        item["DifferenceType"],
    )
