"""Policies and instance profiles of a role that its template does not declare."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses(
    "role-in-use",
    "AWS::IAM::Role",
    on=(DELETE,),
    message="Cannot delete entity, must {remedy} first. (Service: Iam, Status Code: 409, Error"
    " Code: DeleteConflict)",
    source="https://github.com/waterbear-cloud/paco/issues/27",
    failure="role-in-use",
)
def role_in_use(resource: Resource) -> Words:
    """Deleting a role with a policy or an instance profile that its template does not declare."""
    role = {"RoleName": resource.physical_id}
    profiles = looked_up("iam", "list_instance_profiles_for_role", **role)
    if profiles.get("InstanceProfiles"):
        return {"remedy": "remove roles from instance profile"}
    attached = looked_up("iam", "list_attached_role_policies", **role).get("AttachedPolicies", [])
    if {p["PolicyArn"] for p in attached} - {*resource.properties.get("ManagedPolicyArns", [])}:
        return {"remedy": "detach all policies"}
    names = looked_up("iam", "list_role_policies", **role).get("PolicyNames", [])
    declared = {policy["PolicyName"] for policy in resource.properties.get("Policies", [])}
    return {"remedy": "delete policies"} if {*names} - declared else None
