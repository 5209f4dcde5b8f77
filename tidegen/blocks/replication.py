"""Replication of buckets: rules, the role of S3, and the alarms."""

from dataclasses import dataclass
from typing import Any

from awacs import kms
from awacs import s3 as actions
from awacs.aws import Action, Condition, Statement
from troposphere import GetAtt, If, NoValue, Ref, Sub, Template, s3
from troposphere.cloudwatch import Alarm

from tidegen.blocks.alarms import WARNING, add_alarm
from tidegen.blocks.conditions import HAS_REPLICA
from tidegen.blocks.data_buckets import bucket_name, objects_arn
from tidegen.blocks.inputs import RECOVERY_REGION, REPLICA_KEY
from tidegen.blocks.policies import allow, document, through, trust
from tidegen.blocks.roles import add_role
from tidegen.contract import Input

#: Purposes in the replicas' names. They differ from the sources', so that an environment that moves
#: to the recovery region can use its own names.
REPLICA_UPLOADS = "uploads-dr"
REPLICA_BACKUPS = "backups-dr"
REPLICA_ASSETS = "assets-dr"
ROLE = "ReplicationRole"
RULE = "recovery"
#: The time that S3 promises with replication time control.
_MINUTES = 15


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A bucket and its replica: the bucket's title, and names of parameters.

    `replica_purpose` is part of the replica's name. With `deletions`, deletions at the source are
    replicated.
    """

    bucket: str
    key_arn: str
    replica_arn: str
    replica_purpose: str
    deletions: bool = False


def optional_replication(pair: Pair, key: Input = REPLICA_KEY) -> Any:
    """Return the replication of one bucket where the environment has a recovery region."""
    arns = (Ref(pair.replica_arn), Ref(key.name))
    configuration = replication(*arns, deletions=pair.deletions)
    return If(HAS_REPLICA, configuration, NoValue)


def replication(
    replica_arn: Any, key_arn: Any, *, deletions: bool = False
) -> s3.ReplicationConfiguration:
    """Return the replication of every object to one bucket, under that bucket's key."""
    rule = replication_rule(replica_arn, key_arn, deletions=deletions)
    return s3.ReplicationConfiguration(Role=GetAtt(ROLE, "Arn"), Rules=[rule])


def replication_rule(
    replica_arn: Any,
    key_arn: Any,
    *,
    deletions: bool = False,
    name: str = RULE,
    priority: int = 1,
) -> s3.ReplicationConfigurationRules:
    """Return the rule of every object to one bucket, under that bucket's key.

    Without `deletions` an object that is deleted at the source remains at the replica. S3 never
    replicates permanent deletions of versions, or deletions by a lifecycle rule. The rule has the
    current schema, which needs all of Filter, Priority and delete markers.
    """
    markers = "Enabled" if deletions else "Disabled"
    encrypted = s3.SseKmsEncryptedObjects(Status="Enabled")
    return s3.ReplicationConfigurationRules(
        Id=name,
        Priority=priority,
        Status="Enabled",
        Filter=s3.ReplicationRuleFilter(Prefix=""),
        DeleteMarkerReplication=s3.DeleteMarkerReplication(Status=markers),
        SourceSelectionCriteria=s3.SourceSelectionCriteria(SseKmsEncryptedObjects=encrypted),
        Destination=_destination(replica_arn, key_arn),
    )


def add_replication_role(
    template: Template,
    pairs: tuple[Pair, ...],
    key: Input = REPLICA_KEY,
    region: Input = RECOVERY_REGION,
) -> None:
    """Add the role that S3 assumes, only to read the sources and write the replicas."""
    replicas = [objects_arn(pair.replica_purpose, region.name) for pair in pairs]
    policy = document(
        *replication_read_statements(
            [pair.bucket for pair in pairs], [Ref(pair.key_arn) for pair in pairs]
        ),
        *replication_write_statements(replicas, Ref(key.name), region.name),
    )
    role = add_role(
        template, ROLE, trust("s3"), policy, "S3 replicates to the recovery region as it"
    )
    role.Condition = HAS_REPLICA
    template.resources[f"{ROLE}Policy"].Condition = HAS_REPLICA


def add_replication_alarms(
    template: Template, pairs: tuple[Pair, ...], region: Input = RECOVERY_REGION
) -> None:
    """Add two alarms per bucket, for objects that did not arrive and for late ones."""
    for pair in pairs:
        replica = bucket_name(pair.replica_purpose, region.name)
        for alarm in add_bucket_replication_alarms(
            template, pair.bucket, Ref(pair.bucket), replica
        ):
            alarm.Condition = HAS_REPLICA


def add_bucket_replication_alarms(
    template: Template,
    title: str,
    source: Any,
    replica: Any,
    topic: str = WARNING,
    rule: str = RULE,
) -> tuple[Alarm, Alarm]:
    """Add both alarms of a bucket and its replica, by name; `title` begins their logical ids."""
    dimensions = {"SourceBucket": source, "DestinationBucket": replica, "RuleId": rule}
    failed = add_alarm(
        template,
        f"{title}ReplicationFailed",
        "Objects did not reach the replica. Fix the role, the key or the replica's policy (the"
        " trail shows the refused call), then run S3 Batch Replication for status FAILED.",
        ("AWS/S3", "OperationsFailedReplication"),
        dimensions,
        ("GreaterThanThreshold", 0),
        topic=topic,
    )
    late = add_alarm(
        template,
        f"{title}ReplicationLate",
        "A replica is more than 15 minutes behind. See AWS Health for S3 in both regions; until it"
        " catches up, pending objects have no second copy.",
        ("AWS/S3", "ReplicationLatency"),
        dimensions,
        ("GreaterThanThreshold", _MINUTES * 60),
        topic=topic,
        statistic="Maximum",
        periods=3,
    )
    return failed, late


def replication_read_statements(buckets: list[str], key_arns: list[Any]) -> list[Statement]:
    """Allow reading the versions of this template's buckets, given by title, under their keys."""
    objects = [Sub(f"${{{bucket}.Arn}}/*") for bucket in buckets]
    return read_statements([GetAtt(bucket, "Arn") for bucket in buckets], objects, key_arns)


def read_statements(
    bucket_arns: list[Any], object_arns: list[Any], key_arns: list[Any]
) -> list[Statement]:
    """Allow reading the versions of buckets, given by ARNs, under their keys."""
    objects: list[Action] = [
        actions.GetObjectVersionForReplication,
        actions.GetObjectVersionAcl,
        actions.GetObjectVersionTagging,
        actions.GetObjectRetention,
        actions.GetObjectLegalHold,
    ]
    return [
        allow(
            "ReadConfiguration",
            [actions.GetReplicationConfiguration, actions.ListBucket],
            bucket_arns,
        ),
        allow("ReadVersions", objects, object_arns),
        allow("Decrypt", [kms.Decrypt], key_arns, Condition(through("s3"))),
    ]


def replication_write_statements(objects: list[Any], key_arn: Any, region: str) -> list[Statement]:
    """Allow writing replicas, given as ARNs of objects, in the region in parameter `region`."""
    return [
        allow(
            "WriteReplicas",
            [actions.ReplicateObject, actions.ReplicateDelete, actions.ReplicateTags],
            objects,
        ),
        # for a bucket with a bucket key, S3 generates data keys
        allow(
            "Encrypt",
            [kms.Encrypt, kms.GenerateDataKey],
            [key_arn],
            Condition(through("s3", region)),
        ),
    ]


def _destination(replica_arn: Any, key_arn: Any) -> s3.ReplicationConfigurationRulesDestination:
    time = s3.ReplicationTimeValue(Minutes=_MINUTES)
    return s3.ReplicationConfigurationRulesDestination(
        Bucket=replica_arn,
        EncryptionConfiguration=s3.EncryptionConfiguration(ReplicaKmsKeyID=key_arn),
        Metrics=s3.Metrics(Status="Enabled", EventThreshold=time),
        ReplicationTime=s3.ReplicationTime(Status="Enabled", Time=time),
    )
