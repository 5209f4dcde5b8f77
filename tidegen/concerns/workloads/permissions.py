"""Permissions of the chart's services, as statements for their roles.

The statements refer to inputs of the workloads concern.
"""

from collections.abc import Iterable
from typing import Any

from awacs import kms, s3, secretsmanager, ses
from awacs.aws import Action, Condition, Statement, StringEquals, StringLike
from troposphere import Ref, Sub

from tidegen.blocks.policies import allow, through


def object_statements(prefixes: Iterable[str]) -> list[Statement]:
    """Allow reading, writing and deleting objects below the prefixes of the uploads bucket.

    Calls: tidepool-org/platform, `store/unstructured/s3/s3.go`. A large upload has parts, and is
    aborted if it fails. Deleting leaves a marker: the bucket's policy keeps the versions.

    Listing is not limited to the prefixes: the service lists a user's objects without the prefix
    when it deletes them, and for a missing object S3 answers 403 instead of 404 to callers that may
    not list, which the service takes for a failure. The bucket contains nothing else.
    """
    objects = [Sub(f"${{UploadsBucketArn}}/{prefix}/*") for prefix in prefixes]
    actions = [s3.GetObject, s3.PutObject, s3.DeleteObject, s3.AbortMultipartUpload]
    return [
        allow("UseObjects", actions, objects),
        allow("ListObjects", [s3.ListBucket], [Ref("UploadsBucketArn")]),
        _through_s3("UseUploadsKey", [kms.GenerateDataKey, kms.Decrypt], "UploadsBucketArn"),
    ]


def asset_statements() -> list[Statement]:
    """Allow reading mail assets, and nothing else that the same key encrypts."""
    return [
        allow("ReadAssets", [s3.GetObject], [Sub("${AssetsBucketArn}/*")]),
        _through_s3("UseAssetsKey", [kms.Decrypt], "AssetsBucketArn"),
    ]


def _through_s3(sid: str, actions: list[Action], bucket_arn: str) -> Statement:
    """Allow the use of the data key through S3, for one bucket.

    The encryption context is the bucket's ARN with a bucket key, else the object's.
    Source: AWS docs, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys".
    """
    bucket = [Ref(bucket_arn), Sub(f"${{{bucket_arn}}}/*")]
    condition = [
        through("s3"),
        StringLike({"kms:EncryptionContext:aws:s3:arn": bucket}),
    ]
    return allow(sid, actions, [Ref("DataKeyArn")], Condition(condition))


def mail_statements(sender: Any) -> list[Statement]:
    """Allow sending mail to users as `sender`, through the transactional identity and its set.

    The identity's default configuration set is part of every request, so both are resources.
    hydrophone calls SendEmail, mailer calls SendRawEmail.
    """
    configuration_set = Sub(
        "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:configuration-set"
        "/${TransactionalConfigurationSet}"
    )
    as_sender = Condition(StringEquals({"ses:FromAddress": sender}))
    resources = [Ref("TransactionalIdentityArn"), configuration_set]
    return [allow("SendMail", [ses.SendEmail, ses.SendRawEmail], resources, as_sender)]


def secret_statements() -> list[Statement]:
    """Allow reading the secrets below this environment's path."""
    secrets = Sub(
        "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${SecretsPath}*"
    )
    actions = [secretsmanager.GetSecretValue, secretsmanager.DescribeSecret]
    return [
        allow("ReadSecrets", actions, [secrets]),
        allow(
            "UseSecretsKey",
            [kms.Decrypt],
            [Ref("SecretsKeyArn")],
            Condition(through("secretsmanager")),
        ),
    ]
