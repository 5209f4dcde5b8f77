"""Copies of an account's own buckets in the bucket of the same purpose in its recovery region.

S3 refuses to replicate into a bucket that does not exist, and the other region's roles need the
home region's boundary. So the home region is deployed first, without copies; a deploy after that of
the recovery region begins them. Until then the recovery region's outputs, and with them these
inputs, are empty.
"""

from dataclasses import dataclass
from typing import Any

from awacs.aws import Statement
from troposphere import If, NoValue, Ref, Sub, Template, s3

from tidegen.blocks.conditions import add_condition_if_set
from tidegen.blocks.inputs import RECOVERY_REGION
from tidegen.blocks.policies import arn
from tidegen.blocks.replication import replication_rule, replication_write_statements
from tidegen.contract import Input, Kind, Root, Scope

#: Holds once the recovery region has the bucket that gets the copies.
HAS_COPY = "HasCopy"
#: The id of the rule, a dimension of its alarms.
COPY_RULE = "copy"
#: Path of the account's own roles, by which their boundary recognizes them.
ACCOUNT_PATH = Sub("/${Project}/account/")


@dataclass(frozen=True)
class Copies:
    """The copies of a bucket: the inputs with the name and the key of the bucket that gets them."""

    bucket: Input
    key: Input

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The inputs of the concern whose bucket is copied."""
        return (RECOVERY_REGION, self.bucket, self.key)

    def add_condition(self, template: Template) -> None:
        """Add `HAS_COPY`: bucket and key are empty before they exist."""
        add_condition_if_set(template, HAS_COPY, self.key.name)

    def rule(self) -> s3.ReplicationConfigurationRules:
        """Return the rule that copies every object. Erasing the source erases no copy."""
        destination = arn(f"s3:::${{{self.bucket.name}}}")
        return replication_rule(destination, Ref(self.key.name), name=COPY_RULE, priority=2)

    def write_statements(self, folder: str = "") -> list[Statement]:
        """Allow writing copies below a folder of the bucket."""
        objects = arn(f"s3:::${{{self.bucket.name}}}/{folder}*")
        return replication_write_statements([objects], Ref(self.key.name), RECOVERY_REGION.name)


def _copies(name: str, scope: Scope, bucket: str, key: str) -> Copies:
    def read(kind: Kind, output: str, parameter: str, description: str) -> Input:
        source = Root(scope, output, in_recovery_region=True)
        return Input(parameter, kind, source, f"{description}, or empty", default="")

    return Copies(
        read(Kind.BUCKET_NAME, bucket, f"{name}CopyName", "Bucket of the copies"),
        read(Kind.KEY_ARN, key, f"{name}CopyKeyArn", "Key of the copies"),
    )


ARTIFACTS = _copies("Artifacts", Scope.BOOTSTRAP, "ArtifactsBucketName", "ArtifactsKeyArn")
ARCHIVE = _copies("Archive", Scope.ACCOUNT, "LogArchiveBucketName", "AuditKeyArn")


def if_copied(value: Any) -> Any:
    """Return a value that a property has only where there are copies."""
    return If(HAS_COPY, value, NoValue)
