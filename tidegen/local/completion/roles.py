"""The permissions boundary of a role."""

from tidegen.local.handlers.base import Properties, Resource
from tidegen.local.handlers.service import client


def complete(resource: Resource, name: str) -> Properties:
    """Set the boundary, or remove it."""
    boundary = resource.properties.get("PermissionsBoundary")
    if boundary:
        client("iam").put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
    elif resource.previous.get("PermissionsBoundary"):
        client("iam").delete_role_permissions_boundary(RoleName=name)
    return {}
