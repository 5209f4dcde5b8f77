"""The validation of a certificate, which needs a record in the domain's zone."""

from typing import Any

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import CREATE, Words, refuses


@refuses(
    "certificate-pending",
    "AWS::CertificateManager::Certificate",
    on=(CREATE,),
    message="Certificate for {domain} is PENDING_VALIDATION: CloudFormation waits until its DNS"
    " record exists, for up to 12 hours, and then fails (HandlerErrorCode: NotStabilized)",
    source="https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/130",
    failure="zone-not-delegated",
    verbatim=False,
)
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
