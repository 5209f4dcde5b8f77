"""Certificates of ACM."""

from collections.abc import Iterator
from typing import Any

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import CREATE, DELETE, Words, refuses


@refuses("AWS::CertificateManager::Certificate", on=(DELETE,))
def certificate_in_use(resource: Resource) -> Words:
    """Deleting a certificate of a listener."""
    arn = resource.physical_id
    return {"arn": arn, "account": resource.identity.account} if arn in _used() else None


def _used() -> Iterator[str]:
    """Yield the certificates of all listeners."""
    for balancer in looked_up("elbv2", "describe_load_balancers").get("LoadBalancers", []):
        arn = balancer["LoadBalancerArn"]
        answer = looked_up("elbv2", "describe_listeners", LoadBalancerArn=arn)
        for listener in answer.get("Listeners", []):
            yield from (item["CertificateArn"] for item in listener.get("Certificates", []))


@refuses("AWS::CertificateManager::Certificate", on=(CREATE,))
def certificate_pending(resource: Resource) -> Words:
    """A certificate without a zone for the records that validate it.

    CloudFormation creates them only for a domain with HostedZoneId in DomainValidationOptions, and
    the zone has to exist.
    """
    domains = [resource.properties["DomainName"]]
    domains += resource.properties.get("SubjectAlternativeNames", [])
    options = resource.properties.get("DomainValidationOptions", [])
    if resource.properties.get("ValidationMethod") != "DNS":
        return None
    for domain in domains:
        if not _is_validated(str(domain), options):
            return {"domain": str(domain)}
    return None


def _is_validated(domain: str, options: list[dict[str, Any]]) -> bool:
    """Return whether the zone of a domain exists."""
    zones = [option.get("HostedZoneId") for option in options if option["DomainName"] == domain]
    return any(zone and looked_up("route53", "get_hosted_zone", Id=zone) for zone in zones)
