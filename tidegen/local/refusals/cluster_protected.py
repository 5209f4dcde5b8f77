"""Deletion protection of an EKS cluster."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses(
    "cluster-protected",
    "AWS::EKS::Cluster",
    on=(DELETE,),
    message="Cluster {name} cannot be deleted because deletion protection is enabled"
    " (Service: Eks, Status Code: 400, Error Code: InvalidRequestException)",
    source="https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html",
    failure="deletion-protected",
    verbatim=False,
)
def cluster_protected(resource: Resource) -> Words:
    """Deleting a cluster with deletion protection."""
    cluster = looked_up("eks", "describe_cluster", name=resource.physical_id).get("cluster", {})
    return {"name": resource.physical_id} if cluster.get("deletionProtection") else None
