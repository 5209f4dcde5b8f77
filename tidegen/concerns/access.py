"""Who deploys one environment: deploy, execution and read roles."""

from collections.abc import Iterable

from awacs import cloudformation as cfn
from awacs import iam as iam_actions
from awacs import sts
from awacs.aws import (
    Action,
    Allow,
    Condition,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
)
from troposphere import GetAtt, Ref, Sub, Template, iam

from tidegen.blocks.inputs import ENVIRONMENT, PROJECT, from_field
from tidegen.blocks.policies import allow, document, trust
from tidegen.blocks.roles import BOUNDARY, PATH, add_role
from tidegen.contract import (
    Concern,
    Context,
    Input,
    Kind,
    Output,
    Root,
    Scope,
    add_outputs,
    new_template,
)

_STACKS = Sub(
    "arn:${AWS::Partition}:cloudformation:*:${AWS::AccountId}:stack/${Project}-${Environment}*/*"
)
_ROLES = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Project}/${Environment}/*")
_POLICY_LIMIT = 6_144  # characters without white space, AWS docs "IAM quotas"
_BATCH = 90  # actions a managed policy, well below the limit
_READ = [cfn.DescribeStacks, cfn.DescribeStackEvents, cfn.DescribeStackResources, cfn.GetTemplate]


def build(context: Context) -> Template:
    """The access template: deployed once by an administrator, then by itself."""
    template = new_template(CONCERN)
    execution = add_role(
        template, "ExecutionRole", trust("cloudformation"), None, "CloudFormation acts as this role"
    )
    _add_permissions(template, sorted(_actions(context)))
    add_role(
        template,
        "DeployRole",
        _ci_trust(),
        document(*_deploy(execution)),
        "CI deploys as this role",
    )
    add_role(template, "ReadRole", _ci_trust(), document(_read()), "CI plans as this role")
    return add_outputs(
        template,
        CONCERN,
        DeployRoleArn=GetAtt("DeployRole", "Arn"),
        ExecutionRoleArn=GetAtt("ExecutionRole", "Arn"),
        ReadRoleArn=GetAtt("ReadRole", "Arn"),
    )


def _actions(context: Context) -> set[str]:
    """Everything that the concerns declare they need to be deployed, IAM's own part aside."""
    declared = {action for concern in context.concerns for action in concern.deploy_actions}
    return {action for action in declared if not action.startswith("iam:")}


def _add_permissions(template: Template, actions: list[str]) -> None:
    """Managed policies of the execution role, cut so that each stays below IAM's limit."""
    batches = [actions[n : n + _BATCH] for n in range(0, len(actions), _BATCH)]
    for number, batch in enumerate(batches, start=1):
        assert sum(map(len, batch)) < _POLICY_LIMIT
        _add_policy(template, f"ExecutionPolicy{number}", [_allowed(batch)])
    _add_policy(template, "ExecutionRolesPolicy", _roles())


def _add_policy(template: Template, title: str, statements: list[Statement]) -> None:
    template.add_resource(
        iam.ManagedPolicy(
            title,
            Description="What CloudFormation may do to this environment",
            Path=PATH,
            PolicyDocument=document(*statements),
            Roles=[Ref("ExecutionRole")],
        )
    )


def _allowed(actions: Iterable[str]) -> Statement:
    """Creating names no resource yet; the boundary and the region limit what it reaches."""
    parts = [Action(*action.split(":", 1)) for action in actions]
    own = Condition(StringEquals({"aws:PrincipalAccount": Ref("AWS::AccountId")}))
    return allow("Deploy", parts, ["*"], own)


def _roles() -> list[Statement]:
    """Roles of this environment's path only, and never without the boundary."""
    bounded = Condition(StringEquals({"iam:PermissionsBoundary": Ref("PermissionsBoundaryArn")}))
    managed = ["Attach", "Detach"]
    change = [Action("iam", f"{verb}RolePolicy") for verb in managed]
    rest = [
        iam_actions.DeleteRole,
        iam_actions.GetRole,
        iam_actions.TagRole,
        iam_actions.UntagRole,
        iam_actions.UpdateRole,
        iam_actions.UpdateAssumeRolePolicy,
        iam_actions.ListRolePolicies,
        iam_actions.ListAttachedRolePolicies,
    ]
    base = "arn:${AWS::Partition}:iam::${AWS::AccountId}"
    policies = Sub(f"{base}:policy/${{Project}}/${{Environment}}/*")
    profiles = Sub(f"{base}:instance-profile/${{Project}}/${{Environment}}/*")
    return [
        allow("CreateBoundedRoles", [iam_actions.CreateRole, *change], [_ROLES], bounded),
        allow("ManageRoles", [*rest, iam_actions.PassRole], [_ROLES]),
        allow(
            "ManagePolicies",
            [
                iam_actions.CreatePolicy,
                iam_actions.CreatePolicyVersion,
                iam_actions.DeletePolicy,
                iam_actions.DeletePolicyVersion,
                iam_actions.GetPolicy,
                iam_actions.GetPolicyVersion,
                iam_actions.ListPolicyVersions,
                iam_actions.ListEntitiesForPolicy,
                iam_actions.TagPolicy,
                iam_actions.UntagPolicy,
            ],
            [policies],
        ),
        allow(
            "ManageInstanceProfiles",
            [
                iam_actions.AddRoleToInstanceProfile,
                iam_actions.CreateInstanceProfile,
                iam_actions.DeleteInstanceProfile,
                iam_actions.GetInstanceProfile,
                iam_actions.RemoveRoleFromInstanceProfile,
                iam_actions.TagInstanceProfile,
            ],
            [profiles],
        ),
    ]


def _ci_trust() -> PolicyDocument:
    """Workflows of one repository in the environment of the same name, nothing wider."""
    host = "token.actions.githubusercontent.com"
    claims = {
        f"{host}:aud": "sts.amazonaws.com",
        f"{host}:sub": Sub("repo:${Repository}:environment:${Environment}"),
    }
    return document(
        Statement(
            Effect=Allow,
            Principal=Principal("Federated", [Ref("OidcProviderArn")]),
            Action=[sts.AssumeRoleWithWebIdentity],
            Condition=Condition(StringEquals(claims)),
        )
    )


def _read() -> Statement:
    return allow("ReadStacks", _READ, [_STACKS])


def _deploy(execution: iam.Role) -> list[Statement]:
    """Stacks of this environment by name, templates in the artifacts bucket, one role to pass."""
    change = [
        cfn.CreateChangeSet,
        cfn.DescribeChangeSet,
        cfn.ExecuteChangeSet,
        cfn.DeleteChangeSet,
        cfn.SetStackPolicy,
        cfn.GetStackPolicy,
        cfn.UpdateTerminationProtection,
        cfn.ContinueUpdateRollback,
    ]
    bucket = "arn:${AWS::Partition}:s3:::${Project}-artifacts-*-${AWS::AccountId}"
    passed = Condition(StringEquals({"iam:PassedToService": "cloudformation.amazonaws.com"}))
    return [
        allow("ChangeStacks", [*change, *_READ], [_STACKS]),
        allow(
            "UploadArtifacts",
            [Action("s3", "GetObject"), Action("s3", "PutObject"), Action("s3", "ListBucket")],
            [Sub(bucket), Sub(f"{bucket}/*")],
        ),
        allow("PassExecutionRole", [iam_actions.PassRole], [GetAtt(execution, "Arn")], passed),
    ]


CONCERN = Concern(
    name="access",
    scopes=(Scope.ACCESS,),
    purpose="Deploy, execution and read roles of one environment.",
    build=build,
    inputs=(
        PROJECT,
        ENVIRONMENT,
        from_field("Repository", "ci.repository"),
        BOUNDARY,
        Input(
            "OidcProviderArn",
            Kind.ARN,
            Root(Scope.IDENTITY, "OidcProviderArn"),
            "Identity provider of the CI",
        ),
    ),
    outputs=(
        Output("DeployRoleArn", Kind.ROLE_ARN, "Role that deploys", surface=True),
        Output("ExecutionRoleArn", Kind.ROLE_ARN, "Role that CloudFormation takes", surface=True),
        Output("ReadRoleArn", Kind.ROLE_ARN, "Role that plans and reads", surface=True),
    ),
)
