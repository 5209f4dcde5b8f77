"""Roles: always with a path, a permissions boundary and their own managed policies."""

from typing import Any

from awacs.aws import PolicyDocument
from troposphere import Ref, Sub, Template, iam

from tidegen.blocks.inputs import from_root
from tidegen.contract import Input, Kind, Scope

#: Resources that the identity scope creates once per account are known by name everywhere: IAM is
#: global, and a region must not depend on the one that identity's stack is in. A policy's name is
#: unique in its account, not in its path, so it contains the project.
BOUNDARY_NAME = Sub("${Project}-permissions-boundary")
_IAM = "arn:${AWS::Partition}:iam::${AWS::AccountId}"
BOUNDARY_ARN = Sub(f"{_IAM}:policy/${{Project}}/${{Project}}-permissions-boundary")
DEPLOY_BOUNDARY_NAME = Sub("${Project}-deploy-boundary")
DEPLOY_BOUNDARY_ARN = Sub(f"{_IAM}:policy/${{Project}}/${{Project}}-deploy-boundary")
OIDC_HOST = "token.actions.githubusercontent.com"
OIDC_PROVIDER_ARN = Sub(f"{_IAM}:oidc-provider/{OIDC_HOST}")

#: Inputs that a concern with roles declares: the first of every role that templates of
#: environments create, the second of the roles that deploy them.
BOUNDARY = from_root(
    Scope.BOOTSTRAP, "PermissionsBoundaryArn", Kind.ARN, "Permissions boundary of every role"
)
DEPLOY_BOUNDARY = from_root(
    Scope.BOOTSTRAP, "DeployBoundaryArn", Kind.ARN, "Boundary of the roles that deploy"
)

#: Roles have a path in place of a name; policies match principals by path.
PATH = Sub("/${Project}/${Environment}/")
#: The path of the roles that deploy, which administrators create.
ACCESS_PATH = Sub("/${Project}/${Environment}/access/")
_ROLES = f"{_IAM}:role/${{Project}}"
#: ARN patterns: of roles that may undo a protection, of CloudFormation's role for an environment's
#: stacks, and of S3's role for replication.
BREAK_GLASS = Sub(f"{_ROLES}/break-glass/*")
EXECUTION = Sub(f"{_ROLES}/${{Environment}}/access/*ExecutionRole*")
#: An environment's own roles, and the service-linked roles.
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
    *,
    boundary: Input = BOUNDARY,
    session_seconds: int | None = None,
) -> iam.Role:
    """Add a role, its managed policy `<title>Policy`, and its AWS managed policies, by name.

    Sessions last an hour at most, unless `session_seconds` allows longer ones.
    Inline policies fail the public rule sets (IAM_NO_INLINE_POLICY_CHECK), so there are none.
    """
    managed = [Sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{name}") for name in aws_managed]
    extra: dict[str, Any] = {"ManagedPolicyArns": managed} if managed else {}
    if session_seconds is not None:
        extra["MaxSessionDuration"] = session_seconds
    role = template.add_resource(
        iam.Role(
            title,
            Description=description,
            Path=path,
            AssumeRolePolicyDocument=trust,
            PermissionsBoundary=Ref(boundary.name),
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
