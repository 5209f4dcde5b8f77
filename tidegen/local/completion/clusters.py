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


def clean_up(resource: Resource) -> None:
    """Delete the cluster's security group."""
    ec2 = client("ec2")
    for group in ec2.describe_security_groups()["SecurityGroups"]:
        if group["GroupName"] == _title(resource.physical_id):
            ec2.delete_security_group(GroupId=group["GroupId"])


def _title(cluster: str) -> str:
    """Return the name of a cluster's security group, here without its suffix."""
    return f"eks-cluster-sg-{cluster}"
