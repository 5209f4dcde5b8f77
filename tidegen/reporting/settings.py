"""Settings that CloudFormation has no type for, as lines and as plain data."""

from collections import defaultdict
from typing import Any

from tidegen.deployment.events import Preview
from tidegen.planning.settings import SettingStep


def settings_lines(preview: Preview) -> list[str]:
    """A line a setting that follows the stack."""
    return [f"  ~ {setting_text(step)}" for step in preview.settings]


def setting_text(step: SettingStep) -> str:
    """One setting, whose it is, and from what to what; parts that change alike stand together."""
    parts: dict[str, list[str]] = defaultdict(list)
    for part, after in step.after.items():
        parts[f"{step.before.get(part, 'known after deployment')} -> {after}"].append(part)
    subject = f" {step.subject}" if step.subject else ""
    changes = "; ".join(f"{', '.join(names)}: {change}" for change, names in parts.items())
    return f"{step.setting.name}{subject}: {changes}"


def unchecked_notes(preview: Preview) -> list[str]:
    """The settings that could not be read, and why."""
    return [f"not checked: {r.setting.name}: {r.reason}" for r in preview.unchecked]


def settings_data(preview: Preview) -> dict[str, Any]:
    """The same for machines."""
    return {
        "settings": [step.data() for step in preview.settings],
        "unchecked_settings": [
            {"setting": str(r.setting.name), "reason": r.reason} for r in preview.unchecked
        ],
    }
