"""A cluster's deletion protection, and the security group that EKS creates with it."""

from tidegen.local import upstream
from tidegen.local.handlers.base import Properties, Resource
from tidegen.local.handlers.service import client


def complete(resource: Resource, name: str) -> Properties:
    """Set deletion protection; return ClusterSecurityGroupId, creating the group the first time.

    AWS docs, "View Amazon EKS security group requirements": `eks-cluster-sg-<cluster>-<suffix>`.
    """
    protection = bool(resource.properties.get("DeletionProtection"))
    upstream.service("eks")._clusters[name]["deletionProtection"] = protection
    ec2 = client("ec2")
    subnet = resource.properties["ResourcesVpcConfig"]["SubnetIds"][0]
    subnets = ec2.describe_subnets(Filters=[{"Name": "subnet-id", "Values": [subnet]}])["Subnets"]
    if not subnets:  # upstream accepts any subnet; without a VPC there is no group
        return {}
    vpc = subnets[0]["VpcId"]
    title = _title(name)
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    known = [g["GroupId"] for g in groups["SecurityGroups"] if g["GroupName"] == title]
    made = known or [
        ec2.create_security_group(GroupName=title, Description="EKS created", VpcId=vpc)["GroupId"]
    ]
    return {"ClusterSecurityGroupId": made[0]}


def delete_group(name: str) -> None:
    """Delete the group of a deleted cluster, as EKS does: its VPC could not be deleted else."""
    ec2 = client("ec2")
    groups = ec2.describe_security_groups(
        Filters=[{"Name": "group-name", "Values": [_title(name)]}]
    )
    for group in groups["SecurityGroups"]:
        ec2.delete_security_group(GroupId=group["GroupId"])


def _title(name: str) -> str:
    return f"eks-cluster-sg-{name}"
