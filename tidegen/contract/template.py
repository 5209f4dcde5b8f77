"""The frame of a concern's template: description, parameters from inputs, declared outputs."""

from collections.abc import Iterable

from troposphere import Output as TemplateOutput
from troposphere import Parameter, Template, encode_to_dict

from tidegen.cloudformation.references import references
from tidegen.contract.declarations import Input, Output
from tidegen.contract.kinds import Kind
from tidegen.errors import CompositionError, Problem

_VERSION = "2010-09-09"


def new_template(description: str, inputs: Iterable[Input]) -> Template:
    """Return a template with a description and one parameter per input."""
    template = Template(Description=description)
    template.set_version(_VERSION)
    for item in inputs:
        template.add_parameter(parameter(item.name, item.kind, item.description, item.default))
    return template


def parameter(name: str, kind: Kind, description: str, default: str | None) -> Parameter:
    """Return a plain string or list parameter."""
    extra = {} if default is None else {"Default": default}
    return Parameter(name, Type=kind.parameter_type, Description=description, **extra)


def add_outputs(template: Template, concern: str, outputs: Iterable[Output]) -> None:
    """Add the outputs of a concern.

    Raises CompositionError for each output that refers to a name the template does not have.
    """
    problems = []
    for item in outputs:
        template.add_output(
            TemplateOutput(item.name, Description=item.description, Value=item.value)
        )
        for name in sorted(_missing(template, item)):
            message = f"output {item.name} refers to {name}, which the template does not have"
            problems.append(Problem(f"concern {concern}", f"{message}; make both sides agree"))
    if problems:
        raise CompositionError.of(problems)


def _missing(template: Template, output: Output) -> set[str]:
    """Return the names that an output's value refers to and the template does not define."""
    sections = (template.parameters, template.resources, template.conditions, template.mappings)
    used = {name for _, name in references(encode_to_dict(output.value)) if "::" not in name}
    return used.difference(*sections)
