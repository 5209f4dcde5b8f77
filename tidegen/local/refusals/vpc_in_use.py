"""Resources in a VPC."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses(
    "vpc-in-use",
    "AWS::EC2::VPC",
    on=(DELETE,),
    message="The vpc '{vpc}' has dependencies and cannot be deleted. (Service: Ec2, Status Code:"
    " 400, Error Code: DependencyViolation)",
    source="https://repost.aws/knowledge-center/troubleshoot-dependency-error-delete-vpc",
    failure="network-in-use",
)
def vpc_in_use(resource: Resource) -> Words:
    """Deleting a VPC with subnets, security groups of its own or an internet gateway."""
    vpc = resource.physical_id
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    if looked_up("ec2", "describe_subnets", Filters=filters).get("Subnets"):
        return {"vpc": vpc}
    groups = looked_up("ec2", "describe_security_groups", Filters=filters).get("SecurityGroups", [])
    if any(group["GroupName"] != "default" for group in groups):
        return {"vpc": vpc}
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    gateways = looked_up("ec2", "describe_internet_gateways", Filters=attached)
    held = [a["VpcId"] for g in gateways.get("InternetGateways", []) for a in g["Attachments"]]
    return {"vpc": vpc} if vpc in held else None
