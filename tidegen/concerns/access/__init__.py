"""Deploy, execution and read roles of one environment."""

from awacs.aws import PolicyDocument, Statement
from troposphere import GetAtt, Ref, Template, iam

from tidegen.blocks import inputs
from tidegen.blocks.policies import document, not_of_others, trust
from tidegen.blocks.roles import ACCESS_PATH, BOUNDARY, DEPLOY_BOUNDARY, add_role
from tidegen.blocks.suppressions import unmet
from tidegen.cloudformation.quotas import POLICIES_PER_ROLE
from tidegen.concerns.access.deploy_limits import (
    not_of_other_clusters,
    not_of_the_account,
    not_the_deployers,
    only_here,
    own_names,
)
from tidegen.concerns.access.deploy_role import (
    closing_statement,
    deploying_statements,
    filling_statements,
)
from tidegen.concerns.access.execution_permissions import deploy_permissions, heaviest_concern
from tidegen.concerns.access.execution_role import executing_statements, role_statements
from tidegen.concerns.access.nesting import nesting_statements
from tidegen.concerns.access.packing import packed
from tidegen.concerns.access.read_role import reading_statements
from tidegen.concerns.access.workflow_trust import from_workflows
from tidegen.contract import (
    DEPLOY_SESSION_SECONDS,
    PLAN_SUFFIX,
    Concern,
    Context,
    Kind,
    Output,
    Scope,
)
from tidegen.errors import CompositionError, Problem

_EVERYWHERE = (
    "Calls for which IAM knows no resource (CloudFront's to create a distribution is one since it "
    "makes tenants, which is newer than the rule's data)."
)


def add_resources(template: Template, context: Context) -> None:
    """Add the roles. An administrator deploys them, as no role may change itself."""
    execution = _add_deployer(
        template, "ExecutionRole", trust("cloudformation"), None, "CloudFormation acts as this role"
    )
    allowed = [
        *executing_statements(deploy_permissions(context)),
        *nesting_statements(GetAtt(execution, "Arn")),
    ]
    for number, batch in enumerate(packed(allowed), start=1):
        policy = _add_policy(template, f"ExecutionPolicy{number}", batch)
        if any(statement.Resource == ["*"] for statement in batch):
            policy.Metadata = unmet(_EVERYWHERE, "CKV_AWS_111")
    others = not_of_others(Ref("Environment"))
    limits = [
        only_here(),
        others,
        not_of_other_clusters(),
        *not_of_the_account(),
        own_names(),
        not_the_deployers(),
    ]
    _add_policy(template, "ExecutionRolesPolicy", role_statements())
    _add_policy(template, "ExecutionLimitsPolicy", limits)
    _check_number(template, context)
    deploy = document(
        *deploying_statements(GetAtt(execution, "Arn")),
        closing_statement(),
        *filling_statements(),
    )
    trust_ci, trust_plans = from_workflows(), from_workflows(PLAN_SUFFIX)
    _add_deployer(
        template,
        "DeployRole",
        trust_ci,
        deploy,
        "CI deploys as this role",
        session_seconds=DEPLOY_SESSION_SECONDS,
    )
    _add_deployer(template, "ReadRole", trust_plans, None, "CI plans as this role")
    _add_policy(template, "ReadingPolicy", reading_statements(), ("DeployRole", "ReadRole"))


def _add_deployer(
    template: Template,
    title: str,
    trust: PolicyDocument,
    policy: PolicyDocument | None,
    description: str,
    session_seconds: int | None = None,
) -> iam.Role:
    """Add a role below the path and the boundary of the roles that deploy."""
    return add_role(
        template,
        title,
        trust,
        policy,
        description,
        path=ACCESS_PATH,
        boundary=DEPLOY_BOUNDARY,
        session_seconds=session_seconds,
    )


def _add_policy(
    template: Template,
    title: str,
    statements: list[Statement],
    roles: tuple[str, ...] = ("ExecutionRole",),
) -> iam.ManagedPolicy:
    """Add a policy of one or more roles; they share it, as each role has few."""
    return template.add_resource(
        iam.ManagedPolicy(
            title,
            Description=f"Permissions of {' and '.join(roles)} in this environment",
            Path=ACCESS_PATH,
            PolicyDocument=document(*statements),
            Roles=[Ref(role) for role in roles],
        )
    )


def _check_number(template: Template, context: Context) -> None:
    """Raise CompositionError if the execution role has too many policies for all the concerns."""
    policies = [r for r in template.resources.values() if isinstance(r, iam.ManagedPolicy)]
    number = sum(Ref("ExecutionRole") in policy.Roles for policy in policies)
    if number > POLICIES_PER_ROLE:
        name, count = heaviest_concern(context)
        problem = f"has {number} managed policies, the limit is {POLICIES_PER_ROLE}"
        remedy = f"concern '{name}' needs most of it, {count} actions of its own"
        where = "the execution role of the access root"
        raise CompositionError(Problem(where, f"{problem}; {remedy}: deploy it separately"))


CONCERN = Concern(
    scopes=(Scope.ACCESS,),
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        inputs.from_field("Subject", "ci.subject"),
        inputs.DOMAIN,
        inputs.PRIVATE_DOMAIN,
        inputs.from_field("RecoveryRegion", "recovery.region", default=""),
        BOUNDARY,
        DEPLOY_BOUNDARY,
        inputs.OIDC_PROVIDER,
        inputs.TEMPLATES_BUCKET,
    ),
    outputs=(
        Output(
            "DeployRoleArn",
            Kind.ROLE_ARN,
            GetAtt("DeployRole", "Arn"),
            "Role that deploys",
            surface=True,
        ),
        Output(
            "ExecutionRoleArn",
            Kind.ROLE_ARN,
            GetAtt("ExecutionRole", "Arn"),
            "Role that CloudFormation assumes",
            surface=True,
        ),
        Output(
            "ReadRoleArn",
            Kind.ROLE_ARN,
            GetAtt("ReadRole", "Arn"),
            "Role that plans and reads",
            surface=True,
        ),
    ),
)
