"""Changes of EBS volumes."""

from tidegen.local.handlers.base import Resource
from tidegen.local.refusals.model import UPDATE, Words, refuses

_CHANGEABLE = frozenset(
    {"AutoEnableIO", "Iops", "MultiAttachEnabled", "Size", "Tags", "Throughput", "VolumeType"}
)


@refuses("AWS::EC2::Volume", on=(UPDATE,))
def volume_fixed(resource: Resource) -> Words:
    """Another zone, key, snapshot or encryption of a volume."""
    names = (resource.properties.keys() | resource.previous.keys()) - _CHANGEABLE
    changed = [n for n in names if resource.properties.get(n) != resource.previous.get(n)]
    return {} if changed else None


@refuses("AWS::EC2::Volume", on=(UPDATE,))
def volume_shrinks(resource: Resource) -> Words:
    """A smaller size of a volume, in the rollback of a larger one too."""
    size, before = resource.properties.get("Size"), resource.previous.get("Size")
    return {} if size and before and int(size) < int(before) else None
