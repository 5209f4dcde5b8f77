"""Alarms on the replication of the account's own buckets, for the findings topic."""

from dataclasses import dataclass

from troposphere import Ref, Template

from tidegen.blocks.account_copies import COPY_RULE, copy_bucket
from tidegen.blocks.conditions import add_condition_if_set
from tidegen.blocks.inputs import ARTIFACTS_BUCKET
from tidegen.blocks.replication import add_bucket_replication_alarms
from tidegen.blocks.trail import LOG_ARCHIVE
from tidegen.concerns.audit.recorder import LOG_INTAKE
from tidegen.contract import Input, Scope

_ARCHIVE_COPY = copy_bucket(Scope.ACCOUNT, "LogArchiveBucketName", "ArchiveCopyName")
_ARTIFACTS_COPY = copy_bucket(Scope.BOOTSTRAP, "ArtifactsBucketName", "ArtifactsCopyName")
COPY_INPUTS = (ARTIFACTS_BUCKET, _ARCHIVE_COPY, _ARTIFACTS_COPY)


@dataclass(frozen=True)
class _Copy:
    """A bucket with copies: how its alarms' names begin, its name, and the copies' bucket."""

    title: str
    source: Input
    bucket: Input


_COPIES = (
    _Copy("LogIntakeCopy", LOG_INTAKE, _ARCHIVE_COPY),
    _Copy("LogArchiveCopy", LOG_ARCHIVE, _ARCHIVE_COPY),
    _Copy("ArtifactsCopy", ARTIFACTS_BUCKET, _ARTIFACTS_COPY),
)


def add_replication_alarms(template: Template, topic: str) -> None:
    """Add alarms on replication into the archive (only replicated logs are locked), and copies."""
    archives = (Ref(LOG_INTAKE.name), Ref(LOG_ARCHIVE.name))
    add_bucket_replication_alarms(template, "LogIntake", *archives, topic=topic)
    for copied in (_ARCHIVE_COPY, _ARTIFACTS_COPY):
        add_condition_if_set(template, _condition(copied), copied.name)
    for item in _COPIES:
        names = (Ref(item.source.name), Ref(item.bucket.name))
        for alarm in add_bucket_replication_alarms(
            template, item.title, *names, topic=topic, rule=COPY_RULE
        ):
            alarm.Condition = _condition(item.bucket)


def _condition(copied: Input) -> str:
    return f"Has{copied.name.removesuffix('Name')}"
