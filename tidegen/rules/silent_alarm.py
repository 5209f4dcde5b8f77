import json
from collections.abc import Iterator

from tidegen.rules import _rule

_COMPOSITE = "AWS::CloudWatch::CompositeAlarm"


class SilentAlarm(_rule.Rule):
    """An alarm notifies somebody, or is part of a composite alarm that does.

    An alarm without actions, or with actions that are off, changes its color in a console that
    nobody watches.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
    """

    id = "E9314"
    types = ("AWS::CloudWatch::Alarm", _COMPOSITE)
    good = """
Alarm:
  Type: AWS::CloudWatch::Alarm
  Properties:
    ComparisonOperator: GreaterThanThreshold
    EvaluationPeriods: 1
    MetricName: Errors
    Namespace: AWS/Lambda
    Period: 60
    Statistic: Sum
    Threshold: 1
    AlarmActions: [!Ref TopicArn]
"""
    bad = good.replace("[!Ref TopicArn]", "[]")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        enabled = resource.properties.get("ActionsEnabled", True)
        if str(enabled).lower() == "false":
            yield resource.at("Properties", "ActionsEnabled"), "actions are off; remove this"
        elif not _acts(resource) and not _is_part(resource, template):
            yield resource.at("Properties"), "the alarm notifies nobody; set AlarmActions"


def _acts(resource: _rule.Resource) -> bool:
    return any(value not in (None, [], "") for _, value in resource.reach("AlarmActions"))


def _is_part(resource: _rule.Resource, template: _rule.View) -> bool:
    """Return whether the rule of a composite alarm names this alarm."""
    rules = (item.properties.get("AlarmRule") for item in template.resources(_COMPOSITE))
    return any(resource.name in json.dumps(rule, default=str) for rule in rules)
