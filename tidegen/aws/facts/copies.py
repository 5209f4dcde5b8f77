"""Readers of the copies of data: recovery points, and dumps of the database."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tidegen.aws.facts.reader import Reader
from tidegen.contract import Topic
from tidegen.planning.preflight import Answer

Names = tuple[str, ...]
_MANIFEST = re.compile(r"mongodb/(\d{4}/\d{2}/\d{2}/\d{6})/manifest\.json")


def _points(reader: Reader, vaults: Names) -> Answer:
    return {vault: _newest_points(reader, vault) for vault in vaults}


def _newest_points(reader: Reader, vault: str) -> dict[str, str]:
    """Return type of resource → time of the newest complete point."""
    listed = reader.pages(
        "backup",
        "list_recovery_points_by_backup_vault",
        "RecoveryPoints",
        BackupVaultName=vault,
    )
    newest: dict[str, str] = {}
    for point in listed:
        if point["Status"] == "COMPLETED":
            kind, time = point["ResourceType"], point["CreationDate"].isoformat()
            newest[kind] = max(time, newest.get(kind, time))
    return newest


def _dumps(reader: Reader, buckets: Names) -> Answer:
    times = {bucket: _newest_dump(reader, bucket) for bucket in buckets}
    return {bucket: time for bucket, time in times.items() if time}


def _newest_dump(reader: Reader, bucket: str) -> str:
    """Return the time of the newest dump with a manifest; empty without one."""
    listed = reader.pages("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix="mongodb/")
    return max(_times(listed), default="")


def _times(objects: Iterable[Any]) -> list[str]:
    """Return the times of complete dumps, whose folder's name is the time."""
    matches = (_MANIFEST.fullmatch(item["Key"]) for item in objects)
    return [_time(match[1]) for match in matches if match]


def _time(folder: str) -> str:
    return datetime.strptime(folder, "%Y/%m/%d/%H%M%S").replace(tzinfo=UTC).isoformat()


READERS = {Topic.DUMPS: _dumps, Topic.RECOVERY_POINTS: _points}
