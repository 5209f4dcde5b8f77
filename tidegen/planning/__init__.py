"""Planning: what a deploy would do, decided as frozen data without calling anything."""

from tidegen.planning.digest import root_digest
from tidegen.planning.guards import guard_changes, refused
from tidegen.planning.model import (
    Action,
    Change,
    ChangeSource,
    Credentials,
    Place,
    Plan,
    Prerequisite,
    PropertyChange,
    Replacement,
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
    "Replacement",
    "RootStep",
    "RootTemplate",
    "StackAddress",
    "StackState",
    "Target",
    "guard_changes",
    "load_root",
    "refused",
    "root_digest",
    "stack_name",
    "steps_of",
]
