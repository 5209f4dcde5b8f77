"""The events of a stack, as CloudFormation records them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class StackEvent:
    """One event of a stack. `path` leads from the root, as in `Network/Vpc`.

    `hook` is the refusal of a hook of CloudFormation.
    """

    event_id: str
    stack_id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    time: datetime
    reason: str = ""
    path: str = ""
    hook: str = ""

    @property
    def is_own(self) -> bool:
        """Whether the event is about the stack itself."""
        return self.physical_id == self.stack_id
