"""Properties that differ while a stack is created: the same deploy sets them right afterwards.

A failed creation is rolled back, and a service refuses to delete what it protects. So deletion
protection is off at first. A deploy is two updates then: `planning.first_deploy`.
"""

from typing import Any

from troposphere import Equals, If, NoValue, Ref, Template

from tidegen.blocks.inputs import PROTECTED, from_field
from tidegen.contract import FIRST_DEPLOY as FIELD
from tidegen.contract import FIRST_DEPLOY_PARAMETER, Input

FIRST_DEPLOY = from_field(FIRST_DEPLOY_PARAMETER, FIELD)
#: Inputs of a concern with a resource that is protected later.
FIRST_DEPLOY_INPUTS = (PROTECTED, FIRST_DEPLOY)
IS_FIRST_DEPLOY = "IsFirstDeploy"


def add_first_deploy_condition(template: Template) -> None:
    """Add `IS_FIRST_DEPLOY`."""
    template.add_condition(IS_FIRST_DEPLOY, Equals(Ref(FIRST_DEPLOY.name), "true"))


def protected_later(protected: Input = PROTECTED) -> If:
    """Return the value of a deletion protection: off at first, then the environment file's."""
    return If(IS_FIRST_DEPLOY, "false", Ref(protected.name))


def only_at_first(value: Any) -> If:
    """Return a value that is left out once the stack exists."""
    return If(IS_FIRST_DEPLOY, value, NoValue)
