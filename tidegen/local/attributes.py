"""Generate identifiers and attributes for resources without a service.

They have the format of real ones and depend on account, region, stack and logical id only, so that
the same template always gives the same values. Names of attributes and the property that
identifies a type are read from the registry schema.
"""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from tidegen.cloudformation.schemas import Schema, property_names, resolve

_NAMESPACE = uuid.UUID("5e0c7e6a-9d0b-4a53-9f63-6d0f5d0c8a11")
_EPOCH = "2026-01-01T00:00:00Z"

# The service part of an ARN, where it is not the type's own word in lower case.
_ARN_SERVICES = {
    "AccessAnalyzer": "access-analyzer",
    "CertificateManager": "acm",
    "ElasticLoadBalancingV2": "elasticloadbalancing",
    "KinesisFirehose": "firehose",
}

# Types of which every given property is an attribute, as the read-only ones are. The list
# is cfn-lint's (`cfnlint.schema._getatts`), for the types that tidegen uses; a test compares.
GIVEN_PROPERTIES_ARE_ATTRIBUTES = frozenset(
    {
        "AWS::AutoScaling::AutoScalingGroup",
        "AWS::Backup::BackupSelection",
        "AWS::Backup::BackupVault",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::Subnet",
        "AWS::EC2::VPC",
        "AWS::EKS::Nodegroup",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::SSM::Parameter",
    }
)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The values that identify one resource. `seed` changes when it is replaced."""

    type_name: str
    account: str
    region: str
    stack_name: str
    logical_id: str
    seed: str = ""

    def digest(self, label: str) -> str:
        """Return 64 hexadecimal digits computed from this identity and `label`."""
        parts = (self.type_name, self.account, self.region, self.stack_name, self.logical_id)
        return hashlib.sha256("\0".join((*parts, self.seed, label)).encode()).hexdigest()

    def name(self) -> str:
        """Return a generated name as CloudFormation words it: stack, logical id, suffix."""
        return f"{self.stack_name}-{self.logical_id}"[:50] + f"-{self.digest('name')[:12].upper()}"


def physical_id(schema: Schema, identity: Identity, properties: dict[str, Any]) -> str:
    """Return the value of `Ref`: the parts of the primary identifier, joined by `|`."""
    names = property_names(schema, "primaryIdentifier")
    parts = [properties.get(name) or value_of(schema, identity, name) for name in names]
    return "|".join(str(part) for part in parts)


def attributes(
    schema: Schema, identity: Identity, properties: dict[str, Any], physical: str
) -> dict[str, Any]:
    """Return the value of `Fn::GetAtt` for every attribute of the type."""
    values: dict[str, Any] = {}
    if identity.type_name in GIVEN_PROPERTIES_ARE_ATTRIBUTES:
        values.update(properties)
    identifiers = property_names(schema, "primaryIdentifier")
    for name in property_names(schema, "readOnlyProperties"):
        if "*" not in name and name not in values and not _is_absent(identity, name, properties):
            values[name] = physical if identifiers == [name] else value_of(schema, identity, name)
    return values


def _is_absent(identity: Identity, name: str, properties: dict[str, Any]) -> bool:
    """Return whether the attribute requires a property that is not set."""
    needs = _ATTRIBUTES_OF_PROPERTIES.get((identity.type_name, name))
    return needs is not None and needs not in properties


_ATTRIBUTES_OF_PROPERTIES = {("AWS::DynamoDB::Table", "StreamArn"): "StreamSpecification"}


def value_of(schema: Schema, identity: Identity, name: str) -> Any:
    """Return a plausible value for the attribute called `name`, of the type its schema gives."""
    kind = _definition(schema, name).get("type", "string")
    empty: dict[str, Any] = {"integer": 1, "number": 1, "boolean": False, "array": [], "object": {}}
    if isinstance(kind, str) and kind in empty:
        return empty[kind]
    return _text(identity, name.rpartition(".")[2])


def _definition(schema: Schema, name: str) -> Schema:
    """Return the schema of the property with the dotted `name`; empty when it has none."""
    node = schema
    for part in name.split("."):
        node = resolve(schema, resolve(schema, node).get("properties", {}).get(part, {}))
    return node


def _text(identity: Identity, name: str) -> str:
    """Return a string shaped after the last word of an attribute's name."""
    if name.lower().endswith("arn"):
        return arn(identity)
    if name.endswith("Id"):
        return _identifier(identity, name)
    if name.endswith(("Time", "Date", "At", "Timestamp")):
        return _EPOCH
    if name.endswith(("Url", "Endpoint", "DNSName", "DomainName")):
        host = f"{identity.digest(name)[:12]}.{identity.region}.amazonaws.com"
        return f"https://{host}" if name.endswith("Url") else host
    return "ACTIVE" if name.endswith(("Status", "State")) else identity.name()


def arn(identity: Identity, resource: str = "") -> str:
    """Return an ARN for the resource; `resource` is its last part, generated when empty."""
    _, service, kind = identity.type_name.split("::")[:3]
    prefix = _ARN_SERVICES.get(service, service.lower())
    last = resource or f"{kind.lower()}/{identity.name()}"
    return f"arn:aws:{prefix}:{identity.region}:{identity.account}:{last}"


def _identifier(identity: Identity, name: str) -> str:
    """Return an id: `prefix-17 digits` in EC2, a UUID elsewhere."""
    if identity.type_name.startswith("AWS::EC2::"):
        kind = identity.type_name.rpartition("::")[2]
        prefix = _PREFIXES.get(name) or _PREFIXES.get(kind, kind.lower())
        return f"{prefix}-{identity.digest(name)[:17]}"
    if identity.type_name == "AWS::GuardDuty::Detector":
        return identity.digest(name)[:32]
    return str(uuid.uuid5(_NAMESPACE, identity.digest(name)))


# EC2's prefixes, by the attribute's name or the type's.
_PREFIXES = {
    "AllocationId": "eipalloc",
    "EniId": "eni",
    "NetworkAclAssociationId": "aclassoc",
    "RouteTableId": "rtb",
    "SubnetId": "subnet",
    "VpcId": "vpc",
    "NetworkAclEntry": "aclentry",
    "SecurityGroup": "sg",
    "VPC": "vpc",
    "VPCEndpoint": "vpce",
    "VPCEndpointService": "vpce-svc",
}
