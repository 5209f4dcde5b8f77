"""Output of `tidegen secrets`: names of keys, filled or not, and their source; no values."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tidegen.chart.secrets import Fill
from tidegen.deployment.secrets import SecretOutcome
from tidegen.planning.secrets import ListedSecret, Need, SecretPlan


def plan_text(secrets: Sequence[SecretPlan]) -> str:
    """Return a line for each secret with keys to fill, and one with the number of the others."""
    lines = []
    for secret in secrets:
        needs = [f"{need}: {_names(secret, need)}" for need in Need if _names(secret, need)]
        if secret.needing(Need.MAKE, Need.DERIVE, Need.ASK):
            lines.append(f"  {secret.name:<20} {'; '.join(needs)}")
    filled = len(secrets) - len(lines)
    return "\n".join([*lines, f"  {filled} of {len(secrets)} secrets need no change"])


def _names(secret: SecretPlan, need: Need) -> str:
    return ", ".join(key.name for key in secret.needing(need))


def outcome_text(outcome: SecretOutcome) -> str:
    """Return the keys that were written and left; empty if there are none."""
    parts = [
        f"{verb} {', '.join(names)}"
        for verb, names in (("wrote", outcome.written), ("left", outcome.left))
        if names
    ]
    return f"  {outcome.name:<20} {'; '.join(parts)}" if parts else ""


def secrets_text(
    secrets: Sequence[SecretPlan], listed: Mapping[str, ListedSecret], now: datetime
) -> str:
    """Return a line for each secret: keys filled, their age, and the source of the others."""
    return "\n".join(_secret_line(secret, listed.get(secret.name), now) for secret in secrets)


def _secret_line(secret: SecretPlan, listed: ListedSecret | None, now: datetime) -> str:
    filled = len(secret.keys) - len(secret.unfilled)
    missing = ", ".join(f"{key.name} ({key.need})" for key in secret.unfilled)
    parts = (f"{filled} of {len(secret.keys)} filled", _age(secret, listed, now), missing)
    return f"{secret.name:<20} {'  '.join(part for part in parts if part)}"


def _age(secret: SecretPlan, listed: ListedSecret | None, now: datetime) -> str:
    """Return the date of the last rotation, or without rotation the age of the value."""
    if _rotates(secret):
        if listed and not listed.rotates:
            return "rotation is OFF: deploy to switch it on"
        last = f"{listed.rotated:%Y-%m-%d}" if listed and listed.rotated else "not yet"
        return f"rotates automatically, last: {last}"
    if secret.written is None or len(secret.unfilled) == len(secret.keys):
        return ""
    return f"written {secret.written:%Y-%m-%d}, {(now - secret.written).days} days ago"


def _rotates(secret: SecretPlan) -> bool:
    """Return whether any of its keys rotates automatically."""
    return any(key.fill is Fill.ROTATED for key in secret.keys)


def secrets_rows(
    secrets: Sequence[SecretPlan], listed: Mapping[str, ListedSecret]
) -> list[dict[str, Any]]:
    """Return secrets as plain data; times are ISO 8601 or None."""
    return [
        {
            "secret": secret.name,
            "filled": [key.name for key in secret.keys if key not in secret.unfilled],
            "unfilled": {key.name: str(key.need) for key in secret.unfilled},
            "rotated_by_itself": [key.name for key in secret.keys if key.fill is Fill.ROTATED],
            "rotation_enabled": secret.name in listed and listed[secret.name].rotates,
            "last_rotated": _iso(listed[secret.name].rotated if secret.name in listed else None),
            "written": _iso(secret.written),
        }
        for secret in secrets
    ]


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def outcomes_rows(outcomes: Sequence[SecretOutcome]) -> list[dict[str, Any]]:
    """Return the keys that were written and left, as plain data."""
    return [{"secret": o.name, "written": list(o.written), "left": list(o.left)} for o in outcomes]


def unfilled_text(environment: str, names: Sequence[str]) -> str:
    """Return the line of an environment's status on its unfilled secrets."""
    if not names:
        return "all secrets are filled"
    shown = f"{len(names)} secrets have unfilled keys"
    return f"{shown}; see 'tidegen secrets status --env {environment}'"
