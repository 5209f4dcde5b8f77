"""The ceiling of every role that a template creates: the actions that such roles use, no others.

A deploy of a template can create a role with any policy below this boundary, so it has no switch
of the account, no call that IAM can limit neither by name nor by tag unless a role needs it, and no
call that changes a stack or a key. Tests compare it with the policies of all roles, AWS's own
policies included.
"""

from awacs import iam
from awacs.aws import (
    ArnEquals,
    ArnLike,
    Bool,
    Condition,
    Statement,
    StringEqualsIfExists,
    StringLike,
    StringNotEquals,
)
from troposphere import Sub

from tidegen.blocks.keys import SHARED
from tidegen.blocks.policies import allow, arn, parse_actions
from tidegen.blocks.roles import BOUNDARY_ARN
from tidegen.concerns.identity.limits import (
    ACCOUNT,
    ACCOUNTS_ROLES,
    IAM,
    NAME,
    OWN,
    PATH,
    TAG,
    not_of_other_tags,
    only_on_its_path,
)

#: Limited by tag, or with nothing to limit them by: `docs/decisions/005` lists the latter.
USED = (
    "acm:ExportCertificate",
    *("autoscaling:CompleteLifecycleAction", "autoscaling:Describe*", "autoscaling:SetDesired*"),
    *("autoscaling:SetInstanceHealth", "autoscaling:TerminateInstance*"),
    *("backup:Copy*", "backup:DescribeBackupVault", "backup:TagResource"),
    *("ec2:*NetworkInterface", "ec2:*PrivateIpAddresses", "ec2:*Tags"),
    *("ec2:*tachVolume", "ec2:CreateVolume", "ec2:DeleteVolume", "ec2:ModifyVolume"),
    *("ec2:CopySnapshot", "ec2:CopyVolumes", "ec2:CreateSnapshot", "ec2:DeleteSnapshot"),
    *("ec2:Describe*", "ec2:GetInstanceTypes*", "ec2:ModifyNetworkInterfaceAttribute"),
    *("ec2messages:*", "ssmmessages:*"),
    *(
        "ecr:BatchGetImage",
        "ecr:BatchImport*",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
    ),
    *("eks:DescribeCluster", "eks:DescribeNodegroup", "eks-auth:AssumeRoleForPodIdentity"),
    *("elasticloadbalancing:*Targets", "elasticloadbalancing:Describe*"),
    "firehose:PutRecord*",
    # AWS asks for it in boundaries: GuardDuty, "Prerequisites for Runtime Monitoring"
    "guardduty:SendSecurityTelemetry",
    *("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"),
    *("logs:CreateLogStream", "logs:DescribeLog*", "logs:PutLogEvents"),
    *("ses:SendEmail", "ses:SendRawEmail", "ses:SendTemplatedEmail"),
    *("ssm:Describe*", "ssm:Get*", "ssm:List*", "ssm:PutComplianceItems"),
    *("ssm:PutConfigurePackageResult", "ssm:PutInventory"),
    *("ssm:SendCommand", "ssm:Update*Status", "ssm:UpdateInstanceInformation"),
    "tag:GetResources",
)
#: Limited by their own environment's names.
NAMED = (
    *("cloudformation:DescribeStackResource", "cloudformation:SignalResource"),
    *("dynamodb:*Backup", "dynamodb:Describe*", "dynamodb:ListTagsOfResource"),
    "dynamodb:StartAwsBackupJob",
    *("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:Get*", "s3:InitiateReplication"),
    *("s3:List*", "s3:PutBucketNotification", "s3:PutInventoryConfiguration", "s3:PutObject"),
    *("s3:PutObject*Tagging", "s3:Replicate*"),
    *("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"),
    *("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"),
    *("sns:Publish", "sqs:SendMessage", "ssm:PutParameter"),
)
#: ARNs of an environment's resources, without `arn:<partition>:`.
_OWN = (*OWN, f"ssm:*:{ACCOUNT}:parameter/{PATH}/*")
#: Calls of DynamoDB as the role that restores, on the table that it restores into (DynamoDB guide,
#: "IAM permissions: restoring a table").
RESTORING = (
    *("dynamodb:*Item", "dynamodb:DescribeTable", "dynamodb:Query", "dynamodb:RestoreTableFrom*"),
    "dynamodb:Scan",
)
#: On the rules by which GuardDuty hears of uploads, which it manages.
_RULES = (
    *("events:*Targets", "events:DeleteRule", "events:DescribeRule", "events:ListTargetsByRule"),
    "events:PutRule",
)
_NAMESPACES = ("ContainerInsights", "CWAgent", Sub(f"{PATH}/*"))


#: Tags with the cluster's name that node groups and the pods' network put on what they create,
#: which has no tag of the environment (EKS guide, "Tag your resources").
_CLUSTER_TAGS = ("eks:cluster-name", "cluster.k8s.amazonaws.com/name")


def workload_statements() -> list[Statement]:
    """Return the boundary's statements."""
    return [
        allow("Used", parse_actions(USED), ["*"], _own_if_tagged()),
        allow("OwnNames", parse_actions(NAMED), [arn(text) for text in _OWN]),
        *_conditional(),
        *_shared(),
        only_on_its_path(),
        not_of_other_tags(),
    ]


def _own_if_tagged() -> Condition:
    """Match what no tag shows to be of another environment's cluster, or target of a command."""
    clusters = {f"aws:ResourceTag/{tag}": Sub(NAME) for tag in _CLUSTER_TAGS}
    return Condition(
        StringEqualsIfExists(
            {**clusters, "ssm:resourceTag/environment": "${aws:PrincipalTag/environment}"}
        )
    )


def _conditional() -> list[Statement]:
    """Allow calls on no resource, or on resources without an environment's name or tag."""
    grants = [Bool({"kms:GrantIsForAWSResource": "true"}), StringNotEquals(SHARED)]
    namespaces = Condition(StringLike({"cloudwatch:namespace": list(_NAMESPACES)}))
    rules = arn(f"events:*:{ACCOUNT}:rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*")
    # attaching a policy gives a role no more than this boundary; that of the roles that deploy is
    # another (`concerns.database` lends a member the reading of its backups)
    below = Condition(ArnEquals({"iam:PermissionsBoundary": BOUNDARY_ARN}))
    lent = [iam.AttachRolePolicy, iam.DetachRolePolicy]
    return [
        allow("OwnMetrics", parse_actions(["cloudwatch:PutMetricData"]), ["*"], namespaces),
        allow("Grants", parse_actions(["kms:CreateGrant"]), ["*"], Condition(grants)),
        allow("Scans", parse_actions(_RULES), [rules]),
        allow("LendPolicies", lent, [arn(f"{IAM}:role/{PATH}/*")], below),
        _restoring(),
    ]


def _restoring() -> Statement:
    """Allow restoring tables, also into those that AWS Backup names for a test.

    Those have the name of no environment, so only the role that restores may use them.
    """
    restore = Condition(ArnLike({"aws:PrincipalArn": arn(f"{IAM}:role/{PATH}/*RestoreRole*")}))
    tables = [f"{NAME}-*", "awsbackup-restore-test-*"]
    arns = [arn(f"dynamodb:*:{ACCOUNT}:table/{table}") for table in tables]
    return allow("RestoreTables", parse_actions(RESTORING), arns, restore)


def _shared() -> list[Statement]:
    """Allow reading artifacts, delivering logs, and the account's own role to replicate them."""
    folders = [
        arn(f"s3:::${{Project}}-log-intake-*/AWSLogs/{ACCOUNT}/{folder}/{TAG}/*")
        for folder in ("CloudWatch", "CloudWatchFailed")
    ]
    intake = arn("s3:::${Project}-log-intake-*")
    delivering = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    reading = ["s3:GetObject", "s3:ListBucket"]
    replicating = ["s3:Get*", "s3:List*", "s3:Replicate*"]
    logs = arn("s3:::${Project}-log-*")
    account = Condition(ArnLike({"aws:PrincipalArn": ACCOUNTS_ROLES}))
    return [
        allow("Artifacts", parse_actions(reading), [arn("s3:::${Project}-artifacts-*")]),
        allow("Intake", parse_actions(["s3:GetBucketLocation", "s3:ListBucket*"]), [intake]),
        allow("Deliver", parse_actions(delivering), folders),
        allow("Account", parse_actions(replicating), [logs], account),
    ]
