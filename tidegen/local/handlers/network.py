"""EC2 network types: addresses, NAT gateways, network ACLs, flow logs, rules, interfaces."""

from typing import Any

from tidegen.local import upstream
from tidegen.local.handlers.base import Handler, Properties, Resource, Result, handles
from tidegen.local.handlers.service import client


def tag_specifications(resource: Resource, kind: str) -> Properties:
    """Return EC2's `TagSpecifications` argument; nothing when there are no tags."""
    tags = resource.tags()
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}


def replace_tags(resource: Resource, identifier: str = "") -> None:
    """Replace the tags of an EC2 resource by those of its properties."""
    target = [identifier or resource.physical_id]
    kept = resource.tag_map()
    gone = [
        {"Key": tag["Key"]} for tag in resource.previous.get("Tags", []) if tag["Key"] not in kept
    ]
    if gone:
        client("ec2").delete_tags(Resources=target, Tags=gone)
    if kept:
        client("ec2").create_tags(Resources=target, Tags=resource.tags())


class Tagged(Handler):
    """An EC2 resource whose tags alone can change in place."""

    def update(self, resource: Resource) -> Result:
        """Change the tags."""
        replace_tags(resource)
        return Result(resource.physical_id)


@handles("AWS::EC2::EIP")
class Address(Handler):
    """`Ref` is the public address, not the allocation id."""

    def create(self, resource: Resource) -> Result:
        """Allocate an address in a VPC."""
        tags = tag_specifications(resource, "elastic-ip")
        made = client("ec2").allocate_address(Domain="vpc", **tags)
        return Result(made["PublicIp"], {"AllocationId": made["AllocationId"]} | _public_ip(made))

    def update(self, resource: Resource) -> Result:
        """Change the tags."""
        address = self._find(resource)
        replace_tags(resource, address["AllocationId"])
        attributes = {"AllocationId": address["AllocationId"]} | _public_ip(address)
        return Result(resource.physical_id, attributes)

    def delete(self, resource: Resource) -> None:
        """Release the address."""
        client("ec2").release_address(AllocationId=self._find(resource)["AllocationId"])

    def _find(self, resource: Resource) -> Properties:
        """Return EC2's description of the address."""
        answer = client("ec2").describe_addresses(PublicIps=[resource.physical_id])
        return dict(answer["Addresses"][0])


def _public_ip(address: Properties) -> Properties:
    """Return the attribute with the public address."""
    return {"PublicIp": address["PublicIp"]}


@handles("AWS::EC2::NatGateway")
class NatGateway(Tagged):
    """A NAT gateway in one subnet."""

    def create(self, resource: Resource) -> Result:
        """Create the gateway."""
        names = ("SubnetId", "AllocationId", "ConnectivityType", "PrivateIpAddress")
        tags = tag_specifications(resource, "natgateway")
        made = client("ec2").create_nat_gateway(**resource.only(*names), **tags)["NatGateway"]
        interface = (made.get("NatGatewayAddresses") or [{}])[0].get("NetworkInterfaceId")
        known = {"EniId": interface} if interface else {}
        return Result(made["NatGatewayId"], known)

    def delete(self, resource: Resource) -> None:
        """Delete the gateway."""
        client("ec2").delete_nat_gateway(NatGatewayId=resource.physical_id)


@handles("AWS::EC2::NetworkAcl")
class NetworkAcl(Tagged):
    """A network ACL without entries."""

    def create(self, resource: Resource) -> Result:
        """Create the ACL."""
        tags = tag_specifications(resource, "network-acl")
        made = client("ec2").create_network_acl(VpcId=resource.properties["VpcId"], **tags)
        return Result(made["NetworkAcl"]["NetworkAclId"])

    def delete(self, resource: Resource) -> None:
        """Delete the ACL."""
        client("ec2").delete_network_acl(NetworkAclId=resource.physical_id)


@handles("AWS::EC2::NetworkAclEntry")
class NetworkAclEntry(Handler):
    """One rule of a network ACL, identified by ACL, direction and number."""

    def create(self, resource: Resource) -> Result:
        """Add the rule."""
        client("ec2").create_network_acl_entry(**self._arguments(resource))
        return Result(f"aclentry-{resource.identity.digest('Id')[:17]}")

    def update(self, resource: Resource) -> Result:
        """Replace the rule of the same number."""
        client("ec2").replace_network_acl_entry(**self._arguments(resource))
        return Result(resource.physical_id)

    def delete(self, resource: Resource) -> None:
        """Remove the rule."""
        client("ec2").delete_network_acl_entry(
            NetworkAclId=resource.properties["NetworkAclId"],
            RuleNumber=int(resource.properties["RuleNumber"]),
            Egress=_is_true(resource.properties.get("Egress", False)),
        )

    def _arguments(self, resource: Resource) -> Properties:
        """Return the arguments of the two calls that set a rule."""
        properties = resource.properties
        names = ("NetworkAclId", "RuleNumber", "RuleAction", "CidrBlock", "Ipv6CidrBlock")
        arguments = resource.only(*names, "PortRange")
        if "Icmp" in properties:
            arguments["IcmpTypeCode"] = properties["Icmp"]
        egress = properties.get("Egress", False)
        return {**arguments, "Egress": egress, "Protocol": str(properties["Protocol"])}


def _is_true(value: Any) -> bool:
    """Return whether a property in the template is true."""
    return str(value).lower() == "true"


@handles("AWS::EC2::SubnetNetworkAclAssociation")
class SubnetNetworkAclAssociation(Handler):
    """The one network ACL of a subnet."""

    def create(self, resource: Resource) -> Result:
        """Move the subnet to the ACL."""
        acl, subnet = resource.properties["NetworkAclId"], resource.properties["SubnetId"]
        current = _association_of(subnet) or "aclassoc-default"
        made = client("ec2").replace_network_acl_association(
            AssociationId=current, NetworkAclId=acl
        )
        # ministack keeps an association without its subnet when it did not know the old one.
        for kept in upstream.service("ec2")._network_acls[acl]["Associations"]:
            if kept["NetworkAclAssociationId"] == made["NewAssociationId"]:
                kept["SubnetId"] = subnet
        return Result(made["NewAssociationId"])

    def update(self, resource: Resource) -> Result:
        """Change nothing: no property can change in place."""
        return Result(resource.physical_id)

    def delete(self, resource: Resource) -> None:
        """Move the subnet back to the default ACL of its VPC."""
        acl = client("ec2").describe_network_acls(
            NetworkAclIds=[resource.properties["NetworkAclId"]]
        )["NetworkAcls"]
        if not acl:
            return
        filters = [
            {"Name": "vpc-id", "Values": [acl[0]["VpcId"]]},
            {"Name": "default", "Values": ["true"]},
        ]
        for default in client("ec2").describe_network_acls(Filters=filters)["NetworkAcls"]:
            client("ec2").replace_network_acl_association(
                AssociationId=resource.physical_id, NetworkAclId=default["NetworkAclId"]
            )


def _association_of(subnet: str) -> str:
    """Return the id of the subnet's association with an ACL; empty when the engine has none."""
    for acl in client("ec2").describe_network_acls()["NetworkAcls"]:
        for association in acl["Associations"]:
            if association.get("SubnetId") == subnet:
                return str(association["NetworkAclAssociationId"])
    return ""


@handles("AWS::EC2::FlowLog")
class FlowLog(Tagged):
    """Flow logs of one VPC, subnet or interface."""

    def create(self, resource: Resource) -> Result:
        """Create the flow log; raise ValueError with EC2's reason if it is refused."""
        names = ("ResourceType", "TrafficType", "LogDestinationType", "LogDestination", "LogFormat")
        more = ("LogGroupName", "DeliverLogsPermissionArn", "MaxAggregationInterval")
        made = client("ec2").create_flow_logs(
            ResourceIds=[resource.properties["ResourceId"]],
            **resource.only(*names, *more, "DestinationOptions"),
            **tag_specifications(resource, "vpc-flow-log"),
        )
        if made.get("Unsuccessful"):
            raise ValueError(made["Unsuccessful"][0]["Error"]["Message"])
        return Result(made["FlowLogIds"][0])

    def delete(self, resource: Resource) -> None:
        """Delete the flow log."""
        client("ec2").delete_flow_logs(FlowLogIds=[resource.physical_id])


@handles("AWS::EC2::NetworkInterface")
class NetworkInterface(Tagged):
    """A network interface."""

    def create(self, resource: Resource) -> Result:
        """Create the interface."""
        arguments = resource.only("SubnetId", "Description", "PrivateIpAddress", "InterfaceType")
        if "GroupSet" in resource.properties:
            arguments["Groups"] = resource.properties["GroupSet"]
        tags = tag_specifications(resource, "network-interface")
        made = client("ec2").create_network_interface(**arguments, **tags)["NetworkInterface"]
        known = {"PrimaryPrivateIpAddress": made["PrivateIpAddress"], "VpcId": made["VpcId"]}
        return Result(made["NetworkInterfaceId"], known)

    def delete(self, resource: Resource) -> None:
        """Delete the interface."""
        client("ec2").delete_network_interface(NetworkInterfaceId=resource.physical_id)
