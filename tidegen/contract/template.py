"""The frame of a concern's template: description, parameters from inputs, declared outputs."""

from typing import Any

from troposphere import Output as TemplateOutput
from troposphere import Parameter, Template

from tidegen.contract.declarations import Concern
from tidegen.contract.kinds import Kind
from tidegen.errors import CompositionError, Problem

_VERSION = "2010-09-09"


def new_template(concern: Concern) -> Template:
    """Return a template with the concern's description and one parameter per input."""
    template = Template(Description=concern.purpose)
    template.set_version(_VERSION)
    for item in concern.inputs:
        template.add_parameter(parameter(item.name, item.kind, item.description, item.default))
    return template


def parameter(name: str, kind: Kind, description: str, default: str | None) -> Parameter:
    """Return a plain string or list parameter."""
    extra = {} if default is None else {"Default": default}
    return Parameter(name, Type=kind.parameter_type, Description=description, **extra)


def add_outputs(template: Template, concern: Concern, **values: Any) -> Template:
    """Add every declared output with its value.

    Raises CompositionError if values and declarations do not match.
    """
    declared = {item.name: item for item in concern.outputs}
    problems = [
        Problem(f"concern {concern.name}", f"output {name} is {what}; make both sides agree")
        for names, what in (
            (declared.keys() - values.keys(), "declared but not built"),
            (values.keys() - declared.keys(), "built but not declared"),
        )
        for name in names
    ]
    if problems:
        raise CompositionError.of(problems)
    for name, item in declared.items():
        template.add_output(TemplateOutput(name, Description=item.description, Value=values[name]))
    return template
