"""What a plan may not do by itself: each guard has a reason and a safe way.

A guard looks at one change. What it refuses passes where somebody allowed that one resource by its
logical id or path; a conditional replacement passes as well: CloudFormation knows only while it
runs, and there the stack policy stands against the loss of state.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from tidegen.cloudformation.resources import EXPORT
from tidegen.cloudformation.schemas import Replacement
from tidegen.errors import Problem, RefusedError
from tidegen.planning.changes import Action, Change, PropertyChange

#: Properties that CloudFormation takes and the service then refuses to change, with the safe way.
_FIXED = {
    "AWS::KMS::Key": (
        ("KeySpec", "KeyUsage", "MultiRegion"),
        "add a key with another logical id, and move its users",
    ),
    "AWS::EC2::Volume": (
        ("AvailabilityZone", "Encrypted", "KmsKeyId", "SnapshotId"),
        "add a volume with another logical id, and restore into it",
    ),
    "AWS::S3::Bucket": (
        ("ObjectLockEnabled",),
        "a lock cannot be taken off: add a bucket with another name, and copy",
    ),
}
_SUBNET_PLACE = ("CidrBlock", "AvailabilityZone", "AvailabilityZoneId")
_INDEX = re.compile(r"^GlobalSecondaryIndexes\[\d+\]")
_VERSIONED = ("AWS::EKS::Cluster", "AWS::EKS::Nodegroup")


@dataclass(frozen=True)
class Refusal:
    """A change that is refused: why, and what to do in its place."""

    change: Change
    reason: str
    safe_way: str

    def __str__(self) -> str:
        allow = f"or say --allow-replace {self.change.logical_id}"
        return f"{self.change.type} {self.reason} ({self.change.source}); {self.safe_way}, {allow}"


def refusals(changes: Iterable[Change], allowed: Collection[str] = ()) -> tuple[Refusal, ...]:
    """What the guards find, one a change at the most.

    `allowed` holds logical ids (`UploadsBucket`) or whole paths (`Storage/UploadsBucket`).
    """
    found = []
    for change in changes:
        if change.path not in allowed and change.logical_id not in allowed:
            found += [refusal for guard in GUARDS for refusal in guard(change)][:1]
    return tuple(found)


def guard_changes(changes: Iterable[Change], allowed: Collection[str] = ()) -> None:
    """Raise RefusedError, one problem each, where `refusals` finds something."""
    found = refusals(changes, allowed)
    if found:
        raise RefusedError.of(Problem(item.change.path, str(item)) for item in found)


def fixed_properties(type_name: str) -> tuple[str, ...]:
    """Properties of that type that a service refuses to change, though its schema allows it."""
    names, _ = _FIXED.get(type_name, ((), ""))
    return names


def _moved(change: Change) -> Iterator[Refusal]:
    if change.moved_from and not change.loses and (change.stateful or change.name):
        reason = f"moves from {change.moved_from}: CloudFormation would make it a second time"
        yield Refusal(change, reason, f"say --move {change.logical_id}, which carries it over")


def _type_changed(change: Change) -> Iterator[Refusal]:
    """CloudFormation: "Update of resource type is not permitted"."""
    if change.properties == ("Type",):
        reason = "has another type than what stands under this logical id"
        yield Refusal(change, reason, "give the new resource a logical id of its own")


def _export_in_use(change: Change) -> Iterator[Refusal]:
    """CloudFormation: "Export X cannot be deleted/updated as it is in use by Y"."""
    if change.type == EXPORT and change.action is not Action.ADD:
        reason = "changes or goes, which CloudFormation refuses while another stack imports it"
        yield Refusal(change, reason, "make the importing stacks do without it first")


def _stateful_lost(change: Change) -> Iterator[Refusal]:
    if change.stateful and change.loses and change.action is not Action.MOVE:
        what = "removed" if change.action is Action.REMOVE else "replaced"
        yield Refusal(change, f"holds state and would be {what}", "keep it as it is")


def _subnet_replaced(change: Change) -> Iterator[Refusal]:
    """The new subnet is made before the old one goes (failure subnet-range-taken)."""
    if change.type == "AWS::EC2::Subnet" and _changed(change, _SUBNET_PLACE):
        reason = "changes its range or zone: it conflicts with the subnet that is still there"
        way = "put network.cidr and network.zones back, or move to a second environment"
        yield Refusal(change, reason, way)


def _network_replaced(change: Change) -> Iterator[Refusal]:
    if change.type == "AWS::EC2::VPC" and _replaced(change):
        reason = "would be replaced, with everything that stands in it"
        yield Refusal(change, reason, "raise a second environment, and move to it")


def _named_replaced(change: Change) -> Iterator[Refusal]:
    """CloudFormation: "cannot update a stack when a custom-named resource requires replacing"."""
    if change.name and _replaced(change):
        reason = f"is named '{change.name}' and would be replaced: the name is taken until it goes"
        yield Refusal(change, reason, "give it another name in the same change")


def _two_indexes(change: Change) -> Iterator[Refusal]:
    """DynamoDB takes one index creation or deletion an update (failure two-index-changes)."""
    if change.type != "AWS::DynamoDB::Table":
        return
    count = sum(map(_index_operations, change.details))
    if count > 1:
        yield Refusal(
            change, f"takes {count} index operations", "deploy one index change at a time"
        )


def _index_operations(detail: PropertyChange) -> int:
    """1 for an index that comes or goes, 2 for one that is made anew, else 0."""
    found = _INDEX.match(detail.name)
    if not found:
        return 0
    if found.end() == len(detail.name):
        return 1
    inner = detail.name[found.end() + 1 :].partition(".")[0].partition("[")[0]
    return 2 if inner in ("IndexName", "KeySchema", "Projection") else 0


def _version_jump(change: Change) -> Iterator[Refusal]:
    """EKS goes up one minor version at a time and never down (failure kubernetes-version)."""
    if change.type not in _VERSIONED:
        return
    for detail in change.details:
        step = _minor_step(detail) if detail.name == "Version" else 1
        if step != 1:
            what = "goes down" if step < 0 else f"jumps {step} minor versions"
            reason = f"{what}, {detail.before} to {detail.after}"
            yield Refusal(change, reason, "go up one minor version at a time")


def _minor_step(detail: PropertyChange) -> int:
    texts = [str(value or "").split(".") for value in (detail.before, detail.after)]
    if not all(len(parts) == 2 and all(map(str.isdigit, parts)) for parts in texts):
        return 1
    before, after = ([int(part) for part in parts] for parts in texts)
    return (after[0] - before[0]) * 100 + after[1] - before[1]


def _cannot_update(change: Change) -> Iterator[Refusal]:
    names, way = _FIXED.get(change.type, ((), ""))
    found = _changed(change, names)
    if found:
        yield Refusal(change, f"cannot change {', '.join(found)} once it stands", way)


def _changed(change: Change, names: Collection[str]) -> list[str]:
    """Which of these properties an update would change; none where a resource comes or goes."""
    if change.action in (Action.ADD, Action.REMOVE):
        return []
    return [name for name in names if name in change.properties]


def _replaced(change: Change) -> bool:
    return change.loses and change.action is not Action.REMOVE


#: In this order: the first that refuses a change speaks.
GUARDS: tuple[Callable[[Change], Iterator[Refusal]], ...] = (
    _moved,
    _type_changed,
    _cannot_update,
    _export_in_use,
    _stateful_lost,
    _subnet_replaced,
    _network_replaced,
    _named_replaced,
    _two_indexes,
    _version_jump,
)


def origins(changes: Iterable[Change]) -> tuple[tuple[str, str], ...]:
    """Path and property of each replacement that no other replacement brings about."""
    return tuple(
        (change.path, detail.name)
        for change in changes
        for detail in change.details
        if detail.replacement is Replacement.ALWAYS and not detail.cause
    )
