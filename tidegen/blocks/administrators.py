"""The people of an environment: one to three roles that administer its cluster."""

from typing import Any

from troposphere import Equals, If, Not, NoValue, Ref, Template

from tidegen.blocks.inputs import from_field
from tidegen.contract.fields import ADMINISTRATORS

#: Inputs of a concern that names them; the second and the third may be empty.
ADMINISTRATOR_INPUTS = tuple(
    from_field(f"Administrator{number}", f"cluster.administrator_{number}")
    for number in ADMINISTRATORS
)


def add_administrator_conditions(template: Template) -> None:
    """`HasAdministrator2` and `HasAdministrator3`; there is always a first."""
    for number in ADMINISTRATORS[1:]:
        there = Not(Equals(Ref(f"Administrator{number}"), ""))
        template.add_condition(f"HasAdministrator{number}", there)


def administrators() -> list[Any]:
    """The ARNs of those that there are, under these conditions."""
    first, *others = ADMINISTRATORS
    return [
        Ref(f"Administrator{first}"),
        *(If(f"HasAdministrator{n}", Ref(f"Administrator{n}"), NoValue) for n in others),
    ]
