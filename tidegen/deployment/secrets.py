"""Reading, filling and renewing the secrets of an environment, one write a secret."""

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
    database_values,
    merged,
    plan_secret,
    renewable,
    says_filled,
    secrets_path,
    version_id,
)
from tidegen.planning.steps import Target

#: Asks a person for a key of a secret; None where it is left for later.
Ask = Callable[[str, str], str | None]


@dataclass(frozen=True)
class SecretsPlan:
    """The secrets of one environment, and what their derived keys come to."""

    target: Target
    secrets: tuple[SecretPlan, ...]
    derived: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class SecretOutcome:
    """What was written of one secret, and what is left, by name."""

    name: str
    written: tuple[str, ...]
    left: tuple[str, ...]


def secrets_plan(
    target: Target, connect: Connect, only: Collection[str] = (), *, regenerate: bool = False
) -> SecretsPlan:
    """What filling the secrets of `target` means, or those in `only`.

    Raises InputError for a target without secrets, RefusedError where one is not there.
    """
    _require_environment(target)
    cloud = Clouds.of(connect).at(target.place())
    plans = tuple(_plan(target, cloud, name, regenerate) for name in only or CHART_SECRETS)
    derives = [plan for plan in plans if plan.needing(Need.DERIVE)]
    return SecretsPlan(
        target, plans, {plan.name: _derived(target, cloud, plan) for plan in derives}
    )


def _require_environment(target: Target) -> None:
    if target.scope is not Scope.ENVIRONMENT:
        raise InputError(
            Problem(target.name, f"is of scope {target.scope}; only environments have secrets")
        )


def _plan(target: Target, cloud: Cloud, name: str, regenerate: bool) -> SecretPlan:
    secret_id = f"{secrets_path(target)}{name}"
    stored = cloud.secret(secret_id)
    if stored is None:
        raise RefusedError(
            Problem(secret_id, f"is not there; run 'tidegen deploy --env {target.name}'")
        )
    return plan_secret(name, secret_id, CHART_SECRETS[name], stored, regenerate=regenerate)


def _derived(target: Target, cloud: Cloud, plan: SecretPlan) -> dict[str, str]:
    """The database's connection, from the outputs of the environment's root, and its next user."""
    name = Scope.ENVIRONMENT.stack_name(target.project, target.name)
    state = cloud.stack(name)
    hosts = state.outputs.get("DatabaseHosts") if state else None
    if not hosts:
        raise RefusedError(
            Problem(name, f"has no database yet; run 'tidegen deploy --env {target.name}'")
        )
    return database_values(hosts, plan.held.get("Username", ""))


def require_renewable(plan: SecretsPlan) -> None:
    """Raise RefusedError for a secret of which a machine can make nothing anew."""
    for secret in plan.secrets:
        if not renewable([key.fill for key in secret.keys]):
            keys = ", ".join(f"{key.name} is {key.fill}" for key in secret.keys)
            raise RefusedError(Problem(secret.secret_id, f"is not for a machine to renew: {keys}"))


def write_secrets(plan: SecretsPlan, connect: Connect, ask: Ask) -> Iterator[SecretOutcome]:
    """Fill the secrets, those that ask nobody first; each is written once, if anything is new.

    Interrupted, what is written stays and the next run takes up the rest. Raises RefusedError where
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
    new.update(_made(secret))
    for key in secret.needing(Need.ASK):
        answer = ask(secret.name, key.name)
        if answer:
            new[key.name] = answer
    return {key: value for key, value in new.items() if value != secret.held.get(key)}


def _made(secret: SecretPlan) -> dict[str, str]:
    """Random values; the halves of a pair together."""
    keys = {key.name: key.fill for key in secret.needing(Need.MAKE)}
    halves = {fill: name for name, fill in keys.items() if fill in _HALVES}
    pair = dict(zip(_HALVES, key_pair(), strict=True)) if halves else {}
    return {name: pair.get(fill) or random_value() for name, fill in keys.items()}


_HALVES = (Fill.PRIVATE_KEY, Fill.PUBLIC_KEY)


def _write(cloud: Cloud, secret: SecretPlan, new: Mapping[str, str]) -> None:
    """One write, after one more look: Secrets Manager has no conditional write."""
    now = cloud.secret(secret.secret_id)
    if now is None or now.version != secret.version:
        raise RefusedError(
            Problem(secret.secret_id, "was changed since it was read; run the same command again")
        )
    filled = {key.name for key in secret.keys if new.get(key.name) or secret.held.get(key.name)}
    version = version_id(filled, uuid.uuid4().hex)
    cloud.put_secret(secret.secret_id, merged(secret, new), version)


def listed_secrets(target: Target, connect: Connect) -> Mapping[str, ListedSecret]:
    """What one listing says of the secrets of `target`, by the chart's names; no value is read.

    Empty for a target that has none.
    """
    if target.scope is not Scope.ENVIRONMENT:
        return {}
    path = secrets_path(target)
    found = Clouds.of(connect).at(target.place()).listed_secrets(path)
    return {name.removeprefix(path): listed for name, listed in found.items()}


def unfilled_secrets(target: Target, connect: Connect) -> tuple[str, ...]:
    """Names of the secrets of `target` that tidegen did not fill wholly, from one listing.

    Empty for a target that has none. A role without the right to read a value may ask.
    """
    if target.scope is not Scope.ENVIRONMENT:
        return ()
    listed = listed_secrets(target, connect)
    return tuple(
        name
        for name, keys in CHART_SECRETS.items()
        if name not in listed or not says_filled(listed[name].mark, keys)
    )
