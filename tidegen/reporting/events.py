"""Deployment's events as plain data: one JSON object a line for machines."""

from typing import Any

from tidegen.deployment.events import (
    Attached,
    Event,
    Executing,
    Outcome,
    Progress,
    Protected,
    Recovering,
    SettingApplied,
    SettingUnchecked,
    StepStarted,
    Uploaded,
)
from tidegen.reporting.settings import setting_data


def event_data(event: Event) -> dict[str, Any]:
    """The event's kind, its stack and what it says; times are AWS's, in UTC."""
    return {
        "event": _KINDS[type(event)],
        "stack": event.address.name,
        "account": event.address.place.account,
        "region": event.address.place.region,
        **_content(event),
    }


_KINDS: dict[type[Any], str] = {
    StepStarted: "step",
    Uploaded: "uploaded",
    Attached: "attached",
    Recovering: "recovering",
    Executing: "executing",
    Progress: "progress",
    Protected: "protected",
    SettingApplied: "setting",
    SettingUnchecked: "setting-unchecked",
    Outcome: "outcome",
}


def _content(event: Event) -> dict[str, Any]:  # noqa: C901 - one case an event, nothing nested
    match event:
        case StepStarted():
            return {"number": event.number, "total": event.total}
        case Uploaded():
            return {"bucket": event.bucket, "keys": list(event.keys), "bytes": event.size}
        case Attached():
            return {"status": event.status, "expected_seconds": dict(event.expected)}
        case Recovering():
            return {"status": event.status, "what": event.what}
        case Executing():
            return {"kind": event.kind, "expected_seconds": dict(event.expected)}
        case Protected():
            return {"stacks": event.stacks}
        case SettingApplied():
            return setting_data(event.step)
        case SettingUnchecked():
            return {"setting": str(event.name), "reason": event.reason}
        case Outcome():
            return {"result": str(event.result), "outputs": dict(event.outputs)}
        case Progress(_, found):
            return {
                "path": found.path,
                "type": found.type,
                "status": found.status,
                "reason": found.reason or None,
                "physical_id": found.physical_id or None,
                "time": found.time.isoformat(),
            }
