"""Alarms of the replica set: primary, members, lag, backups, disk, certificate, instances below."""

from dataclasses import dataclass

from troposphere import Ref, Sub, Template
from troposphere.cloudwatch import Alarm

from tidegen.blocks.alarms import CRITICAL, add_alarm


@dataclass(frozen=True, kw_only=True)
class _Watch:
    """An alarm on a metric that members push."""

    title: str
    metric: str
    comparison: tuple[str, float]
    statistic: str
    missing: str
    description: str
    #: of five minutes each, consecutive
    periods: int = 3


_WATCHED = (
    _Watch(
        # a disconnected member sees none; the set has one while any member sees it
        title="PrimaryAlarm",
        metric="HasPrimary",
        comparison=("LessThanThreshold", 1),
        statistic="Maximum",
        missing="breaching",
        description=(
            "The set has no primary, nothing can be written; runbook of the database, 'No primary'."
        ),
        periods=2,
    ),
    _Watch(
        # every member measures the same, so the minimum is right where one of them is wrong
        title="BackupAlarm",
        metric="BackupAgeHours",
        comparison=("GreaterThanThreshold", 26),
        statistic="Minimum",
        missing="breaching",
        description=(
            "No backup was completed for 26 hours, or members are silent;"
            " runbook of the database, 'Back up now'."
        ),
    ),
    _Watch(
        title="LagAlarm",
        metric="ReplicationLag",
        comparison=("GreaterThanThreshold", 60),
        statistic="Maximum",
        missing="missing",
        description=(
            "A member is over a minute behind; runbook of the database, 'A member is missing'."
        ),
    ),
    _Watch(
        title="DiskAlarm",
        metric="DiskUsed",
        comparison=("GreaterThanThreshold", 80),
        statistic="Maximum",
        missing="missing",
        description="A data volume is over 80 % full; runbook of the database, 'Grow a volume'.",
    ),
    _Watch(
        title="CertificateAlarm",
        metric="CertificateDays",
        comparison=("LessThanThreshold", 20),
        statistic="Minimum",
        missing="missing",
        description=(
            "A member's certificate ends soon; see the runbook of the database, 'The certificate'."
        ),
    ),
)


def add_database_alarms(template: Template, members: tuple[int, ...]) -> Alarm:
    """Add all alarms; return the one that represents the replica set as a whole.

    They are created when the last member is healthy: until then missing data is normal.
    """
    healthy = _Watch(
        title="MembersAlarm",
        metric="MembersHealthy",
        comparison=("LessThanThreshold", len(members)),
        statistic="Minimum",
        missing="breaching",
        description="Too few healthy members; runbook of the database, 'A member is missing'.",
    )
    last = f"Member{members[-1]}Group"
    for watched in _WATCHED:
        _add(template, watched, last)
    for number in members:
        _add_status_alarm(template, number)
    return _add(template, healthy, last)


def _add(template: Template, watched: _Watch, after: str) -> Alarm:
    alarm = add_alarm(
        template,
        watched.title,
        watched.description,
        (Sub("${Project}/${Environment}/mongo"), watched.metric),
        {},
        watched.comparison,
        topic=CRITICAL,
        statistic=watched.statistic,
        periods=watched.periods,
        missing=watched.missing,
    )
    alarm.DependsOn = after
    return alarm


def _add_status_alarm(template: Template, number: int) -> None:
    add_alarm(
        template,
        f"Member{number}StatusAlarm",
        f"Member {number}'s instance or host fails its checks; Auto Scaling replaces it.",
        ("AWS/EC2", "StatusCheckFailed"),
        {"AutoScalingGroupName": Ref(f"Member{number}Group")},
        ("GreaterThanThreshold", 0),
        topic=CRITICAL,
        statistic="Maximum",
        periods=2,
    )
