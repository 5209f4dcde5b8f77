from difflib import get_close_matches
from typing import Any

from tidegen.rules import _rule

_KEYS = (
    "access_logs.s3.bucket",
    "access_logs.s3.enabled",
    "access_logs.s3.prefix",
    "client_keep_alive.seconds",
    "connection_logs.s3.bucket",
    "connection_logs.s3.enabled",
    "connection_logs.s3.prefix",
    "deletion_protection.enabled",
    "dns_record.client_routing_policy",
    "health_check_logs.s3.bucket",
    "health_check_logs.s3.enabled",
    "health_check_logs.s3.prefix",
    "idle_timeout.timeout_seconds",
    "ipv6.deny_all_igw_traffic",
    "load_balancing.cross_zone.enabled",
    "routing.http.desync_mitigation_mode",
    "routing.http.drop_invalid_header_fields.enabled",
    "routing.http.preserve_host_header.enabled",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
    "routing.http.xff_client_port.enabled",
    "routing.http.xff_header_processing.mode",
    "routing.http2.enabled",
    "secondary_ips.auto_assigned.per_subnet",
    "waf.fail_open.enabled",
    "zonal_shift.config.enabled",
)


class BalancerAttribute(_rule.ValueRule):
    """Attributes of load balancers exist.

    The schema accepts any key. The service refuses an unknown one, after everything else was
    created.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
    """

    id = "E9408"
    paths = {"AWS::ElasticLoadBalancingV2::LoadBalancer": ("LoadBalancerAttributes", "*", "Key")}
    good = """
Balancer:
  Type: AWS::ElasticLoadBalancingV2::LoadBalancer
  Properties: {Subnets: [a, b], LoadBalancerAttributes: [{Key: idle_timeout.timeout_seconds,
    Value: "60"}]}
"""
    bad = good.replace("idle_timeout.timeout_seconds", "idle_timeout")

    def fault(self, value: Any, resource: _rule.Resource, template: _rule.View) -> str | None:
        if not _rule.is_text(value) or value in _KEYS:
            return None
        close = get_close_matches(value, _KEYS, n=1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        return f"load balancers have no attribute '{value}'{hint}"
