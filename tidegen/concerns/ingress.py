"""The way in: a load balancer with TLS 1.3, a firewall, a certificate and alias records."""

from troposphere import GetAtt, Join, Ref, Sub, Template, certificatemanager, ec2, route53
from troposphere import elasticloadbalancingv2 as elb

from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.firewall import add_firewall
from tidegen.blocks.inputs import (
    CRITICAL_TOPIC,
    ENVIRONMENT,
    LOGS_DAYS,
    LOGS_KEY,
    PROJECT,
    PROTECTED,
    VPC,
    from_field,
)
from tidegen.contract import (
    Concern,
    Context,
    Input,
    Kind,
    Output,
    Scope,
    Sibling,
    add_outputs,
    new_template,
)

_HOSTS = {"Api": "api", "App": "app"}
_POD_PORTS = (1024, 65535)
_ANYWHERE = "0.0.0.0/0"
_OPEN_REASON = "The public way in: everybody may ask; the firewall and TLS stand before the pods."


def build(_context: Context) -> Template:
    """The ingress template."""
    template = new_template(CONCERN)
    _add_security_groups(template)
    _add_load_balancer(template)
    _add_certificate(template)
    _add_target_group(template)
    _add_listeners(template)
    add_firewall(template, "LoadBalancer")
    _add_records(template)
    alarm = _add_alarms(template)
    return add_outputs(
        template,
        CONCERN,
        LoadBalancerDomain=GetAtt("LoadBalancer", "DNSName"),
        LoadBalancerFullName=GetAtt("LoadBalancer", "LoadBalancerFullName"),
        TargetGroupArn=Ref("TargetGroup"),
        IngressAlarmName=Ref(alarm),
    )


def _add_security_groups(template: Template) -> None:
    """Cross references are rules of their own: inline they would be a cycle (row 44)."""
    template.add_resource(
        ec2.SecurityGroup(
            "LoadBalancerSecurityGroup",
            GroupDescription="Load balancer: HTTPS from the internet",
            VpcId=Ref("VpcId"),
            SecurityGroupIngress=[
                _rule("HTTPS", 443),
                _rule("HTTP, answered by a redirect only", 80),
            ],
            SecurityGroupEgress=[
                ec2.SecurityGroupRule(
                    Description="Pods",
                    IpProtocol="tcp",
                    FromPort=_POD_PORTS[0],
                    ToPort=_POD_PORTS[1],
                    DestinationSecurityGroupId=Ref("ClusterSecurityGroupId"),
                )
            ],
            Metadata={"guard": {"Reason": _OPEN_REASON}},
        )
    )
    template.add_resource(
        ec2.SecurityGroupIngress(
            "PodsFromLoadBalancer",
            Description="Load balancer to pods",
            GroupId=Ref("ClusterSecurityGroupId"),
            IpProtocol="tcp",
            FromPort=_POD_PORTS[0],
            ToPort=_POD_PORTS[1],
            SourceSecurityGroupId=Ref("LoadBalancerSecurityGroup"),
        )
    )


def _rule(description: str, port: int) -> ec2.SecurityGroupRule:
    return ec2.SecurityGroupRule(
        Description=description, IpProtocol="tcp", FromPort=port, ToPort=port, CidrIp=_ANYWHERE
    )


def _add_load_balancer(template: Template) -> None:
    attributes = {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": Ref("AccessLogsBucketName"),
        "access_logs.s3.prefix": "alb",
        "deletion_protection.enabled": Ref("Protected"),
        "idle_timeout.timeout_seconds": "60",
        "routing.http.desync_mitigation_mode": "defensive",
        "routing.http.drop_invalid_header_fields.enabled": "true",
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
        )
    )


def _add_certificate(template: Template) -> None:
    """Validated in the public zone: without its delegation the stack waits here (row 45)."""
    wildcard = Sub("*.${Domain}")
    option = certificatemanager.DomainValidationOption(
        DomainName=Ref("Domain"), HostedZoneId=Ref("PublicZoneId")
    )
    template.add_resource(
        certificatemanager.Certificate(
            "Certificate",
            DomainName=Ref("Domain"),
            SubjectAlternativeNames=[wildcard],
            ValidationMethod="DNS",
            DomainValidationOptions=[option],
        )
    )


def _add_target_group(template: Template) -> None:
    """Pods are registered by the load balancer controller through a TargetGroupBinding.

    No name: a replacement would collide with its own predecessor.
    """
    attribute = elb.TargetGroupAttribute(Key="deregistration_delay.timeout_seconds", Value="30")
    template.add_resource(
        elb.TargetGroup(
            "TargetGroup",
            TargetType="ip",
            Protocol="HTTP",
            Port=8080,
            VpcId=Ref("VpcId"),
            HealthCheckPath="/status",
            TargetGroupAttributes=[attribute],
        )
    )


def _add_listeners(template: Template) -> None:
    template.add_resource(
        elb.Listener(
            "HttpsListener",
            LoadBalancerArn=Ref("LoadBalancer"),
            Port=443,
            Protocol="HTTPS",
            SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
            Certificates=[elb.Certificate(CertificateArn=Ref("Certificate"))],
            DefaultActions=[
                elb.Action(
                    Type="fixed-response",
                    FixedResponseConfig=elb.FixedResponseConfig(
                        StatusCode="404", ContentType="text/plain"
                    ),
                )
            ],
        )
    )
    redirect = elb.RedirectConfig(Protocol="HTTPS", Port="443", StatusCode="HTTP_301")
    template.add_resource(
        elb.Listener(
            "HttpListener",
            LoadBalancerArn=Ref("LoadBalancer"),
            Port=80,
            Protocol="HTTP",
            DefaultActions=[elb.Action(Type="redirect", RedirectConfig=redirect)],
            Metadata={"checkov": {"skip": [{"id": "CKV_AWS_2", "comment": "Redirects only"}]}},
        )
    )
    hosts = elb.HostHeaderConfig(Values=[Sub(f"{host}.${{Domain}}") for host in _HOSTS.values()])
    template.add_resource(
        elb.ListenerRule(
            "ServicesRule",
            ListenerArn=Ref("HttpsListener"),
            Priority=10,
            Conditions=[elb.Condition(Field="host-header", HostHeaderConfig=hosts)],
            Actions=[elb.ListenerRuleAction(Type="forward", TargetGroupArn=Ref("TargetGroup"))],
        )
    )


def _add_records(template: Template) -> None:
    target = route53.AliasTarget(
        DNSName=GetAtt("LoadBalancer", "DNSName"),
        HostedZoneId=GetAtt("LoadBalancer", "CanonicalHostedZoneID"),
        EvaluateTargetHealth=True,
    )
    for title, host in _HOSTS.items():
        template.add_resource(
            route53.RecordSetType(
                f"{title}Record",
                HostedZoneId=Ref("PublicZoneId"),
                Name=Sub(f"{host}.${{Domain}}"),
                Type="A",
                AliasTarget=target,
            )
        )
    template.add_resource(
        route53.HealthCheck(
            "HealthCheck",
            HealthCheckConfig=route53.HealthCheckConfig(
                Type="HTTPS",
                FullyQualifiedDomainName=Join(".", ["api", Ref("Domain")]),
                Port=443,
                ResourcePath="/status",
                EnableSNI=True,
                RequestInterval=30,
                FailureThreshold=3,
            ),
        )
    )


def _add_alarms(template: Template) -> object:
    name = GetAtt("LoadBalancer", "LoadBalancerFullName")
    add_alarm(
        template,
        "TargetErrorsAlarm",
        "Services answer with server errors; see the application's logs and its pods.",
        ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"),
        {"LoadBalancer": name},
        ("GreaterThanThreshold", 50),
        topic="CriticalTopicArn",
        periods=2,
    )
    return add_alarm(
        template,
        "LoadBalancerErrorsAlarm",
        "The load balancer reaches no service; see the target group's health.",
        ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count"),
        {"LoadBalancer": name},
        ("GreaterThanThreshold", 20),
        topic="CriticalTopicArn",
        periods=2,
    )


def _sibling(name: str, kind: Kind, description: str) -> Input:
    return Input(name, kind, Sibling(name), description)


CONCERN = Concern(
    name="ingress",
    scopes=(Scope.ENVIRONMENT,),
    purpose="The public load balancer with its firewall, certificate and names.",
    build=build,
    inputs=(
        PROJECT,
        ENVIRONMENT,
        PROTECTED,
        VPC,
        LOGS_DAYS,
        LOGS_KEY,
        CRITICAL_TOPIC,
        from_field("Domain", "domain"),
        _sibling("PublicSubnetIds", Kind.SUBNET_IDS, "The three public subnets"),
        _sibling("ClusterSecurityGroupId", Kind.SECURITY_GROUP_ID, "Security group of the pods"),
        _sibling("PublicZoneId", Kind.HOSTED_ZONE_ID, "Zone of the names"),
        _sibling("AccessLogsBucketName", Kind.BUCKET_NAME, "Bucket of access logs"),
    ),
    outputs=(
        Output("LoadBalancerDomain", Kind.ALIAS_TARGET, "Load balancer's own name", surface=True),
        Output("LoadBalancerFullName", Kind.NAME, "Load balancer in metrics"),
        Output("TargetGroupArn", Kind.ARN, "For the chart's TargetGroupBinding", surface=True),
        Output("IngressAlarmName", Kind.NAME, "Alarm of the load balancer"),
    ),
    stateful=("FirewallLogGroup",),
    deploy_actions=(
        "acm:AddTagsToCertificate",
        "acm:DeleteCertificate",
        "acm:DescribeCertificate",
        "acm:ListTagsForCertificate",
        "acm:RemoveTagsFromCertificate",
        "acm:RequestCertificate",
        "acm:UpdateCertificateOptions",
        "elasticloadbalancing:AddTags",
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:CreateRule",
        "elasticloadbalancing:CreateTargetGroup",
        "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteRule",
        "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:Describe*",
        "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:ModifyListenerAttributes",
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:ModifyRule",
        "elasticloadbalancing:ModifyTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
        "elasticloadbalancing:RemoveTags",
        "elasticloadbalancing:SetRulePriorities",
        "elasticloadbalancing:SetSecurityGroups",
        "elasticloadbalancing:SetSubnets",
        "elasticloadbalancing:SetWebACL",
        "route53:CreateHealthCheck",
        "route53:DeleteHealthCheck",
        "route53:GetHealthCheck",
        "route53:UpdateHealthCheck",
        "wafv2:AssociateWebACL",
        "wafv2:CreateWebACL",
        "wafv2:DeleteLoggingConfiguration",
        "wafv2:DeleteWebACL",
        "wafv2:DisassociateWebACL",
        "wafv2:GetLoggingConfiguration",
        "wafv2:GetWebACL",
        "wafv2:GetWebACLForResource",
        "wafv2:ListTagsForResource",
        "wafv2:PutLoggingConfiguration",
        "wafv2:TagResource",
        "wafv2:UntagResource",
        "wafv2:UpdateWebACL",
    ),
)
