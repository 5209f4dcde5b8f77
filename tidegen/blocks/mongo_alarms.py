"""Alarms of the replica set: backups, lag, disk, members, and the instances below."""

from troposphere import Ref, Sub, Template
from troposphere.cloudwatch import Alarm

from tidegen.blocks.alarms import CRITICAL, add_alarm

#: (title, metric, operator, threshold, statistic, missing data, what to do)
_ALARMS = (
    (
        # every member measures the same, so the smallest is right where one of them is not
        "BackupAlarm",
        "BackupAgeHours",
        ("GreaterThanThreshold", 26),
        "Minimum",
        "breaching",
        "No good backup for 26 hours, or the members are silent; see mongo-backup on each.",
    ),
    (
        "LagAlarm",
        "ReplicationLag",
        ("GreaterThanThreshold", 60),
        "Maximum",
        "missing",
        "A member is more than a minute behind; see its log and its volume's metrics.",
    ),
    (
        "DiskAlarm",
        "DiskUsed",
        ("GreaterThanThreshold", 80),
        "Maximum",
        "missing",
        "A data volume is over 80 % full; raise database.volume_gib.",
    ),
    (
        "CertificateAlarm",
        "CertificateDays",
        ("LessThanThreshold", 20),
        "Minimum",
        "missing",
        "A member's certificate ends soon; see the runbook of the database, 'The certificate'.",
    ),
)


def add_database_alarms(template: Template, members: tuple[int, ...]) -> Alarm:
    """All alarms; returns the one that stands for the replica set as a whole."""
    for title, metric, comparison, statistic, missing, meaning in _ALARMS:
        _add(template, title, metric, comparison, statistic, missing, meaning)
    for number in members:
        _add_status_alarm(template, number)
    return _add(
        template,
        "MembersAlarm",
        "MembersHealthy",
        ("LessThanThreshold", len(members)),
        "Minimum",
        "breaching",
        "Fewer than three members are healthy; see rs.status() and the Auto Scaling groups.",
    )


def _add(
    template: Template,
    title: str,
    metric: str,
    comparison: tuple[str, float],
    statistic: str,
    missing: str,
    meaning: str,
) -> Alarm:
    return add_alarm(
        template,
        title,
        meaning,
        (Sub("${Project}/${Environment}/mongo"), metric),
        {},
        comparison,
        topic=CRITICAL,
        statistic=statistic,
        periods=3,
        missing=missing,
    )


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
