"""Physical ids as the documentation of a type says, where upstream has others."""

from collections.abc import Callable
from typing import Any

from tidegen.local import upstream

#: The physical id of a created resource, and its attributes.
Made = tuple[str, Any]


def identify(
    type_name: str, identified: Callable[[Made], str], upstream_id: Callable[[str], str]
) -> None:
    """Make `Ref` of a type's resources what `identified` returns for upstream's result.

    `upstream_id` is its inverse.
    """
    table = upstream.provisioners()._RESOURCE_HANDLERS
    entry = table[type_name]

    def create(*arguments: Any) -> Made:
        made = entry["create"](*arguments)
        return identified(made), made[1]

    def update(physical_id: str, *arguments: Any) -> Made:
        made = entry["update"](upstream_id(physical_id), *arguments)
        return identified(made), made[1]

    def delete(physical_id: str, properties: dict[str, Any]) -> None:
        entry["delete"](upstream_id(physical_id), properties)

    table[type_name] = {**entry, "create": create, "update": update, "delete": delete}
