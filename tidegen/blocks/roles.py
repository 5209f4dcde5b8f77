"""Roles: always with a path, a permissions boundary and managed policies of their own."""

from typing import Any

from awacs.aws import PolicyDocument
from troposphere import Ref, Sub, Template, iam

from tidegen.blocks.inputs import from_root
from tidegen.contract import Kind, Scope

#: What the identity scope makes once an account is known by name everywhere: IAM is global, and a
#: region has to do without the one that identity's stack is in. A policy's name is unique in its
#: account whatever its path, so it holds the project.
BOUNDARY_NAME = Sub("${Project}-permissions-boundary")
_IAM = "arn:${AWS::Partition}:iam::${AWS::AccountId}"
BOUNDARY_ARN = Sub(f"{_IAM}:policy/${{Project}}/${{Project}}-permissions-boundary")
OIDC_HOST = "token.actions.githubusercontent.com"
OIDC_PROVIDER_ARN = Sub(f"{_IAM}:oidc-provider/{OIDC_HOST}")

#: Inputs that a concern with roles declares.
BOUNDARY = from_root(
    Scope.BOOTSTRAP, "PermissionsBoundaryArn", Kind.ARN, "Permissions boundary of every role"
)

#: Roles carry a path in place of a name; policies match principals by path.
PATH = Sub("/${Project}/${Environment}/")
_ROLES = f"{_IAM}:role/${{Project}}"
#: ARN patterns: who may undo a protection, CloudFormation as it makes an environment's stacks, and
#: S3 as it replicates.
BREAK_GLASS = Sub(f"{_ROLES}/break-glass/*")
EXECUTION = Sub(f"{_ROLES}/${{Environment}}/*ExecutionRole*")
#: An environment's own roles, and those that AWS's services have of themselves.
OWN = Sub(f"{_ROLES}/${{Environment}}/*")
SERVICE_LINKED = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/*")
REPLICATION = Sub(f"{_ROLES}/${{Environment}}/*ReplicationRole*")


def add_role(
    template: Template,
    title: str,
    trust: PolicyDocument,
    policy: PolicyDocument | None,
    description: str,
    aws_managed: tuple[str, ...] = (),
    path: Any = PATH,
) -> iam.Role:
    """A role, its managed policy `<title>Policy`, and the AWS managed policies it needs by name.

    Inline policies fail the public rule sets (IAM_NO_INLINE_POLICY_CHECK), so there are none.
    """
    managed = [Sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{name}") for name in aws_managed]
    extra = {"ManagedPolicyArns": managed} if managed else {}
    role = template.add_resource(
        iam.Role(
            title,
            Description=description,
            Path=path,
            AssumeRolePolicyDocument=trust,
            PermissionsBoundary=Ref(BOUNDARY.name),
            **extra,
        )
    )
    if policy is not None:
        template.add_resource(
            iam.ManagedPolicy(
                f"{title}Policy",
                Description=description,
                Path=path,
                PolicyDocument=policy,
                Roles=[Ref(role)],
            )
        )
    return role
