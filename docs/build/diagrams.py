"""A template's resources as a Mermaid flowchart: by service, with their references.

Resources that differ by a number alone (`PublicSubnet1` to `PublicSubnet3`) are one node, and so
are all of a type with many kinds: a reader wants the parts, not every ACL entry. Arrows implied by
others are left out: a NAT gateway in a subnet is in the VPC.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidegen.cloudformation.references import references
from tidegen.cloudformation.values import listed

#: Kinds of a type that have a box each; more for stateful types, which readers look for.
_KINDS_SHOWN, _STATEFUL_SHOWN = 3, 6
#: Types that only join others: one box for any number of kinds.
_JOINTS = ("Association", "Entry")


@dataclass(frozen=True)
class Node:
    """One or more resources of a type, drawn as one box."""

    name: str
    type: str
    members: tuple[str, ...]
    stateful: bool

    @property
    def service(self) -> str:
        """The service, such as `EC2` of `AWS::EC2::Subnet`."""
        return self.type.split("::")[1]


def diagram(resources: Mapping[str, Any], stateful: tuple[str, ...] = ()) -> str:
    """Return the flowchart's Mermaid text; an arrow points from a resource to a referenced one."""
    nodes = nodes_of(resources, stateful)
    lines = ["flowchart LR"]
    services = sorted({node.service for node in nodes})
    for service in services:
        lines.append(f"  subgraph {service}_[{service}]")
        lines += [f"    {_box(node)}" for node in nodes if node.service == service]
        lines.append("  end")
    lines += [f"  {source} --> {target}" for source, target in arrows(resources, nodes)]
    return "\n".join(lines)


def nodes_of(resources: Mapping[str, Any], stateful: tuple[str, ...] = ()) -> list[Node]:
    """Return the boxes, in the order of their names; every resource is in exactly one."""
    kinds: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for logical_id, resource in resources.items():
        kinds[resource["Type"]][re.sub(r"\d+", "", logical_id)].append(logical_id)
    nodes = []
    for type_name, groups in kinds.items():
        everything = tuple(member for members in groups.values() for member in members)
        if len(groups) > _shown(type_name, any(member in stateful for member in everything)):
            groups = {type_name.rpartition("::")[2]: list(everything)}
        for name, members in groups.items():
            kept = any(member in stateful for member in members)
            nodes.append(Node(name, type_name, tuple(members), kept))
    return sorted(nodes, key=lambda node: node.name)


def _shown(type_name: str, stateful: bool) -> int:
    if type_name.endswith(_JOINTS):
        return 1
    return _STATEFUL_SHOWN if stateful else _KINDS_SHOWN


def arrows(resources: Mapping[str, Any], nodes: list[Node]) -> list[tuple[str, str]]:
    """Return (from, to) by the boxes' ids, each pair once, none to itself."""
    place = {member: _id(node) for node in nodes for member in node.members}
    pairs = {
        (place[logical_id], place[name])
        for logical_id, resource in resources.items()
        for name in _referred(resource)
        if name in place and place[name] != place[logical_id]
    }
    return sorted(pair for pair in pairs if not _is_implied(*pair, pairs))


def _is_implied(source: str, target: str, pairs: set[tuple[str, str]]) -> bool:
    """Return whether a longer path exists too; in a circle, which boxes can form, none counts."""
    longer = pairs - {(source, target)}
    return target in _reached(source, longer) and source not in _reached(target, pairs)


def _reached(start: str, pairs: set[tuple[str, str]]) -> set[str]:
    reached: set[str] = set()
    ahead = {start}
    while ahead:
        ahead = {b for a, b in pairs if a in ahead} - reached
        reached |= ahead
    return reached


def _id(node: Node) -> str:
    return node.type.removeprefix("AWS::").replace("::", "_") + "_" + node.name


def _box(node: Node) -> str:
    """Return a cylinder for a stateful box, else a rectangle; with the type if not in the name."""
    count = f" x {len(node.members)}" if len(node.members) > 1 else ""
    title = node.type.rpartition("::")[2]
    kind = "" if node.name.lower().endswith(title.lower()) else f"<br>({title})"
    label = f'"{node.name}{count}{kind}"'
    return f"{_id(node)}[({label})]" if node.stateful else f"{_id(node)}[{label}]"


def _referred(resource: Mapping[str, Any]) -> Iterator[str]:
    """Yield the logical ids and parameters that a resource refers to or depends on."""
    yield from listed(resource.get("DependsOn"))
    yield from (name for section, name in references(resource) if not section)
