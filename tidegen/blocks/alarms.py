"""Alarms: always with an action, and a description that says what to do."""

from typing import Any

from troposphere import Ref, Template
from troposphere.cloudwatch import Alarm, MetricDimension

WARNING = "WarningTopicArn"
CRITICAL = "CriticalTopicArn"


def add_alarm(
    template: Template,
    title: str,
    description: str,
    metric: tuple[Any, str],
    dimensions: dict[str, Any],
    comparison: tuple[str, float],
    *,
    topic: str = WARNING,
    statistic: str = "Sum",
    period_seconds: int = 300,
    periods: int = 1,
    missing: str = "notBreaching",
) -> Alarm:
    """Add an alarm on `metric` (namespace, name) for `comparison` (operator, threshold).

    `topic` is the parameter that has the topic's ARN, or the topic's logical id. A `statistic`
    like `p99` is a percentile.
    """
    kind = "ExtendedStatistic" if statistic.startswith("p") else "Statistic"
    namespace, name = metric
    operator, threshold = comparison
    return template.add_resource(
        Alarm(
            title,
            AlarmDescription=description,
            Namespace=namespace,
            MetricName=name,
            Dimensions=[MetricDimension(Name=k, Value=v) for k, v in dimensions.items()],
            **{kind: statistic},
            Period=period_seconds,
            EvaluationPeriods=periods,
            DatapointsToAlarm=periods,
            ComparisonOperator=operator,
            Threshold=threshold,
            TreatMissingData=missing,
            ActionsEnabled=True,
            AlarmActions=[Ref(topic)],
            OKActions=[Ref(topic)],
        )
    )
