"""Changes of resources, their sources, and change sets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tidegen.cloudformation.schemas import Replacement


class Action(StrEnum):
    """The action on a resource."""

    ADD = "add"
    MODIFY = "modify"
    REMOVE = "remove"
    REPLACE = "replace"
    MOVE = "move"


class ChangeSource(StrEnum):
    """The source of a change: CloudFormation's change set, or tidegen's comparison."""

    CHANGE_SET = "change set"
    FORECAST = "forecast"


@dataclass(frozen=True, kw_only=True)
class PropertyChange:
    """One property before and after, None if it is missing.

    `cause` is the path of the resource whose replacement or change leads to the new value, which is
    then known only after deployment.
    """

    name: str
    before: Any = None
    after: Any = None
    replacement: Replacement = Replacement.NEVER
    cause: str = ""


@dataclass(frozen=True)
class Verdict:
    """The opinion of one source; `action` is None if it sees no change."""

    source: ChangeSource
    action: Action | None = None
    replacement: Replacement = Replacement.NEVER


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of one resource. `path` leads from the root, as in `Network/Vpc`.

    `otherwise` is the other source's verdict if the two differ. Without `certain` there is a change
    only if a value known after deployment turns out to be new. `name` is the physical name in the
    template, if it stays the same. `unforeseen` is the syntax that the forecast cannot evaluate, so
    that only a change set has the change.
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
    unforeseen: str = ""

    @property
    def verdict(self) -> Verdict:
        """The verdict of this change's source."""
        return Verdict(self.source, self.action, self.replacement)

    @property
    def loses(self) -> bool:
        """Whether the resource is removed or recreated, by either source."""
        verdicts = [self.verdict, *([self.otherwise] if self.otherwise else [])]
        return any(
            v.action in (Action.REMOVE, Action.REPLACE) or v.replacement is Replacement.ALWAYS
            for v in verdicts
        )

    @property
    def recreates(self) -> bool:
        """Whether the move deletes the resource at its old place and creates another one.

        A resource that holds state or has a name is never moved so: a guard refuses it.
        """
        return self.action is Action.MOVE and not (self.stateful or self.name)

    @property
    def logical_id(self) -> str:
        """The resource's own logical id."""
        return self.path.rpartition("/")[2]

    @property
    def stack(self) -> str:
        """The path of the nested stack of the resource; empty for the root."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, kw_only=True)
class ResourceChange:
    """A change in a change set; `children` is None if the engine does not give them.

    `change_set_id` is that of a nested stack's own change set.

    `details` exist if CloudFormation gives values; `certain` is False if every detail depends on a
    value known after deployment (evaluation "Dynamic").
    """

    logical_id: str
    type: str
    action: Action
    replacement: Replacement = Replacement.NEVER
    properties: tuple[str, ...] = ()
    children: "tuple[ResourceChange, ...] | None" = None
    details: tuple[PropertyChange, ...] = ()
    certain: bool = True
    change_set_id: str = ""


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """A change set as CloudFormation describes it."""

    change_set_id: str
    stack_id: str
    status: str
    execution_status: str
    reason: str = ""
    changes: tuple[ResourceChange, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChangeSetRequest:
    """The request for a change set: the template by `body` or by `url`, never both."""

    stack_name: str
    name: str
    kind: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    body: str | None = field(default=None, repr=False)
    url: str | None = None
    service_role: str | None = None
