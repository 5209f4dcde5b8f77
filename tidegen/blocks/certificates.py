"""Public certificates of hosts, proved by records in the public zone."""

from typing import Any

from troposphere import Ref, Sub, Template, certificatemanager


def add_certificate(
    template: Template, hosts: list[Sub], **more: Any
) -> certificatemanager.Certificate:
    """`Certificate`, of the hosts and no other name; each is validated in `PublicZoneId`'s zone.

    Without the zone's delegation the stack waits here (failure zone-not-delegated).
    """
    first, *others = hosts
    options = [
        certificatemanager.DomainValidationOption(DomainName=host, HostedZoneId=Ref("PublicZoneId"))
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
