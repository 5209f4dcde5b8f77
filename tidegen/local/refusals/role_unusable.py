"""A service role that CloudFormation cannot assume (`tidegen.local.authorization`)."""

from tidegen.local.refusals.model import Refusal, add

ROLE_UNUSABLE = add(
    Refusal(
        slug="role-unusable",
        summary="A service role that does not exist or does not trust CloudFormation.",
        message="Role {role} is invalid or cannot be assumed",
        source="https://github.com/awslabs/aws-service-catalog-puppet/issues/568",
        failure="service-role-unusable",
    )
)
