"""Clusters and node groups of EKS."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, UPDATE, Words, refuses


@refuses("AWS::EKS::Cluster", on=(DELETE,))
def cluster_has_nodes(resource: Resource) -> Words:
    """Deleting a cluster that still has node groups, of another stack for example."""
    groups = looked_up("eks", "list_nodegroups", clusterName=resource.physical_id)
    return {} if groups.get("nodegroups") else None


@refuses("AWS::EKS::Cluster", on=(DELETE,))
def cluster_protected(resource: Resource) -> Words:
    """Deleting a cluster with deletion protection."""
    cluster = looked_up("eks", "describe_cluster", name=resource.physical_id).get("cluster", {})
    return {"name": resource.physical_id} if cluster.get("deletionProtection") else None


@refuses("AWS::EKS::Cluster", on=(UPDATE,))
def kubernetes_version(resource: Resource) -> Words:
    """A cluster's version more than one minor version forward or back.

    Back by one is a rollback, which EKS allows for seven days after the upgrade (user guide, "Roll
    back a cluster"); the days are not checked.
    """
    wanted, before = resource.properties.get("Version"), resource.previous.get("Version")
    if not wanted or not before or abs(_minor(str(wanted)) - _minor(str(before))) <= 1:
        return None
    return {"wanted": str(wanted), "before": str(before)}


def _minor(version: str) -> int:
    """Return the minor version of a version like 1.33."""
    return int(version.split(".")[1])


_VERSIONS = frozenset({"Version", "ReleaseVersion"})
#: Only for the update itself, not a property of the group.
_OPTIONS = frozenset({"ForceUpdateEnabled"})


@refuses("AWS::EKS::Nodegroup", on=(UPDATE,))
def node_group_version(resource: Resource) -> Words:
    """A node group's version or release in one update with any other property, tags included."""
    names = (resource.properties.keys() | resource.previous.keys()) - _OPTIONS
    changed = {n for n in names if resource.properties.get(n) != resource.previous.get(n)}
    return {} if changed & _VERSIONS and changed - _VERSIONS else None
