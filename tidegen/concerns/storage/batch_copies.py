"""The role of S3 Batch Operations, for copies that live replication does not make.

These are objects older than their bucket's replication, and copies back from the replica after a
region was lost. People start the jobs; docs/runbooks/recovery.md has the commands.
"""

from awacs import kms
from awacs import s3 as actions
from awacs.aws import Condition, ForAnyValueStringEquals, Statement
from troposphere import GetAtt, Ref, Sub, Template, iam

from tidegen.blocks.data_buckets import bucket_arn, objects_arn
from tidegen.blocks.policies import allow, document, through, trust
from tidegen.blocks.replication import Pair
from tidegen.blocks.roles import add_role


def add_batch_role(template: Template, replicated: tuple[Pair, ...], copied: Pair) -> iam.Role:
    """Add the role `BatchRole`: replicate existing objects, and copy one bucket from its replica.

    Source: S3 guide, "Configuring an IAM role for S3 Batch Replication" and "Granting permissions
    for Batch Operations". S3 lists the objects of a job; jobs write neither a list nor a report.
    """
    policy = document(*_replication_statements(replicated), *_copy_statements(copied))
    return add_role(
        template,
        "BatchRole",
        trust("batchoperations.s3"),
        policy,
        "S3 Batch Operations replicates existing objects, and copies back from the replica",
    )


def _replication_statements(pairs: tuple[Pair, ...]) -> list[Statement]:
    buckets = [GetAtt(pair.bucket, "Arn") for pair in pairs]
    replicas = [bucket_arn(pair.replica_purpose) for pair in pairs]
    objects = [Sub(f"${{{pair.bucket}.Arn}}/*") for pair in pairs]
    return [
        allow("Replicate", [actions.InitiateReplication], objects),
        allow(
            "ListObjects",
            [actions.GetReplicationConfiguration, actions.PutInventoryConfiguration],
            [*buckets, *replicas],
        ),
    ]


def _copy_statements(pair: Pair) -> list[Statement]:
    """Allow copies, tags included, from this region's replica, by its name and its key's alias."""
    reading = [
        actions.GetObject,
        actions.GetObjectTagging,
        actions.GetObjectVersion,
        actions.GetObjectVersionTagging,
    ]
    alias = {"kms:ResourceAliases": Sub("alias/${Project}/${Environment}/replica")}
    keys = Sub("arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*")
    return [
        allow("ReadReplica", reading, [objects_arn(pair.replica_purpose, "AWS::Region")]),
        allow(
            "WriteCopies",
            [actions.PutObject, actions.PutObjectTagging],
            [Sub(f"${{{pair.bucket}.Arn}}/*")],
        ),
        allow(
            "DecryptReplica",
            [kms.Decrypt],
            [keys],
            Condition([through("s3"), ForAnyValueStringEquals(alias)]),
        ),
        allow(
            "EncryptCopies",
            [kms.Decrypt, kms.GenerateDataKey],
            [Ref(pair.key_arn)],
            Condition(through("s3")),
        ),
    ]
