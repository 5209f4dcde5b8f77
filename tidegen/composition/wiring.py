"""Wiring: the output that fills each input, with checks, and the resulting order."""

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from tidegen.contract import (
    Concern,
    Field,
    Input,
    Kind,
    Output,
    Root,
    Scope,
    Sibling,
    field_catalogue,
)
from tidegen.errors import CompositionError, Problem


@dataclass(frozen=True)
class Composition:
    """The concerns of one scope in deployment order, and the provider of each output."""

    scope: Scope
    concerns: tuple[Concern, ...]
    providers: dict[str, Concern]

    def takes(self, item: Input) -> bool:
        """Return whether this scope provides the input; otherwise its default is used."""
        match item.source:
            case Field(name):
                return self.scope in field_catalogue()[name].scopes
            case Sibling(output):
                return output in self.providers
            case Root(scope, _):
                return scope != self.scope


def compose(concerns: tuple[Concern, ...]) -> dict[Scope, Composition]:
    """Return a composition per scope.

    Raises CompositionError with every input that nothing provides, unused output, name with two
    owners, wire between different kinds, and cycle; each problem names both sides.
    """
    problems = list(_repeated_names(concerns))
    result = {}
    surfaced = {
        (scope, output.name): output
        for concern in concerns
        for scope in concern.scopes
        for output in concern.outputs
        if output.surface
    }
    for scope in Scope:
        members = tuple(concern for concern in concerns if scope in concern.scopes)
        providers, owner_problems = _providers(scope, members)
        composition = Composition(scope, members, providers)
        problems += owner_problems
        problems += _wire_problems(composition, surfaced)
        ordered, cycle = _ordered(composition)
        problems += cycle
        result[scope] = Composition(scope, ordered, providers)
    problems += _unused_outputs(concerns)
    if problems:
        raise CompositionError.of(set(problems))
    return result


def _repeated_names(concerns: tuple[Concern, ...]) -> Iterator[Problem]:
    seen: set[str] = set()
    for concern in concerns:
        if concern.name in seen:
            yield _problem(concern, "has the name of another concern; rename one of them")
        seen.add(concern.name)
        inputs = [item.name for item in concern.inputs]
        for name in sorted({name for name in inputs if inputs.count(name) > 1}):
            yield _problem(concern, f"input {name} is declared twice; remove one")


def _providers(
    scope: Scope, members: tuple[Concern, ...]
) -> tuple[dict[str, Concern], list[Problem]]:
    providers: dict[str, Concern] = {}
    problems = []
    for concern in members:
        for output in concern.outputs:
            owner = providers.setdefault(output.name, concern)
            if owner is not concern:
                where = f"is offered by {owner.name} as well in scope {scope}"
                problems.append(_problem(concern, f"output {output.name} {where}; rename one"))
    return providers, problems


def _wire_problems(
    composition: Composition, surfaced: dict[tuple[Scope, str], Output]
) -> Iterator[Problem]:
    for concern in composition.concerns:
        for item in concern.inputs:
            message = _wire_problem(composition, item, surfaced)
            if message:
                yield _problem(concern, f"input {item.name} {message}")


def _wire_problem(
    composition: Composition, item: Input, surfaced: dict[tuple[Scope, str], Output]
) -> str | None:
    """Return the problem of one input in one scope, or None."""
    match item.source:
        case Field(name):
            if name not in field_catalogue():
                return f"takes {name}, which no environment file has; see environments/sections.py"
            kind, provided = field_catalogue()[name].kind, composition.takes(item)
            source = f"field {name}"
        case Sibling(output):
            provider = composition.providers.get(output)
            provided = provider is not None
            kind = _output_kind(provider, output) if provider else item.kind
            source = f"{provider.name}.{output}" if provider else f"output {output}"
        case Root(scope, output):
            offered = surfaced.get((scope, output))
            provided = offered is not None
            kind = offered.kind if offered else item.kind
            source = f"{scope}.{output}"
    if not provided and item.default is None:
        where = f"which nothing in scope {composition.scope} provides"
        return f"needs {source}, {where}; add or default it"
    if provided and kind != item.kind:
        return f"is of kind '{item.kind}', but {source} is of kind '{kind}'; make both sides agree"
    return None


def _output_kind(provider: Concern, output: str) -> Kind:
    return next(item.kind for item in provider.outputs if item.name == output)


def _ordered(composition: Composition) -> tuple[tuple[Concern, ...], list[Problem]]:
    """Return the concerns in the order of their wires, ties by name, and a cycle as a problem."""
    by_name = {concern.name: concern for concern in composition.concerns}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name in sorted(by_name):
        sorter.add(name, *_needs(composition, by_name[name]))
    try:
        return tuple(by_name[name] for name in sorter.static_order()), []
    except CycleError as error:
        path = " → ".join(error.args[1])
        problem = Problem(
            f"scope {composition.scope}", f"concerns form a cycle: {path}; cut one wire"
        )
        return composition.concerns, [problem]


def _needs(composition: Composition, concern: Concern) -> list[str]:
    wired = {
        composition.providers[item.source.output].name
        for item in concern.inputs
        if isinstance(item.source, Sibling) and item.source.output in composition.providers
    }
    present = {member.name for member in composition.concerns}
    return sorted((wired | (set(concern.after) & present)) - {concern.name})


def _unused_outputs(concerns: tuple[Concern, ...]) -> Iterator[Problem]:
    used = {
        item.source.output
        for concern in concerns
        for item in concern.inputs
        if isinstance(item.source, Sibling)
    }
    for concern in concerns:
        for output in concern.outputs:
            if not output.surface and output.name not in used:
                message = f"output {output.name} is used by no concern; surface it or remove it"
                yield _problem(concern, message)


def _problem(concern: Concern, message: str) -> Problem:
    return Problem(f"concern {concern.name}", message)
