"""EBS volumes."""

from tidegen.local.handlers.base import Handler, Properties, Resource, Result, handles
from tidegen.local.handlers.network import replace_tags, tag_specifications
from tidegen.local.handlers.service import client

_CHANGEABLE = ("Size", "VolumeType", "Iops", "Throughput", "MultiAttachEnabled")
_FIXED = ("AvailabilityZone", "Encrypted", "KmsKeyId", "SnapshotId")


@handles("AWS::EC2::Volume")
class Volume(Handler):
    """An EBS volume."""

    def create(self, resource: Resource) -> Result:
        """Create the volume."""
        tags = tag_specifications(resource, "volume")
        made = client("ec2").create_volume(**resource.only(*_FIXED, *_CHANGEABLE), **tags)
        return Result(made["VolumeId"])

    def update(self, resource: Resource, old: Properties) -> Result:
        """Change size, type, performance and tags in place."""
        wanted = resource.only(*_CHANGEABLE)
        if wanted != {name: old[name] for name in _CHANGEABLE if name in old}:
            client("ec2").modify_volume(VolumeId=resource.physical_id, **wanted)
        replace_tags(resource, old)
        return Result(resource.physical_id)

    def delete(self, resource: Resource) -> None:
        """Delete the volume."""
        client("ec2").delete_volume(VolumeId=resource.physical_id)
