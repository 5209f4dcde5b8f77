from collections.abc import Iterator

from tidegen.rules import _rule


class RuntimeMonitoring(_rule.Rule):
    """GuardDuty monitors run time once.

    RUNTIME_MONITORING includes EKS_RUNTIME_MONITORING; the service refuses both.

    https://docs.aws.amazon.com/guardduty/latest/ug/runtime-monitoring.html
    """

    id = "E9506"
    types = ("AWS::GuardDuty::Detector",)
    good = """
Detector:
  Type: AWS::GuardDuty::Detector
  Properties: {Enable: true, Features: [{Name: RUNTIME_MONITORING, Status: ENABLED}]}
"""
    bad = good.replace("}]", "}, {Name: EKS_RUNTIME_MONITORING, Status: ENABLED}]")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        paths = {str(name): path for path, name in resource.reach("Features", "*", "Name")}
        if {"RUNTIME_MONITORING", "EKS_RUNTIME_MONITORING"} <= paths.keys():
            yield paths["EKS_RUNTIME_MONITORING"], "RUNTIME_MONITORING includes this; remove it"
