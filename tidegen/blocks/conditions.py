"""Conditions of templates that more than one concern has."""

from troposphere import Equals, Not, Ref, Template

from tidegen.blocks.inputs import REPLICA_KEY

#: Holds where the environment has a recovery region; see `add_replica_condition`.
HAS_REPLICA = "HasReplica"


def add_condition_if_set(template: Template, condition: str, parameter: str) -> None:
    """Add a condition that holds where a parameter is not empty."""
    template.add_condition(condition, Not(Equals(Ref(parameter), "")))


def add_replica_condition(template: Template, parameter: str = REPLICA_KEY.name) -> None:
    """Add `HAS_REPLICA`: the parameter, an output of the recovery root, is empty without one."""
    add_condition_if_set(template, HAS_REPLICA, parameter)
