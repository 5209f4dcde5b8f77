"""Alarms on the replication of the account's own buckets, for the findings topic."""

from dataclasses import dataclass

from troposphere import Ref, Template

from tidegen.blocks.account_copies import ARCHIVE, ARTIFACTS, COPY_RULE
from tidegen.blocks.conditions import add_condition_if_set
from tidegen.blocks.inputs import ARTIFACTS_BUCKET
from tidegen.blocks.replication import add_bucket_replication_alarms
from tidegen.blocks.trail import LOG_ARCHIVE
from tidegen.concerns.audit.recorder import LOG_INTAKE
from tidegen.contract import Input

COPY_INPUTS = (ARTIFACTS_BUCKET, ARCHIVE.bucket, ARTIFACTS.bucket)


@dataclass(frozen=True)
class _Copy:
    """A bucket with copies: how its alarms' names begin, its name, and the copies' bucket."""

    title: str
    source: Input
    bucket: Input


_COPIES = (
    _Copy("LogIntakeCopy", LOG_INTAKE, ARCHIVE.bucket),
    _Copy("LogArchiveCopy", LOG_ARCHIVE, ARCHIVE.bucket),
    _Copy("ArtifactsCopy", ARTIFACTS_BUCKET, ARTIFACTS.bucket),
)


def add_replication_alarms(template: Template, topic: str) -> None:
    """Add alarms on replication into the archive (only replicated logs are locked), and copies."""
    archives = (Ref(LOG_INTAKE.name), Ref(LOG_ARCHIVE.name))
    add_bucket_replication_alarms(template, "LogIntake", *archives, topic=topic)
    for copied in (ARCHIVE.bucket, ARTIFACTS.bucket):
        add_condition_if_set(template, _condition(copied), copied.name)
    for item in _COPIES:
        names = (Ref(item.source.name), Ref(item.bucket.name))
        for alarm in add_bucket_replication_alarms(
            template, item.title, *names, topic=topic, rule=COPY_RULE
        ):
            alarm.Condition = _condition(item.bucket)


def _condition(copied: Input) -> str:
    return f"Has{copied.name.removesuffix('Name')}"
