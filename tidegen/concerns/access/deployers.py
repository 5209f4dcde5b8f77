"""Statements of the roles that deploy and read one environment."""

from collections.abc import Collection
from typing import Any

from awacs import cloudformation as cfn
from awacs import ec2, iam, kms, s3, secretsmanager, sts
from awacs.aws import (
    Allow,
    ArnEquals,
    Condition,
    ForAnyValueStringEquals,
    Null,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
    StringLike,
)
from troposphere import Ref, Sub

from tidegen.blocks.deploy_scopes import by_scope
from tidegen.blocks.inputs import OIDC_PROVIDER
from tidegen.blocks.linked_roles import OF_ENVIRONMENTS
from tidegen.blocks.policies import (
    allow,
    arn,
    deny,
    document,
    iam_actions,
    not_of_others,
    parse_actions,
    present_and_not,
)
from tidegen.blocks.roles import BOUNDARY, OIDC_HOST
from tidegen.concerns.access.inspecting import inspection_statements
from tidegen.contract import Input

_IAM = "iam::${AWS::AccountId}"
_OWN = "${Project}/${Environment}"
_STACK = "cloudformation:*:${AWS::AccountId}:stack"
#: The root, and stacks whose names begin with its name and a hyphen: children, access, recovery.
_OWN_STACKS = [arn(f"{_STACK}/${{Project}}-${{Environment}}{end}/*") for end in ("", "-*")]
_BUCKET = "s3:::${Project}-artifacts-*-${AWS::AccountId}"
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
#: Read as well, for which IAM knows no resource (service authorization reference): the progress of
#: a detection, the list of stacks, which DescribeStacks without a name needs too, and existing
#: resources by Cloud Control, with the caller's own read access to them.
LISTING = [cfn.DescribeStackDriftDetectionStatus, cfn.ListStacks, cfn.GetResource]
#: Reading the rules of a default security group, and removing them.
LOOKING_AT_GROUPS = [ec2.DescribeSecurityGroupRules]
CLOSING = [ec2.RevokeSecurityGroupEgress, ec2.RevokeSecurityGroupIngress]
#: Every call to CloudFormation that makes changes.
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
#: Services that roles of an environment are passed to; a test compares them with the templates.
#: AWS Backup accepts a role for restore tests under another name than the role trusts (service
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
    """Allow reading the project's stacks and inputs of plans; no data, only names of secrets."""
    return [
        # The call that lists stacks has no name, so IAM checks it against all of them.
        allow("DescribeAllStacks", [cfn.DescribeStacks], [arn(f"{_STACK}/*/*")]),
        allow("ReadStacks", READING, [arn(f"{_STACK}/${{Project}}-*/*")]),
        allow("ListStacks", LISTING, ["*"]),
        # IAM knows no resource for the list of rules (service authorization reference).
        allow("ReadGroupRules", LOOKING_AT_GROUPS, ["*"]),
        *inspection_statements(others=[action.JSONrepr() for action in LISTING]),
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
    return [
        allow("ChangeStacks", CHANGING, _OWN_STACKS),
        allow("FindArtifacts", [s3.ListBucket], [arn(_BUCKET)]),
        allow("ReadArtifacts", [s3.GetObject], [arn(f"{_BUCKET}/*")]),
        # Never replace an object, which another environment of the account may be about to deploy.
        allow("UploadArtifacts", [s3.PutObject], [arn(f"{_BUCKET}/*")], once),
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
    secrets = arn(f"secretsmanager:${{AWS::Region}}:${{AWS::AccountId}}:secret:/{_OWN}/*")
    aliases = [Sub(f"alias/{_OWN}/{key}") for key in ("secrets", "replica")]
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


def from_workflows(suffix: str = "", provider: Input = OIDC_PROVIDER) -> PolicyDocument:
    """Trust one repository's workflows in the GitHub environment NAME, or NAME and a suffix."""
    claims = {
        f"{OIDC_HOST}:aud": "sts.amazonaws.com",
        f"{OIDC_HOST}:sub": Sub(f"repo:${{Repository}}:environment:${{Environment}}{suffix}"),
    }
    return document(
        Statement(
            Effect=Allow,
            Principal=Principal("Federated", [Ref(provider.name)]),
            Action=[sts.AssumeRoleWithWebIdentity],
            Condition=Condition(StringEquals(claims)),
        )
    )


def executing_statements(actions: Collection[str]) -> list[Statement]:
    """Allow `actions`, on this environment's own names."""
    return [
        allow(f"Deploy{number}", parse_actions(group), [_resource(text) for text in arns])
        for number, (arns, group) in enumerate(by_scope(actions).items(), start=1)
    ]


def _resource(text: str) -> Any:
    return text if text == "*" else arn(text)


def _no_other_tags() -> Statement:
    """Deny tagging roles for other environments: the boundary limits each role by its tag."""
    other = Condition(present_and_not("aws:RequestTag/environment", Ref("Environment")))
    return deny("NoOtherTags", [iam.CreateRole, iam.TagRole], condition=other)


def role_statements(boundary: Input = BOUNDARY) -> list[Statement]:
    """Allow roles, policies and profiles below this environment's path, only with the boundary."""
    roles = [arn(f"{_IAM}:role/{_OWN}/*")]
    bounded = Condition(ArnEquals({"iam:PermissionsBoundary": Ref(boundary.name)}))
    passed = Condition(StringEquals({"iam:PassedToService": list(PASSED_TO)}))
    linked_roles = [arn(f"{_IAM}:role/aws-service-role/*")]
    # The role's path has the service's name too: repeating it would take 1 KB of the template.
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
            [arn(f"{_IAM}:policy/{_OWN}/*")],
        ),
        allow(
            "ManageInstanceProfiles",
            [
                *iam_actions("InstanceProfile", "Create", "Delete", "Get", "Tag", "Untag"),
                iam.AddRoleToInstanceProfile,
                iam.RemoveRoleFromInstanceProfile,
            ],
            [arn(f"{_IAM}:instance-profile/{_OWN}/*")],
        ),
        allow(
            "CreateServiceLinkedRoles",
            [iam.CreateServiceLinkedRole],
            linked_roles,
            for_services,
        ),
        # EKS checks with the caller's rights that its own exists (AWS::EKS::Nodegroup, handlers).
        allow("GetLinkedRoles", [iam.GetRole], linked_roles),
    ]
