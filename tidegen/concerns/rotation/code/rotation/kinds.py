"""Kinds of rotation, by a secret's tag `rotation`, and how each generates the next value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .certificate import exported
from .values import new_password, new_values

#: Tag of the kind, and tags of the keys for kind `values`, separated by spaces.
KIND_TAG = "rotation"
KEYS_TAG = "rotated-keys"
USERS_TAG = "alternated-keys"
#: Tag of the certificate's ARN, for kind `certificate`.
CERTIFICATE_TAG = "certificate"


class RotationError(Exception):
    """Reason why a rotation cannot continue, and what to do; contains names, never a value."""


@dataclass(frozen=True)
class Secret:
    """A secret that is being rotated: its present value, and the keys that change.

    `rotated` keys get random values, `alternated` keys the other of two user names. Both are empty
    if the whole value changes, or if the kind decides.
    """

    name: str
    text: str = field(repr=False)
    rotated: tuple[str, ...] = ()
    alternated: tuple[str, ...] = ()
    certificate: str = ""


def _exported(secret: Secret) -> str:
    if not secret.certificate:
        raise RotationError(f"{secret.name}: tag {CERTIFICATE_TAG} is missing; deploy to set it")
    return exported(secret.certificate, secret.text)


#: Kind → function that returns the next value, or the present one if no change is due.
KINDS: Mapping[str, Callable[[Secret], str]] = {
    "certificate": _exported,
    "password": lambda _secret: new_password(),
    "values": lambda secret: new_values(secret.text, secret.rotated, secret.alternated),
}


def secret_of(described: Mapping[str, Any], text: str) -> Secret:
    """Return the secret that DescribeSecret described, with the value `text`."""
    tags = _tags(described)
    keys = (tuple(tags.get(name, "").split()) for name in (KEYS_TAG, USERS_TAG))
    return Secret(described["Name"], text, *keys, tags.get(CERTIFICATE_TAG, ""))


def pending_value(described: Mapping[str, Any], text: str) -> str:
    """Return the next value of a secret with the value `text`.

    Raises RotationError for an unknown kind.
    """
    kind = _tags(described).get(KIND_TAG, "")
    if kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise RotationError(
            f"{described['Name']}: tag {KIND_TAG} is '{kind}'; set it to one of {known}, "
            "or remove the secret's rotation"
        )
    return KINDS[kind](secret_of(described, text))


def _tags(described: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in described.get("Tags", [])}
