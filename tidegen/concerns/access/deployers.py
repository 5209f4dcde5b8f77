"""What deploys, and reads for, one environment may do: statements of the roles in `access`."""

from collections.abc import Collection, Iterable
from typing import Any

from awacs import cloudformation as cfn
from awacs import ec2, iam, kms, s3, secretsmanager, sts
from awacs.aws import (
    Action,
    Allow,
    ArnEquals,
    Condition,
    Deny,
    ForAnyValueStringEquals,
    Null,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
    StringLike,
    StringNotEquals,
)
from troposphere import Ref, Sub

from tidegen.blocks.deploy_scopes import by_scope
from tidegen.blocks.linked_roles import OF_ENVIRONMENTS
from tidegen.blocks.policies import allow, document, iam_actions, not_of_others
from tidegen.blocks.roles import OIDC_HOST
from tidegen.concerns.access.inspecting import inspection_statements

_IAM = "arn:${AWS::Partition}:iam::${AWS::AccountId}"
_OWN = "${Project}/${Environment}"
_STACK = "arn:${AWS::Partition}:cloudformation:*:${AWS::AccountId}:stack"
#: The root, and whatever begins with its name and a hyphen: its children, access and recovery.
_OWN_STACKS = [Sub(f"{_STACK}/${{Project}}-${{Environment}}{end}/*") for end in ("", "-*")]
_BUCKET = "arn:${AWS::Partition}:s3:::${Project}-artifacts-*-${AWS::AccountId}"
#: Every call that tidegen makes to read, in the order of `aws.adapter`.
READING = [
    cfn.DescribeStacks,
    cfn.ListStackResources,
    cfn.DescribeStackEvents,
    cfn.DescribeEvents,
    cfn.GetTemplate,
    cfn.GetStackPolicy,
    cfn.DetectStackDrift,
    cfn.DetectStackResourceDrift,
    cfn.DescribeStackResourceDrifts,
]
#: Read as well, without a resource that IAM knows (service authorization reference): how far a
#: detection is, the list of stacks, which DescribeStacks without a name takes too, and what exists,
#: by Cloud Control, with the caller's own read access to it.
LISTING = [cfn.DescribeStackDriftDetectionStatus, cfn.ListStacks, cfn.GetResource]
#: What a default security group lets through, and taking that away.
LOOKING_AT_GROUPS = [ec2.DescribeSecurityGroupRules]
CLOSING = [ec2.RevokeSecurityGroupEgress, ec2.RevokeSecurityGroupIngress]
#: Every call to CloudFormation that changes something.
CHANGING = [
    cfn.CreateChangeSet,
    cfn.DescribeChangeSet,
    cfn.DeleteChangeSet,
    cfn.ExecuteChangeSet,
    cfn.ContinueUpdateRollback,
    cfn.DeleteStack,
    cfn.SetStackPolicy,
    cfn.TagResource,
    cfn.UpdateTerminationProtection,
]
#: Services that roles of an environment are handed to; a test compares them with the templates.
#: AWS Backup takes a role for restore tests under another name than the role trusts (service
#: authorization reference, CreateRestoreTestingSelection).
PASSED_TO = (
    "backup.amazonaws.com",
    "batchoperations.s3.amazonaws.com",
    "ec2.amazonaws.com",
    "eks.amazonaws.com",
    "firehose.amazonaws.com",
    "lambda.amazonaws.com",
    "logs.amazonaws.com",
    "malware-protection-plan.guardduty.amazonaws.com",
    "pods.eks.amazonaws.com",
    "restore-testing.backup.amazonaws.com",
    "s3.amazonaws.com",
    "ssm.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)


def reading_statements() -> list[Statement]:
    """See the project's stacks and what a plan depends on; no data, and of secrets the names."""
    return [
        # A list of stacks is asked for without a name, which is a question about all of them.
        allow("DescribeAllStacks", [cfn.DescribeStacks], [Sub(f"{_STACK}/*/*")]),
        allow("ReadStacks", READING, [Sub(f"{_STACK}/${{Project}}-*/*")]),
        allow("ListStacks", LISTING, ["*"]),
        # IAM knows no resource for the list of rules (service authorization reference).
        allow("ReadGroupRules", LOOKING_AT_GROUPS, ["*"]),
        *inspection_statements(others=[action.JSONrepr() for action in LISTING]),
    ]


def deploying_statements(execution_role: Any) -> list[Statement]:
    """Stacks of this environment by name, templates in the artifacts bucket, one role to pass.

    What `reading` allows is needed besides.
    """
    passed = Condition(StringEquals({"iam:PassedToService": "cloudformation.amazonaws.com"}))
    alias = Condition(
        ForAnyValueStringEquals(
            {"kms:ResourceAliases": Sub("alias/${Project}/bootstrap/artifacts")}
        )
    )
    once = Condition(Null({"s3:if-none-match": "false"}))
    keys = Sub("arn:${AWS::Partition}:kms:*:${AWS::AccountId}:key/*")
    return [
        allow("ChangeStacks", CHANGING, _OWN_STACKS),
        allow("FindArtifacts", [s3.ListBucket], [Sub(_BUCKET)]),
        allow("ReadArtifacts", [s3.GetObject], [Sub(f"{_BUCKET}/*")]),
        # Never over an object, which another environment of the account may be about to deploy.
        allow("UploadArtifacts", [s3.PutObject], [Sub(f"{_BUCKET}/*")], once),
        allow("UseArtifactsKey", [kms.Decrypt, kms.GenerateDataKey], [keys], alias),
        allow("PassExecutionRole", [iam.PassRole], [execution_role], passed),
        not_of_others(Ref("Environment")),
    ]


def closing_statement() -> Statement:
    """Take the rules of a VPC's default security group away.

    IAM cannot say "the default group of this environment's VPC": it knows a VPC by an id that is
    not there yet, and CloudFormation tags no default group. What others have made has tags: the
    groups of every environment, EKS's own, and those of the load balancer controller.
    """
    tags = ("environment", "aws:eks:cluster-name", "elbv2.k8s.aws/cluster", "Name")
    untagged = Null({f"aws:ResourceTag/{tag}": "true" for tag in tags})
    group = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:security-group/*"
    return allow("CloseDefaultGroup", CLOSING, [Sub(group)], Condition(untagged))


def filling_statements() -> list[Statement]:
    """Read, write and take over the chart's secrets of this environment, and what replicates them.

    Secrets Manager encrypts a replica as who wrote the secret.
    """
    secret = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret"
    aliases = [Sub(f"alias/{_OWN}/{key}") for key in ("secrets", "replica")]
    through = [
        StringLike({"kms:ViaService": "secretsmanager.*.amazonaws.com"}),
        ForAnyValueStringEquals({"kms:ResourceAliases": aliases}),
    ]
    keys = Sub("arn:${AWS::Partition}:kms:*:${AWS::AccountId}:key/*")
    return [
        allow(
            "FillSecrets",
            [
                secretsmanager.GetSecretValue,
                secretsmanager.PutSecretValue,
                secretsmanager.StopReplicationToReplica,
            ],
            [Sub(f"{secret}:/{_OWN}/*")],
        ),
        allow(
            "UseSecretsKey",
            [kms.Decrypt, kms.Encrypt, kms.GenerateDataKey],
            [keys],
            Condition(through),
        ),
    ]


def from_workflows(suffix: str = "") -> PolicyDocument:
    """Trust one repository's workflows in the GitHub environment NAME, or NAME and a suffix."""
    claims = {
        f"{OIDC_HOST}:aud": "sts.amazonaws.com",
        f"{OIDC_HOST}:sub": Sub(f"repo:${{Repository}}:environment:${{Environment}}{suffix}"),
    }
    return document(
        Statement(
            Effect=Allow,
            Principal=Principal("Federated", [Ref("OidcProviderArn")]),
            Action=[sts.AssumeRoleWithWebIdentity],
            Condition=Condition(StringEquals(claims)),
        )
    )


def executing_statements(actions: Collection[str]) -> list[Statement]:
    """Allow `actions`, on this environment's own names."""
    return [
        allow(f"Deploy{number}", _parsed(group), [_arn(arn) for arn in arns])
        for number, (arns, group) in enumerate(by_scope(actions).items(), start=1)
    ]


def _arn(text: str) -> Any:
    return text if text == "*" else Sub(f"arn:${{AWS::Partition}}:{text}")


def _parsed(actions: Iterable[str]) -> list[Action]:
    return [Action(*action.split(":", 1)) for action in actions]


def _no_other_tags() -> Statement:
    """Roles are tagged for this environment only: the boundary holds each to its tag."""
    tag = "aws:RequestTag/environment"
    other = [StringNotEquals({tag: Ref("Environment")}), Null({tag: "false"})]
    return Statement(
        Sid="NoOtherTags",
        Effect=Deny,
        Action=[iam.CreateRole, iam.TagRole],
        Resource=["*"],
        Condition=Condition(other),
    )


def role_statements() -> list[Statement]:
    """Roles, policies and profiles below this environment's path, never without the boundary."""
    roles = [Sub(f"{_IAM}:role/{_OWN}/*")]
    bounded = Condition(ArnEquals({"iam:PermissionsBoundary": Ref("PermissionsBoundaryArn")}))
    passed = Condition(StringEquals({"iam:PassedToService": list(PASSED_TO)}))
    linked_roles = [Sub(f"{_IAM}:role/aws-service-role/*")]
    # The role's path has the service's name too: to say it twice would take 1 KB of the template.
    for_services = Condition(StringEquals({"iam:AWSServiceName": list(OF_ENVIRONMENTS)}))
    return [
        _no_other_tags(),
        allow("CreateBoundedRoles", iam_actions("Role", "Create"), roles, bounded),
        allow("ChangeBoundedRoles", iam_actions("RolePolicy", "Attach", "Detach"), roles, bounded),
        allow("PassRoles", [iam.PassRole], roles, passed),
        allow(
            "ManageRoles",
            [
                *iam_actions("Role", "Delete", "Get", "Tag", "Untag", "Update"),
                *iam_actions("RolePolicies", "List", "ListAttached"),
                iam.GetRolePolicy,
                iam.UpdateAssumeRolePolicy,
                iam.UpdateRoleDescription,
            ],
            roles,
        ),
        allow(
            "ManagePolicies",
            [
                *iam_actions("Policy", "Create", "Delete", "Get", "Tag", "Untag"),
                *iam_actions("PolicyVersion", "Create", "Delete", "Get"),
                iam.ListPolicyVersions,
                iam.ListEntitiesForPolicy,
            ],
            [Sub(f"{_IAM}:policy/{_OWN}/*")],
        ),
        allow(
            "ManageInstanceProfiles",
            [
                *iam_actions("InstanceProfile", "Create", "Delete", "Get", "Tag", "Untag"),
                iam.AddRoleToInstanceProfile,
                iam.RemoveRoleFromInstanceProfile,
            ],
            [Sub(f"{_IAM}:instance-profile/{_OWN}/*")],
        ),
        allow(
            "CreateServiceLinkedRoles",
            [iam.CreateServiceLinkedRole],
            linked_roles,
            for_services,
        ),
        # EKS asks with the caller's rights whether its own exists (AWS::EKS::Nodegroup, handlers).
        allow("GetLinkedRoles", [iam.GetRole], linked_roles),
    ]
