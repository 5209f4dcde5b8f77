"""The public load balancer: HTTPS only, TLS 1.3, logs of connections and requests, one target."""

from typing import Any

from troposphere import GetAtt, Ref, Template
from troposphere import elasticloadbalancingv2 as elb

from tidegen.blocks.first_deploy import add_first_deploy_condition, protected_later
from tidegen.blocks.inputs import CLUSTER_GROUP, PROTECTED, VPC, sibling
from tidegen.blocks.security_groups import (
    ANYWHERE,
    HTTPS,
    add_rule,
    add_security_group,
    rule,
)
from tidegen.blocks.suppressions import unmet, unmet_each
from tidegen.contract import Input, Kind

#: Port of the gateway's pods.
GATEWAY_PORT = 8080
PUBLIC_SUBNETS = sibling("PublicSubnetIds", Kind.SUBNET_IDS, "The three public subnets")
ACCESS_LOGS = sibling("AccessLogsBucketName", Kind.BUCKET_NAME, "Bucket of access logs")
_OPEN = unmet(
    "Public on purpose: the firewall and TLS protect the pods.",
    "EC2_SECURITY_GROUP_INGRESS_OPEN_TO_WORLD_RULE",
    "SECURITY_GROUP_INGRESS_CIDR_NON_32_RULE",
)
#: Deletion protection of load balancers: rule → reason.
UNPROTECTED = {
    "ELB_DELETION_PROTECTION_ENABLED": "Set by the file's `protected`, after the creation: always"
    " on, it would block a permitted deletion, and the rollback of a first deploy."
}
#: A year. Browsers then never call these hosts without TLS, even where a link says http.
_HSTS = "max-age=31536000; includeSubDomains"


def add_public_security_group(template: Template, pods: Input = CLUSTER_GROUP) -> None:
    """Add the load balancer's group: HTTPS from the internet, and to the pods of the gateway."""
    add_pods_security_group(
        template,
        "Load balancer: HTTPS from the internet",
        "Pods of the gateway",
        GATEWAY_PORT,
        pods=pods,
        inbound=[rule("HTTPS", HTTPS, CidrIp=ANYWHERE)],
        Metadata=_OPEN,
    )


def add_pods_security_group(
    template: Template,
    description: str,
    outbound: str,
    port: int,
    *,
    pods: Input = CLUSTER_GROUP,
    **extra: Any,
) -> None:
    """Add a load balancer's group with a rule to the pods, described by `outbound`, and back."""
    to_pods = rule(outbound, port, DestinationSecurityGroupId=Ref(pods.name))
    group = add_security_group(
        template, "LoadBalancerSecurityGroup", description, outbound=[to_pods], **extra
    )
    add_rule(
        template,
        "PodsFromLoadBalancer",
        "Load balancer to the pods of the gateway",
        port,
        group=Ref(pods.name),
        source=Ref(group),
    )


def key_values(kind: Any, attributes: dict[str, Any]) -> list[Any]:
    """Return attributes as troposphere's `kind`, a class with Key and Value."""
    return [kind(Key=key, Value=value) for key, value in attributes.items()]


def add_load_balancer(
    template: Template,
    *,
    subnets: Input = PUBLIC_SUBNETS,
    logs: Input = ACCESS_LOGS,
    protected: Input = PROTECTED,
) -> None:
    """Add the load balancer.

    Storage is deployed before ingress: logs need its policy first (failure access-logs-refused).
    """
    add_first_deploy_condition(template)
    attributes = {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": Ref(logs.name),
        "access_logs.s3.prefix": "alb",
        "connection_logs.s3.enabled": "true",
        "connection_logs.s3.bucket": Ref(logs.name),
        "connection_logs.s3.prefix": "alb",
        "deletion_protection.enabled": protected_later(protected),
        # longer than the longest answer that the chart allows (global.maxTimeout, 120 s)
        "idle_timeout.timeout_seconds": "130",
        "routing.http.desync_mitigation_mode": "defensive",
        "routing.http.drop_invalid_header_fields.enabled": "true",
        "waf.fail_open.enabled": "false",
    }
    template.add_resource(
        elb.LoadBalancer(
            "LoadBalancer",
            Type="application",
            Scheme="internet-facing",
            Subnets=Ref(subnets.name),
            SecurityGroups=[Ref("LoadBalancerSecurityGroup")],
            LoadBalancerAttributes=key_values(elb.LoadBalancerAttributes, attributes),
            Metadata=unmet_each(UNPROTECTED),
        )
    )


def add_target_group(template: Template, vpc: Input = VPC) -> None:
    """Add the group of the gateway's pods.

    The load balancer controller registers them through a TargetGroupBinding. Without a name: a
    replacement would collide with its own predecessor.
    """
    attributes = {
        "deregistration_delay.timeout_seconds": "30",
        "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    }
    template.add_resource(
        elb.TargetGroup(
            "TargetGroup",
            TargetType="ip",
            Protocol="HTTP",
            Port=GATEWAY_PORT,
            VpcId=Ref(vpc.name),
            HealthCheckPath="/status",
            HealthCheckIntervalSeconds=15,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=3,
            Matcher=elb.Matcher(HttpCode="200"),
            TargetGroupAttributes=key_values(elb.TargetGroupAttribute, attributes),
        )
    )


def add_listener(template: Template, hosts: list[object]) -> None:
    """Add HTTPS for `hosts`; other names get a 404.

    No listener on port 80, not even to redirect: a client's first request would have sent its
    session token in the clear before it read the answer. Browsers use HTTPS automatically.
    """
    template.add_resource(
        elb.Listener(
            "HttpsListener",
            LoadBalancerArn=Ref("LoadBalancer"),
            Port=443,
            Protocol="HTTPS",
            SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
            Certificates=[elb.Certificate(CertificateArn=Ref("Certificate"))],
            DefaultActions=[_not_found()],
            ListenerAttributes=[
                elb.ListenerAttribute(
                    Key="routing.http.response.strict_transport_security.header_value", Value=_HSTS
                )
            ],
        )
    )
    names = elb.HostHeaderConfig(Values=hosts)
    template.add_resource(
        elb.ListenerRule(
            "ServicesRule",
            ListenerArn=Ref("HttpsListener"),
            Priority=10,
            Conditions=[elb.Condition(Field="host-header", HostHeaderConfig=names)],
            Actions=[elb.ListenerRuleAction(Type="forward", TargetGroupArn=Ref("TargetGroup"))],
        )
    )


def _not_found() -> elb.Action:
    answer = elb.FixedResponseConfig(StatusCode="404", ContentType="text/plain")
    return elb.Action(Type="fixed-response", FixedResponseConfig=answer)


def load_balancer_name() -> GetAtt:
    """Return the name of the load balancer in its metrics."""
    return GetAtt("LoadBalancer", "LoadBalancerFullName")


def target_group_dimensions() -> dict[str, Any]:
    """Return the dimensions of metrics of `TargetGroup`."""
    return {
        "LoadBalancer": load_balancer_name(),
        "TargetGroup": GetAtt("TargetGroup", "TargetGroupFullName"),
    }
