"""What happens to resources: changes, who says so, and change sets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tidegen.cloudformation.schemas import Replacement


class Action(StrEnum):
    """What happens to a resource."""

    ADD = "add"
    MODIFY = "modify"
    REMOVE = "remove"
    REPLACE = "replace"
    MOVE = "move"


class ChangeSource(StrEnum):
    """Who says so: CloudFormation's change set, or tidegen's comparison of the templates."""

    CHANGE_SET = "change set"
    FORECAST = "forecast"


@dataclass(frozen=True)
class PropertyChange:
    """One property before and after, None where it is not there.

    `cause` is the path of the resource whose own replacement or change makes the new value, which
    is then known after deployment only.
    """

    name: str
    before: Any = None
    after: Any = None
    replacement: Replacement = Replacement.NEVER
    cause: str = ""


@dataclass(frozen=True)
class Verdict:
    """What one source says of a resource; `action` is None where it sees no change."""

    source: ChangeSource
    action: Action | None = None
    replacement: Replacement = Replacement.NEVER


@dataclass(frozen=True)
class Change:
    """What happens to one resource. `path` is the way from the root, as in `Network/Vpc`.

    `otherwise` is the other source's verdict where it is another one. Without `certain` there is a
    change only if a value that exists after deployment turns out to be a new one. `name` is the
    physical name that the template gives, where it stays the same.
    """

    path: str
    type: str
    action: Action
    source: ChangeSource
    replacement: Replacement = Replacement.NEVER
    properties: tuple[str, ...] = ()
    stateful: bool = False
    details: tuple[PropertyChange, ...] = ()
    otherwise: Verdict | None = None
    certain: bool = True
    moved_from: str = ""
    name: str = ""

    @property
    def verdict(self) -> Verdict:
        """What this change's own source says."""
        return Verdict(self.source, self.action, self.replacement)

    @property
    def loses(self) -> bool:
        """Whether the resource is removed or made anew, by either source."""
        verdicts = [self.verdict, *([self.otherwise] if self.otherwise else [])]
        return any(
            v.action in (Action.REMOVE, Action.REPLACE) or v.replacement is Replacement.ALWAYS
            for v in verdicts
        )

    @property
    def logical_id(self) -> str:
        """The resource's own logical id."""
        return self.path.rpartition("/")[2]

    @property
    def stack(self) -> str:
        """The path of the nested stack that the resource stands in; empty for the root."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True)
class ResourceChange:
    """A change as a change set has it; `children` is None where the engine does not say.

    `details` are there where CloudFormation gives values; `certain` is False where every detail
    waits for a value that exists after deployment (evaluation "Dynamic").
    """

    logical_id: str
    type: str
    action: Action
    replacement: Replacement = Replacement.NEVER
    properties: tuple[str, ...] = ()
    children: "tuple[ResourceChange, ...] | None" = None
    details: tuple[PropertyChange, ...] = ()
    certain: bool = True


@dataclass(frozen=True)
class ChangeSet:
    """A change set as CloudFormation describes it."""

    change_set_id: str
    stack_id: str
    status: str
    execution_status: str
    reason: str = ""
    changes: tuple[ResourceChange, ...] = ()


@dataclass(frozen=True)
class ChangeSetRequest:
    """What a change set is made from: the template by `body` or by `url`, never both."""

    stack_name: str
    name: str
    kind: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    body: str | None = field(default=None, repr=False)
    url: str | None = None
    service_role: str | None = None
