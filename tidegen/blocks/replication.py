"""Replication of buckets: rules, the role that S3 acts as, and the alarms."""

from dataclasses import dataclass
from typing import Any

from awacs import kms, sts
from awacs import s3 as actions
from awacs.aws import Action, Allow, Condition, PolicyDocument, Principal, Statement
from troposphere import GetAtt, If, NoValue, Ref, Sub, Template, s3
from troposphere.cloudwatch import Alarm

from tidegen.blocks.alarms import WARNING, add_alarm
from tidegen.blocks.data_buckets import bucket_name, objects_arn
from tidegen.blocks.policies import allow, document, through
from tidegen.blocks.roles import add_role

#: Purposes in the replicas' names: not the sources', so that an environment moved to the recovery
#: region finds its own names free.
REPLICA_UPLOADS = "uploads-dr"
REPLICA_BACKUPS = "backups-dr"
ROLE = "ReplicationRole"
HAS_REPLICA = "HasReplica"
RULE = "recovery"
#: What S3 promises with replication time control.
_MINUTES = 15


@dataclass(frozen=True)
class Pair:
    """A bucket, its key, and its replica: a title, names of parameters, and a name's purpose.

    With `deletions` what is deleted at the source is deleted at the replica too.
    """

    bucket: str
    key_arn: str
    replica_arn: str
    replica_purpose: str
    deletions: bool = False


def replicated(pair: Pair) -> Any:
    """The replication of one bucket, where there is a replica to write to."""
    arns = (Ref(pair.replica_arn), Ref("ReplicaKeyArn"))
    configuration = replication(*arns, deletions=pair.deletions)
    return If(HAS_REPLICA, configuration, NoValue)


def replication(
    replica_arn: Any, key_arn: Any, *, deletions: bool = False
) -> s3.ReplicationConfiguration:
    """The replication of every object to one bucket, under that bucket's key.

    Without `deletions` who deletes at the source has not deleted at the replica. Versions that are
    deleted for good, and what a lifecycle rule deletes, S3 replicates never. The rule is of the
    current schema, which needs all of Filter, Priority and delete markers.
    """
    markers = "Enabled" if deletions else "Disabled"
    encrypted = s3.SseKmsEncryptedObjects(Status="Enabled")
    rule = s3.ReplicationConfigurationRules(
        Id=RULE,
        Priority=1,
        Status="Enabled",
        Filter=s3.ReplicationRuleFilter(Prefix=""),
        DeleteMarkerReplication=s3.DeleteMarkerReplication(Status=markers),
        SourceSelectionCriteria=s3.SourceSelectionCriteria(SseKmsEncryptedObjects=encrypted),
        Destination=_destination(replica_arn, key_arn),
    )
    return s3.ReplicationConfiguration(Role=GetAtt(ROLE, "Arn"), Rules=[rule])


def add_replication_role(template: Template, pairs: tuple[Pair, ...]) -> None:
    """The role by which S3 reads the sources and writes the replicas, and nothing else."""
    replicas = [objects_arn(pair.replica_purpose, "RecoveryRegion") for pair in pairs]
    policy = document(
        *replication_read_statements(
            [pair.bucket for pair in pairs], [Ref(pair.key_arn) for pair in pairs]
        ),
        *writing(replicas, Ref("ReplicaKeyArn"), "RecoveryRegion"),
    )
    role = add_role(template, ROLE, trust(), policy, "S3 replicates to the recovery region as it")
    role.Condition = HAS_REPLICA
    template.resources[f"{ROLE}Policy"].Condition = HAS_REPLICA


def add_replication_alarms(template: Template, pairs: tuple[Pair, ...]) -> None:
    """Per bucket: an object that did not arrive, and one that is late."""
    for pair in pairs:
        replica = bucket_name(pair.replica_purpose, "RecoveryRegion")
        for alarm in replication_alarms(template, pair.bucket, Ref(pair.bucket), replica):
            alarm.Condition = HAS_REPLICA


def replication_alarms(
    template: Template, title: str, source: Any, replica: Any, topic: str = WARNING
) -> tuple[Alarm, Alarm]:
    """The two alarms of one bucket, given by name, and its replica; titles begin with `title`."""
    dimensions = {"SourceBucket": source, "DestinationBucket": replica, "RuleId": RULE}
    failed = add_alarm(
        template,
        f"{title}ReplicationFailed",
        "Objects did not reach the replica. Mend role, key or the replica's policy (the trail"
        " shows what was refused), then run S3 Batch Replication for status FAILED.",
        ("AWS/S3", "OperationsFailedReplication"),
        dimensions,
        ("GreaterThanThreshold", 0),
        topic=topic,
    )
    late = add_alarm(
        template,
        f"{title}ReplicationLate",
        "A replica is more than 15 minutes behind. Look at AWS Health for S3 in the regions of"
        " both; until it catches up, what is pending has no second copy.",
        ("AWS/S3", "ReplicationLatency"),
        dimensions,
        ("GreaterThanThreshold", _MINUTES * 60),
        topic=topic,
        statistic="Maximum",
        periods=3,
    )
    return failed, late


def trust() -> PolicyDocument:
    """Trust in S3 as AWS's guide has it ("Setting up permissions for live replication").

    It sets no source account, and an unmet condition would only show as objects that do not
    arrive; S3 takes no role of another account here.
    """
    statement = Statement(
        Effect=Allow, Principal=Principal("Service", ["s3.amazonaws.com"]), Action=[sts.AssumeRole]
    )
    return document(statement)


def replication_read_statements(buckets: list[str], key_arns: list[Any]) -> list[Statement]:
    """Read the versions of buckets of this template, by title, under their keys."""
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
            [GetAtt(bucket, "Arn") for bucket in buckets],
        ),
        allow("ReadVersions", objects, [Sub(f"${{{bucket}.Arn}}/*") for bucket in buckets]),
        allow("Decrypt", [kms.Decrypt], key_arns, Condition(through("s3"))),
    ]


def writing(objects: list[Any], key_arn: Any, region: str) -> list[Statement]:
    """Write replicas, given as ARNs of objects, in the region that the parameter `region` names."""
    return [
        allow(
            "WriteReplicas",
            [actions.ReplicateObject, actions.ReplicateDelete, actions.ReplicateTags],
            objects,
        ),
        # a bucket key makes S3 ask for data keys
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
