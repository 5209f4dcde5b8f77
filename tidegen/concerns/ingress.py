"""The public load balancer with its firewall, certificate and DNS records."""

from troposphere import GetAtt, Ref, Sub, Template, route53

from tidegen.blocks import inputs
from tidegen.blocks.certificates import add_certificate
from tidegen.blocks.firewall import FIREWALL_INPUTS, add_firewall
from tidegen.blocks.first_deploy import FIRST_DEPLOY_INPUTS
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
from tidegen.contract import Concern, Context, Kind, Output, Scope

_API, _APP = Sub("api.${Domain}"), Sub("app.${Domain}")
_HOSTS = {"Api": _API, "App": _APP}


def add_resources(template: Template, _context: Context) -> None:
    """Add the load balancer with its certificate, firewall, records and alarms."""
    add_public_security_group(template)
    add_load_balancer(template)
    add_certificate(template, list(_HOSTS.values()))
    add_target_group(template)
    add_listener(template, list(_HOSTS.values()))
    add_controller_role(template, [Ref("TargetGroup")])
    add_firewall(template, "LoadBalancer")
    _add_records(template)
    add_ingress_alarms(template)
    add_no_targets_alarm(template, "AWS/ApplicationELB")


def _add_records(template: Template) -> None:
    """Add the alias records, and a health check of the API from outside."""
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
                FullyQualifiedDomainName=_API,
                Port=443,
                ResourcePath="/status",
                EnableSNI=True,
                RequestInterval=30,
                FailureThreshold=3,
            ),
        )
    )


CONCERN = Concern(
    scopes=(Scope.ENVIRONMENT,),
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        *FIRST_DEPLOY_INPUTS,
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
        *FIREWALL_INPUTS,
    ),
    outputs=(
        Output(
            "LoadBalancerDomain",
            Kind.ALIAS_TARGET,
            GetAtt("LoadBalancer", "DNSName"),
            "DNS name of the load balancer",
            surface=True,
        ),
        Output(
            "LoadBalancerFullName",
            Kind.NAME,
            load_balancer_name(),
            "Name of the load balancer in metrics",
        ),
        Output(
            "TargetGroupArn",
            Kind.ARN,
            Ref("TargetGroup"),
            "Target group of the gateway's pods",
            surface=True,
        ),
        Output("ApiHost", Kind.DOMAIN, _API, "Host name of the services' API", surface=True),
        Output("AppHost", Kind.DOMAIN, _APP, "Host name of the web application", surface=True),
        Output(
            "HealthCheckId",
            Kind.NAME,
            Ref("HealthCheck"),
            "Route 53 health check of the API",
            surface=True,
        ),
        Output(
            "IngressAlarmName",
            Kind.NAME,
            Ref("LoadBalancerErrorsAlarm"),
            "Name of the load balancer's alarm",
        ),
        Output(
            "TargetsAlarmName",
            Kind.NAME,
            Ref("NoTargetsAlarm"),
            "Name of the alarm on missing targets",
        ),
        Output(
            "FirewallLogGroupName",
            Kind.LOG_GROUP_NAME,
            Ref("FirewallLogGroup"),
            "Log group of the firewall",
        ),
    ),
)
