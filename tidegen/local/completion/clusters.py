"""The security group that EKS creates with a cluster; upstream returns only its id."""

from tidegen.local.handlers.base import Properties, Resource
from tidegen.local.handlers.service import client


def complete(resource: Resource, name: str) -> Properties:
    """Return ClusterSecurityGroupId, creating the group on the first call.

    AWS docs, "View Amazon EKS security group requirements": `eks-cluster-sg-<cluster>-<suffix>`.
    """
    ec2 = client("ec2")
    subnet = resource.properties["ResourcesVpcConfig"]["SubnetIds"][0]
    subnets = ec2.describe_subnets(Filters=[{"Name": "subnet-id", "Values": [subnet]}])["Subnets"]
    if not subnets:  # upstream accepts any subnet; without a VPC there is no group
        return {}
    vpc = subnets[0]["VpcId"]
    title = f"eks-cluster-sg-{name}"
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    known = [g["GroupId"] for g in groups["SecurityGroups"] if g["GroupName"] == title]
    made = known or [
        ec2.create_security_group(GroupName=title, Description="EKS created", VpcId=vpc)["GroupId"]
    ]
    return {"ClusterSecurityGroupId": made[0]}
