"""Permissions of a member of the replica set: its own volume and address, and writing backups."""

from awacs import autoscaling, cloudformation, cloudwatch, ec2, kms, logs, s3, secretsmanager, ssm
from awacs.aws import Action, Bool, Condition, Statement, StringEquals, StringLike
from troposphere import GetAtt, Ref, Sub

from tidegen.blocks.policies import allow, arn, through

_REGIONAL = "${AWS::Region}:${AWS::AccountId}"
_EC2 = f"ec2:{_REGIONAL}"
_ARTIFACTS = "s3:::${ArtifactsBucketName}"
_ATTACHING: list[Action] = [ec2.AttachVolume, ec2.AttachNetworkInterface]


def member_statements(number: int) -> list[Statement]:
    """Return the statements of one member. It writes and lists backups, never reads or deletes."""
    name = f"Member{number}"
    return [
        *_attach_statements(name, number),
        *_read_statements(),
        *_backup_statements(),
        *_report_statements(name),
    ]


def member_tag(number: int) -> Sub:
    """Return the value of the tag `tidegen:member`, by which permissions distinguish instances."""
    return Sub(f"${{Project}}/${{Environment}}/{number}")


def _attach_statements(name: str, number: int) -> list[Statement]:
    """Allow attaching its own volume and address to its own instance: all three have its tag.

    Attaching an encrypted volume needs a grant for EC2 on its key (AWS docs, "Requirements for
    Amazon EBS encryption").
    """
    own = StringEquals({"aws:ResourceTag/tidegen:member": member_tag(number)})
    grant = [
        Bool({"kms:GrantIsForAWSResource": "true"}),
        through("ec2"),
    ]
    parts = [
        arn(f"{_EC2}:volume/${{{name}Volume}}"),
        arn(f"{_EC2}:network-interface/${{{name}Interface}}"),
        arn(f"{_EC2}:instance/*"),
    ]
    return [
        allow("Attach", _ATTACHING, parts, Condition(own)),
        allow("UnlockVolume", [kms.CreateGrant], [Ref("DatabaseKeyArn")], Condition(grant)),
        # these support no resource
        allow(
            "Look",
            [
                autoscaling.DescribeAutoScalingInstances,
                ec2.DescribeNetworkInterfaces,
                ec2.DescribeVolumes,
            ],
            ["*"],
        ),
    ]


def _read_statements() -> list[Statement]:
    """Allow reading its bundle, the packages, and four secrets (the services' one by its name)."""
    services = arn(f"secretsmanager:{_REGIONAL}:secret:/${{Project}}/${{Environment}}/mongo-??????")
    packages = StringLike({"s3:prefix": "packages/*"})
    objects = [arn(f"{_ARTIFACTS}/assets/*/database.tar"), arn(f"{_ARTIFACTS}/packages/*")]
    return [
        allow("ReadBundle", [s3.GetObject], objects),
        allow("FindPackages", [s3.ListBucket], [arn(_ARTIFACTS)], Condition(packages)),
        allow("DecryptBundle", [kms.Decrypt], [Ref("ArtifactsKeyArn")], Condition(through("s3"))),
        allow(
            "ReadSecrets",
            [secretsmanager.GetSecretValue],
            [Ref("KeyfileSecret"), Ref("AdminSecret"), Ref("CertificateSecret"), services],
        ),
        allow(
            "DecryptSecrets",
            [kms.Decrypt],
            [Ref("SecretsKeyArn")],
            Condition(through("secretsmanager")),
        ),
    ]


def _parameter(name: str) -> Sub:
    return arn(f"ssm:{_REGIONAL}:parameter/${{Project}}/${{Environment}}/mongo/{name}")


def _backup_statements() -> list[Statement]:
    """Allow put and list, never get or delete: a compromised member cannot change old backups."""
    listed = StringLike({"s3:prefix": "mongodb/*"})
    return [
        allow("WriteBackups", [s3.PutObject], [Sub("${BackupsBucketArn}/mongodb/*")]),
        allow("ListBackups", [s3.ListBucket], [Ref("BackupsBucketArn")], Condition(listed)),
        # a multipart upload decrypts its own parts
        allow(
            "EncryptBackups",
            [kms.GenerateDataKey, kms.Decrypt],
            [Ref("BackupKeyArn")],
            Condition(through("s3")),
        ),
    ]


def _report_statements(name: str) -> list[Statement]:
    """Allow claiming the initiation, metrics, logs, signals to CloudFormation and Auto Scaling."""
    group = arn(
        f"autoscaling:{_REGIONAL}:autoScalingGroup:*"
        f":autoScalingGroupName/${{AWS::StackName}}-{name}Group-*"
    )
    namespace = StringEquals({"cloudwatch:namespace": Sub("${Project}/${Environment}/mongo")})
    writing = [logs.CreateLogStream, logs.DescribeLogStreams, logs.PutLogEvents]
    return [
        allow(
            "ClaimInitiation",
            [ssm.GetParameter, ssm.PutParameter],
            [_parameter("${AWS::StackName}/initiated")],
        ),
        allow("Measure", [cloudwatch.PutMetricData], ["*"], Condition(namespace)),
        allow("ShipLogs", writing, [GetAtt("LogGroup", "Arn")]),
        allow(
            "Signal",
            [cloudformation.DescribeStackResource, cloudformation.SignalResource],
            # the scripts give the stack's name, from which IAM may not know the id
            [arn(f"cloudformation:{_REGIONAL}:stack/${{AWS::StackName}}/*")],
        ),
        allow(
            "EndItself",
            [autoscaling.CompleteLifecycleAction, autoscaling.SetInstanceHealth],
            [group],
        ),
    ]
