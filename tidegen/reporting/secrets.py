"""Secrets as text: which keys are filled, by whom the others are to be filled. Names only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tidegen.chart.secrets import Fill
from tidegen.deployment.secrets import SecretOutcome
from tidegen.planning.secrets import ListedSecret, Need, SecretPlan


def plan_text(secrets: Sequence[SecretPlan]) -> str:
    """One line a secret that needs something, and a line for all that need nothing."""
    lines = []
    for secret in secrets:
        needs = [f"{need}: {_names(secret, need)}" for need in Need if _names(secret, need)]
        if secret.needing(Need.MAKE, Need.DERIVE, Need.ASK):
            lines.append(f"  {secret.name:<20} {'; '.join(needs)}")
    filled = len(secrets) - len(lines)
    return "\n".join([*lines, f"  {filled} of {len(secrets)} secrets need nothing"])


def _names(secret: SecretPlan, need: Need) -> str:
    return ", ".join(key.name for key in secret.needing(need))


def outcome_text(outcome: SecretOutcome) -> str:
    """What was written of a secret and what is left; empty where neither is."""
    parts = [
        f"{what} {', '.join(names)}"
        for what, names in (("wrote", outcome.written), ("left", outcome.left))
        if names
    ]
    return f"  {outcome.name:<20} {'; '.join(parts)}" if parts else ""


def secrets_text(
    secrets: Sequence[SecretPlan], listed: Mapping[str, ListedSecret], now: datetime
) -> str:
    """A line a secret: how many of its keys are filled, how old they are, who fills the others."""
    return "\n".join(_secret_line(secret, listed.get(secret.name), now) for secret in secrets)


def _secret_line(secret: SecretPlan, listed: ListedSecret | None, now: datetime) -> str:
    filled = len(secret.keys) - len(secret.unfilled)
    missing = ", ".join(f"{key.name} ({key.need})" for key in secret.unfilled)
    parts = (f"{filled} of {len(secret.keys)} filled", _age(secret, listed, now), missing)
    return f"{secret.name:<20} {'  '.join(part for part in parts if part)}"


def _age(secret: SecretPlan, listed: ListedSecret | None, now: datetime) -> str:
    """Of what rotates by itself the last rotation; of the rest how long ago it was written."""
    if _rotates(secret):
        if listed and not listed.rotates:
            return "rotation is OFF: deploy to switch it on"
        last = f"{listed.rotated:%Y-%m-%d}" if listed and listed.rotated else "not yet"
        return f"rotates by itself, last: {last}"
    if secret.written is None or len(secret.unfilled) == len(secret.keys):
        return ""
    return f"written {secret.written:%Y-%m-%d}, {(now - secret.written).days} days ago"


def _rotates(secret: SecretPlan) -> bool:
    """Whether some of its keys are made anew by themselves."""
    return any(key.fill is Fill.ROTATED for key in secret.keys)


def secrets_rows(
    secrets: Sequence[SecretPlan], listed: Mapping[str, ListedSecret]
) -> list[dict[str, Any]]:
    """The same for machines; times are ISO 8601, None where there is none."""
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
    """What was written and what is left, for machines."""
    return [{"secret": o.name, "written": list(o.written), "left": list(o.left)} for o in outcomes]


def unfilled_text(environment: str, names: Sequence[str]) -> str:
    """One line for an environment's status."""
    if not names:
        return "all secrets are filled"
    shown = f"{len(names)} secrets are not wholly filled"
    return f"{shown}; see 'tidegen secrets status --env {environment}'"
