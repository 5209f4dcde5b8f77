"""The properties of a volume that never change, not even by replacement."""

from tidegen.local.handlers.base import Resource
from tidegen.local.refusals.model import UPDATE, Words, refuses

_CHANGEABLE = frozenset(
    {"AutoEnableIO", "Iops", "MultiAttachEnabled", "Size", "Tags", "Throughput", "VolumeType"}
)


@refuses(
    "volume-fixed",
    "AWS::EC2::Volume",
    on=(UPDATE,),
    message="Volume properties other than AutoEnableIO, type, size, and IOPS cannot be updated."
    " Change the properties back to previous values and update the stack again.",
    source="https://github.com/awsdocs/aws-cloudformation-user-guide/pull/556",
    failure="volume-cannot-change",
)
def volume_fixed(resource: Resource) -> Words:
    """Another zone, key, snapshot or encryption of a volume."""
    names = (resource.properties.keys() | resource.previous.keys()) - _CHANGEABLE
    changed = [n for n in names if resource.properties.get(n) != resource.previous.get(n)]
    return {} if changed else None
