"""Generated values: random texts and key pairs."""

import secrets
import string

_LENGTH = 40  # characters, as the chart's own randAlphaNum 40: 238 bits
_KEY_BITS = 3072  # 128 bits of strength (NIST SP 800-57 part 1, table 2)
_ALPHABET = string.ascii_letters + string.digits


def random_value() -> str:
    """Return letters and digits only: values end up in URLs, headers, environment variables."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def key_pair() -> tuple[str, str]:
    """Return a new RSA key pair as PEM: private (PKCS 8) and public (SubjectPublicKeyInfo)."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()
