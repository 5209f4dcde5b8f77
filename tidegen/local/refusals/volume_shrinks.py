"""The size of a volume."""

from tidegen.local.handlers.base import Resource
from tidegen.local.refusals.model import UPDATE, Words, refuses


@refuses(
    "volume-shrinks",
    "AWS::EC2::Volume",
    on=(UPDATE,),
    message="New size cannot be smaller than existing size",
    source="https://github.com/kubernetes/kops/issues/17344",
    failure="volume-cannot-change",
)
def volume_shrinks(resource: Resource) -> Words:
    """A smaller size of a volume, in the rollback of a larger one too."""
    size, before = resource.properties.get("Size"), resource.previous.get("Size")
    return {} if size and before and int(size) < int(before) else None
