"""The security group of the MongoDB members."""

from troposphere import Ref, Template, ec2

from tidegen.blocks.endpoints import allow_to_endpoints
from tidegen.concerns.database.members import PORT


def add_security_group(template: Template) -> None:
    """Add the group: open to the cluster's pods and the members; people use Session Manager."""
    template.add_resource(
        ec2.SecurityGroup(
            "SecurityGroup",
            GroupDescription="MongoDB members",
            VpcId=Ref("VpcId"),
            SecurityGroupEgress=[
                ec2.SecurityGroupRule(
                    Description="Endpoints in the VPC and S3 through its gateway; no other route",
                    IpProtocol="tcp",
                    FromPort=443,
                    ToPort=443,
                    CidrIp="0.0.0.0/0",
                ),
            ],
        )
    )
    for title, source in (
        ("FromCluster", Ref("ClusterSecurityGroupId")),
        ("FromMembers", Ref("SecurityGroup")),
    ):
        template.add_resource(
            ec2.SecurityGroupIngress(
                title,
                Description=f"MongoDB {title}",
                GroupId=Ref("SecurityGroup"),
                IpProtocol="tcp",
                FromPort=PORT,
                ToPort=PORT,
                SourceSecurityGroupId=source,
            )
        )
    allow_to_endpoints(template, "EndpointsFromMembers", Ref("SecurityGroup"))
    template.add_resource(
        ec2.SecurityGroupEgress(
            "ToMembers",
            Description="MongoDB ToMembers",
            GroupId=Ref("SecurityGroup"),
            IpProtocol="tcp",
            FromPort=PORT,
            ToPort=PORT,
            DestinationSecurityGroupId=Ref("SecurityGroup"),
        )
    )
