"""What the shared cluster offers: a private load balancer behind an endpoint service, one way."""

from troposphere import Ref, Sub, Template, ec2
from troposphere import elasticloadbalancingv2 as elb

from tidegen.blocks.inputs import PRIVATE_SUBNETS, PROTECTED, VPC, VPC_CIDR, from_field
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template

_PORT = 443


def build(_context: Context) -> Template:
    """The shared-services template: environments connect to it, it can connect to none."""
    template = new_template(CONCERN)
    # A network load balancer made without a security group can never get one.
    template.add_resource(
        ec2.SecurityGroup(
            "LoadBalancerSecurityGroup",
            GroupDescription="Shared services: HTTPS through the endpoint service",
            VpcId=Ref("VpcId"),
            SecurityGroupIngress=[_rule("HTTPS from inside the VPC")],
            SecurityGroupEgress=[_rule("Services inside the VPC")],
        )
    )
    attributes = {
        "deletion_protection.enabled": Ref("Protected"),
        "load_balancing.cross_zone.enabled": "true",
    }
    template.add_resource(
        elb.LoadBalancer(
            "LoadBalancer",
            Type="network",
            Scheme="internal",
            Subnets=Ref("PrivateSubnetIds"),
            SecurityGroups=[Ref("LoadBalancerSecurityGroup")],
            EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic="off",
            LoadBalancerAttributes=[
                elb.LoadBalancerAttributes(Key=key, Value=value)
                for key, value in attributes.items()
            ],
        )
    )
    _add_listener(template)
    service = template.add_resource(
        ec2.VPCEndpointService(
            "EndpointService",
            AcceptanceRequired=False,
            NetworkLoadBalancerArns=[Ref("LoadBalancer")],
        )
    )
    template.add_resource(
        ec2.VPCEndpointServicePermissions(
            "EndpointServicePermissions",
            ServiceId=Ref(service),
            AllowedPrincipals=Ref("AllowedAccounts"),
        )
    )
    name = Sub("com.amazonaws.vpce.${AWS::Region}.${EndpointService}")
    return add_outputs(
        template, CONCERN, EndpointServiceName=name, SharedTargetGroupArn=Ref("TargetGroup")
    )


def _rule(description: str) -> ec2.SecurityGroupRule:
    return ec2.SecurityGroupRule(
        Description=description,
        IpProtocol="tcp",
        FromPort=_PORT,
        ToPort=_PORT,
        CidrIp=Ref("VpcCidr"),
    )


def _add_listener(template: Template) -> None:
    """TLS passes through to the services, which hold their own certificates."""
    template.add_resource(
        elb.TargetGroup(
            "TargetGroup", TargetType="ip", Protocol="TCP", Port=_PORT, VpcId=Ref("VpcId")
        )
    )
    template.add_resource(
        elb.Listener(
            "Listener",
            LoadBalancerArn=Ref("LoadBalancer"),
            Port=_PORT,
            Protocol="TCP",
            DefaultActions=[elb.Action(Type="forward", TargetGroupArn=Ref("TargetGroup"))],
        )
    )


CONCERN = Concern(
    name="shared-services",
    scopes=(Scope.SHARED,),
    purpose="The endpoint service through which environments reach the shared cluster.",
    build=build,
    inputs=(
        VPC,
        VPC_CIDR,
        PRIVATE_SUBNETS,
        PROTECTED,
        from_field("AllowedAccounts", "shared.allowed_accounts"),
    ),
    outputs=(
        Output("EndpointServiceName", Kind.SERVICE_NAME, "For the environments", surface=True),
        Output("SharedTargetGroupArn", Kind.ARN, "For the cluster's binding", surface=True),
    ),
    deploy_actions=(
        "ec2:CreateVpcEndpointServiceConfiguration",
        "ec2:DeleteVpcEndpointServiceConfigurations",
        "ec2:ModifyVpcEndpointServiceConfiguration",
        "ec2:ModifyVpcEndpointServicePermissions",
    ),
)
