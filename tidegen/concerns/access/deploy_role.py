"""The permissions of the deploy role: one environment's stacks, artifacts and secrets."""

from typing import Any

from awacs import cloudformation as cfn
from awacs import ec2, iam, kms, s3, secretsmanager
from awacs.aws import (
    Condition,
    ForAnyValueStringEquals,
    Null,
    Statement,
    StringEquals,
    StringLike,
)
from troposphere import Ref, Sub

from tidegen.blocks.policies import (
    allow,
    arn,
    not_of_others,
)
from tidegen.concerns.access.arns import OWN, STACK
from tidegen.contract import ARTIFACTS_PARAMETER

#: The root, and stacks whose names begin with its name and a hyphen: children, access, recovery.
_OWN_STACKS = [arn(f"{STACK}/${{Project}}-${{Environment}}{end}/*") for end in ("", "-*")]
#: Folders of the artifacts bucket that a deploy writes to.
UPLOADED = ("templates", "assets")
#: The buckets of the two regions that an environment is deployed in.
_BUCKETS = (
    f"s3:::${{{ARTIFACTS_PARAMETER}}}",
    "s3:::${Project}-artifacts-${RecoveryRegion}-${AWS::AccountId}",
)
#: Removing the rules of a default security group.
CLOSING = [ec2.RevokeSecurityGroupEgress, ec2.RevokeSecurityGroupIngress]
#: Every call to CloudFormation that makes changes.
CHANGING = [
    cfn.CreateChangeSet,
    cfn.DescribeChangeSet,
    cfn.DeleteChangeSet,
    cfn.ExecuteChangeSet,
    cfn.ContinueUpdateRollback,
    cfn.DeleteStack,
    cfn.RollbackStack,
    cfn.SetStackPolicy,
    cfn.TagResource,
    cfn.UpdateTerminationProtection,
]


def deploying_statements(execution_role: Any) -> list[Statement]:
    """Allow changing this environment's stacks, uploading artifacts, and passing one role.

    The role also needs `reading_statements`.
    """
    passed = Condition(StringEquals({"iam:PassedToService": "cloudformation.amazonaws.com"}))
    alias = Condition(
        ForAnyValueStringEquals(
            {"kms:ResourceAliases": Sub("alias/${Project}/bootstrap/artifacts")}
        )
    )
    once = Condition(Null({"s3:if-none-match": "false"}))
    keys = arn("kms:*:${AWS::AccountId}:key/*")
    # never packages: members of every environment's database install them as root
    uploaded = [arn(f"{bucket}/{folder}/*") for bucket in _BUCKETS for folder in UPLOADED]
    return [
        allow("ChangeStacks", CHANGING, _OWN_STACKS),
        allow("FindArtifacts", [s3.ListBucket], [arn(bucket) for bucket in _BUCKETS]),
        allow("ReadArtifacts", [s3.GetObject], [arn(f"{bucket}/*") for bucket in _BUCKETS]),
        # Never replace an object, which another environment of the account may be about to deploy.
        allow("UploadArtifacts", [s3.PutObject], uploaded, once),
        allow("UseArtifactsKey", [kms.Decrypt, kms.GenerateDataKey], [keys], alias),
        allow("PassExecutionRole", [iam.PassRole], [execution_role], passed),
        not_of_others(Ref("Environment")),
    ]


def closing_statement() -> Statement:
    """Allow removing the rules of a VPC's default security group.

    IAM cannot express "the default group of this environment's VPC": it knows a VPC by an id that
    does not exist yet, and CloudFormation tags no default group. All other groups have tags: those
    of every environment, EKS's own, and those of the load balancer controller.
    """
    tags = ("environment", "aws:eks:cluster-name", "elbv2.k8s.aws/cluster", "Name")
    untagged = Null({f"aws:ResourceTag/{tag}": "true" for tag in tags})
    groups = arn("ec2:${AWS::Region}:${AWS::AccountId}:security-group/*")
    return allow("CloseDefaultGroup", CLOSING, [groups], Condition(untagged))


def filling_statements() -> list[Statement]:
    """Allow reading, writing and adopting this environment's chart secrets, and replicating them.

    Secrets Manager encrypts a replica with the permissions of the secret's writer.
    """
    secrets = arn(f"secretsmanager:${{AWS::Region}}:${{AWS::AccountId}}:secret:/{OWN}/*")
    aliases = [Sub(f"alias/{OWN}/{key}") for key in ("secrets", "replica")]
    through = [
        StringLike({"kms:ViaService": "secretsmanager.*.amazonaws.com"}),
        ForAnyValueStringEquals({"kms:ResourceAliases": aliases}),
    ]
    keys = arn("kms:*:${AWS::AccountId}:key/*")
    return [
        allow(
            "FillSecrets",
            [
                secretsmanager.GetSecretValue,
                secretsmanager.PutSecretValue,
                secretsmanager.StopReplicationToReplica,
            ],
            [secrets],
        ),
        allow(
            "UseSecretsKey",
            [kms.Decrypt, kms.Encrypt, kms.GenerateDataKey],
            [keys],
            Condition(through),
        ),
    ]
