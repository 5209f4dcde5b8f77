"""Public ingress: a load balancer with TLS 1.3, a firewall, a certificate and alias records."""

from troposphere import GetAtt, Ref, Sub, Template, route53

from tidegen.blocks import inputs
from tidegen.blocks.certificates import add_certificate
from tidegen.blocks.firewall import add_firewall
from tidegen.blocks.ingress_alarms import add_ingress_alarms, add_no_targets_alarm
from tidegen.blocks.load_balancer import (
    ACCESS_LOGS,
    PUBLIC_SUBNETS,
    add_listener,
    add_load_balancer,
    add_public_security_group,
    add_target_group,
    load_balancer_name,
)
from tidegen.blocks.load_balancer_controller import add_controller_role
from tidegen.blocks.roles import BOUNDARY
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template

_HOSTS = {"Api": "api", "App": "app"}


def build(_context: Context) -> Template:
    """Return the ingress template."""
    template = new_template(CONCERN)
    hosts = {title: Sub(f"{host}.${{Domain}}") for title, host in _HOSTS.items()}
    add_public_security_group(template)
    add_load_balancer(template)
    add_certificate(template, list(hosts.values()))
    add_target_group(template)
    add_listener(template, list(hosts.values()))
    add_controller_role(template, [Ref("TargetGroup")])
    add_firewall(template, "LoadBalancer")
    _add_records(template, hosts)
    alarm = add_ingress_alarms(template)
    return add_outputs(
        template,
        CONCERN,
        LoadBalancerDomain=GetAtt("LoadBalancer", "DNSName"),
        LoadBalancerFullName=load_balancer_name(),
        TargetGroupArn=Ref("TargetGroup"),
        **{f"{title}Host": host for title, host in hosts.items()},
        FirewallLogGroupName=Ref("FirewallLogGroup"),
        HealthCheckId=Ref("HealthCheck"),
        IngressAlarmName=Ref(alarm),
        TargetsAlarmName=Ref(add_no_targets_alarm(template, "AWS/ApplicationELB")),
    )


def _add_records(template: Template, hosts: dict[str, Sub]) -> None:
    """Add the alias records, and a health check of the API from outside."""
    target = route53.AliasTarget(
        DNSName=GetAtt("LoadBalancer", "DNSName"),
        HostedZoneId=GetAtt("LoadBalancer", "CanonicalHostedZoneID"),
        EvaluateTargetHealth=True,
    )
    for title, host in hosts.items():
        template.add_resource(
            route53.RecordSetType(
                f"{title}Record",
                HostedZoneId=Ref("PublicZoneId"),
                Name=host,
                Type="A",
                AliasTarget=target,
            )
        )
    # Shows a person whether the API can be reached from outside (see the runbook "Who can reach
    # us"). No alarm: Route 53 publishes the metric in us-east-1 only, where an environment has no
    # resources. Not attached to the records either: without a second record to fail over to,
    # Route 53 answers with the first one anyway.
    template.add_resource(
        route53.HealthCheck(
            "HealthCheck",
            HealthCheckConfig=route53.HealthCheckConfig(
                Type="HTTPS",
                FullyQualifiedDomainName=hosts["Api"],
                Port=443,
                ResourcePath="/status",
                EnableSNI=True,
                RequestInterval=30,
                FailureThreshold=3,
            ),
        )
    )


CONCERN = Concern(
    name="ingress",
    scopes=(Scope.ENVIRONMENT,),
    purpose="The public load balancer with its firewall, certificate and DNS records.",
    build=build,
    inputs=(
        *inputs.NAMES,
        inputs.PROTECTED,
        BOUNDARY,
        inputs.VPC,
        inputs.LOGS_KEY,
        inputs.CRITICAL_TOPIC,
        inputs.WARNING_TOPIC,
        inputs.DOMAIN,
        PUBLIC_SUBNETS,
        inputs.CLUSTER_NAME,
        inputs.CLUSTER_GROUP,
        inputs.PUBLIC_ZONE,
        ACCESS_LOGS,
    ),
    outputs=(
        Output(
            "LoadBalancerDomain", Kind.ALIAS_TARGET, "DNS name of the load balancer", surface=True
        ),
        Output("LoadBalancerFullName", Kind.NAME, "Name of the load balancer in metrics"),
        Output("TargetGroupArn", Kind.ARN, "Target group of the gateway's pods", surface=True),
        Output("ApiHost", Kind.DOMAIN, "Host name of the services' API", surface=True),
        Output("AppHost", Kind.DOMAIN, "Host name of the web application", surface=True),
        Output("HealthCheckId", Kind.NAME, "Route 53 health check of the API", surface=True),
        Output("IngressAlarmName", Kind.NAME, "Name of the load balancer's alarm"),
        Output("TargetsAlarmName", Kind.NAME, "Name of the alarm on missing targets"),
        Output("FirewallLogGroupName", Kind.LOG_GROUP_NAME, "Log group of the firewall"),
    ),
)
