"""What a secret's tag `rotation` may say, and what then makes its next value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .certificate import exported
from .values import new_password, new_values

#: Tag that names the kind, and tags that name the keys of kind `values`, apart by spaces.
KIND_TAG = "rotation"
KEYS_TAG = "rotated-keys"
USERS_TAG = "alternated-keys"
#: Tag that names the certificate of kind `certificate`, by its ARN.
CERTIFICATE_TAG = "certificate"


class RotationError(Exception):
    """Why a rotation cannot go on, with what to do; it carries names, never a value."""


@dataclass(frozen=True)
class Secret:
    """A secret that is being rotated: what it holds now, and which keys of it change.

    `rotated` get random values, `alternated` the other of two names. Both are empty where the
    whole value changes, or where its kind decides.
    """

    name: str
    text: str = field(repr=False)
    rotated: tuple[str, ...] = ()
    alternated: tuple[str, ...] = ()
    certificate: str = ""


def _exported(secret: Secret) -> str:
    if not secret.certificate:
        raise RotationError(
            f"{secret.name}: tag {CERTIFICATE_TAG} names none; deploy, that sets it"
        )
    return exported(secret.certificate, secret.text)


#: Kind → what returns the value to be, which may be the present one where nothing is due.
KINDS: Mapping[str, Callable[[Secret], str]] = {
    "certificate": _exported,
    "password": lambda _secret: new_password(),
    "values": lambda secret: new_values(secret.text, secret.rotated, secret.alternated),
}


def secret_of(described: Mapping[str, Any], text: str) -> Secret:
    """The secret that DescribeSecret described, holding `text`."""
    tags = _tags(described)
    keys = (tuple(tags.get(name, "").split()) for name in (KEYS_TAG, USERS_TAG))
    return Secret(described["Name"], text, *keys, tags.get(CERTIFICATE_TAG, ""))


def pending_value(described: Mapping[str, Any], text: str) -> str:
    """The next value of a secret that holds `text`; RotationError for a kind that is not known."""
    kind = _tags(described).get(KIND_TAG, "")
    if kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise RotationError(
            f"{described['Name']}: tag {KIND_TAG} is '{kind}'; make it one of {known}, "
            "or take the secret's rotation away"
        )
    return KINDS[kind](secret_of(described, text))


def _tags(described: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in described.get("Tags", [])}
