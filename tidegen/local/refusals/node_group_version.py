"""The version of a node group, which changes alone."""

from tidegen.local.handlers.base import Resource
from tidegen.local.refusals.model import UPDATE, Words, refuses

_VERSIONS = frozenset({"Version", "ReleaseVersion"})
#: Only for the update itself, not a property of the group.
_OPTIONS = frozenset({"ForceUpdateEnabled"})


@refuses(
    "node-group-version",
    "AWS::EKS::Nodegroup",
    on=(UPDATE,),
    message="Version and ReleaseVersion updates cannot be combined with other updates",
    source="https://github.com/aws/containers-roadmap/issues/1258",
    failure="node-image-with-others",
)
def node_group_version(resource: Resource) -> Words:
    """A node group's version or release in one update with any other property, tags included."""
    names = (resource.properties.keys() | resource.previous.keys()) - _OPTIONS
    changed = {n for n in names if resource.properties.get(n) != resource.previous.get(n)}
    return {} if changed & _VERSIONS and changed - _VERSIONS else None
