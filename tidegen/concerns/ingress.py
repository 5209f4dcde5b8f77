"""The way in: a load balancer with TLS 1.3, a firewall, a certificate and alias records."""

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
    """The ingress template."""
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
    """Aliases, and a check from outside that the way in is open."""
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
    # Tells a person whether the way in is open as seen from outside (docs/runbooks/way-in.md). No
    # alarm: Route 53 measures in us-east-1 only, where an environment has nothing. Not on the
    # records either: without a second one to fail over to, Route 53 answers with the first.
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
    purpose="The public load balancer with its firewall, certificate and names.",
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
        Output("LoadBalancerDomain", Kind.ALIAS_TARGET, "Load balancer's own name", surface=True),
        Output("LoadBalancerFullName", Kind.NAME, "Load balancer in metrics"),
        Output("TargetGroupArn", Kind.ARN, "For the chart's TargetGroupBinding", surface=True),
        Output("ApiHost", Kind.DOMAIN, "Where the services answer", surface=True),
        Output("AppHost", Kind.DOMAIN, "Where the web application answers", surface=True),
        Output("HealthCheckId", Kind.NAME, "Route 53's look from outside", surface=True),
        Output("IngressAlarmName", Kind.NAME, "Alarm of the load balancer"),
        Output("TargetsAlarmName", Kind.NAME, "Alarm of the gateway's pods"),
        Output("FirewallLogGroupName", Kind.LOG_GROUP_NAME, "Requests that the firewall saw"),
    ),
)
