"""Executing imports, one change set a stack."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from tidegen.cloudformation.resources import TemplateBody
from tidegen.cloudformation.stateful import is_stateful, protected_ids, stack_policy
from tidegen.deployment.change_sets import create_change_set, execute_change_set, unique_name
from tidegen.deployment.events import Emit, Outcome, Protected, Result, ignore
from tidegen.deployment.imports.shell import SHELL, create_empty_stack
from tidegen.deployment.port import Connect
from tidegen.deployment.protection import enable_termination_protection
from tidegen.deployment.run import Clouds, Run
from tidegen.deployment.uploads import upload_template
from tidegen.planning.importing import ImportPlan, ImportRequest, StackImport, import_template
from tidegen.planning.model import Plan, ResolvedStep, StackState
from tidegen.planning.ownership import require_owned
from tidegen.planning.parameters import known_step
from tidegen.planning.policies import require_no_policies


def execute_import(
    plan: Plan,
    imports: ImportPlan,
    connect: Connect,
    *,
    emit: Emit = ignore,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[Outcome, ...]:
    """Execute each import of `imports`; `plan` is the deploy that they belong to.

    The root's template, parameters and digest do not change: only the nested stack's template
    grows, by resources that the wanted one has as well. So the plan of the next deploy stays valid.
    Raises DeploymentError at the first import that fails; run again, it keeps finished imports.
    """
    require_owned(plan.foreign)
    require_no_policies((*plan.held, *plan.overridden))
    clouds = Clouds.of(connect)
    steps = {step.address: known_step(step, plan.outputs) for step in plan.steps}
    outcomes = []
    for item in imports.imports:
        run = clouds.run(item.address, emit, pause)
        outcome = _Importing(run, steps[item.address], item).carry_out()
        emit(outcome)
        outcomes.append(outcome)
    return tuple(outcomes)


@dataclass(frozen=True)
class _Importing:
    """One import in progress."""

    run: Run
    step: ResolvedStep
    item: StackImport

    def carry_out(self) -> Outcome:
        """Create the stack if it does not exist, import, protect."""
        stack_id = self.item.stack_id
        template = self.item.template
        if stack_id is None and self.item.nested:
            stack_id = create_empty_stack(self.run, self.step, self.item.nested)
            template = import_template(SHELL, self.item.adoptions)
        state = self.run.cloud.stack(stack_id) if stack_id else None
        if self.item.adoptions:
            state = self._import(template, state)
        if state:
            self._protect(state)
            self._protect_root()
        result = Result.IMPORTED if self.item.adoptions else Result.UNCHANGED
        return Outcome(self.step.address, result, state.outputs if state else {})

    def _import(self, template: TemplateBody, state: StackState | None) -> StackState:
        request = self._request(template, state)
        change_set = create_change_set(self.run, request, new_stack=state is None)
        return execute_change_set(self.run, change_set, state, "import").require_success()

    def _request(self, template: TemplateBody, state: StackState | None) -> ImportRequest:
        text = json.dumps(template, indent=1)
        url = (
            upload_template(self.run, self.step, "import.json", text)
            if self.step.template.is_uploaded
            else None
        )
        return ImportRequest(
            stack=state.stack_id if state else self.step.stack_name,
            name=unique_name("import"),
            resources=tuple(adoption.imported for adoption in self.item.adoptions),
            parameters=tuple(sorted(state.parameters)) if state else (),
            body=None if url else text,
            url=url,
            service_role=self.step.service_role,
        )

    def _protect_root(self) -> None:
        root = self.run.cloud.stack(self.step.stack_name)
        if root:
            enable_termination_protection(self.run, self.step, root)

    def _protect(self, state: StackState) -> None:
        """Add the imported resources that hold state to the stack policy."""
        adopted = {
            adoption.imported.logical_id
            for adoption in self.item.adoptions
            if is_stateful(adoption.resource)
        }
        members = {path.rpartition("/")[2] for path in self.item.members}
        kept = protected_ids(self.run.cloud.stack_policy(state.stack_id) or "")
        if (adopted | members) - kept:
            self.run.cloud.set_stack_policy(state.stack_id, stack_policy(kept | adopted | members))
            self.run.emit(Protected(self.run.address, 1))
