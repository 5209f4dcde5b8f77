"""The environment's one-way connection to the shared services."""

from troposphere import GetAtt, If, Ref, Select, Split, Sub, Template, ec2, route53

from tidegen.blocks import inputs
from tidegen.blocks.conditions import add_condition_if_set
from tidegen.blocks.security_groups import HTTPS, add_security_group, rule
from tidegen.contract import Concern, Context, Kind, Output, Scope

_HAS_SHARED = "HasShared"
_HOST = Sub("shared.${PrivateDomain}")


def add_resources(template: Template, _context: Context) -> None:
    """Add the endpoint and its record; neither if the environment uses no shared services."""
    add_condition_if_set(template, _HAS_SHARED, "EndpointServiceName")
    pods = Ref(inputs.CLUSTER_GROUP.name)
    add_security_group(
        template,
        "EndpointSecurityGroup",
        "Shared services: HTTPS from the pods",
        inbound=[rule("HTTPS from the pods", HTTPS, SourceSecurityGroupId=pods)],
        # An endpoint opens no connections; without a rule CloudFormation would allow all.
        outbound=[rule("Answers to the pods", HTTPS, DestinationSecurityGroupId=pods)],
        Condition=_HAS_SHARED,
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
            Name=_HOST,
            Type="CNAME",
            TTL="60",
            ResourceRecords=[name],
        )
    )


CONCERN = Concern(
    scopes=(Scope.ENVIRONMENT,),
    add_resources=add_resources,
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
            "SharedServicesHost",
            Kind.DOMAIN,
            If(_HAS_SHARED, _HOST, ""),
            "Name of the shared services, or empty",
            surface=True,
        ),
    ),
)
