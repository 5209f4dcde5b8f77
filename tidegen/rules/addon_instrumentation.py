import json
from collections.abc import Iterator
from typing import Any

from tidegen.rules import _rule

_ADDON = "amazon-cloudwatch-observability"
#: Keys of the add-on's configuration, which are the values of its chart, and must be false.
_OFF = (
    "applicationSignals.enabled",
    "manager.applicationSignals.autoMonitor.monitorAllServices",
)


class AddonInstrumentation(_rule.Rule):
    """The observability add-on instruments no pod by itself.

    By default (from version 4.0) it puts agents into every Java, Python, .NET and Node.js pod: in
    a platform of health data the paths in their traces identify patients. `applicationSignals`
    and its automatic monitoring are switched off in ConfigurationValues.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html
    """

    id = "E9410"
    types = ("AWS::EKS::Addon",)
    good = """
Observability:
  Type: AWS::EKS::Addon
  Properties:
    AddonName: amazon-cloudwatch-observability
    ClusterName: tide
    ConfigurationValues: '{"applicationSignals": {"enabled": false}, "manager":
      {"applicationSignals": {"autoMonitor": {"monitorAllServices": false}}}}'
"""
    bad = good.replace('"enabled": false', '"enabled": true')

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        if resource.properties.get("AddonName") != _ADDON:
            return
        for path, value in resource.reach("ConfigurationValues"):
            values = _parsed(_rule.literal(value))
            for dotted in _OFF:
                if _at(values, dotted) is not False:
                    yield path, f"set {dotted} to false: the add-on would instrument every pod"


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _at(values: Any, dotted: str) -> Any:
    for key in dotted.split("."):
        values = values.get(key) if isinstance(values, dict) else None
    return values
