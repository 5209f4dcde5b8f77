"""Secrets as text: which keys are filled, by whom the others are to be filled. Names only."""

from collections.abc import Sequence
from typing import Any

from tidegen.deployment import SecretOutcome
from tidegen.planning.secrets import Need, SecretPlan


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


def secrets_text(secrets: Sequence[SecretPlan]) -> str:
    """A line a secret: how many of its keys are filled, and who fills the others."""
    return "\n".join(map(_secret_line, secrets))


def _secret_line(secret: SecretPlan) -> str:
    filled = len(secret.keys) - len(secret.unfilled)
    missing = ", ".join(f"{key.name} ({key.need})" for key in secret.unfilled)
    return f"{secret.name:<20} {filled} of {len(secret.keys)} filled  {missing}".rstrip()


def secrets_rows(secrets: Sequence[SecretPlan]) -> list[dict[str, Any]]:
    """The same for machines."""
    return [
        {
            "secret": secret.name,
            "filled": [key.name for key in secret.keys if key not in secret.unfilled],
            "unfilled": {key.name: str(key.need) for key in secret.unfilled},
        }
        for secret in secrets
    ]


def outcomes_rows(outcomes: Sequence[SecretOutcome]) -> list[dict[str, Any]]:
    """What was written and what is left, for machines."""
    return [{"secret": o.name, "written": list(o.written), "left": list(o.left)} for o in outcomes]


def unfilled_text(environment: str, names: Sequence[str]) -> str:
    """One line for an environment's status."""
    if not names:
        return "all secrets are filled"
    shown = f"{len(names)} secrets are not wholly filled"
    return f"{shown}; see 'tidegen secrets status --env {environment}'"
