"""Public certificates of hosts, validated by records in the public zone."""

from typing import Any

from troposphere import Ref, Sub, Template, certificatemanager

from tidegen.blocks.inputs import PUBLIC_ZONE
from tidegen.contract import Input


def add_certificate(
    template: Template, hosts: list[Sub], *, zone: Input = PUBLIC_ZONE, **more: Any
) -> certificatemanager.Certificate:
    """Add `Certificate`, of the hosts and no other name; each is validated in `zone`.

    Without the zone's delegation the stack waits here (failure zone-not-delegated).
    """
    first, *others = hosts
    options = [
        certificatemanager.DomainValidationOption(DomainName=host, HostedZoneId=Ref(zone.name))
        for host in hosts
    ]
    return template.add_resource(
        certificatemanager.Certificate(
            "Certificate",
            DomainName=first,
            SubjectAlternativeNames=others,
            ValidationMethod="DNS",
            DomainValidationOptions=options,
            **more,
        )
    )
