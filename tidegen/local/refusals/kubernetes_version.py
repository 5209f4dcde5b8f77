"""The steps between versions of Kubernetes."""

from tidegen.local.handlers.base import Resource
from tidegen.local.refusals.model import UPDATE, Words, refuses


@refuses(
    "kubernetes-version",
    "AWS::EKS::Cluster",
    on=(UPDATE,),
    message="Unsupported Kubernetes minor version update from {before} to {wanted}",
    source="https://github.com/terraform-aws-modules/terraform-aws-eks/issues/2607",
    failure="kubernetes-version",
)
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
