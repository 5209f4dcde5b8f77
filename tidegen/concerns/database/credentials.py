"""The replica set's secrets: keyfile, administrator's password, and the members' certificate.

Their names are physical: roles that deploy and rotate are granted on names that begin with the
project and the environment, and one that CloudFormation makes up begins with the logical id. They
are not below the path of the chart's secrets, which pods may read. Nor are they replicated: a set
in another region has its own, and a restore brings no users (restore.sh).
"""

from typing import Any

from troposphere import Ref, Sub, Template, secretsmanager

from tidegen.blocks.certificates import add_certificate
from tidegen.blocks.rotation import add_rotation
from tidegen.blocks.stateful import RETAINED
from tidegen.blocks.suppressions import unmet

#: Certificate Manager renews 45 days before the end; a week later at most the members have it.
_WEEKLY = "rate(7 days)"


def add_secrets(template: Template, members: tuple[int, ...]) -> None:
    """Values are made here and never shown; changing a generator would make new ones."""
    by_hand = "Rotates by hand, member by member, as the runbook says."
    unrotated = unmet(by_hand, "SECRETSMANAGER_ROTATION_ENABLED_CHECK")
    meaning = "Key by which the members know each other"
    _add(template, "Keyfile", meaning, 756, Metadata=unrotated)
    admin = _add(template, "Admin", "Password of the database's administrator", 40)
    add_rotation(template, admin, "password")
    # The members' names lie in the private zone, and are proved in the public one above it.
    hosts = [Sub(f"mongo-{number}.${{PrivateDomain}}") for number in members]
    certificate = add_certificate(
        template, hosts, KeyAlgorithm="RSA_2048", CertificateExport="ENABLED"
    )
    # until the first rotation, which begins at once, the value is no certificate
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
    template: Template, name: str, meaning: str, length: int, **more: Any
) -> secretsmanager.Secret:
    generated = secretsmanager.GenerateSecretString(ExcludePunctuation=True, PasswordLength=length)
    return template.add_resource(
        secretsmanager.Secret(
            f"{name}Secret",
            Name=Sub(f"${{Project}}-${{Environment}}-mongo-{name.lower()}"),
            Description=meaning,
            KmsKeyId=Ref("SecretsKeyArn"),
            GenerateSecretString=generated,
            **more,
            **RETAINED,
        )
    )
