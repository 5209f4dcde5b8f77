"""A concern: its declarations and the function that adds its resources, built into a template."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import cast

from troposphere import Template

from tidegen.contract.declarations import Asset, BuiltAsset, Input, KeyUse, Output
from tidegen.contract.scopes import Scope
from tidegen.contract.template import add_outputs, new_template
from tidegen.errors import CompositionError, Problem, TidegenError


@dataclass(frozen=True)
class Context:
    """The data of a build apart from its inputs: all concerns, and the built assets."""

    concerns: "tuple[Concern, ...]" = ()
    assets: Mapping[str, BuiltAsset] = field(default_factory=dict)
    _templates: dict[str, Template] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def key_uses(self, key: str) -> tuple[KeyUse, ...]:
        """Return every declared use of one key, each once, in a stable order."""
        uses = {use for concern in self.concerns for use in concern.key_uses if use.key == key}
        return tuple(sorted(uses, key=lambda use: (use.service, use.actions)))

    def template_of(self, concern: "Concern") -> Template:
        """Return the concern's template, built once."""
        if concern.name not in self._templates:
            self._templates[concern.name] = concern.build(self)
        return self._templates[concern.name]


@dataclass(frozen=True, kw_only=True)
class Concern:
    """The subject of one template: its name, scopes, inputs, resources and outputs.

    The module of `add_resources` is the concern's: its name and docstring are the defaults.
    """

    scopes: tuple[Scope, ...]
    #: Adds the resources (and mappings and conditions) to a template that has the parameters.
    add_resources: Callable[[Template, Context], None]
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    key_uses: tuple[KeyUse, ...] = ()
    #: IAM actions that a deploy needs in addition to those in the registry's schemas.
    extra_deploy_actions: tuple[str, ...] = ()
    assets: tuple[Asset, ...] = ()
    #: Concerns to deploy first although no value comes from them.
    after: tuple[str, ...] = ()
    name: str = ""
    purpose: str = ""

    def __post_init__(self) -> None:
        """Fill in the name and the purpose."""
        module = cast(FunctionType, self.add_resources).__globals__
        name = module["__name__"].rpartition(".")[2].replace("_", "-")
        object.__setattr__(self, "name", self.name or name)
        object.__setattr__(self, "purpose", self.purpose or module["__doc__"])

    @property
    def logical_id(self) -> str:
        """The logical id of this concern's nested stack."""
        return "".join(part.capitalize() for part in self.name.split("-"))

    def build(self, context: Context) -> Template:
        """Return the template: a parameter per input, the resources, and the outputs.

        Raises CompositionError for an output that refers to a missing resource, and where the
        concern's own code fails.
        """
        template = new_template(self.purpose, self.inputs)
        try:
            self.add_resources(template, context)
        except TidegenError:
            raise
        except Exception as error:  # a third party's code may raise anything
            place = traceback.extract_tb(error.__traceback__)[-1]
            text = f"its resources cannot be added: {type(error).__name__}: {error}"
            where = f"concern '{self.name}'"
            message = f"{text} ({place.filename}:{place.lineno}); fix the concern"
            raise CompositionError(Problem(where, " ".join(message.split()))) from error
        add_outputs(template, self.name, self.outputs)
        return template
