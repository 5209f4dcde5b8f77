"""The public load balancer: HTTPS only, TLS 1.3, logs of connections and requests, one target."""

from troposphere import GetAtt, Ref, Template, ec2
from troposphere import elasticloadbalancingv2 as elb

from tidegen.blocks.suppressions import unmet

#: Where the gateway's pods listen.
GATEWAY_PORT = 8080
_ANYWHERE = "0.0.0.0/0"
_OPEN = unmet(
    "The public way in: the firewall and TLS stand before the pods.",
    "EC2_SECURITY_GROUP_INGRESS_OPEN_TO_WORLD_RULE",
    "SECURITY_GROUP_INGRESS_CIDR_NON_32_RULE",
)
_DELETABLE = unmet(
    "Set by the file's `protected`: the deletion of an environment that may go, and the rollback of"
    " a first deploy, would get stuck on it.",
    "ELB_DELETION_PROTECTION_ENABLED",
)
#: A year. Browsers then never ask these hosts without TLS, whatever a link says.
_HSTS = "max-age=31536000; includeSubDomains"


def add_security_groups(template: Template) -> None:
    """Cross references are rules of their own (failure circular-dependency)."""
    template.add_resource(
        ec2.SecurityGroup(
            "LoadBalancerSecurityGroup",
            GroupDescription="Load balancer: HTTPS from the internet",
            VpcId=Ref("VpcId"),
            SecurityGroupIngress=[
                ec2.SecurityGroupRule(
                    Description="HTTPS",
                    IpProtocol="tcp",
                    FromPort=443,
                    ToPort=443,
                    CidrIp=_ANYWHERE,
                )
            ],
            SecurityGroupEgress=[
                ec2.SecurityGroupRule(
                    Description="Gateway's pods",
                    IpProtocol="tcp",
                    FromPort=GATEWAY_PORT,
                    ToPort=GATEWAY_PORT,
                    DestinationSecurityGroupId=Ref("ClusterSecurityGroupId"),
                )
            ],
            Metadata=_OPEN,
        )
    )
    let_into_pods(template, GATEWAY_PORT)


def let_into_pods(template: Template, port: int) -> None:
    """The load balancer's way to the gateway's pods, a rule of its own on the cluster's group."""
    template.add_resource(
        ec2.SecurityGroupIngress(
            "PodsFromLoadBalancer",
            Description="Load balancer to the gateway's pods",
            GroupId=Ref("ClusterSecurityGroupId"),
            IpProtocol="tcp",
            FromPort=port,
            ToPort=port,
            SourceSecurityGroupId=Ref("LoadBalancerSecurityGroup"),
        )
    )


def add_load_balancer(template: Template) -> None:
    """Storage stands before ingress: logs need its policy first (failure access-logs-refused)."""
    attributes = {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": Ref("AccessLogsBucketName"),
        "access_logs.s3.prefix": "alb",
        "connection_logs.s3.enabled": "true",
        "connection_logs.s3.bucket": Ref("AccessLogsBucketName"),
        "connection_logs.s3.prefix": "alb",
        "deletion_protection.enabled": Ref("Protected"),
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
            Subnets=Ref("PublicSubnetIds"),
            SecurityGroups=[Ref("LoadBalancerSecurityGroup")],
            LoadBalancerAttributes=[
                elb.LoadBalancerAttributes(Key=key, Value=value)
                for key, value in attributes.items()
            ],
            Metadata=_DELETABLE,
        )
    )


def add_target_group(template: Template) -> None:
    """Pods are registered by the load balancer controller through a TargetGroupBinding.

    No name: a replacement would collide with its own predecessor.
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
            VpcId=Ref("VpcId"),
            HealthCheckPath="/status",
            HealthCheckIntervalSeconds=15,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=3,
            Matcher=elb.Matcher(HttpCode="200"),
            TargetGroupAttributes=[
                elb.TargetGroupAttribute(Key=key, Value=value) for key, value in attributes.items()
            ],
        )
    )


def add_listener(template: Template, hosts: list[object]) -> None:
    """HTTPS for `hosts`; other names get a 404.

    There is no listener on port 80, not even to redirect: a client's first request would have sent
    its session token in the clear before it read the answer. Browsers ask for HTTPS by themselves.
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
    """The load balancer as its metrics name it."""
    return GetAtt("LoadBalancer", "LoadBalancerFullName")
