"""CI's identity provider, the boundaries of all roles and break-glass, once per account."""

from awacs.aws import PolicyDocument
from troposphere import GetAtt, Ref, Sub, Template, iam

from tidegen.blocks import inputs
from tidegen.blocks.policies import document
from tidegen.blocks.roles import BOUNDARY_NAME, DEPLOY_BOUNDARY_NAME, OIDC_HOST
from tidegen.blocks.stateful import RETAINED
from tidegen.blocks.suppressions import unmet
from tidegen.concerns.identity.break_glass import add_break_glass
from tidegen.concerns.identity.deploy_boundary import deploy_statements
from tidegen.concerns.identity.workload_boundary import workload_statements
from tidegen.contract import Concern, Context, Kind, Output, Scope

_REASON = "A boundary grants nothing: it is the ceiling of roles that grant least privilege."
_FULL_ACCESS = "HIPAA.Security-IAMPolicyNoStatementsWithFullAccess"


def add_resources(template: Template, _context: Context) -> None:
    """Add the provider, boundaries and emergency role: IAM is global, so once per account."""
    template.add_resource(
        iam.OIDCProvider(
            "OidcProvider",
            # these are global: they outlive the stack where another region becomes the home
            **RETAINED,
            Url=f"https://{OIDC_HOST}",
            ClientIdList=["sts.amazonaws.com"],
        )
    )
    workloads = document(*workload_statements())
    deployers = document(*deploy_statements())
    _add_boundary(template, "PermissionsBoundary", BOUNDARY_NAME, "roles of templates", workloads)
    _add_boundary(template, "DeployBoundary", DEPLOY_BOUNDARY_NAME, "roles that deploy", deployers)
    add_break_glass(template)


def _add_boundary(
    template: Template, title: str, name: Sub, limited: str, policy: PolicyDocument
) -> iam.ManagedPolicy:
    """Add a ceiling of `limited`, with a name: every region's templates use it, from any region."""
    return template.add_resource(
        iam.ManagedPolicy(
            title,
            **RETAINED,
            Description=f"Ceiling of the project's {limited}",
            ManagedPolicyName=name,
            Path=Sub("/${Project}/"),
            PolicyDocument=policy,
            Metadata=unmet(_REASON, _FULL_ACCESS),
        )
    )


CONCERN = Concern(
    scopes=(Scope.IDENTITY,),
    add_resources=add_resources,
    inputs=(inputs.PROJECT,),
    outputs=(
        Output(
            "PermissionsBoundaryArn",
            Kind.ARN,
            Ref("PermissionsBoundary"),
            "Boundary of every role",
            surface=True,
        ),
        Output(
            "DeployBoundaryArn",
            Kind.ARN,
            Ref("DeployBoundary"),
            "Boundary of the roles that deploy",
            surface=True,
        ),
        Output(
            "OidcProviderArn",
            Kind.ARN,
            Ref("OidcProvider"),
            "Identity provider of the CI",
            surface=True,
        ),
        Output(
            "BreakGlassRoleArn",
            Kind.ROLE_ARN,
            GetAtt("BreakGlassRole", "Arn"),
            "Role for emergencies",
            surface=True,
        ),
    ),
)
