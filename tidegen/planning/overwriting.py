"""Changes made by hand that a deploy overwrites, or leaves as they are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tidegen.planning.changes import Change
from tidegen.planning.drift import DriftStatus, ResourceDrift, StackDrift
from tidegen.planning.model import StackAddress


class Fate(StrEnum):
    """The effect of a deploy on a change made by hand."""

    OVERWRITTEN = "overwritten by this deploy"
    PERHAPS = "may be overwritten: this deploy changes the resource"
    STAYS = "stays; 'tidegen deploy --revert-drift' sets it back"


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """One property that differs from the deployed template; empty for a deleted resource."""

    stack: str
    path: str
    type: str
    name: str
    actual: str
    expected: str
    fate: Fate


def changed_by_hand(
    drifts: Iterable[StackDrift], changes: Mapping[StackAddress, Iterable[Change]]
) -> tuple[ByHand, ...]:
    """Return the drift of all stacks, each with the effect of the deploy that makes `changes`.

    CloudFormation updates a resource if its template changes. Some services then get all its
    properties, others only the changed ones.
    """
    return tuple(
        item
        for drift in drifts
        for resource in drift.drifted
        for item in _resource(drift, resource, changes.get(drift.address, ()))
    )


def _resource(
    drift: StackDrift, resource: ResourceDrift, changes: Iterable[Change]
) -> Iterator[ByHand]:
    path = f"{drift.path}/{resource.logical_id}" if drift.path else resource.logical_id
    change = next((change for change in changes if change.path == path), None)
    differences = [(item.path.strip("/"), item) for item in resource.differences]
    if resource.status is DriftStatus.DELETED:
        yield _by_hand(drift, resource, path, _fate(change, None), ("", "deleted", "exists"))
    for name, item in differences:
        values = (name.replace("/", "."), item.actual, item.expected)
        yield _by_hand(drift, resource, path, _fate(change, name.partition("/")[0]), values)


def _by_hand(
    drift: StackDrift, resource: ResourceDrift, path: str, fate: Fate, values: tuple[str, str, str]
) -> ByHand:
    name, actual, expected = values
    return ByHand(
        stack=drift.address.name,
        path=path,
        type=resource.type,
        name=name,
        actual=actual,
        expected=expected,
        fate=fate,
    )


def _fate(change: Change | None, name: str | None) -> Fate:
    if change is None:
        return Fate.STAYS
    return Fate.OVERWRITTEN if change.loses or name in change.properties else Fate.PERHAPS
