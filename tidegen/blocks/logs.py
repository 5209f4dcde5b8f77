"""Log groups: a customer-managed key, a retention, and protection."""

from typing import Any

from troposphere import Ref, Template, logs

from tidegen.blocks.stateful import RETAINED
from tidegen.blocks.suppressions import unmet

#: Days that audit logs are kept; the registry's rule accepts no other value above six years.
TEN_YEARS = 3653
_SUPPRESSED = unmet(
    "Environments keep logs for different times: the period is a parameter, where the rule reads "
    "numbers only. The environment file takes the periods that it knows.",
    "CW_LOGGROUP_RETENTION_PERIOD_CHECK",
)


def add_log_group(
    template: Template, title: str, name: Any, days: int | None = None
) -> logs.LogGroup:
    """A log group under the template's `LogsKeyArn`, kept `LogsDays` days unless told."""
    extra = {} if days else {"Metadata": _SUPPRESSED}
    return template.add_resource(
        logs.LogGroup(
            title,
            LogGroupName=name,
            KmsKeyId=Ref("LogsKeyArn"),
            RetentionInDays=days or Ref("LogsDays"),
            **RETAINED,
            **extra,
        )
    )
