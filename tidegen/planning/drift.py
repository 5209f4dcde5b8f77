"""Drift: differences between deployed resources and their stacks' templates."""

from dataclasses import dataclass, field
from enum import StrEnum

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.planning.model import StackAddress, StackResource


class DriftStatus(StrEnum):
    """The result of a detection for a resource, in CloudFormation's words."""

    IN_SYNC = "IN_SYNC"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    NOT_CHECKED = "NOT_CHECKED"


@dataclass(frozen=True)
class PropertyDifference:
    """A property that differs; `kind` is ADD, REMOVE or NOT_EQUAL, `path` a JSON pointer.

    Values are text, as CloudFormation gives them.
    """

    path: str
    expected: str
    actual: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class ResourceDrift:
    """The result of a detection for one resource."""

    logical_id: str
    type: str
    physical_id: str
    status: DriftStatus
    differences: tuple[PropertyDifference, ...] = ()
    reason: str = ""

    @property
    def drifted(self) -> bool:
        """Whether it differs from its template."""
        return self.status in (DriftStatus.MODIFIED, DriftStatus.DELETED)


@dataclass(frozen=True)
class Detection:
    """The state of a detection; `reason` is set if some resource could not be read."""

    running: bool
    reason: str = ""


@dataclass(frozen=True)
class DriftCheck:
    """One stack to check: a root, whose path is empty, or one nested in it.

    `by_hand` is whether it was updated past its root.
    """

    address: StackAddress
    path: str
    stack_id: str
    resources: tuple[StackResource, ...] = field(default=(), repr=False)
    by_hand: bool = False


@dataclass(frozen=True)
class DriftPlan:
    """The stacks to check, roots before the stacks nested in them."""

    environment: str
    checks: tuple[DriftCheck, ...]


@dataclass(frozen=True)
class StackDrift:
    """The drift of one stack's resources; `problem` is the reason if some are missing.

    `by_hand` is whether the stack was updated past its root, so that even its template differs.
    """

    address: StackAddress
    path: str
    resources: tuple[ResourceDrift, ...] = ()
    problem: str = ""
    by_hand: bool = False

    @property
    def differs(self) -> bool:
        """Whether anything of the stack is not as its root says."""
        return self.by_hand or bool(self.drifted)

    def count(self, status: DriftStatus) -> int:
        """Return the number of resources with that status."""
        return sum(item.status is status for item in self.resources)

    @property
    def drifted(self) -> tuple[ResourceDrift, ...]:
        """The resources that differ from the template."""
        return tuple(item for item in self.resources if item.drifted)


def all_resources(
    check: DriftCheck, drifts: tuple[ResourceDrift, ...]
) -> tuple[ResourceDrift, ...]:
    """Return the drift of all resources, the others as not checked; nested stacks are separate."""
    known = {item.logical_id: item for item in drifts}
    return tuple(
        known.get(item.logical_id, _unchecked(item))
        for item in sorted(check.resources, key=lambda resource: resource.logical_id)
        if item.type != STACK_TYPE
    )


def _unchecked(resource: StackResource) -> ResourceDrift:
    status = DriftStatus.NOT_CHECKED
    return ResourceDrift(
        logical_id=resource.logical_id,
        type=resource.type,
        physical_id=resource.physical_id,
        status=status,
    )
