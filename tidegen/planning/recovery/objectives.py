"""The objectives of the data: how much is lost at most, from the schedules in the templates."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from tidegen.cloudformation.resources import Resources
from tidegen.cloudformation.values import property_at
from tidegen.planning.recovery.facts import RecoveryFacts, newest_dump, newest_point
from tidegen.planning.recovery.model import Objective

_DAY = 24 * 60
#: A schedule with an hour, or `5/6` as every sixth hour.
_CRON = re.compile(r"cron\(\d+ \d+(?:/(?P<step>\d+))? [?*] \* (?P<weekday>\S+) \*\)")
_DUE = re.compile(r"^DUE_HOURS=(\d+)$", re.MULTILINE)
#: A member checks once an hour whether a dump is due.
_CHECK_MINUTES = 60
_NONE = "nothing copies it there"


@dataclass(frozen=True)
class _Bucket:
    """A kind of objects: the bucket's path."""

    kind: str
    path: str


_BUCKETS = (
    _Bucket("uploads", "Storage/UploadsBucket"),
    _Bucket("mail assets", "Storage/AssetsBucket"),
    # of the account's baseline in the home region
    _Bucket("archived logs", "LogArchive/LogArchive"),
    _Bucket("packages, templates", "ArtifactsBucket"),
)
_PLANS = {
    "database, from recovery points": ("Backup/Plan", "EBS"),
    "tables": ("Backup/TablesPlan", "DynamoDB"),
}
_BACKUPS = "Storage/BackupsBucket"


def objectives(resources: Resources, facts: RecoveryFacts) -> tuple[Objective, ...]:
    """Return the objectives of all kinds of data, from the environment's own resources."""
    return (
        *(_replicated(bucket, resources) for bucket in _BUCKETS),
        *_planned(resources, facts),
        _dumped(resources, facts),
        _secret(resources),
    )


def _replicated(bucket: _Bucket, resources: Resources) -> Objective:
    minutes = replication_minutes(resources.get(bucket.path, {}))
    promise = (
        f"S3's promise for 99.9 % of the objects within {minutes} minutes; an alarm watches it"
    )
    return Objective(kind=bucket.kind, minutes=minutes, source=promise if minutes else _NONE)


def replication_minutes(resource: Mapping[str, Any]) -> int | None:
    """Return the minutes within which S3 promises to replicate a bucket; None if it does not."""
    rules = property_at(resource.get("Properties", {}), "ReplicationConfiguration.Rules") or []
    times = [property_at(rule, "Destination.ReplicationTime.Time.Minutes") for rule in rules]
    known = [int(time) for time in times if isinstance(time, int | str) and str(time).isdigit()]
    return max(known, default=None)


def _planned(resources: Resources, facts: RecoveryFacts) -> Iterator[Objective]:
    for kind, (path, type_name) in _PLANS.items():
        rules = property_at(
            resources.get(path, {}).get("Properties", {}), "BackupPlan.BackupPlanRule"
        )
        yield _of_plan(kind, rules or [], facts, type_name)


def _of_plan(
    kind: str, rules: Iterable[Mapping[str, Any]], facts: RecoveryFacts, type_name: str
) -> Objective:
    """Return the objective of a plan: its interval, and the time until a copy is complete."""
    copied = [rule for rule in rules if rule.get("CopyActions")]
    every = [minutes_between(str(rule.get("ScheduleExpression"))) for rule in copied]
    newest = newest_point(facts, type_name)
    if not copied or None in every:
        return Objective(kind=kind, minutes=None, source=_NONE, newest=newest)
    rule, interval = copied[0], min(minutes for minutes in every if minutes)
    start, end = int(rule.get("StartWindowMinutes", 0)), int(rule.get("CompletionWindowMinutes", 0))
    text = f"every {_hours(interval)}, starts within {_hours(start)}, complete within {_hours(end)}"
    return Objective(kind=kind, minutes=interval + start + end, source=text, newest=newest)


def _hours(minutes: int) -> str:
    return f"{minutes / 60:g} h"


def minutes_between(expression: str) -> int | None:
    """Return the minutes between two runs of a schedule of AWS Backup; None for other forms."""
    match = _CRON.fullmatch(expression)
    if not match:
        return None
    if match["weekday"] not in ("?", "*"):
        return 7 * _DAY
    return int(match["step"]) * 60 if match["step"] else _DAY


def _dumped(resources: Resources, facts: RecoveryFacts) -> Objective:
    """Return the objective of dumps: due hours, the next check, the replication, and the dump."""
    minutes, newest = replication_minutes(resources.get(_BACKUPS, {})), newest_dump(facts)
    kind = "database, from dumps"
    if minutes is None:
        return Objective(kind=kind, minutes=None, source=_NONE, newest=newest)
    due = due_hours()
    text = f"due after {due} h, checked each hour, replicated in {minutes} min; and the dump's time"
    total = due * 60 + _CHECK_MINUTES + minutes
    return Objective(kind=kind, minutes=total, source=text, newest=newest)


def due_hours() -> int:
    """Return the hours after which a dump is due, as the members' script has them."""
    script = files("tidegen.concerns.database.scripts").joinpath("backup.sh").read_text("utf-8")
    match = _DUE.search(script)
    assert match, "backup.sh has no DUE_HOURS"
    return int(match[1])


def _secret(resources: Resources) -> Objective:
    """Return the objective of the secrets, which Secrets Manager replicates as they change."""
    of_chart = [
        resource
        for path, resource in resources.items()
        if path.startswith("Secrets/") and resource.get("Type") == "AWS::SecretsManager::Secret"
    ]
    replicated = [r for r in of_chart if r.get("Properties", {}).get("ReplicaRegions")]
    if not of_chart or len(replicated) < len(of_chart):
        return Objective(kind="secrets", minutes=None, source=_NONE)
    text = "Secrets Manager replicates each change; AWS promises no time"
    return Objective(kind="secrets", minutes=0, source=text)
