"""Alarms of the replica set: primary, members, lag, backups, disk, certificate, instances below."""

from typing import NamedTuple

from troposphere import Ref, Sub, Template
from troposphere.cloudwatch import Alarm

from tidegen.blocks.alarms import CRITICAL, add_alarm


class _Watched(NamedTuple):
    """A metric that members push, and what it means that it is out of bounds."""

    title: str
    metric: str
    comparison: tuple[str, float]
    statistic: str
    missing: str
    meaning: str
    #: of five minutes each, one after the other
    periods: int = 3


_WATCHED = (
    _Watched(
        # a member that is cut off sees none; the set has one while anybody sees it
        "PrimaryAlarm",
        "HasPrimary",
        ("LessThanThreshold", 1),
        "Maximum",
        "breaching",
        "The set has no primary, nothing can be written; runbook of the database, 'No primary'.",
        periods=2,
    ),
    _Watched(
        # every member measures the same, so the smallest is right where one of them is not
        "BackupAlarm",
        "BackupAgeHours",
        ("GreaterThanThreshold", 26),
        "Minimum",
        "breaching",
        "No backup for 26 hours, or silent members; runbook of the database, 'Back up now'.",
    ),
    _Watched(
        "LagAlarm",
        "ReplicationLag",
        ("GreaterThanThreshold", 60),
        "Maximum",
        "missing",
        "A member is over a minute behind; runbook of the database, 'A member is missing'.",
    ),
    _Watched(
        "DiskAlarm",
        "DiskUsed",
        ("GreaterThanThreshold", 80),
        "Maximum",
        "missing",
        "A data volume is over 80 % full; runbook of the database, 'Grow a volume'.",
    ),
    _Watched(
        "CertificateAlarm",
        "CertificateDays",
        ("LessThanThreshold", 20),
        "Minimum",
        "missing",
        "A member's certificate ends soon; see the runbook of the database, 'The certificate'.",
    ),
)


def add_database_alarms(template: Template, members: tuple[int, ...]) -> Alarm:
    """All alarms; returns the one that stands for the replica set as a whole.

    They are made when the last member is well: until then silence is no trouble.
    """
    healthy = _Watched(
        "MembersAlarm",
        "MembersHealthy",
        ("LessThanThreshold", len(members)),
        "Minimum",
        "breaching",
        "Too few healthy members; runbook of the database, 'A member is missing'.",
    )
    last = f"Member{members[-1]}Group"
    for watched in _WATCHED:
        _add(template, watched, last)
    for number in members:
        _add_status_alarm(template, number)
    return _add(template, healthy, last)


def _add(template: Template, watched: _Watched, after: str) -> Alarm:
    alarm = add_alarm(
        template,
        watched.title,
        watched.meaning,
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
