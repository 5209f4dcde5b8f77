"""Reading, filling and renewing the secrets of an environment, with one write a secret."""

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from tidegen.chart.secrets import CHART_SECRETS, Fill
from tidegen.contract import Scope
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.run import Clouds
from tidegen.deployment.secret_values import key_pair, random_value
from tidegen.errors import InputError, Problem, RefusedError
from tidegen.planning.secrets import (
    ListedSecret,
    Need,
    SecretPlan,
    can_be_regenerated,
    database_values,
    keys_are_filled,
    merged,
    plan_secret,
    secrets_path,
    version_id,
)
from tidegen.planning.steps import Target

#: Asks a person for the value of a secret's key; None leaves it for later.
Ask = Callable[[str, str], str | None]


@dataclass(frozen=True)
class SecretsPlan:
    """The secrets of one environment, and the values of their derived keys."""

    target: Target
    secrets: tuple[SecretPlan, ...]
    derived: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class SecretOutcome:
    """The written and the unfilled keys of one secret, by name."""

    name: str
    written: tuple[str, ...]
    left: tuple[str, ...]


def secrets_plan(
    target: Target, connect: Connect, only: Collection[str] = (), *, renew: bool = False
) -> SecretsPlan:
    """Return the plan to fill the secrets of `target`, or those in `only`.

    Raises InputError for a target without secrets, RefusedError where a secret does not exist.
    """
    _require_environment(target)
    cloud = Clouds.of(connect).at(target.place())
    plans = tuple(_plan(target, cloud, name, renew) for name in only or CHART_SECRETS)
    derives = [plan for plan in plans if plan.needing(Need.DERIVE)]
    return SecretsPlan(
        target, plans, {plan.name: _derived(target, cloud, plan) for plan in derives}
    )


def _require_environment(target: Target) -> None:
    if target.scope is not Scope.ENVIRONMENT:
        raise InputError(
            Problem(target.name, f"is of scope {target.scope}; only environments have secrets")
        )


def _plan(target: Target, cloud: Cloud, name: str, renew: bool) -> SecretPlan:
    secret_id = f"{secrets_path(target)}{name}"
    stored = cloud.secret(secret_id)
    if stored is None:
        raise RefusedError(
            Problem(secret_id, f"does not exist; run 'tidegen deploy --env {target.name}'")
        )
    return plan_secret(name, secret_id, CHART_SECRETS[name], stored, renew=renew)


def _derived(target: Target, cloud: Cloud, plan: SecretPlan) -> dict[str, str]:
    """Return the database's connection, from outputs of the environment's root, and next user."""
    name = Scope.ENVIRONMENT.stack_name(target.project, target.name)
    state = cloud.stack(name)
    hosts = state.outputs.get("DatabaseHosts") if state else None
    if not hosts:
        raise RefusedError(
            Problem(name, f"has no database yet; run 'tidegen deploy --env {target.name}'")
        )
    return database_values(hosts, plan.held.get("Username", ""))


def require_renewable(plan: SecretsPlan) -> None:
    """Raise RefusedError for a secret of which no key can be regenerated."""
    for secret in plan.secrets:
        if not can_be_regenerated([key.fill for key in secret.keys]):
            keys = ", ".join(f"{key.name} is {key.fill}" for key in secret.keys)
            raise RefusedError(
                Problem(secret.secret_id, f"cannot be renewed automatically: {keys}")
            )


#: Fills of keys whose value a person gives; of `agreed` ones after the start.
_GIVEN = (Fill.PERSON, Fill.AGREED)


def require_replaceable(plan: SecretsPlan, key: str) -> None:
    """Raise InputError or RefusedError unless `key` of the plan's secret is given by a person."""
    (secret,) = plan.secrets
    fills = {item.name: item.fill for item in secret.keys}
    where = f"{secret.name} {key}"
    if key not in fills:
        known = [name for name, fill in fills.items() if fill in _GIVEN] or list(fills)
        raise InputError(Problem(where, f"is not a key; known: {', '.join(sorted(known))}"))
    if fills[key] not in _GIVEN:
        raise RefusedError(Problem(where, f"is {fills[key]}; {_OTHER_WAYS.get(fills[key], _NONE)}"))


_NONE = "no command replaces it (docs/secrets.md)"
_BY_ROTATING = "'tidegen secrets rotate' regenerates it"
_OTHER_WAYS = dict.fromkeys(
    (Fill.ROTATED, Fill.ALTERNATED, Fill.RANDOM, Fill.DERIVED), _BY_ROTATING
)


def set_value(plan: SecretsPlan, connect: Connect, key: str, value: str) -> bool:
    """Write one value; return False if the secret has it. The former one is AWSPREVIOUS then.

    Raises RefusedError where the secret was changed since it was read.
    """
    (secret,) = plan.secrets
    if secret.held.get(key) == value:
        return False
    _write(Clouds.of(connect).at(plan.target.place()), secret, {key: value})
    return True


def write_secrets(plan: SecretsPlan, connect: Connect, ask: Ask) -> Iterator[SecretOutcome]:
    """Fill the secrets, those without questions first; write each once, if a value is new.

    An interrupted run keeps its writes and the next run fills the rest. Raises RefusedError where
    a secret was changed since it was read.
    """
    cloud = Clouds.of(connect).at(plan.target.place())
    for secret in sorted(plan.secrets, key=lambda secret: bool(secret.needing(Need.ASK))):
        new = _new_values(secret, plan.derived.get(secret.name, {}), ask)
        if new:
            _write(cloud, secret, new)
        left = tuple(key.name for key in secret.unfilled if key.name not in new)
        yield SecretOutcome(secret.name, tuple(new), left)


def _new_values(secret: SecretPlan, derived: Mapping[str, str], ask: Ask) -> dict[str, str]:
    new = {key.name: derived[key.name] for key in secret.needing(Need.DERIVE)}
    new.update(_generated(secret))
    for key in secret.needing(Need.ASK):
        answer = ask(secret.name, key.name)
        if answer:
            new[key.name] = answer
    return {key: value for key, value in new.items() if value != secret.held.get(key)}


def _generated(secret: SecretPlan) -> dict[str, str]:
    """Return random values; the halves of a key pair together."""
    keys = {key.name: key.fill for key in secret.needing(Need.MAKE)}
    halves = {fill: name for name, fill in keys.items() if fill in _HALVES}
    pair = dict(zip(_HALVES, key_pair(), strict=True)) if halves else {}
    return {name: pair.get(fill) or random_value() for name, fill in keys.items()}


_HALVES = (Fill.PRIVATE_KEY, Fill.PUBLIC_KEY)


def _write(cloud: Cloud, secret: SecretPlan, new: Mapping[str, str]) -> None:
    """Write once, after a last read: Secrets Manager has no conditional write."""
    now = cloud.secret(secret.secret_id)
    if now is None or now.version != secret.version:
        raise RefusedError(
            Problem(secret.secret_id, "was changed since it was read; run the same command again")
        )
    filled = {key.name for key in secret.keys if new.get(key.name) or secret.held.get(key.name)}
    version = version_id(filled, uuid.uuid4().hex)
    cloud.put_secret(secret.secret_id, merged(secret, new), version)


def listed_secrets(target: Target, connect: Connect) -> Mapping[str, ListedSecret]:
    """List the secrets of `target` with one call, by the chart's names; no value is read.

    Empty for a target that has none.
    """
    if target.scope is not Scope.ENVIRONMENT:
        return {}
    path = secrets_path(target)
    secrets = Clouds.of(connect).at(target.place()).listed_secrets(path)
    return {name.removeprefix(path): listed for name, listed in secrets.items()}


def unfilled_secrets(target: Target, connect: Connect) -> tuple[str, ...]:
    """Return the names of the secrets that tidegen did not fill completely, from one listing.

    Empty for a target that has none. Needs no permission to read a value.
    """
    if target.scope is not Scope.ENVIRONMENT:
        return ()
    listed = listed_secrets(target, connect)
    return tuple(
        name
        for name, keys in CHART_SECRETS.items()
        if name not in listed or not keys_are_filled(listed[name].mark, keys)
    )
