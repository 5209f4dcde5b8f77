"""Policies and roles of IAM."""

from tidegen.cloudformation.quotas import (
    INLINE_POLICIES_SIZE,
    MANAGED_POLICY_SIZE,
    POLICIES_PER_ROLE,
    TRUST_POLICY_SIZE,
)
from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.policies import grammar_problems, identity_documents, length
from tidegen.local.principals import missing_principals
from tidegen.local.refusals.model import CREATE, DELETE, UPDATE, Words, refuses


@refuses("AWS::IAM::Role", on=(CREATE, UPDATE))
def inline_policies_too_long(resource: Resource) -> Words:
    """A role's inline policies of more than 10,240 characters together."""
    policies = resource.properties.get("Policies", [])
    name = resource.physical_id or resource.properties.get("RoleName") or resource.identity.name()
    size = sum(length(policy["PolicyDocument"]) for policy in policies)
    return {"role": str(name)} if size > INLINE_POLICIES_SIZE else None


@refuses("AWS::IAM::ManagedPolicy", on=(CREATE, UPDATE))
def managed_policy_too_long(resource: Resource) -> Words:
    """A managed policy of more than 6,144 characters."""
    return {} if length(resource.properties["PolicyDocument"]) > MANAGED_POLICY_SIZE else None


@refuses("AWS::IAM::Role", on=(CREATE, UPDATE))
def trust_policy_too_long(resource: Resource) -> Words:
    """A role's trust policy of more than 2,048 characters."""
    size = length(resource.properties["AssumeRolePolicyDocument"])
    return {} if size > TRUST_POLICY_SIZE else None


@refuses("AWS::IAM::ManagedPolicy", on=(DELETE,))
def policy_in_use(resource: Resource) -> Words:
    """Deleting a managed policy that a role of another stack has."""
    answer = looked_up("iam", "list_entities_for_policy", PolicyArn=resource.physical_id)
    roles = {role["RoleName"] for role in answer.get("PolicyRoles", [])}
    return {} if roles - {*resource.properties.get("Roles", [])} else None


@refuses("AWS::IAM::ManagedPolicy", "AWS::IAM::Role", on=(CREATE, UPDATE))
def policy_malformed(resource: Resource) -> Words:
    """A policy that breaks IAM's grammar: an ARN without a type, a principal in the wrong place."""
    for problem in grammar_problems(resource.identity.type_name, resource.properties):
        return {"problem": problem}
    return None


@refuses("AWS::IAM::ManagedPolicy", "AWS::IAM::Role", on=(CREATE, UPDATE))
def policy_principal(resource: Resource) -> Words:
    """A managed or inline policy with a principal."""
    for document in identity_documents(resource.identity.type_name, resource.properties):
        statements = document.get("Statement", [])
        listed = statements if isinstance(statements, list) else [statements]
        if any({"Principal", "NotPrincipal"} & statement.keys() for statement in listed):
            return {}
    return None


@refuses("AWS::IAM::Role", on=(DELETE,))
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


@refuses("AWS::IAM::Role", on=(CREATE, UPDATE))
def role_policies_quota(resource: Resource) -> Words:
    """More than ten managed policies of a role."""
    attached = resource.properties.get("ManagedPolicyArns", [])
    return {} if len(attached) > POLICIES_PER_ROLE else None


@refuses("AWS::IAM::Role", on=(CREATE, UPDATE))
def role_principal_missing(resource: Resource) -> Words:
    """A role that trusts a role or user that does not exist, itself for example."""
    for arn in missing_principals(resource.properties.get("AssumeRolePolicyDocument")):
        return {"arn": arn}
    return None
