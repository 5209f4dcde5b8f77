"""The permissions of the execution role, as which CloudFormation deploys an environment."""

from collections.abc import Collection
from typing import Any

from awacs import iam
from awacs.aws import (
    ArnEquals,
    Condition,
    Statement,
    StringEquals,
)
from troposphere import Ref

from tidegen.blocks.deploy_scopes import by_scope
from tidegen.blocks.linked_roles import OF_ENVIRONMENTS
from tidegen.blocks.policies import (
    allow,
    arn,
    deny,
    iam_actions,
    parse_actions,
    present_and_not,
)
from tidegen.blocks.roles import BOUNDARY
from tidegen.concerns.access.arns import OWN
from tidegen.concerns.access.packing import split_actions
from tidegen.contract import Input

_IAM = "iam::${AWS::AccountId}"
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


def executing_statements(actions: Collection[str]) -> list[Statement]:
    """Allow `actions`, on this environment's own names."""
    parts = [
        (arns, part) for arns, group in by_scope(actions).items() for part in split_actions(group)
    ]
    return [
        allow(f"Deploy{number}", parse_actions(part), [_resource(text) for text in arns])
        for number, (arns, part) in enumerate(parts, start=1)
    ]


def _resource(text: str) -> Any:
    return text if text == "*" else arn(text)


def _no_other_tags() -> Statement:
    """Deny tagging roles for other environments: the boundary limits each role by its tag."""
    other = Condition(present_and_not("aws:RequestTag/environment", Ref("Environment")))
    return deny("NoOtherTags", [iam.CreateRole, iam.TagRole], condition=other)


def role_statements(boundary: Input = BOUNDARY) -> list[Statement]:
    """Allow roles, policies and profiles below this environment's path, only with the boundary."""
    roles = [arn(f"{_IAM}:role/{OWN}/*")]
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
            [arn(f"{_IAM}:policy/{OWN}/*")],
        ),
        allow(
            "ManageInstanceProfiles",
            [
                *iam_actions("InstanceProfile", "Create", "Delete", "Get", "Tag", "Untag"),
                iam.AddRoleToInstanceProfile,
                iam.RemoveRoleFromInstanceProfile,
            ],
            [arn(f"{_IAM}:instance-profile/{OWN}/*")],
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
