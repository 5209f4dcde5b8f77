"""The needs of each key of a chart's secret, decided from the stored secret.

Values stay out of every representation and message: these classes show names only.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from tidegen.chart.secrets import MARKER, SEED, Fill
from tidegen.errors import Problem, RefusedError
from tidegen.planning.steps import Target


class Need(StrEnum):
    """The next step for a key."""

    FILLED = "filled"
    MAKE = "made by tidegen"
    DERIVE = "derived from the environment"
    ASK = "given by a person"


@dataclass(frozen=True)
class StoredSecret:
    """A secret in Secrets Manager: the current version's id and text."""

    version: str
    text: str = field(repr=False)
    written: datetime | None = None


@dataclass(frozen=True)
class ListedSecret:
    """A secret in a listing, without its value.

    `mark` is the label that tidegen's function gives to a version whose keys are filled, or else
    the current version's id. `rotated` is the time when a rotation last ended.
    """

    mark: str
    rotates: bool = False
    rotated: datetime | None = None


@dataclass(frozen=True)
class KeyPlan:
    """One key: how it is filled, and the next step."""

    name: str
    fill: Fill
    need: Need


@dataclass(frozen=True, kw_only=True)
class SecretPlan:
    """One secret: its keys, and the version that they were read from."""

    name: str
    secret_id: str
    version: str
    keys: tuple[KeyPlan, ...]
    held: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: When the version was written; in a secret that rotates, other keys may be older.
    written: datetime | None = None

    def needing(self, *needs: Need) -> tuple[KeyPlan, ...]:
        """Return the keys with one of these needs."""
        return tuple(key for key in self.keys if key.need in needs)

    @property
    def unfilled(self) -> tuple[KeyPlan, ...]:
        """The keys that are not filled yet."""
        return tuple(key for key in self.keys if not self.held.get(key.name))


def plan_secret(
    name: str,
    secret_id: str,
    fills: Mapping[str, Fill],
    stored: StoredSecret,
    *,
    renew: bool = False,
) -> SecretPlan:
    """Return the plan to fill the secret; with `renew` also to regenerate what safely can be.

    Raises RefusedError if the secret is not a JSON object of texts.
    """
    held = _held(secret_id, stored.text)
    empty = {key for key in fills if not held.get(key)}
    keys = [
        KeyPlan(key, fill, _need(key, fills, empty, renew=renew)) for key, fill in fills.items()
    ]
    return SecretPlan(
        name=name,
        secret_id=secret_id,
        version=stored.version,
        keys=tuple(keys),
        held=held,
        written=stored.written,
    )


_AGAIN = {
    Fill.ROTATED: Need.MAKE,
    Fill.ALTERNATED: Need.DERIVE,
    Fill.RANDOM: Need.MAKE,
    Fill.DERIVED: Need.DERIVE,
}
_FIRST = {
    **_AGAIN,
    Fill.PERMANENT: Need.MAKE,
    Fill.AGREED: Need.MAKE,
    Fill.PRIVATE_KEY: Need.MAKE,
    Fill.PUBLIC_KEY: Need.MAKE,
    Fill.PERSON: Need.ASK,
}
_PAIR = (Fill.PRIVATE_KEY, Fill.PUBLIC_KEY)


def _need(key: str, fills: Mapping[str, Fill], empty: Collection[str], *, renew: bool) -> Need:
    fill = fills[key]
    if key not in empty:
        return _AGAIN.get(fill, Need.FILLED) if renew else Need.FILLED
    halves = {other for other, kind in fills.items() if kind in _PAIR}
    if fill in _PAIR and not halves <= set(empty):
        return Need.ASK  # a new half would not fit the existing one
    return _FIRST[fill]


def _held(secret_id: str, text: str) -> dict[str, str]:
    """Return the secret's keys, without the marks of an unfilled secret."""
    values = _parsed(text)
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        raise RefusedError(
            Problem(secret_id, "is not a JSON object of texts; fix it by hand, its value is kept")
        )
    return {key: value for key, value in values.items() if key not in (MARKER, SEED)}


def _parsed(text: str) -> Any:
    """Return the JSON value, None if there is none: the error of json would contain the text."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def merged(plan: SecretPlan, new: Mapping[str, str]) -> str:
    """Return the text to store: all stored keys, also those unknown to the chart, and new ones."""
    return json.dumps({**plan.held, **new}, sort_keys=True)


def secrets_path(target: Target) -> str:
    """Return the prefix of the names of an environment's secrets, as in the template."""
    return f"/{target.project}/{target.name}/"


def version_id(filled: Collection[str], unique: str) -> str:
    """Return the id of a version that tidegen writes: it has a digest of the filled keys.

    So listing secrets, without reading one, shows which are unfilled. 32 to 64 characters, of
    which `unique` takes 32 (AWS docs, PutSecretValue, ClientRequestToken).
    """
    return f"tidegen-{_digest(filled)}-{unique}"


def keys_are_filled(mark: str, keys: Collection[str]) -> bool:
    """Return whether a version's id, or its label from a rotation, shows that `keys` are filled."""
    return mark.startswith(f"tidegen-{_digest(keys)}-")


def _digest(keys: Collection[str]) -> str:
    return hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()[:16]


def can_be_regenerated(fills: Collection[Fill]) -> bool:
    """Return whether any key of a secret can be regenerated."""
    return any(fill in _AGAIN for fill in fills)


def other_user(name: str) -> str:
    """Return the other of the two database users that alternate in a rotation."""
    return name.removesuffix("-2") if name.endswith("-2") else f"{name}-2"


def database_values(hosts: str, before: str = "") -> dict[str, str]:
    """Return the chart's mongo secret, without the password, for a replica set at `hosts`.

    `hosts` are host:port, comma-separated. Replica set and TLS are those of the database's boot
    bundle. The user is the services' own, never the administrator, and alternates with `before`,
    the user in the secret; every service names its own database, so the user's has to be given. The
    chart appends to OptParams.
    """
    return {
        "Scheme": "mongodb",
        "Addresses": hosts,
        "Username": other_user(before) if before else "services",
        "Database": "admin",
        "Tls": "true",
        "OptParams": "replicaSet=tidepool&authSource=admin",
    }
