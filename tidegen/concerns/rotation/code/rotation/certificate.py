"""Kind `certificate`: a certificate of Certificate Manager and its key, for our own hosts.

Source: ACM API reference, ExportCertificate. ACM renews a public certificate that no AWS service
uses only if it was exported since it was issued or last renewed (ACM user guide, "Managed
certificate renewal").
"""

import json
from functools import cache
from typing import Any

from .values import json_object, new_password


@cache
def _client() -> Any:
    import boto3  # only here: importing this module needs no AWS

    return boto3.client("acm")


def exported(arn: str, text: str) -> str:
    """Return JSON with `certificate`, `chain`, encrypted `key` (PEM) and the key's `passphrase`.

    Return `text`, the secret's value, if it is of the same certificate already. The key stays
    encrypted as ACM exports it, since the standard library cannot decrypt it: a reader of the
    secret gets both the key and its passphrase.
    """
    passphrase = new_password()
    export = _client().export_certificate(CertificateArn=arn, Passphrase=passphrase.encode())
    present = json_object(text)
    if present and present.get("certificate") == export["Certificate"]:
        return text
    return json.dumps(
        {
            "certificate": export["Certificate"],
            "chain": export["CertificateChain"],
            "key": export["PrivateKey"],
            "passphrase": passphrase,
        }
    )
