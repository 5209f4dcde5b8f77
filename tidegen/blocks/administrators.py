"""The administrators of an environment: one to three roles that administer its cluster."""

from typing import Any

from troposphere import If, NoValue, Ref, Template

from tidegen.blocks.conditions import add_condition_if_set
from tidegen.blocks.inputs import from_field
from tidegen.contract import ADMINISTRATORS

#: Inputs of a concern that refers to them; the second and the third may be empty.
ADMINISTRATOR_INPUTS = tuple(
    from_field(f"Administrator{number}", f"cluster.administrator_{number}")
    for number in ADMINISTRATORS
)


def add_administrator_conditions(template: Template) -> None:
    """Add `HasAdministrator2` and `HasAdministrator3`; the first always exists."""
    for number in ADMINISTRATORS[1:]:
        add_condition_if_set(template, f"HasAdministrator{number}", f"Administrator{number}")


def administrators() -> list[Any]:
    """Return the administrators' ARNs, the optional ones under these conditions."""
    first, *others = ADMINISTRATORS
    return [
        Ref(f"Administrator{first}"),
        *(If(f"HasAdministrator{n}", Ref(f"Administrator{n}"), NoValue) for n in others),
    ]
