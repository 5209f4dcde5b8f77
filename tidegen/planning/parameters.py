"""Effective parameters of a root: environment fields and other roots' outputs, by its Metadata."""

from collections.abc import Callable, Mapping
from dataclasses import fields

from tidegen.contract import Scope
from tidegen.errors import InputError, Problem, RefusedError
from tidegen.planning.digest import DIGEST, root_digest
from tidegen.planning.model import (
    OutputOf,
    Plan,
    ResolvedStep,
    RootStep,
    RootTemplate,
    StackAddress,
)
from tidegen.planning.states import is_up_to_date

Outputs = Mapping[StackAddress, Mapping[str, str]]
RELEASE = "Release"


def effective_parameters(
    template: RootTemplate,
    values: Mapping[str, str],
    locate: Callable[[Scope], StackAddress | None],
    release: str,
) -> dict[str, str | OutputOf]:
    """Return the root's parameters without Digest, by name; outputs are still to be read.

    `values` are the environment's, by dotted field. Raises InputError for a field without a value.
    """
    about = template.body["Metadata"]["Tidegen"]
    declared = template.body.get("Parameters", {})
    problems: list[Problem] = []
    parameters: dict[str, str | OutputOf] = {RELEASE: release}
    for name, dotted in about.get("Fields", {}).items():
        value = values.get(dotted, declared[name].get("Default"))
        if value is None:
            problems.append(Problem(dotted, f"has no value, and root {template.name} needs one"))
        else:
            parameters[name] = value
    for name, source in about.get("Roots", {}).items():
        scope, _, output = source.partition(".")
        parameters.update(_output(name, locate(Scope(scope)), output, declared[name], problems))
    if problems:
        raise InputError.of(problems)
    return dict(sorted(parameters.items()))


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
        problems.append(
            Problem(name, f"needs output {output} of a root that the file does not name")
        )
        return {}
    return {name: default}


def needed_addresses(step: RootStep) -> set[StackAddress]:
    """Return the stacks whose outputs the step uses."""
    return {value.address for value in _outputs_of(step)}


def unresolved(step: RootStep, outputs: Outputs) -> tuple[OutputOf, ...]:
    """Return the values that `outputs` does not provide."""
    return tuple(value for value in _outputs_of(step) if _read(value, outputs) is None)


def _outputs_of(step: RootStep) -> list[OutputOf]:
    values = [*step.parameters.values(), step.service_role]
    return [value for value in values if isinstance(value, OutputOf)]


def resolved_step(step: RootStep, outputs: Outputs) -> ResolvedStep:
    """Return the step with every output and its Digest; raise RefusedError for missing outputs."""
    missing = unresolved(step, outputs)
    if missing:
        raise RefusedError.of(
            Problem(str(item.address), f"has no output {item.output}; deploy it again")
            for item in missing
        )
    parameters = {name: _text(value, outputs) for name, value in step.parameters.items()}
    digest = root_digest(step.template.content, parameters)
    role = step.service_role
    return _with_texts(
        step, {**parameters, DIGEST: digest}, None if role is None else _text(role, outputs)
    )


def known_step(step: RootStep, known: Outputs) -> ResolvedStep:
    """Return the step with the outputs known already, without the parameters that are not known."""
    if not unresolved(step, known):
        return resolved_step(step, known)
    values = {name: _known_text(value, known) for name, value in step.parameters.items()}
    parameters = {name: text for name, text in values.items() if text is not None}
    role = step.service_role
    return _with_texts(step, parameters, None if role is None else _known_text(role, known))


def is_current(plan: Plan, step: RootStep) -> bool:
    """Return whether the step's stack is at rest and as the step would deploy it."""
    state = plan.states.get(step.address)
    wanted = known_step(step, plan.outputs).digest
    return state is not None and is_up_to_date(state.status, state.digest, wanted)


def _with_texts(step: RootStep, parameters: Mapping[str, str], role: str | None) -> ResolvedStep:
    given = {item.name: getattr(step, item.name) for item in fields(step)}
    return ResolvedStep(**{**given, "parameters": parameters, "service_role": role})


def _known_text(value: str | OutputOf, known: Outputs) -> str | None:
    if isinstance(value, str):
        return value
    return known.get(value.address, {}).get(value.output)


def _text(value: str | OutputOf, outputs: Outputs) -> str:
    if isinstance(value, str):
        return value
    return _read(value, outputs) or ""


def _read(value: OutputOf, outputs: Outputs) -> str | None:
    return outputs.get(value.address, {}).get(value.output, value.default)
