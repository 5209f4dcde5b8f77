"""Kind `certificate`: a certificate of Certificate Manager and its key, for hosts of our own.

Source: ACM API reference, ExportCertificate. ACM renews a public certificate that nothing in AWS
uses only if it was exported since it was issued or last renewed (ACM user guide, "Managed
certificate renewal").
"""

import json
from functools import cache
from typing import Any

from .values import json_object, new_password


@cache
def _client() -> Any:
    import boto3  # here alone: importing this module needs no AWS

    return boto3.client("acm")


def exported(arn: str, text: str) -> str:
    """JSON with `certificate`, `chain` and encrypted `key`, which are PEM, and its `passphrase`.

    Or `text`, what the secret holds, where that is of the same certificate already. The key stays
    encrypted as ACM exports it, since the standard library cannot decrypt it: whoever reads the
    secret has both, and who does not has neither.
    """
    passphrase = new_password()
    found = _client().export_certificate(CertificateArn=arn, Passphrase=passphrase.encode())
    held = json_object(text)
    if held and held.get("certificate") == found["Certificate"]:
        return text
    return json.dumps(
        {
            "certificate": found["Certificate"],
            "chain": found["CertificateChain"],
            "key": found["PrivateKey"],
            "passphrase": passphrase,
        }
    )
