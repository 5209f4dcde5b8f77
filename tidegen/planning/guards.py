"""Guards: refusals of dangerous changes, each with a reason and a remedy.

A guard looks at one change. A refused change passes if that one resource is allowed by its path or
logical id, unless AWS would refuse it all the same; a conditional replacement passes as well:
CloudFormation decides it during the update, and there the stack policy prevents the loss of state.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from tidegen.cloudformation.resources import EXPORT
from tidegen.cloudformation.schemas import Replacement
from tidegen.errors import Problem, RefusedError
from tidegen.planning.changes import Action, Change, PropertyChange
from tidegen.planning.lasting import locks_for_good, shrinks, weakens_lock
from tidegen.planning.refusal import Consent, Refusal

#: Properties whose change CloudFormation accepts and the service refuses, with the remedy.
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
        "a lock cannot be removed: add a bucket with another name, and copy",
    ),
}
_SUBNET_PLACE = ("CidrBlock", "AvailabilityZone", "AvailabilityZoneId")
_INDEX = re.compile(r"^GlobalSecondaryIndexes\[\d+\]")
#: Node groups, and the properties that EKS updates alone.
_NODES = "AWS::EKS::Nodegroup"
_IMAGE = ("ReleaseVersion", "Version")
_VERSIONED = ("AWS::EKS::Cluster", "AWS::EKS::Nodegroup")


def refusals(changes: Iterable[Change], allowed: Collection[str] = ()) -> tuple[Refusal, ...]:
    """Return the refusals of the guards, at most one a change.

    `allowed` holds whole paths (`Storage/UploadsBucket`) or logical ids (`UploadsBucket`).
    """
    refused = []
    for change in changes:
        every = (refusal for guard in GUARDS for refusal in guard(change))
        refused += [refusal for refusal in every if not refusal.is_allowed(allowed)][:1]
    return tuple(refused)


def guard_changes(changes: Iterable[Change], allowed: Collection[str] = ()) -> None:
    """Raise RefusedError with the refusals of the guards, one problem each."""
    refused = refusals(changes, allowed)
    if refused:
        raise RefusedError.of(Problem(item.change.path, str(item)) for item in refused)


def fixed_properties(type_name: str) -> tuple[str, ...]:
    """Return the properties that the service refuses to change, though the schema allows it."""
    names, _ = _FIXED.get(type_name, ((), ""))
    return names


def _moved(change: Change) -> Iterator[Refusal]:
    if change.moved_from and not change.loses and (change.stateful or change.name):
        reason = f"moves from {change.moved_from}: CloudFormation would create it a second time"
        consent = Consent.NONE if change.name else Consent.REPLACE  # the name is taken
        yield Refusal(change, reason, f"use --move {change.logical_id} to move it", consent)


def _type_changed(change: Change) -> Iterator[Refusal]:
    """Refuse another type (CloudFormation: "Update of resource type is not permitted")."""
    if change.properties == ("Type",):
        reason = "has another type than the deployed resource of this logical id"
        yield Refusal(change, reason, "give the new resource another logical id", Consent.NONE)


def _export_in_use(change: Change) -> Iterator[Refusal]:
    """Refuse "Export X cannot be deleted/updated as it is in use by Y"."""
    if change.type == EXPORT and change.action is not Action.ADD:
        reason = (
            "is changed or deleted, which CloudFormation refuses while another stack imports it"
        )
        yield Refusal(change, reason, "remove the import from the other stacks first")


def _stateful_lost(change: Change) -> Iterator[Refusal]:
    if change.stateful and change.loses and change.action is not Action.MOVE:
        named = f", named '{change.name}'" if change.name else ""
        if change.action is Action.REMOVE:
            reason = f"holds state and would be removed: it stays{named}, but in no stack"
            yield Refusal(change, reason, "keep it in the templates")
        else:
            consent = Consent.NONE if change.name else Consent.REPLACE  # the name is taken
            reason = f"holds state and would be replaced: the old one stays{named}, in no stack"
            yield Refusal(change, reason, "keep it unchanged", consent)


def _subnet_replaced(change: Change) -> Iterator[Refusal]:
    """Refuse a range or zone that the old subnet still has (failure subnet-range-taken)."""
    if change.type == "AWS::EC2::Subnet" and _changed(change, _SUBNET_PLACE):
        reason = "changes its range or zone: it conflicts with the subnet that still exists"
        way = "restore network.cidr and network.zones, or move to a second environment"
        yield Refusal(change, reason, way, Consent.NONE)


def _network_replaced(change: Change) -> Iterator[Refusal]:
    if change.type == "AWS::EC2::VPC" and _replaced(change):
        reason = "would be replaced, with everything in it"
        yield Refusal(change, reason, "create a second environment, and move to it")


def _named_replaced(change: Change) -> Iterator[Refusal]:
    """Refuse "cannot update a stack when a custom-named resource requires replacing"."""
    if change.name and _replaced(change):
        reason = (
            f"is named '{change.name}' and would be replaced: the name is taken until it is deleted"
        )
        yield Refusal(change, reason, "give it another name in the same change", Consent.NONE)


def _two_indexes(change: Change) -> Iterator[Refusal]:
    """Refuse a second index operation, as DynamoDB does (failure two-index-changes)."""
    if change.type != "AWS::DynamoDB::Table":
        return
    count = sum(map(_index_operations, change.details))
    if count > 1:
        reason = f"needs {count} index operations"
        yield Refusal(change, reason, "deploy one index change at a time", Consent.NONE)


def _index_operations(detail: PropertyChange) -> int:
    """Return 1 for an index created or deleted, 2 for one that is recreated, else 0."""
    match = _INDEX.match(detail.name)
    if not match:
        return 0
    if match.end() == len(detail.name):
        return 1
    inner = detail.name[match.end() + 1 :].partition(".")[0].partition("[")[0]
    return 2 if inner in ("IndexName", "KeySchema", "Projection") else 0


def _node_image_with_others(change: Change) -> Iterator[Refusal]:
    """Refuse a node image together with other properties (failure node-image-with-others).

    AWS: "You can't update other properties at the same time as updating Release Version".
    """
    names = {detail.name.partition(".")[0] for detail in change.details}
    others = sorted(names - set(_IMAGE))
    if change.type == _NODES and names & set(_IMAGE) and others and change.action is Action.MODIFY:
        image = sorted(names & set(_IMAGE))
        reason = f"changes {', '.join(image)} together with {', '.join(others)}"
        way = "deploy twice: first with the former cluster.version and image, then with the new"
        yield Refusal(change, reason, way, Consent.NONE)


def _version_jump(change: Change) -> Iterator[Refusal]:
    """Refuse a jump of versions: EKS goes up one minor version (failure kubernetes-version)."""
    if change.type not in _VERSIONED:
        return
    for detail in change.details:
        step = _minor_step(detail) if detail.name == "Version" else 1
        if step != 1:
            what = "goes down" if step < 0 else f"jumps {step} minor versions"
            reason = f"{what}, {detail.before} to {detail.after}"
            yield Refusal(change, reason, "go up one minor version at a time", Consent.NONE)


def _minor_step(detail: PropertyChange) -> int:
    texts = [str(value or "").split(".") for value in (detail.before, detail.after)]
    if not all(len(parts) == 2 and all(map(str.isdigit, parts)) for parts in texts):
        return 1
    before, after = ([int(part) for part in parts] for parts in texts)
    return (after[0] - before[0]) * 100 + after[1] - before[1]


def _cannot_update(change: Change) -> Iterator[Refusal]:
    names, way = _FIXED.get(change.type, ((), ""))
    changed = _changed(change, names)
    if changed:
        reason = f"cannot change {', '.join(changed)} once it exists"
        yield Refusal(change, reason, way, Consent.NONE)


def _changed(change: Change, names: Collection[str]) -> list[str]:
    """Return the properties that an update changes; none if the resource is new or removed."""
    if change.action in (Action.ADD, Action.REMOVE):
        return []
    return [name for name in names if name in change.properties]


def _replaced(change: Change) -> bool:
    return change.loses and change.action is not Action.REMOVE


#: In this order: the first refusal of a change is shown.
GUARDS: tuple[Callable[[Change], Iterator[Refusal]], ...] = (
    _moved,
    _type_changed,
    _cannot_update,
    shrinks,
    _export_in_use,
    _stateful_lost,
    _subnet_replaced,
    _network_replaced,
    _named_replaced,
    _two_indexes,
    _node_image_with_others,
    _version_jump,
    locks_for_good,
    weakens_lock,
)


def origins(changes: Iterable[Change]) -> tuple[tuple[str, str], ...]:
    """Return path and property of each replacement that no other replacement causes."""
    return tuple(
        (change.path, detail.name)
        for change in changes
        for detail in change.details
        if detail.replacement is Replacement.ALWAYS and not detail.cause
    )
