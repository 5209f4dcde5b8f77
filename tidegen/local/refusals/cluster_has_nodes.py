"""Node groups of an EKS cluster."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses(
    "cluster-has-nodes",
    "AWS::EKS::Cluster",
    on=(DELETE,),
    message="Cluster has nodegroups attached",
    source="https://repost.aws/knowledge-center/eks-delete-cluster-issues",
    failure="cluster-in-use",
)
def cluster_has_nodes(resource: Resource) -> Words:
    """Deleting a cluster that still has node groups, of another stack for example."""
    groups = looked_up("eks", "list_nodegroups", clusterName=resource.physical_id)
    return {} if groups.get("nodegroups") else None
