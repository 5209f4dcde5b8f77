"""What each key of a chart's secret needs, decided from what the secret holds.

Values stay out of every representation and message: what these classes show is names.
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
    """What has to be done for a key."""

    FILLED = "filled"
    MAKE = "made by tidegen"
    DERIVE = "derived from the environment"
    ASK = "given by a person"


@dataclass(frozen=True)
class StoredSecret:
    """What Secrets Manager holds: the current version's id and text."""

    version: str
    text: str = field(repr=False)
    written: datetime | None = None


@dataclass(frozen=True)
class ListedSecret:
    """What a listing says of a secret, without its value.

    `mark` is the current version's id, before it the label that tidegen's function gives to a
    version whose keys are filled. `rotated` is when a rotation last ended.
    """

    mark: str
    rotates: bool = False
    rotated: datetime | None = None


@dataclass(frozen=True)
class KeyPlan:
    """One key: who fills it, and what has to be done."""

    name: str
    fill: Fill
    need: Need


@dataclass(frozen=True)
class SecretPlan:
    """One secret: its keys, and the version that they were read from."""

    name: str
    secret_id: str
    version: str
    keys: tuple[KeyPlan, ...]
    held: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: When the version was written; of a secret that rotates, this says nothing of other keys.
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
    anew: bool = False,
) -> SecretPlan:
    """What filling the secret means; with `anew`, what a machine can safely make again as well.

    Raises RefusedError where the secret holds something else than a JSON object of texts.
    """
    held = _held(secret_id, stored.text)
    empty = {key for key in fills if not held.get(key)}
    keys = [KeyPlan(key, fill, _need(key, fills, empty, anew=anew)) for key, fill in fills.items()]
    return SecretPlan(name, secret_id, stored.version, tuple(keys), held, stored.written)


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


def _need(key: str, fills: Mapping[str, Fill], empty: Collection[str], *, anew: bool) -> Need:
    fill = fills[key]
    if key not in empty:
        return _AGAIN.get(fill, Need.FILLED) if anew else Need.FILLED
    halves = {other for other, kind in fills.items() if kind in _PAIR}
    if fill in _PAIR and not halves <= set(empty):
        return Need.ASK  # a new half would not fit the one that is there
    return _FIRST[fill]


def _held(secret_id: str, text: str) -> dict[str, str]:
    """Return the secret's keys, without what marks it unfilled."""
    values = _parsed(text)
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        raise RefusedError(
            Problem(secret_id, "holds no JSON object of texts; mend it by hand, its value is kept")
        )
    return {key: value for key, value in values.items() if key not in (MARKER, SEED)}


def _parsed(text: str) -> Any:
    """Return the JSON value, None where there is none: json's own error would carry the text."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def merged(plan: SecretPlan, new: Mapping[str, str]) -> str:
    """Return the text to store: what is held, keys that the chart does not know too, and what is new."""
    return json.dumps({**plan.held, **new}, sort_keys=True)


def secrets_path(target: Target) -> str:
    """What the names of an environment's secrets start with, as the template has it."""
    return f"/{target.project}/{target.name}/"


def version_id(filled: Collection[str], unique: str) -> str:
    """Return the id of a version that tidegen writes: it says which keys are filled, by digest.

    So listing secrets, without reading one, tells which are unfilled. 32 to 64 characters, of
    which `unique` takes 32 (AWS docs, PutSecretValue, ClientRequestToken).
    """
    return f"tidegen-{_digest(filled)}-{unique}"


def says_filled(mark: str, keys: Collection[str]) -> bool:
    """Return whether a version's id, or the label that a rotation gave it, says that `keys` are filled."""
    return mark.startswith(f"tidegen-{_digest(keys)}-")


def _digest(keys: Collection[str]) -> str:
    return hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()[:16]


def renewable(fills: Collection[Fill]) -> bool:
    """Return whether a machine can make anything of a secret anew."""
    return any(fill in _AGAIN for fill in fills)


def other_user(name: str) -> str:
    """Return the other of the two users of the database that take turns, as the rotation has them."""
    return name.removesuffix("-2") if name.endswith("-2") else f"{name}-2"


def database_values(hosts: str, before: str = "") -> dict[str, str]:
    """Return the chart's mongo secret, but for the password, for a replica set at `hosts`.

    `hosts` are host:port, comma-separated. Replica set and TLS are as the database's boot bundle
    makes them. The user is the services' own, never the administrator, and changes with `before`,
    the one that the secret names; every service names a database of its own, so that the user's
    has to be said. The chart appends to OptParams.
    """
    return {
        "Scheme": "mongodb",
        "Addresses": hosts,
        "Username": other_user(before) if before else "services",
        "Database": "admin",
        "Tls": "true",
        "OptParams": "replicaSet=tidepool&authSource=admin",
    }
