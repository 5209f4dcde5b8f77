"""CI's identity provider, every role's boundary and break-glass, once per account."""

from troposphere import GetAtt, Ref, Sub, Template, iam

from tidegen.blocks import inputs
from tidegen.blocks.policies import document
from tidegen.blocks.roles import BOUNDARY_NAME, OIDC_HOST
from tidegen.blocks.stateful import RETAINED
from tidegen.blocks.suppressions import unmet
from tidegen.concerns.identity.boundary import ceiling_statements
from tidegen.concerns.identity.break_glass import add_break_glass
from tidegen.contract import Concern, Context, Kind, Output, Scope

_REASON = "A boundary grants nothing: it is the ceiling of roles that grant least privilege."
_FULL_ACCESS = "HIPAA.Security-IAMPolicyNoStatementsWithFullAccess"


def add_resources(template: Template, _context: Context) -> None:
    """Add the provider, the boundary and the emergency role: IAM is global, so once per account."""
    template.add_resource(
        iam.OIDCProvider(
            "OidcProvider",
            # these are global: they outlive the stack where another region becomes the home
            **RETAINED,
            Url=f"https://{OIDC_HOST}",
            ClientIdList=["sts.amazonaws.com"],
        )
    )
    template.add_resource(
        iam.ManagedPolicy(
            "PermissionsBoundary",
            **RETAINED,
            Description="Ceiling of every role of the project",
            # every region's templates use its name: they must not depend on this region
            ManagedPolicyName=BOUNDARY_NAME,
            Path=Sub("/${Project}/"),
            PolicyDocument=document(*ceiling_statements()),
            Metadata=unmet(_REASON, _FULL_ACCESS),
        )
    )
    add_break_glass(template)


CONCERN = Concern(
    name="identity",
    scopes=(Scope.IDENTITY,),
    purpose=__doc__,
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
