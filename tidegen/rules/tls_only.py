import re
from collections.abc import Iterator

from tidegen.rules import _rule

_MODERN = re.compile(r"TLS-?13|TLS-?1-2|TLSv1\.[23]|FS-1-2")
#: Type → the path of its TLS setting, and the pattern of allowed values.
_SETTINGS: dict[str, tuple[tuple[str, ...], re.Pattern[str]]] = {
    "AWS::ApiGateway::DomainName": (("SecurityPolicy",), re.compile("TLS_1_[23]|TLS13")),
    "AWS::CloudFront::Distribution": (
        ("DistributionConfig", "DefaultCacheBehavior", "ViewerProtocolPolicy"),
        re.compile("https"),
    ),
    "AWS::SES::ConfigurationSet": (("DeliveryOptions", "TlsPolicy"), re.compile("REQUIRE")),
}


def _listener(listener: _rule.Resource) -> Iterator[_rule.Problem]:
    protocol = listener.properties.get("Protocol")
    if protocol == "HTTP":
        for path, kind in listener.reach("DefaultActions", "*", "Type"):
            if kind != "redirect":
                yield path, "the listener answers without TLS; redirect to HTTPS"
    elif protocol in ("HTTPS", "TLS"):
        for path, policy in listener.reach("SslPolicy"):
            if policy is None or (_rule.is_text(policy) and not _MODERN.search(policy)):
                yield path, f"SslPolicy is {policy}, which accepts TLS 1.0; name a later one"


class TlsOnly(_rule.Rule):
    """Listeners and senders use TLS 1.2 or later.

    Health data is never sent in plain text: a listener without TLS may only redirect, and mail that
    cannot be encrypted is not delivered.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
    """

    id = "E9308"
    good = """
Listener:
  Type: AWS::ElasticLoadBalancingV2::Listener
  Properties:
    LoadBalancerArn: !Ref Arn
    Protocol: HTTPS
    SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06
    DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: "404"}}]
"""
    bad = good.replace("HTTPS\n    SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06", "HTTP")

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        for listener in template.resources("AWS::ElasticLoadBalancingV2::Listener"):
            yield from _listener(listener)
        for type_name, (keys, allowed) in _SETTINGS.items():
            for resource in template.resources(type_name):
                for path, value in resource.reach(*keys):
                    if value is None or (_rule.is_text(value) and not allowed.search(value)):
                        yield path, f"{'/'.join(keys)} is {value}; it must require TLS 1.2 or later"
