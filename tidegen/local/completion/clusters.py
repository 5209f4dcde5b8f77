"""What EKS makes with a cluster and upstream only names: the cluster's security group."""

from tidegen.local.handlers.base import Properties, Resource
from tidegen.local.handlers.service import client


def complete(resource: Resource, name: str) -> Properties:
    """Return ClusterSecurityGroupId of a group that exists, made on the first call.

    AWS docs, "View Amazon EKS security group requirements": `eks-cluster-sg-<cluster>-<suffix>`.
    """
    ec2 = client("ec2")
    subnet = resource.properties["ResourcesVpcConfig"]["SubnetIds"][0]
    found = ec2.describe_subnets(Filters=[{"Name": "subnet-id", "Values": [subnet]}])["Subnets"]
    if not found:  # upstream takes any subnet; there is no VPC to make the group in
        return {}
    vpc = found[0]["VpcId"]
    title = f"eks-cluster-sg-{name}"
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    known = [g["GroupId"] for g in groups["SecurityGroups"] if g["GroupName"] == title]
    made = known or [
        ec2.create_security_group(GroupName=title, Description="EKS created", VpcId=vpc)["GroupId"]
    ]
    return {"ClusterSecurityGroupId": made[0]}
