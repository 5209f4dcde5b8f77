"""Copies of an account's own buckets in the bucket of the same purpose in its recovery region.

S3 refuses to replicate into a bucket that does not exist, and the other region's roles need the
home region's boundary. So the home region is deployed first, without copies; a deploy after that of
the recovery region begins them. Until then the recovery region's outputs, and with them these
inputs, are empty.
"""

from typing import Any

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
_BUCKET = "CopyBucketName"
_KEY = "CopyKeyArn"


def copy_bucket(scope: Scope, output: str, name: str = _BUCKET) -> Input:
    """Return the input with the name of the recovery region's bucket, empty before it exists."""
    source = Root(scope, output, in_recovery_region=True)
    return Input(name, Kind.BUCKET_NAME, source, "Bucket of the copies, or empty", default="")


def copy_inputs(scope: Scope, bucket: str, key: str) -> tuple[Input, ...]:
    """Return the inputs of a concern whose bucket is copied; `bucket` and `key` are outputs."""
    source = Root(scope, key, in_recovery_region=True)
    key_input = Input(_KEY, Kind.KEY_ARN, source, "Key of the copies, or empty", default="")
    return (RECOVERY_REGION, copy_bucket(scope, bucket), key_input)


def add_copy_condition(template: Template, parameter: str = _BUCKET) -> None:
    """Add `HAS_COPY`, for the parameter that has the name of the copies' bucket."""
    add_condition_if_set(template, HAS_COPY, parameter)


def if_copied(value: Any) -> Any:
    """Return a value that a property has only where there are copies."""
    return If(HAS_COPY, value, NoValue)


def copy_rule() -> s3.ReplicationConfigurationRules:
    """Return the rule that copies every object. Erasing the source erases no copy."""
    destination = arn(f"s3:::${{{_BUCKET}}}")
    return replication_rule(destination, Ref(_KEY), name=COPY_RULE, priority=2)


def copy_write_statements(folder: str = "") -> list[Any]:
    """Allow writing copies below a folder of the recovery region's bucket."""
    objects = arn(f"s3:::${{{_BUCKET}}}/{folder}*")
    return replication_write_statements([objects], Ref(_KEY), RECOVERY_REGION.name)
