"""Rules on AWS Health: what AWS says of this account and region, by how soon it needs somebody.

Source: AWS Health guide, "Reference: AWS Health events Amazon EventBridge schema" and "Monitoring
account-specific and public events": a rule on the source alone also gets the public events of other
regions, and each event once more in a backup region.
"""

from typing import Any

from troposphere import Ref, Template

from tidegen.blocks.event_rules import add_event_rule

_OURS, _EVERYBODYS = "ACCOUNT_SPECIFIC", "PUBLIC"
_TROUBLE = ["issue", "investigation"]
#: Logical id → detail type, scope, categories, topic, and whether events without a region count.
_RULES = {
    "HealthIssue": ("AWS Health Event", _OURS, _TROUBLE, "CriticalTopic", True),
    "HealthNotice": (
        "AWS Health Event",
        _OURS,
        ["accountNotification", "scheduledChange"],
        "WarningTopic",
        True,
    ),
    "HealthOfRegion": ("AWS Health Event", _EVERYBODYS, _TROUBLE, "WarningTopic", False),
    "AbuseReported": ("AWS Health Abuse Event", _OURS, None, "SecurityTopic", True),
}


def add_health_rules(template: Template) -> None:
    """AWS's trouble with what is ours pages somebody; everybody's, and what it plans, warns."""
    for title, (kind, scope, categories, topic, everywhere) in _RULES.items():
        regions = [Ref("AWS::Region"), *(["global"] if everywhere else [])]
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
