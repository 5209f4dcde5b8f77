"""Functions inside the VPC: their security group, and what Lambda needs to connect them."""

from typing import Any

from awacs import ec2 as actions
from awacs.aws import Action, Condition, Deny, Null, Statement
from troposphere import Ref, Sub, Template, awslambda, ec2

from tidegen.blocks.endpoints import let_into_endpoints
from tidegen.blocks.inputs import ENDPOINTS, PRIVATE_SUBNETS, VPC
from tidegen.blocks.policies import allow

#: Inputs that a concern with a function inside the VPC declares.
NETWORK_INPUTS = (VPC, PRIVATE_SUBNETS, ENDPOINTS)
_INTERFACES: list[Action] = [
    actions.CreateNetworkInterface,
    actions.DeleteNetworkInterface,
    actions.AssignPrivateIpAddresses,
    actions.UnassignPrivateIpAddresses,
]
_LOOKING: list[Action] = [actions.DescribeNetworkInterfaces, actions.DescribeSubnets]


def inside_vpc(template: Template, function: str) -> awslambda.VPCConfig:
    """The private subnets, and the group `<function>SecurityGroup`: nothing in, HTTPS out.

    HTTPS to anywhere: to services by their endpoints, and by NAT where a VPC has fewer of them.
    """
    out = ec2.SecurityGroupRule(
        Description="AWS: endpoints in the VPC, and NAT where there is none",
        IpProtocol="tcp",
        FromPort=443,
        ToPort=443,
        CidrIp="0.0.0.0/0",
    )
    group = template.add_resource(
        ec2.SecurityGroup(
            f"{function}SecurityGroup",
            GroupDescription=f"Function {function}",
            VpcId=Ref(VPC.name),
            SecurityGroupEgress=[out],
        )
    )
    let_into_endpoints(template, f"EndpointsFrom{function}", Ref(group))
    return awslambda.VPCConfig(SubnetIds=Ref(PRIVATE_SUBNETS.name), SecurityGroupIds=[Ref(group)])


def connecting() -> list[Statement]:
    """What Lambda does as the function's role; the code in the function may not do the same.

    Lambda refuses a function whose role may not delete interfaces of every id ("include all
    resource IDs"). Sources: Lambda guide, "Giving Lambda functions access to resources in an Amazon
    VPC" and "Using source function ARN to control function access behavior".
    """
    every: Any = Sub("arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:*/*")
    return [
        allow("ReachVpc", _INTERFACES, [every]),
        allow("LookAtVpc", _LOOKING, ["*"]),  # these support no resource
        Statement(
            Sid="NoInterfacesFromInside",
            Effect=Deny,
            Action=[*_INTERFACES, *_LOOKING],
            Resource=["*"],
            Condition=Condition(Null({"lambda:SourceFunctionArn": "false"})),
        ),
    ]
