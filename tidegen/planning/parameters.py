"""Effective parameters of a root: environment fields and other roots' outputs, by its Metadata."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from tidegen.contract import Scope
from tidegen.errors import InputError, Problem, RefusedError
from tidegen.planning.digest import root_digest
from tidegen.planning.model import OutputOf, RootStep, RootTemplate, StackAddress

Outputs = Mapping[StackAddress, Mapping[str, str]]
RELEASE = "Release"
DIGEST = "Digest"


def effective_parameters(
    template: RootTemplate,
    values: Mapping[str, str],
    locate: Callable[[Scope], StackAddress | None],
    release: str,
) -> dict[str, str | OutputOf]:
    """The root's parameters but for Digest, by name; other roots' outputs still to be read.

    `values` are the environment's, by dotted field. Raises InputError for a field without a value.
    """
    about = template.body["Metadata"]["Tidegen"]
    declared = template.body.get("Parameters", {})
    problems: list[Problem] = []
    found: dict[str, str | OutputOf] = {RELEASE: release}
    for name, dotted in about.get("Fields", {}).items():
        value = values.get(dotted, declared[name].get("Default"))
        if value is None:
            problems.append(Problem(dotted, f"has no value, and root {template.name} needs one"))
        else:
            found[name] = value
    for name, source in about.get("Roots", {}).items():
        scope, _, output = source.partition(".")
        found.update(_output(name, locate(Scope(scope)), output, declared[name], problems))
    if problems:
        raise InputError.of(problems)
    return dict(sorted(found.items()))


def _output(
    name: str,
    address: StackAddress | None,
    output: str,
    declared: Mapping[str, str],
    problems: list[Problem],
) -> dict[str, str | OutputOf]:
    default = declared.get("Default")
    if address is not None:
        return {name: OutputOf(address, output, default)}
    if default is None:
        problems.append(Problem(name, f"needs output {output} of a root the file does not name"))
        return {}
    return {name: default}


def needed_addresses(step: RootStep) -> set[StackAddress]:
    """The stacks whose outputs the step takes."""
    values = [*step.parameters.values(), step.service_role]
    return {value.address for value in values if isinstance(value, OutputOf)}


def unresolved(step: RootStep, outputs: Outputs) -> tuple[OutputOf, ...]:
    """The values that `outputs` does not provide."""
    values = [*step.parameters.values(), step.service_role]
    wanted = [value for value in values if isinstance(value, OutputOf)]
    return tuple(value for value in wanted if _read(value, outputs) is None)


def resolved_step(step: RootStep, outputs: Outputs) -> RootStep:
    """The step with every output read and its Digest added; raises RefusedError if one lacks."""
    lacking = unresolved(step, outputs)
    if lacking:
        raise RefusedError.of(
            Problem(str(item.address), f"has no output {item.output}; deploy it again")
            for item in lacking
        )
    parameters = {name: _text(value, outputs) for name, value in step.parameters.items()}
    role = step.service_role
    return replace(
        step,
        parameters={**parameters, DIGEST: root_digest(step.template.content, parameters)},
        service_role=None if role is None else _text(role, outputs),
    )


def known_step(step: RootStep, known: Outputs) -> RootStep:
    """The step with every output that is known already."""
    if not unresolved(step, known):
        return resolved_step(step, known)
    parameters = {name: _known_value(value, known) for name, value in step.parameters.items()}
    role = step.service_role
    return replace(
        step,
        parameters=parameters,
        service_role=None if role is None else _known_value(role, known),
    )


def _known_value(value: str | OutputOf, known: Outputs) -> str | OutputOf:
    if isinstance(value, str):
        return value
    return known.get(value.address, {}).get(value.output, value)


def _text(value: str | OutputOf, outputs: Outputs) -> str:
    if isinstance(value, str):
        return value
    return _read(value, outputs) or ""


def _read(value: OutputOf, outputs: Outputs) -> str | None:
    return outputs.get(value.address, {}).get(value.output, value.default)


def text_parameters(step: RootStep) -> dict[str, str]:
    """The parameters of a resolved step."""
    return {name: value for name, value in step.parameters.items() if isinstance(value, str)}
