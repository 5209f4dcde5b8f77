"""Records of the public zone that change rarely: for mail, and for issuers of certificates."""

from typing import Any

from troposphere import Ref, Template, route53

_HOUR = "3600"  # seconds a record may be cached


def add_record(
    template: Template, title: str, zone: str, name: Any, kind: str, *values: Any
) -> route53.RecordSetType:
    """Add a record set to the zone whose logical id or parameter is `zone`."""
    return template.add_resource(
        route53.RecordSetType(
            title,
            HostedZoneId=Ref(zone),
            Name=name,
            Type=kind,
            TTL=_HOUR,
            ResourceRecords=list(values),
        )
    )
