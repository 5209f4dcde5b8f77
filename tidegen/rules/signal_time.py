import re
from collections.abc import Iterator
from typing import Any

from tidegen.rules import _rule

_LEAST = 20
_TIMES = (
    ("CreationPolicy", "ResourceSignal", "Timeout"),
    ("UpdatePolicy", "AutoScalingRollingUpdate", "PauseTime"),
)
_TIME = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


def _minutes(time: Any) -> float:
    """Return the minutes of an ISO 8601 duration; any other value counts as long enough."""
    parts = _TIME.fullmatch(time) if _rule.is_text(time) else None
    if parts is None:
        return _LEAST
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return hours * 60 + minutes + seconds / 60


class SignalTime(_rule.Rule):
    """Instances that signal have at least twenty minutes, also in an update.

    A group with a shorter timeout rolls back while its instances are still starting (known failure
    signal-missing).

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-creationpolicy.html
    """

    id = "E9407"
    types = ("AWS::AutoScaling::AutoScalingGroup", "AWS::EC2::Instance")
    good = """
Group:
  Type: AWS::AutoScaling::AutoScalingGroup
  CreationPolicy: {ResourceSignal: {Count: 1, Timeout: PT20M}}
  UpdatePolicy: {AutoScalingRollingUpdate: {WaitOnResourceSignals: true, PauseTime: PT20M}}
  Properties: {MinSize: "1", MaxSize: "1"}
"""
    bad = good.replace("PT20M", "PT5M", 1)

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for keys in _TIMES:
            for path, time in _rule.reach(resource.body, resource.at(), keys):
                if len(path) == len(keys) + 2 and _minutes(time) < _LEAST:
                    yield path, f"{time} is less than {_LEAST} minutes; raise it"
