"""The environment's only connection to shared services: it reaches them, never the reverse."""

from troposphere import GetAtt, If, Ref, Select, Split, Sub, Template, ec2, route53

from tidegen.blocks import inputs
from tidegen.blocks.conditions import add_nonempty_condition
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template

_HAS_SHARED = "HasShared"


def build(_context: Context) -> Template:
    """Return the shared-endpoint template; empty if the environment uses no shared services."""
    template = new_template(CONCERN)
    add_nonempty_condition(template, _HAS_SHARED, "EndpointServiceName")
    template.add_resource(
        ec2.SecurityGroup(
            "EndpointSecurityGroup",
            Condition=_HAS_SHARED,
            GroupDescription="Shared services: HTTPS from the pods",
            VpcId=Ref("VpcId"),
            SecurityGroupIngress=[_rule("HTTPS from the pods", "SourceSecurityGroupId")],
            # An endpoint opens no connections; without a rule CloudFormation would allow all.
            SecurityGroupEgress=[_rule("Answers to the pods", "DestinationSecurityGroupId")],
        )
    )
    endpoint = template.add_resource(
        ec2.VPCEndpoint(
            "Endpoint",
            Condition=_HAS_SHARED,
            VpcId=Ref("VpcId"),
            VpcEndpointType="Interface",
            ServiceName=Ref("EndpointServiceName"),
            PrivateDnsEnabled=False,
            SubnetIds=Ref("PrivateSubnetIds"),
            SecurityGroupIds=[Ref("EndpointSecurityGroup")],
        )
    )
    # An entry has the form `zone-id:name`; the first name resolves in every zone.
    name = Select(1, Split(":", Select(0, GetAtt(endpoint, "DnsEntries"))))
    template.add_resource(
        route53.RecordSetType(
            "Record",
            Condition=_HAS_SHARED,
            HostedZoneId=Ref("PrivateZoneId"),
            Name=Sub("shared.${PrivateDomain}"),
            Type="CNAME",
            TTL="60",
            ResourceRecords=[name],
        )
    )
    host = Sub("shared.${PrivateDomain}")
    return add_outputs(template, CONCERN, SharedServicesHost=If(_HAS_SHARED, host, ""))


def _rule(description: str, end: str) -> ec2.SecurityGroupRule:
    """HTTPS with the pods at one `end`, a property's name: nothing else here uses the services."""
    pods = {end: Ref("ClusterSecurityGroupId")}
    return ec2.SecurityGroupRule(
        Description=description, IpProtocol="tcp", FromPort=443, ToPort=443, **pods
    )


CONCERN = Concern(
    name="shared-endpoint",
    scopes=(Scope.ENVIRONMENT,),
    purpose="The environment's one-way connection to the shared services.",
    build=build,
    inputs=(
        inputs.VPC,
        inputs.CLUSTER_GROUP,
        inputs.PRIVATE_SUBNETS,
        inputs.PRIVATE_DOMAIN,
        inputs.PRIVATE_ZONE,
        inputs.from_root(
            Scope.SHARED,
            "EndpointServiceName",
            Kind.SERVICE_NAME,
            "Endpoint service of the shared cluster, or empty",
            default="",
        ),
    ),
    outputs=(
        Output(
            "SharedServicesHost", Kind.DOMAIN, "Name of the shared services, or empty", surface=True
        ),
    ),
)
