"""The records that validate a certificate, which CloudFormation creates and never deletes."""

from tidegen.local.handlers.base import Properties, Resource
from tidegen.local.handlers.service import client

_TTL = 300


def complete(resource: Resource, arn: str) -> Properties:
    """Create the records in the zones that DomainValidationOptions names.

    AWS docs, AWS::CertificateManager::Certificate: CloudFormation adds them with HostedZoneId.
    """
    options = resource.properties.get("DomainValidationOptions", [])
    zones = {o["DomainName"]: o["HostedZoneId"] for o in options if "HostedZoneId" in o}
    certificate = client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    for validation in certificate["DomainValidationOptions"]:
        zone = zones.get(validation["DomainName"])
        if zone and "ResourceRecord" in validation:
            _create(zone, validation["ResourceRecord"])
    return {}


def _create(zone: str, record: dict[str, str]) -> None:
    """Create or overwrite one record."""
    wanted = {"ResourceRecords": [{"Value": record["Value"]}], "TTL": _TTL}
    record_set = {"Name": record["Name"], "Type": record["Type"], **wanted}
    changes = [{"Action": "UPSERT", "ResourceRecordSet": record_set}]
    client("route53").change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": changes}
    )
