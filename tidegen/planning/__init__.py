"""Planning: what a deploy would do, decided as frozen data without calling anything."""

from tidegen.planning.changes import (
    Action,
    Change,
    ChangeSource,
    PropertyChange,
    Replacement,
    Verdict,
)
from tidegen.planning.digest import root_digest
from tidegen.planning.guards import Refusal, guard_changes, origins, refusals
from tidegen.planning.model import (
    Credentials,
    Place,
    Plan,
    Prerequisite,
    RootStep,
    RootTemplate,
    StackAddress,
    StackState,
)
from tidegen.planning.steps import Target, stack_name, steps_of
from tidegen.planning.templates import load_root

__all__ = [
    "Action",
    "Change",
    "ChangeSource",
    "Credentials",
    "Place",
    "Plan",
    "Prerequisite",
    "PropertyChange",
    "Refusal",
    "Replacement",
    "RootStep",
    "RootTemplate",
    "StackAddress",
    "StackState",
    "Target",
    "Verdict",
    "guard_changes",
    "load_root",
    "origins",
    "refusals",
    "root_digest",
    "stack_name",
    "steps_of",
]
