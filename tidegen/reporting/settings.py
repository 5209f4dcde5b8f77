"""Account settings that CloudFormation has no type for, as lines and as plain data."""

from collections import defaultdict
from typing import Any

from tidegen.deployment.events import Preview
from tidegen.planning.settings import SettingStep


def settings_lines(preview: Preview) -> list[str]:
    """Return a line for each setting that is applied after the stack."""
    return [f"  ~ {setting_text(step)}" for step in preview.settings]


def setting_text(step: SettingStep) -> str:
    """Return a setting, its subject, and its changes; parts with the same change are grouped."""
    parts: dict[str, list[str]] = defaultdict(list)
    for part, after in step.after.items():
        parts[f"{step.before.get(part, 'known after deployment')} -> {after}"].append(part)
    subject = f" {step.subject}" if step.subject else ""
    changes = "; ".join(f"{', '.join(names)}: {change}" for change, names in parts.items())
    return f"{step.setting.name}{subject}: {changes}"


def unchecked_notes(preview: Preview) -> list[str]:
    """Return a note for each setting that could not be read, with the reason."""
    return [f"not checked: {r.setting.name}: {r.reason}" for r in preview.unchecked]


def settings_data(preview: Preview) -> dict[str, Any]:
    """Return settings as plain data."""
    return {
        "settings": [step.data() for step in preview.settings],
        "unchecked_settings": [
            {"setting": str(r.setting.name), "reason": r.reason} for r in preview.unchecked
        ],
    }
