"""Roles that have a managed policy which their own template does not attach."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses(
    "policy-in-use",
    "AWS::IAM::ManagedPolicy",
    on=(DELETE,),
    message="Cannot delete a policy attached to entities. (Service: Iam, Status Code: 409, Error"
    " Code: DeleteConflict)",
    source="https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html",
    failure="policy-in-use",
)
def policy_in_use(resource: Resource) -> Words:
    """Deleting a managed policy that a role of another stack has."""
    answer = looked_up("iam", "list_entities_for_policy", PolicyArn=resource.physical_id)
    roles = {role["RoleName"] for role in answer.get("PolicyRoles", [])}
    return {} if roles - {*resource.properties.get("Roles", [])} else None
