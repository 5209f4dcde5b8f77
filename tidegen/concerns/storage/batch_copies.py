"""The role of S3 Batch Operations: what live replication does not do by itself.

Objects that were there before their bucket replicated, and the way back from the replica that a
lost region left. Jobs are begun by people; docs/runbooks/recovery.md has the commands.
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
    """The role, `BatchRole`: replicate anew what is in buckets, and copy one back from its replica.

    Source: S3 guide, "Configuring an IAM role for S3 Batch Replication" and "Granting permissions
    for Batch Operations". Jobs have S3 list the objects, and write neither list nor report.
    """
    policy = document(*_replicating(replicated), *_copying(copied))
    return add_role(
        template,
        "BatchRole",
        trust("batchoperations.s3"),
        policy,
        "S3 Batch Operations replicates what was there before, and copies back from the replica",
    )


def _replicating(pairs: tuple[Pair, ...]) -> list[Statement]:
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


def _copying(pair: Pair) -> list[Statement]:
    """From the replica in this region, whose name and key's alias are known, tags included."""
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
