"""EBS volumes."""

from tidegen.local import upstream
from tidegen.local.handlers.base import Handler, Resource, Result, handles
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

    def update(self, resource: Resource) -> Result:
        """Change size, type, performance and tags in place."""
        wanted, had = resource.only(*_CHANGEABLE), resource.previous
        if wanted != {name: had[name] for name in _CHANGEABLE if name in had}:
            client("ec2").modify_volume(VolumeId=resource.physical_id, **wanted)
        replace_tags(resource)
        return Result(resource.physical_id)

    def existing(self, identifier: str) -> Result | None:
        """Return the volume of that id."""
        exists = identifier in upstream.service("ec2")._volumes
        return Result(identifier, {"VolumeId": identifier}) if exists else None

    def delete(self, resource: Resource) -> None:
        """Delete the volume."""
        client("ec2").delete_volume(VolumeId=resource.physical_id)
