"""Security group rules that are separate resources."""

from typing import Any

from tidegen.local.handlers.base import Handler, Properties, Resource, Result, handles
from tidegen.local.handlers.service import client

# Property of the source or destination -> list and key in EC2's API.
_SOURCES = {
    "CidrIp": ("IpRanges", "CidrIp"),
    "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "SourcePrefixListId": ("PrefixListIds", "PrefixListId"),
    "DestinationPrefixListId": ("PrefixListIds", "PrefixListId"),
    "SourceSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    "DestinationSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
}


def permissions(properties: Properties) -> list[Properties]:
    """Return the rule in the format of EC2's API."""
    rule: Properties = {"IpProtocol": str(properties["IpProtocol"])}
    rule.update({key: int(properties[key]) for key in ("FromPort", "ToPort") if key in properties})
    for name, (group, key) in _SOURCES.items():
        if name in properties:
            described = {k: properties[k] for k in ("Description",) if k in properties}
            rule[group] = [{key: properties[name], **described}]
    return [rule]


class _Rule(Handler):
    """A rule in one direction."""

    direction = ""

    def create(self, resource: Resource) -> Result:
        """Add the rule to its group."""
        made = self._call("authorize", resource.properties)
        rules = made.get("SecurityGroupRules") or [{}]
        generated = f"sgr-{resource.identity.digest('Id')[:17]}"
        return Result(rules[0].get("SecurityGroupRuleId", generated))

    def update(self, resource: Resource) -> Result:
        """Set the description, the only property that changes in place."""
        self._call("revoke", resource.previous)
        self._call("authorize", resource.properties)
        return Result(resource.physical_id)

    def delete(self, resource: Resource) -> None:
        """Remove the rule from its group."""
        self._call("revoke", resource.properties)

    def _call(self, verb: str, properties: Properties) -> Any:
        """Call EC2 with the rule."""
        operation = getattr(client("ec2"), f"{verb}_security_group_{self.direction}")
        return operation(GroupId=properties["GroupId"], IpPermissions=permissions(properties))


@handles("AWS::EC2::SecurityGroupIngress")
class Ingress(_Rule):
    """A rule for inbound traffic."""

    direction = "ingress"


@handles("AWS::EC2::SecurityGroupEgress")
class Egress(_Rule):
    """A rule for outbound traffic."""

    direction = "egress"
