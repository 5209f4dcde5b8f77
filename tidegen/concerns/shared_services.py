"""The endpoint service through which environments reach the shared cluster."""

from troposphere import Equals, If, Join, Not, NoValue, Ref, Sub, Template, ec2
from troposphere import elasticloadbalancingv2 as elb

from tidegen.blocks import inputs
from tidegen.blocks.first_deploy import (
    FIRST_DEPLOY_INPUTS,
    add_first_deploy_condition,
    protected_later,
)
from tidegen.blocks.ingress_alarms import add_no_targets_alarm, add_unhealthy_targets_alarm
from tidegen.blocks.load_balancer import UNPROTECTED, add_pods_security_group, key_values
from tidegen.blocks.load_balancer_controller import add_controller_role
from tidegen.blocks.roles import BOUNDARY
from tidegen.blocks.suppressions import unmet, unmet_each
from tidegen.contract import Concern, Context, Kind, Output, Scope

_PORT = 443
#: Port of the shared gateway's pods, which have their own certificates.
_POD_PORT = 8443
_HAS_USERS = "HasUsers"
_METRICS = "AWS/NetworkELB"
_UNLOGGED = (
    "A network load balancer logs only TLS that it terminates, and this one passes TLS through to"
    " the pods; the VPC's flow logs record every connection."
)
_PASSED_THROUGH = "TLS is terminated by the pods, which have the certificates."
_UNASKED = (
    "Only accounts that the environment files name may connect; accepting each connection by hand"
    " would add no decision, and delay every new environment."
)


def add_resources(template: Template, _context: Context) -> None:
    """Add the endpoint service: environments connect to it, never the reverse."""
    add_first_deploy_condition(template)
    _add_security_group(template)
    _add_load_balancer(template)
    _add_listener(template)
    _add_endpoint_service(template)
    add_controller_role(template, [Ref("TargetGroup")])
    add_unhealthy_targets_alarm(
        template,
        _METRICS,
        "Pods of the shared gateway do not answer; environments lose their telemetry.",
    )
    add_no_targets_alarm(template, _METRICS)


def _add_security_group(template: Template) -> None:
    """Add the load balancer's security group, without which it could never get one later.

    No ingress rules: nothing connects from the VPC's own addresses, and connections through
    PrivateLink are not checked against the rules (see the load balancer).
    """
    add_pods_security_group(
        template,
        "Shared services: HTTPS through the endpoint service",
        "Pods of the gateway, and nothing else: no access to an environment",
        _POD_PORT,
    )


def _add_load_balancer(template: Template) -> None:
    """Add the load balancer; the service's permissions, not addresses, limit PrivateLink access."""
    attributes = {
        "deletion_protection.enabled": protected_later(),
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
            LoadBalancerAttributes=key_values(elb.LoadBalancerAttributes, attributes),
            Metadata=unmet_each({"ELBV2_ACCESS_LOGGING_RULE": _UNLOGGED, **UNPROTECTED}),
        )
    )


def _add_listener(template: Template) -> None:
    """Pass TLS through to the services, which have their own certificates."""
    attributes = {
        "deregistration_delay.connection_termination.enabled": "true",
        "deregistration_delay.timeout_seconds": "30",
    }
    template.add_resource(
        elb.TargetGroup(
            "TargetGroup",
            TargetType="ip",
            Protocol="TCP",
            Port=_POD_PORT,
            VpcId=Ref("VpcId"),
            TargetGroupAttributes=key_values(elb.TargetGroupAttribute, attributes),
        )
    )
    template.add_resource(
        elb.Listener(
            "Listener",
            LoadBalancerArn=Ref("LoadBalancer"),
            Port=_PORT,
            Protocol="TCP",
            Metadata=unmet(_PASSED_THROUGH, "HIPAA.Security-ELBv2ACMCertificateRequired"),
            DefaultActions=[elb.Action(Type="forward", TargetGroupArn=Ref("TargetGroup"))],
        )
    )


def _add_endpoint_service(template: Template) -> None:
    """Add the service, without permissions if no account is allowed (AWS refuses an empty list)."""
    template.add_condition(_HAS_USERS, Not(Equals(Join(",", Ref("AllowedAccounts")), "")))
    service = template.add_resource(
        ec2.VPCEndpointService(
            "EndpointService",
            AcceptanceRequired=False,
            NetworkLoadBalancerArns=[Ref("LoadBalancer")],
            Metadata=unmet(_UNASKED, "CKV_AWS_123"),
        )
    )
    template.add_resource(
        ec2.VPCEndpointServicePermissions(
            "EndpointServicePermissions",
            ServiceId=Ref(service),
            AllowedPrincipals=If(_HAS_USERS, Ref("AllowedAccounts"), NoValue),
        )
    )


CONCERN = Concern(
    scopes=(Scope.SHARED,),
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        *FIRST_DEPLOY_INPUTS,
        BOUNDARY,
        inputs.VPC,
        inputs.PRIVATE_SUBNETS,
        inputs.CRITICAL_TOPIC,
        inputs.CLUSTER_NAME,
        inputs.CLUSTER_GROUP,
        inputs.from_field("AllowedAccounts", "shared.allowed_accounts"),
    ),
    outputs=(
        Output(
            "EndpointServiceName",
            Kind.SERVICE_NAME,
            Sub("com.amazonaws.vpce.${AWS::Region}.${EndpointService}"),
            "Endpoint service of the shared cluster",
            surface=True,
        ),
        Output(
            "SharedTargetGroupArn",
            Kind.ARN,
            Ref("TargetGroup"),
            "Target group of the gateway's pods",
            surface=True,
        ),
        Output(
            "TargetsAlarmName",
            Kind.NAME,
            Ref("NoTargetsAlarm"),
            "Name of the alarm on missing targets",
        ),
    ),
)
