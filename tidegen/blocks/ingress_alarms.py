"""Alarms of the public load balancer: errors, targets, latency, and blocked requests."""

from typing import Any

from troposphere import Ref, Template
from troposphere.cloudwatch import Alarm

from tidegen.blocks.alarms import CRITICAL, WARNING, add_alarm
from tidegen.blocks.firewall import METRIC_NAME
from tidegen.blocks.load_balancer import load_balancer_name, target_group_dimensions

_SPACE = "AWS/ApplicationELB"


def add_ingress_alarms(template: Template) -> Alarm:
    """Add all alarms; return the one that represents the ingress as a whole."""
    whole = {"LoadBalancer": load_balancer_name()}
    _add_firewall_alarm(template)
    _add_certificate_alarm(template)
    _add(
        template,
        "TargetErrorsAlarm",
        "Services answer with server errors; see the application's logs and its pods.",
        "HTTPCode_Target_5XX_Count",
        whole,
        50,
    )
    add_unhealthy_targets_alarm(
        template,
        _SPACE,
        "Pods of the gateway fail their health check; see the target group and the pods.",
    )
    _add(
        template,
        "LatencyAlarm",
        "One request in a hundred takes over 3 seconds; see the dashboard and the database.",
        "TargetResponseTime",
        whole,
        3,
        "p99",
        3,
    )
    return _add(
        template,
        "LoadBalancerErrorsAlarm",
        "The load balancer reaches no service; see the target group's health.",
        "HTTPCode_ELB_5XX_Count",
        whole,
        20,
    )


def add_unhealthy_targets_alarm(template: Template, namespace: str, description: str) -> Alarm:
    """Add an alarm on unhealthy targets of `TargetGroup`."""
    metric, any_target = (namespace, "UnHealthyHostCount"), ("GreaterThanThreshold", 0)
    return _add_targets_alarm(template, "UnhealthyTargetsAlarm", description, metric, any_target)


def add_no_targets_alarm(template: Template, namespace: str) -> Alarm:
    """Add an alarm for a `TargetGroup` without a healthy target; it may have no target at all.

    An empty group has no unhealthy target, and reports nothing.
    """
    alarm = _add_targets_alarm(
        template,
        "NoTargetsAlarm",
        "No pod of the gateway takes requests, or none is registered: everything is down. See the "
        "target group, the load balancer controller and the pods.",
        (namespace, "HealthyHostCount"),
        ("LessThanThreshold", 1),
    )
    alarm.TreatMissingData = "breaching"
    return alarm


def _add_targets_alarm(
    template: Template,
    title: str,
    description: str,
    metric: tuple[str, str],
    comparison: tuple[str, float],
) -> Alarm:
    """Add an alarm on the maximum, as each zone reports its own."""
    return add_alarm(
        template,
        title,
        description,
        metric,
        target_group_dimensions(),
        comparison,
        topic=CRITICAL,
        statistic="Maximum",
        periods=3,
    )


def _add(
    template: Template,
    title: str,
    meaning: str,
    metric: str,
    dimensions: dict[str, Any],
    threshold: float,
    statistic: str = "Sum",
    periods: int = 2,
) -> Alarm:
    return add_alarm(
        template,
        title,
        meaning,
        (_SPACE, metric),
        dimensions,
        ("GreaterThanThreshold", threshold),
        topic=CRITICAL,
        statistic=statistic,
        periods=periods,
    )


def _add_firewall_alarm(template: Template) -> None:
    dimensions = {"WebACL": METRIC_NAME, "Region": Ref("AWS::Region"), "Rule": "ALL"}
    add_alarm(
        template,
        "BlockedRequestsAlarm",
        "The firewall blocks many requests: an attack, or a wrong rule; see its log.",
        ("AWS/WAFV2", "BlockedRequests"),
        dimensions,
        ("GreaterThanThreshold", 1000),
        topic=WARNING,
        periods=2,
    )


def _add_certificate_alarm(template: Template) -> None:
    """Add an alarm for a certificate that was not renewed.

    ACM renews 60 days before the end; a certificate that is still old at 30 days is stuck.
    Source: ACM guide, "CloudWatch metrics": one value a day, and none once it has expired.
    """
    add_alarm(
        template,
        "CertificateExpiryAlarm",
        "The certificate ends in less than 30 days and was not renewed: its validation records are "
        "missing, or the parent zone delegates elsewhere.",
        ("AWS/CertificateManager", "DaysToExpiry"),
        {"CertificateArn": Ref("Certificate")},
        ("LessThanThreshold", 30),
        topic=CRITICAL,
        statistic="Minimum",
        period_seconds=86_400,
        missing="ignore",
    )
