"""A template's resources as a Mermaid flowchart: by service, with what refers to what.

Resources that differ by a number alone (`PublicSubnet1` to `PublicSubnet3`) are one node, and so
are all of a type with many kinds: a reader wants the parts, not every ACL entry. Arrows that others
imply are left out: a NAT gateway in a subnet need not say that it is in the VPC.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: Kinds of a type that have a box each; more of what holds state, which is what people look for.
_KINDS_SHOWN, _STATEFUL_SHOWN = 3, 6
#: Types that only join others: one box however many kinds there are.
_JOINTS = ("Association", "Entry")
_SUBSTITUTED = re.compile(r"\$\{([A-Za-z0-9]+)[.}]")


@dataclass(frozen=True)
class Node:
    """One or more resources of a type, drawn as one box."""

    name: str
    type: str
    members: tuple[str, ...]
    stateful: bool

    @property
    def service(self) -> str:
        """`EC2` of `AWS::EC2::Subnet`."""
        return self.type.split("::")[1]


def diagram(resources: Mapping[str, Any], stateful: tuple[str, ...] = ()) -> str:
    """The flowchart's Mermaid text; an arrow leads from a resource to what it refers to."""
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
    """The boxes, in the order of their names; every resource is in exactly one."""
    kinds: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for logical_id, resource in resources.items():
        kinds[resource["Type"]][re.sub(r"\d+", "", logical_id)].append(logical_id)
    found = []
    for type_name, groups in kinds.items():
        everything = tuple(member for members in groups.values() for member in members)
        if len(groups) > _shown(type_name, any(member in stateful for member in everything)):
            groups = {type_name.rpartition("::")[2]: list(everything)}
        for name, members in groups.items():
            kept = any(member in stateful for member in members)
            found.append(Node(name, type_name, tuple(members), kept))
    return sorted(found, key=lambda node: node.name)


def _shown(type_name: str, stateful: bool) -> int:
    if type_name.endswith(_JOINTS):
        return 1
    return _STATEFUL_SHOWN if stateful else _KINDS_SHOWN


def arrows(resources: Mapping[str, Any], nodes: list[Node]) -> list[tuple[str, str]]:
    """(from, to) by the boxes' ids, each pair once, none to itself."""
    place = {member: _id(node) for node in nodes for member in node.members}
    found = {
        (place[logical_id], place[name])
        for logical_id, resource in resources.items()
        for name in references(resource)
        if name in place and place[name] != place[logical_id]
    }
    return sorted(pair for pair in found if not _is_implied(*pair, found))


def _is_implied(source: str, target: str, pairs: set[tuple[str, str]]) -> bool:
    """Whether a longer way leads there too; in a circle, which boxes can form, none is."""
    longer = pairs - {(source, target)}
    return target in _reached(source, longer) and source not in _reached(target, pairs)


def _reached(start: str, pairs: set[tuple[str, str]]) -> set[str]:
    found: set[str] = set()
    ahead = {start}
    while ahead:
        ahead = {b for a, b in pairs if a in ahead} - found
        found |= ahead
    return found


def _id(node: Node) -> str:
    return node.type.removeprefix("AWS::").replace("::", "_") + "_" + node.name


def _box(node: Node) -> str:
    """A cylinder for what holds state, else a rectangle; with the type where the name hides it."""
    count = f" x {len(node.members)}" if len(node.members) > 1 else ""
    title = node.type.rpartition("::")[2]
    kind = "" if node.name.lower().endswith(title.lower()) else f"<br>({title})"
    label = f'"{node.name}{count}{kind}"'
    return f"{_id(node)}[({label})]" if node.stateful else f"{_id(node)}[{label}]"


def references(value: Any) -> Iterator[str]:
    """Parameters and logical ids that a value names: by Ref, Fn::GetAtt, Fn::Sub or DependsOn."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _named(key, item)
            yield from references(item)


def _named(key: str, value: Any) -> Iterator[str]:
    if key == "Ref":
        yield value
    elif key == "Fn::GetAtt":
        yield value[0] if isinstance(value, list) else value.partition(".")[0]
    elif key == "Fn::Sub":
        yield from _SUBSTITUTED.findall(value if isinstance(value, str) else value[0])
    elif key == "DependsOn":
        yield from [value] if isinstance(value, str) else value
