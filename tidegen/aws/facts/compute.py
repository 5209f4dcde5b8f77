"""Zones, instance types, the key of new volumes, and counts of resources in use."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tidegen.aws.facts.reader import Reader
from tidegen.contract import Topic
from tidegen.planning.preflight import Answer
from tidegen.planning.preflight.instances import is_standard

Names = tuple[str, ...]
_GIB_OF_TIB = 1024


def _zones(reader: Reader, _: Names) -> Answer:
    zones = reader.call(
        "ec2",
        "describe_availability_zones",
        Filters=[{"Name": "zone-type", "Values": ["availability-zone"]}],
    )["AvailabilityZones"]
    return {zone["ZoneName"]: zone["ZoneId"] for zone in zones if zone["State"] == "available"}


def _offerings(reader: Reader, names: Names) -> Answer:
    listed = reader.pages(
        "ec2",
        "describe_instance_type_offerings",
        "InstanceTypeOfferings",
        LocationType="availability-zone",
        Filters=[{"Name": "instance-type", "Values": list(names)}],
    )
    offerings: dict[str, list[str]] = {name: [] for name in names}
    for item in listed:
        offerings[item["InstanceType"]].append(item["Location"])
    return offerings


def _images(reader: Reader, names: Names) -> Answer:
    ids = [name for name in names if name.startswith("ami-")]
    of_amazon = [name for name in names if name not in ids]
    listed = [*_listed_images(reader, "image-id", ids)]
    listed += _listed_images(reader, "name", of_amazon, Owners=["amazon"])
    existing = {text for image in listed for text in (image["ImageId"], image.get("Name"))}
    return {name: "" for name in names if name in existing}


def _listed_images(reader: Reader, key: str, values: list[str], **owners: Any) -> Iterator[Any]:
    """Return the images that can be launched; EC2 leaves deprecated ones out of its answer."""
    wanted = [{"Name": key, "Values": values}, {"Name": "state", "Values": ["available"]}]
    options = {"IncludeDeprecated": True, "Filters": wanted, **owners}
    return reader.pages("ec2", "describe_images", "Images", **options) if values else iter(())


def _own_images(reader: Reader, _: Names) -> Answer:
    wanted = [{"Name": "state", "Values": ["available"]}]
    listed = reader.pages("ec2", "describe_images", "Images", Owners=["self"], Filters=wanted)
    return {
        item["ImageId"]: {"name": item.get("Name", ""), "created": item.get("CreationDate", "")}
        for item in listed
    }


def _vcpus(reader: Reader, names: Names) -> Answer:
    key = "InstanceTypes"
    listed = reader.pages("ec2", "describe_instance_types", key, InstanceTypes=list(names))
    return {item["InstanceType"]: item["VCpuInfo"]["DefaultVCpus"] for item in listed}


def _default_key(reader: Reader, _: Names) -> Answer:
    key = reader.call("ec2", "get_ebs_default_kms_key_id")["KmsKeyId"]
    if key.endswith("alias/aws/ebs"):
        return {"key": "", "policy": "", "always": False}
    always = reader.call("ec2", "get_ebs_encryption_by_default")["EbsEncryptionByDefault"]
    policy = reader.call("kms", "get_key_policy", KeyId=key, PolicyName="default")["Policy"]
    return {"key": key, "policy": policy, "always": always}


def _nat_gateways(reader: Reader, _: Names) -> Answer:
    """Return those that count, by the zone of their subnet."""
    counting = [{"Name": "state", "Values": ["pending", "available", "deleting"]}]
    gateways = reader.pages("ec2", "describe_nat_gateways", "NatGateways", Filter=counting)
    subnets = Counter(gateway["SubnetId"] for gateway in gateways)
    listed = reader.pages("ec2", "describe_subnets", "Subnets") if subnets else ()
    counts: Counter[str] = Counter()
    for subnet in listed:
        counts[subnet["AvailabilityZone"]] += subnets[subnet["SubnetId"]]
    return {zone: number for zone, number in counts.items() if number}


def _stacks(reader: Reader) -> float:
    """Return the number of stacks, nested ones too; deleted ones are listed for 90 days."""
    stacks = reader.pages("cloudformation", "list_stacks", "StackSummaries")
    return sum(1 for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE")


def _usage(reader: Reader, names: Names) -> Answer:
    return {name: _COUNTS[name](reader) for name in names}


def _count(service: str, operation: str, key: str) -> Callable[[Reader], float]:
    return lambda reader: sum(1 for _ in reader.pages(service, operation, key))


def _balancers(kind: str) -> Callable[[Reader], float]:
    def count(reader: Reader) -> float:
        balancers = reader.pages("elbv2", "describe_load_balancers", "LoadBalancers")
        return sum(1 for item in balancers if item["Type"] == kind)

    return count


def _gp3(reader: Reader) -> float:
    gp3 = [{"Name": "volume-type", "Values": ["gp3"]}]
    volumes = reader.pages("ec2", "describe_volumes", "Volumes", Filters=gp3)
    return float(sum(volume["Size"] for volume in volumes)) / _GIB_OF_TIB


def _running_vcpus(reader: Reader) -> float:
    running = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    reservations = reader.pages("ec2", "describe_instances", "Reservations", Filters=running)
    options = [
        instance["CpuOptions"]
        for reservation in reservations
        for instance in reservation["Instances"]
        if is_standard(instance["InstanceType"])
    ]
    return float(sum(item["CoreCount"] * item["ThreadsPerCore"] for item in options))


#: Counts of resources in use, by the names of the quotas.
_COUNTS: dict[str, Callable[[Reader], float]] = {
    "addresses": _count("ec2", "describe_addresses", "Addresses"),
    "application balancers": _balancers("application"),
    "buckets": _count("s3", "list_buckets", "Buckets"),
    "clusters": _count("eks", "list_clusters", "clusters"),
    "gp3 TiB": _gp3,
    "network balancers": _balancers("network"),
    "security groups": _count("ec2", "describe_security_groups", "SecurityGroups"),
    "stacks": _stacks,
    "vcpus": _running_vcpus,
    "vpcs": _count("ec2", "describe_vpcs", "Vpcs"),
}

READERS = {
    Topic.DEFAULT_KEY: _default_key,
    Topic.IMAGES: _images,
    Topic.NAT_GATEWAYS: _nat_gateways,
    Topic.OWN_IMAGES: _own_images,
    Topic.OFFERINGS: _offerings,
    Topic.USAGE: _usage,
    Topic.VCPUS: _vcpus,
    Topic.ZONES: _zones,
}
