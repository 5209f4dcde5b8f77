"""Planning imports: the templates, the resources, the existing members. It changes nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tidegen.cloudformation.evaluation import EvaluatedTemplate
from tidegen.cloudformation.resources import TemplateBody
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.reading.deployed_roots import (
    deployed_template,
    physical_ids,
    wanted_template,
)
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
from tidegen.planning.mangled import check_unmangled
from tidegen.planning.model import (
    Plan,
    ResolvedStep,
    RootStep,
    StackAddress,
    StackResource,
    StackState,
)
from tidegen.planning.ownership import Owner
from tidegen.planning.parameters import known_step
from tidegen.planning.spelling import closest_path
from tidegen.planning.states import NextAction, next_action, state_of

RequestedImports = Mapping[str, str]


def import_plan(
    plan: Plan,
    requested: RequestedImports,
    connect: Connect,
    *,
    moving: bool = False,
    replacing: bool = False,
) -> ImportPlan:
    """Plan how each requested resource, path → identifier, becomes a member of its stack.

    A path is written as in the plan (`Audit/Trail`), with its scope before it where more than one
    root has it (`recovery:Storage/Key`). Raises InputError for a path that no template has,
    RefusedError where the stack accepts no import now, or where the resource differs from the
    template in a property that no deploy can change. `moving` skips that last check: the resource
    was created by a template of this project, and is in no stack during the move. With `replacing`
    the stack may have another resource at a path, which it releases first.
    """
    clouds = Clouds.of(connect)
    roots = [
        _Root(
            resolved,
            plan.states.get(resolved.address),
            clouds.at(resolved.address.place),
            replacing,
        )
        for resolved in (known_step(step, plan.outputs) for step in plan.steps)
    ]
    placed = _placed(requested, roots)
    imports = [item for root in roots for item in root.imports(placed.get(root.step.scope, {}))]
    planned = ImportPlan(plan.environment, tuple(imports))
    for item in () if moving else planned.adoptions:
        check_fixed(item)
    return planned


def roots_first(plan: Plan, address: StackAddress) -> tuple[RootStep, ...]:
    """Return the roots without digest, to deploy before a nested stack is created at `address`."""
    number = next(n for n, step in enumerate(plan.steps) if step.address == address)
    if plan.states.get(address) or plan.steps[number].scope.is_direct:
        return ()
    states = [(step, plan.states.get(step.address)) for step in plan.steps[:number]]
    return tuple(step for step, state in states if state is None or state.digest is None)


def _placed(requested: RequestedImports, roots: Iterable["_Root"]) -> dict[str, dict[str, str]]:
    """Return scope → path → identifier, each path under the one root that has it."""
    placed: dict[str, dict[str, str]] = {}
    for text, identifier in requested.items():
        scope, _, path = text.rpartition(":")
        scopes = [r.step.scope for r in roots if scope in ("", r.step.scope) and r.has(path)]
        if len(scopes) != 1:
            paths = [known for root in roots for known in root.paths()]
            raise InputError(Problem(text, _misplaced(path, scopes, paths)))
        placed.setdefault(scopes[0], {})[path] = identifier
    return placed


def _misplaced(path: str, scopes: Sequence[str], paths: Sequence[str]) -> str:
    if not scopes:
        return f"no template has such a resource; {closest_path(path, paths)}"
    return f"more than one root has it; use {' or '.join(f'{scope}:{path}' for scope in scopes)}"


def _held_id(path: str, held: Mapping[str, StackResource]) -> str:
    """Return the physical id of the resource that the stack has at `path`, or an empty text."""
    member = held.get(path.rpartition("/")[2])
    if member is None or member.status == "DELETE_COMPLETE":
        return ""
    return member.physical_id or ""


@dataclass
class _Root:
    """A root as wanted and as deployed."""

    step: ResolvedStep
    state: StackState | None
    cloud: Cloud
    replacing: bool = False

    def __post_init__(self) -> None:
        if self.state and next_action(self.state.status) is NextAction.CREATE:
            self.state = None  # in review: empty
        self.scope = wanted_template(self.step, self.state)

    def has(self, path: str) -> bool:
        """Return whether the wanted templates have the resource, and its conditions hold."""
        nested, _, _ = path.rpartition("/")
        if nested and nested not in self.scope.nested_ids():
            return False
        return path in self._scope_of(nested).resources()

    def paths(self) -> Iterator[str]:
        """Yield the paths of all resources of the wanted templates."""
        for nested in ("", *self.scope.nested_ids()):
            yield from self._scope_of(nested).resources()

    def imports(self, requested: RequestedImports) -> Iterable[StackImport]:
        """Yield the imports into this root and the stacks nested in it."""
        if requested:
            self._check()
        for nested in sorted({path.rpartition("/")[0] for path in requested}):
            inside = {p: text for p, text in requested.items() if p.rpartition("/")[0] == nested}
            yield self._import(nested, inside)

    def _check(self) -> None:
        status = self.state.status if self.state else None
        if next_action(status) not in (NextAction.CREATE, NextAction.UPDATE):
            text = f"{status}: {state_of(status).advice}; then import"
            raise RefusedError(Problem(str(self.step.address), text))

    def _scope_of(self, nested: str) -> EvaluatedTemplate:
        return self.scope.nested(nested) if nested else self.scope

    def _import(self, nested: str, requested: RequestedImports) -> StackImport:
        stack_id = self._stack_id(nested)
        new = {} if nested else Owner.of(self.step).template
        deployed = deployed_template(self.cloud, stack_id) if stack_id else new
        held = {r.logical_id: r for r in self.cloud.resources(stack_id)} if stack_id else {}
        members = tuple(
            path for path, text in requested.items() if self._is_member(path, text, held)
        )
        adoptions = tuple(
            replace(self._adoption(path, text, deployed), replaces=_held_id(path, held))
            for path, text in requested.items()
            if path not in members
        )
        where = f"{self.step.stack_name}/{nested}" if nested else self.step.stack_name
        check_unmangled(where, deployed, self._scope_of(nested).template)
        template = import_template(deployed, adoptions)
        return StackImport(
            address=self.step.address,
            nested=nested,
            stack_id=stack_id,
            template=template,
            adoptions=adoptions,
            members=members,
        )

    def _stack_id(self, nested: str) -> str | None:
        """Return the stack to import into; None where it does not exist yet."""
        if self.state is None or not nested:
            return self.state.stack_id if self.state else None
        return physical_ids(self.cloud, self.state.stack_id).get(nested) or None

    def _is_member(self, path: str, text: str, held: Mapping[str, StackResource]) -> bool:
        held_id = _held_id(path, held)
        if held_id in ("", text, text.rpartition("|")[2]):
            return bool(held_id)
        if not self.replacing:
            problem = f"the stack has another resource at this path, {held_id}"
            remedy = "nothing was changed; --replace imports this one in its place"
            raise RefusedError(Problem(path, f"{problem}; {remedy}"))
        return False

    def _adoption(self, path: str, text: str, deployed: TemplateBody) -> Adoption:
        nested, _, logical_id = path.rpartition("/")
        scope = self._scope_of(nested)
        type_name = scope.template["Resources"][logical_id]["Type"]
        identifier = identifier_of(path, type_name, text)
        existing = self.cloud.existing(type_name, text)
        return adoption(path, identifier, scope, deployed, existing)
