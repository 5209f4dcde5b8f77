"""Log groups: a customer-managed key, a retention, and protection."""

from typing import Any

from troposphere import Ref, Template, logs

from tidegen.blocks.inputs import LOGS_KEY
from tidegen.blocks.stateful import RETAINED
from tidegen.contract import Input

#: Days that operational logs are kept, in every environment as in production: a year, and enough
#: more to compare a day with the same day of the year before. The registry's rule
#: (CW_LOGGROUP_RETENTION_PERIOD_CHECK) reads literal numbers only.
OPERATIONAL_DAYS = 400
#: Days that audit logs are kept; the registry's rule accepts no other value above six years.
TEN_YEARS = 3653
#: Days for which HIPAA requires records to be kept (45 CFR 164.316(b)(2)(i)).
SIX_YEARS = 2192


def add_log_group(
    template: Template,
    title: str,
    name: Any = None,
    days: int = OPERATIONAL_DAYS,
    *,
    key: Input = LOGS_KEY,
    **attributes: Any,
) -> logs.LogGroup:
    """Add a log group whose events are encrypted with `key` and kept for `days`.

    CloudFormation chooses the name if none is given. `attributes` are those of the resource.

    Without DeletionProtectionEnabled, which would block the rollback of a first deploy: that
    deletes the resources it created. A deleted stack leaves its groups behind.
    """
    return template.add_resource(
        logs.LogGroup(
            title,
            **({} if name is None else {"LogGroupName": name}),
            KmsKeyId=Ref(key.name),
            RetentionInDays=days,
            **attributes,
            **RETAINED,
        )
    )


def add_metric_filter(
    template: Template, title: str, group: Any, pattern: Any, metric: tuple[Any, str]
) -> logs.MetricFilter:
    """Count the matching events of a group; `metric` is its namespace and name."""
    namespace, name = metric
    transformation = logs.MetricTransformation(
        MetricName=name, MetricNamespace=namespace, MetricValue="1", DefaultValue=0
    )
    return template.add_resource(
        logs.MetricFilter(
            title, LogGroupName=group, FilterPattern=pattern, MetricTransformations=[transformation]
        )
    )
