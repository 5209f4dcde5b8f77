"""Conditions of templates."""

from troposphere import Equals, Not, Ref, Template


def add_nonempty_condition(template: Template, name: str, parameter: str) -> None:
    """Add the condition `name`, which holds if the value of `parameter` is not empty."""
    template.add_condition(name, Not(Equals(Ref(parameter), "")))
