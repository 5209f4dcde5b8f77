"""The replica set's secrets: keyfile, administrator's password, and the members' certificate.

Their names are physical: roles that deploy and rotate are limited to names that begin with the
project and the environment, and a generated name begins with the logical id. They are not below
the path of the chart's secrets, which pods may read. They are not replicated: a set in another
region has its own, and a restore does not restore users (restore.sh).
"""

from typing import Any

from troposphere import Ref, Sub, Template, secretsmanager

from tidegen.blocks.certificates import add_certificate
from tidegen.blocks.inputs import SECRETS_KEY
from tidegen.blocks.rotation import add_rotation
from tidegen.blocks.stateful import RETAINED
from tidegen.blocks.suppressions import unmet

#: Certificate Manager renews 45 days before the end; the members have it at most a week later.
_WEEKLY = "rate(7 days)"


def add_secrets(template: Template, members: tuple[int, ...]) -> None:
    """Add the secrets with generated values; changing a generator would generate new ones."""
    by_hand = "Rotates by hand, member by member, as the runbook says."
    unrotated = unmet(by_hand, "SECRETSMANAGER_ROTATION_ENABLED_CHECK")
    description = "Key by which the members know each other"
    _add(template, "Keyfile", description, 756, Metadata=unrotated)
    admin = _add(template, "Admin", "Password of the database's administrator", 40)
    add_rotation(template, admin, "password")
    # The members' names are in the private zone, and are validated in the public one above it.
    hosts = [Sub(f"mongo-{number}.${{PrivateDomain}}") for number in members]
    certificate = add_certificate(
        template, hosts, KeyAlgorithm="RSA_2048", CertificateExport="ENABLED"
    )
    # until the first rotation, which starts at once, the value is no certificate
    exported = _add(template, "Certificate", "Certificate of the members, with its key", 40)
    add_rotation(
        template,
        exported,
        "certificate",
        schedule=_WEEKLY,
        at_once=True,
        certificate=Ref(certificate),
    )


def _add(
    template: Template, name: str, description: str, length: int, **more: Any
) -> secretsmanager.Secret:
    generated = secretsmanager.GenerateSecretString(ExcludePunctuation=True, PasswordLength=length)
    return template.add_resource(
        secretsmanager.Secret(
            f"{name}Secret",
            Name=Sub(f"${{Project}}-${{Environment}}-mongo-{name.lower()}"),
            Description=description,
            KmsKeyId=Ref(SECRETS_KEY.name),
            GenerateSecretString=generated,
            **more,
            **RETAINED,
        )
    )
