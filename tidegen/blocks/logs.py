"""Log groups: a customer-managed key, a retention, and protection."""

from typing import Any

from troposphere import Ref, Template, logs

from tidegen.blocks.stateful import RETAINED

#: Days that operational logs are kept, in every environment as in production: a year, and what it
#: takes to compare a day with the same one of the year before. The registry's rule
#: (CW_LOGGROUP_RETENTION_PERIOD_CHECK) reads literal numbers only.
OPERATIONAL_DAYS = 400
#: Days that audit logs are kept; the registry's rule accepts no other value above six years.
TEN_YEARS = 3653


def add_log_group(
    template: Template, title: str, name: Any, days: int = OPERATIONAL_DAYS
) -> logs.LogGroup:
    """A log group under the template's `LogsKeyArn`, kept for `days`.

    Without DeletionProtectionEnabled, which would hold up the rollback of a first deploy: that
    deletes what it made. A stack that goes leaves its groups behind.
    """
    return template.add_resource(
        logs.LogGroup(
            title,
            LogGroupName=name,
            KmsKeyId=Ref("LogsKeyArn"),
            RetentionInDays=days,
            **RETAINED,
        )
    )


def add_metric_filter(
    template: Template, title: str, group: Any, pattern: Any, metric: tuple[Any, str]
) -> logs.MetricFilter:
    """Count the events of a group that match; `metric` is its namespace and name."""
    namespace, name = metric
    counted = logs.MetricTransformation(
        MetricName=name, MetricNamespace=namespace, MetricValue="1", DefaultValue=0
    )
    return template.add_resource(
        logs.MetricFilter(
            title, LogGroupName=group, FilterPattern=pattern, MetricTransformations=[counted]
        )
    )
