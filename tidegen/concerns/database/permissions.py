"""What a member of the replica set may do: its own volume and address, and write backups."""

from awacs import autoscaling, cloudformation, cloudwatch, ec2, kms, logs, s3, secretsmanager, ssm
from awacs.aws import Action, Bool, Condition, Statement, StringEquals, StringLike
from troposphere import GetAtt, Ref, Sub

from tidegen.blocks.policies import allow, through

_REGIONAL = "${AWS::Region}:${AWS::AccountId}"
_EC2 = f"arn:${{AWS::Partition}}:ec2:{_REGIONAL}"
_ARTIFACTS = "arn:${AWS::Partition}:s3:::${ArtifactsBucketName}"
_ATTACHING: list[Action] = [ec2.AttachVolume, ec2.AttachNetworkInterface]


def member_permissions(number: int) -> list[Statement]:
    """The statements of one member. It writes and lists backups; it never reads or removes one."""
    name = f"Member{number}"
    return [*_attaching(name, number), *_reading(), *_backing_up(), *_reporting(name)]


def member_tag(number: int) -> Sub:
    """The value of the tag `tidegen:member`, by which permissions tell instances apart."""
    return Sub(f"${{Project}}/${{Environment}}/{number}")


def _attaching(name: str, number: int) -> list[Statement]:
    """Its own volume and address, to its own instance: all three carry its tag.

    Attaching an encrypted volume takes a grant for EC2 on its key (AWS docs, "Requirements for
    Amazon EBS encryption").
    """
    own = StringEquals({"aws:ResourceTag/tidegen:member": member_tag(number)})
    grant = [
        Bool({"kms:GrantIsForAWSResource": "true"}),
        through("ec2"),
    ]
    parts = [
        Sub(f"{_EC2}:volume/${{{name}Volume}}"),
        Sub(f"{_EC2}:network-interface/${{{name}Interface}}"),
        Sub(f"{_EC2}:instance/*"),
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


def _reading() -> list[Statement]:
    """Its bundle, the packages, and four secrets (the services' one by its name)."""
    services = Sub(
        f"arn:${{AWS::Partition}}:secretsmanager:{_REGIONAL}"
        ":secret:/${Project}/${Environment}/mongo-??????"
    )
    packages = StringLike({"s3:prefix": "packages/*"})
    objects = [Sub(f"{_ARTIFACTS}/assets/*/database.tar"), Sub(f"{_ARTIFACTS}/packages/*")]
    return [
        allow("ReadBundle", [s3.GetObject], objects),
        allow("FindPackages", [s3.ListBucket], [Sub(_ARTIFACTS)], Condition(packages)),
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
    return Sub(
        f"arn:${{AWS::Partition}}:ssm:{_REGIONAL}:parameter/${{Project}}/${{Environment}}"
        f"/mongo/{name}"
    )


def _backing_up() -> list[Statement]:
    """Put and list, never get or delete: a member that is taken over cannot undo the past."""
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


def _reporting(name: str) -> list[Statement]:
    """The claim of the initiation, metrics, logs, and word to CloudFormation and Auto Scaling."""
    group = Sub(
        f"arn:${{AWS::Partition}}:autoscaling:{_REGIONAL}:autoScalingGroup:*"
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
            # by the stack's name, as the scripts ask, its id may be unknown to IAM
            [
                Sub(
                    f"arn:${{AWS::Partition}}:cloudformation:{_REGIONAL}:stack/${{AWS::StackName}}/*"
                )
            ],
        ),
        allow(
            "EndItself",
            [autoscaling.CompleteLifecycleAction, autoscaling.SetInstanceHealth],
            [group],
        ),
    ]
