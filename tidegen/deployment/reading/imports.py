"""Planning imports: which template, which resources, what stands already. It changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tidegen.cloudformation.evaluation import EvaluatedTemplate
from tidegen.cloudformation.resources import TemplateBody
from tidegen.cloudformation.text import parse_template
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.reading.deployed_roots import wanted_scope
from tidegen.deployment.run import Clouds
from tidegen.errors import InputError, Problem, RefusedError
from tidegen.planning.importing import (
    Adoption,
    ImportPlan,
    StackImport,
    adoption,
    check_fixed,
    identifier_of,
    import_template,
)
from tidegen.planning.model import (
    Plan,
    ResolvedStep,
    RootStep,
    StackAddress,
    StackResource,
    StackState,
)
from tidegen.planning.parameters import known_step
from tidegen.planning.states import NextAction, next_action, state_of

RequestedImports = Mapping[str, str]


def import_plan(
    plan: Plan, requested: RequestedImports, connect: Connect, *, moving: bool = False
) -> ImportPlan:
    """How each wished resource, path → identifier, becomes a member of its stack.

    A path reads as in the plan (`Audit/Trail`), with its scope before it where more than one root
    has it (`recovery:Storage/Key`). Raises InputError for a path that no template has, RefusedError
    where the stack cannot take it now, and where it is otherwise than wanted in what no deploy can
    change. With `moving` the latter is not looked at: it comes from a stack of ours, as a template
    of ours made it, and is in none meanwhile.
    """
    clouds = Clouds.of(connect)
    roots = [
        _Root(resolved, plan.states.get(resolved.address), clouds.at(resolved.address.place))
        for resolved in (known_step(step, plan.outputs) for step in plan.steps)
    ]
    placed = _placed(requested, roots)
    imports = [item for root in roots for item in root.imports(placed.get(root.step.scope, {}))]
    found = ImportPlan(plan.environment, tuple(imports))
    for item in () if moving else found.adoptions:
        check_fixed(item)
    return found


def roots_first(plan: Plan, address: StackAddress) -> tuple[RootStep, ...]:
    """The roots to deploy before a nested stack is made at `address`: those that lack a digest."""
    number = next(n for n, step in enumerate(plan.steps) if step.address == address)
    if plan.states.get(address) or plan.steps[number].scope.is_direct:
        return ()
    states = [(step, plan.states.get(step.address)) for step in plan.steps[:number]]
    return tuple(step for step, state in states if state is None or state.digest is None)


def _placed(requested: RequestedImports, roots: Iterable["_Root"]) -> dict[str, dict[str, str]]:
    """Scope → path → identifier; each path in the one root that has it."""
    placed: dict[str, dict[str, str]] = {}
    for text, identifier in requested.items():
        scope, _, path = text.rpartition(":")
        found = [r.step.scope for r in roots if scope in ("", r.step.scope) and r.has(path)]
        if len(found) != 1:
            raise InputError(Problem(text, _misplaced(path, found)))
        placed.setdefault(found[0], {})[path] = identifier
    return placed


def _misplaced(path: str, found: Sequence[str]) -> str:
    if not found:
        return "no template has such a resource; 'tidegen plan' shows the paths"
    return f"more than one root has it; say {' or '.join(f'{scope}:{path}' for scope in found)}"


@dataclass
class _Root:
    """A root as it is wanted and as it stands."""

    step: ResolvedStep
    state: StackState | None
    cloud: Cloud
    _below: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.state and next_action(self.state.status) is NextAction.CREATE:
            self.state = None  # in review: empty
        self.scope = wanted_scope(self.step, self.state)

    def has(self, path: str) -> bool:
        """Whether the wanted templates have such a resource, and conditions let it stand."""
        nested, _, _ = path.rpartition("/")
        if nested and nested not in self.scope.nested_ids():
            return False
        return path in self._scope_of(nested).resources()

    def imports(self, requested: RequestedImports) -> Iterable[StackImport]:
        """The imports into this root and the stacks nested in it."""
        if requested:
            self._check()
        for nested in sorted({path.rpartition("/")[0] for path in requested}):
            inside = {p: text for p, text in requested.items() if p.rpartition("/")[0] == nested}
            yield self._import(nested, inside)

    def _check(self) -> None:
        status = self.state.status if self.state else None
        if next_action(status) not in (NextAction.CREATE, NextAction.UPDATE):
            told = f"{status}: {state_of(status).advice}; then import"
            raise RefusedError(Problem(str(self.step.address), told))

    def _scope_of(self, nested: str) -> EvaluatedTemplate:
        return self.scope.nested(nested) if nested else self.scope

    def _import(self, nested: str, requested: RequestedImports) -> StackImport:
        stack_id = self._stack_id(nested)
        deployed = _template(self.cloud, stack_id) if stack_id else {}
        held = {r.logical_id: r for r in self.cloud.resources(stack_id)} if stack_id else {}
        members = tuple(
            path for path, text in requested.items() if self._is_member(path, text, held)
        )
        adoptions = tuple(
            self._adoption(path, text, deployed)
            for path, text in requested.items()
            if path not in members
        )
        template = import_template(deployed, adoptions)
        return StackImport(self.step.address, nested, stack_id, template, adoptions, members)

    def _stack_id(self, nested: str) -> str | None:
        """The stack to import into; None where it is not there yet."""
        if self.state is None or not nested:
            return self.state.stack_id if self.state else None
        found = {r.logical_id: r.physical_id for r in self.cloud.resources(self.state.stack_id)}
        return found.get(nested) or None

    def _is_member(self, path: str, text: str, held: Mapping[str, StackResource]) -> bool:
        found = held.get(path.rpartition("/")[2])
        if found is None or not found.physical_id or found.status == "DELETE_COMPLETE":
            return False
        if found.physical_id not in (text, text.rpartition("|")[2]):
            told = f"the stack has another one there, {found.physical_id}"
            raise RefusedError(Problem(path, f"{told}; nothing was changed"))
        return True

    def _adoption(self, path: str, text: str, deployed: TemplateBody) -> Adoption:
        nested, _, logical_id = path.rpartition("/")
        scope = self._scope_of(nested)
        type_name = scope.template["Resources"][logical_id]["Type"]
        identifier = identifier_of(path, type_name, text)
        existing = self.cloud.existing(type_name, text)
        return adoption(path, identifier, scope, deployed, existing)


def _template(cloud: Cloud, stack_id: str) -> TemplateBody:
    text = cloud.template(stack_id)
    return parse_template(text, stack_id) if text else {}
