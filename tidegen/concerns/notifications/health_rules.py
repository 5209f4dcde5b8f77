"""Rules for AWS Health events of this account and region, each to the topic of its urgency.

Source: AWS Health guide, "Reference: AWS Health events Amazon EventBridge schema" and "Monitoring
account-specific and public events": a rule on the source alone also gets the public events of other
regions, and each event once more in a backup region.
"""

from typing import Any

from troposphere import Ref, Template

from tidegen.blocks.event_rules import add_event_rule

_ACCOUNT, _PUBLIC = "ACCOUNT_SPECIFIC", "PUBLIC"
_ISSUES = ["issue", "investigation"]
#: Logical id → detail type, scope, categories, topic, and whether events without a region count.
_RULES = {
    "HealthIssue": ("AWS Health Event", _ACCOUNT, _ISSUES, "CriticalTopic", True),
    "HealthNotice": (
        "AWS Health Event",
        _ACCOUNT,
        ["accountNotification", "scheduledChange"],
        "WarningTopic",
        True,
    ),
    "HealthOfRegion": ("AWS Health Event", _PUBLIC, _ISSUES, "WarningTopic", False),
    "AbuseReported": ("AWS Health Abuse Event", _ACCOUNT, None, "SecurityTopic", True),
}


def add_health_rules(template: Template) -> None:
    """Page on issues with this account's resources; warn on public issues and planned changes."""
    for title, (kind, scope, categories, topic, with_global) in _RULES.items():
        regions = [Ref("AWS::Region"), *(["global"] if with_global else [])]
        detail: dict[str, Any] = {"eventScopeCode": [scope], "eventRegion": regions}
        if categories:
            detail["eventTypeCategory"] = categories
        add_event_rule(
            template,
            title,
            f"{kind}s, {scope.lower().replace('_', ' ')}",
            {"source": ["aws.health"], "detail-type": [kind], "detail": detail},
            topic,
            "AWS Health: <code> (<service>). Read it in the AWS Health Dashboard.",
            {"code": "$.detail.eventTypeCode", "service": "$.detail.service"},
        )
