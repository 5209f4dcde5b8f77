"""What the shared cluster offers: a private load balancer behind an endpoint service, one way."""

from troposphere import Equals, If, Join, Not, NoValue, Ref, Sub, Template, ec2
from troposphere import elasticloadbalancingv2 as elb

from tidegen.blocks import inputs
from tidegen.blocks.ingress_alarms import add_no_targets_alarm, add_unhealthy_targets_alarm
from tidegen.blocks.load_balancer import add_pods_security_group
from tidegen.blocks.load_balancer_controller import add_controller_role
from tidegen.blocks.roles import BOUNDARY
from tidegen.blocks.suppressions import unmet, unmet_each
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template

_PORT = 443
#: Where the pods of the shared gateway listen, with certificates of their own.
_POD_PORT = 8443
_HAS_USERS = "HasUsers"
_METRICS = "AWS/NetworkELB"
_UNLOGGED = (
    "A network load balancer logs what it decrypts, and this one passes TLS through to the pods;"
    " the VPC's flow logs have every connection."
)
_PASSED_THROUGH = "TLS ends in the pods, which hold the certificates: nothing between reads it."
_UNASKED = (
    "Only accounts that the environment files name may connect; a person who accepts each"
    " connection would decide nothing more, and hold up every new environment."
)
_UNPROTECTED = (
    "Set by the file's `protected`: the deletion of services that may go, and the rollback of a"
    " first deploy, would get stuck on it."
)


def build(_context: Context) -> Template:
    """The shared-services template: environments connect to it, it can connect to none."""
    template = new_template(CONCERN)
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
    name = Sub("com.amazonaws.vpce.${AWS::Region}.${EndpointService}")
    return add_outputs(
        template,
        CONCERN,
        EndpointServiceName=name,
        SharedTargetGroupArn=Ref("TargetGroup"),
        TargetsAlarmName=Ref(add_no_targets_alarm(template, _METRICS)),
    )


def _add_security_group(template: Template) -> None:
    """A network load balancer made without a security group can never get one.

    Nothing comes in from the VPC's own addresses; what comes through PrivateLink is not held
    against the rules (see the load balancer).
    """
    add_pods_security_group(
        template,
        "Shared services: HTTPS through the endpoint service",
        "Gateway's pods, and nothing else: no way into an environment",
        _POD_PORT,
    )


def _add_load_balancer(template: Template) -> None:
    """Who may come through PrivateLink is said by the service's permissions, not by addresses."""
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
            Metadata=unmet_each(
                {
                    "ELBV2_ACCESS_LOGGING_RULE": _UNLOGGED,
                    "ELB_DELETION_PROTECTION_ENABLED": _UNPROTECTED,
                }
            ),
        )
    )


def _add_listener(template: Template) -> None:
    """TLS passes through to the services, which hold their own certificates."""
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
            TargetGroupAttributes=[
                elb.TargetGroupAttribute(Key=key, Value=value) for key, value in attributes.items()
            ],
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
    """No permissions where no environment uses the services: an empty principal is refused."""
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
    name="shared-services",
    scopes=(Scope.SHARED,),
    purpose="The endpoint service through which environments reach the shared cluster.",
    build=build,
    inputs=(
        *inputs.NAMES,
        inputs.PROTECTED,
        BOUNDARY,
        inputs.VPC,
        inputs.PRIVATE_SUBNETS,
        inputs.CRITICAL_TOPIC,
        inputs.CLUSTER_NAME,
        inputs.CLUSTER_GROUP,
        inputs.from_field("AllowedAccounts", "shared.allowed_accounts"),
    ),
    outputs=(
        Output("EndpointServiceName", Kind.SERVICE_NAME, "For the environments", surface=True),
        Output("SharedTargetGroupArn", Kind.ARN, "For the cluster's binding", surface=True),
        Output("TargetsAlarmName", Kind.NAME, "Alarm of the gateway's pods"),
    ),
)
