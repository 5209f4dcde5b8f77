"""Output of `tidegen list --deployed`."""

from collections.abc import Mapping
from typing import Any

from tidegen.deployment.reading.inventory import DeployedStack, Inventory
from tidegen.reporting import style


def inventory_text(inventory: Inventory, pinned: Mapping[str, str]) -> str:
    """Return a line for each stack, those without an environment file last.

    `pinned` is the release in each file, by its name.
    """
    owned = [s for s in inventory.stacks if s.file]
    lost = [s for s in inventory.stacks if not s.file]
    lines = ["Deployed", *(_line(s, pinned.get(s.file, "")) for s in owned)]
    if lost:
        title = "Deployed, without an environment file (docs/runbooks/retire.md)"
        lines += ["", title, *(style.failed(_line(s, "")) for s in lost)]
    return "\n".join(lines)


def _line(stack: DeployedStack, pinned: str) -> str:
    state, place = stack.state, stack.place
    release = state.outputs.get("Release", "unknown")
    other = f", the file pins {pinned}" if pinned and pinned != release else ""
    where = f"{place.account} {place.region:<14}"
    return f"  {state.name:<34} {where} {state.status:<24} release {release}{other}"


def inventory_rows(inventory: Inventory, pinned: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the stacks as plain data."""
    return [
        {
            "stack": item.state.name,
            "account": item.place.account,
            "region": item.place.region,
            "status": item.state.status,
            "release": item.state.outputs.get("Release"),
            "environment": item.environment or None,
            "file": item.file or None,
            "pinned": pinned.get(item.file),
        }
        for item in inventory.stacks
    ]
