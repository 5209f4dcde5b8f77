"""Resources that an operation left behind: outside every stack, or in one without their tags.

AWS docs, "Troubleshooting CloudFormation": the clean-up of an update tries to delete a resource
three times, then removes it from the stack; the update is successful all the same. A resource that
its DeletionPolicy keeps leaves the stack too (DELETE_SKIPPED).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.planning.stack_events import StackEvent


class Remains(StrEnum):
    """Why a resource is left behind."""

    NOT_DELETED = "not deleted"
    KEPT = "kept"
    UNTAGGED = "created without tags"


#: Types that cost money while they exist, used or not.
_COSTING = (
    "AWS::EC2::EIP",
    "AWS::EC2::Instance",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Volume",
    "AWS::EC2::VPCEndpoint",
    "AWS::EKS::Cluster",
    "AWS::EKS::Nodegroup",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::KMS::Key",
    "AWS::NetworkFirewall::Firewall",
    "AWS::Route53::HostedZone",
    "AWS::SecretsManager::Secret",
)
_UNTAGGED = "without including tags"


@dataclass(frozen=True, kw_only=True)
class LeftBehind:
    """A resource that an operation left behind, with AWS's reason."""

    path: str
    type: str
    physical_id: str
    why: Remains
    reason: str = ""

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        return f"{self.type} {self.physical_id}".rstrip() + f" is {self.why}{reason}; {self.risk}"

    @property
    def risk(self) -> str:
        """The cost or risk of ignoring it."""
        match self.why:
            case Remains.NOT_DELETED:
                cost = "it costs money until then" if self._costs else "its name stays taken"
                return f"it is in no stack; delete it by hand: {cost}"
            case Remains.KEPT:
                cost = ", costs money" if self._costs else ""
                return f"it is in no stack{cost} and has no backup plan; import or delete it"
            case Remains.UNTAGGED:
                return "policies and bills do not know its environment; allow tagging, then tag it"

    @property
    def _costs(self) -> bool:
        return self.type in _COSTING

    def data(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "path": self.path,
            "type": self.type,
            "physical_id": self.physical_id or None,
            "why": str(self.why),
            "reason": self.reason or None,
            "risk": self.risk,
        }


def left_behind(events: Iterable[StackEvent]) -> tuple[LeftBehind, ...]:
    """Return what an operation left behind, by its events from the oldest on; sorted by path.

    A deletion that failed once may have succeeded later: each resource counts with its last event.
    """
    last: dict[tuple[str, str], StackEvent] = {}
    untagged: dict[tuple[str, str], StackEvent] = {}
    for event in events:
        if event.type != STACK_TYPE:
            key = (event.path, event.physical_id)
            last[key] = event
            if _UNTAGGED in event.reason:
                untagged[event.path, event.type] = event
    gone = [_left(event, _GONE[event.status]) for event in last.values() if event.status in _GONE]
    ids = {(e.path, e.type): e.physical_id for e in last.values() if e.physical_id}
    bare = [_left(e, Remains.UNTAGGED, ids.get(key, "")) for key, e in untagged.items()]
    return tuple(sorted((*gone, *bare), key=lambda item: (item.why, item.path)))


_GONE = {"DELETE_FAILED": Remains.NOT_DELETED, "DELETE_SKIPPED": Remains.KEPT}


def _left(event: StackEvent, why: Remains, physical_id: str = "") -> LeftBehind:
    return LeftBehind(
        path=event.path,
        type=event.type,
        physical_id=event.physical_id or physical_id,
        why=why,
        reason=event.reason,
    )
