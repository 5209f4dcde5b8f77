"""The deployment of one root stack: from its present state to the wanted one."""

from contextlib import suppress
from dataclasses import dataclass, replace

from tidegen.deployment.change_sets import (
    NoChangesError,
    create_change_set,
    delete_change_set,
    deploy_request,
    execute_change_set,
    require_success,
)
from tidegen.deployment.events import (
    Approve,
    Attached,
    Outcome,
    Preview,
    Recovering,
    Requesting,
    Result,
)
from tidegen.deployment.imports.moving import check_no_move
from tidegen.deployment.leftovers import read_leftovers
from tidegen.deployment.protection import (
    enable_termination_protection,
    is_protected,
    override_policies,
    policies,
    protect,
    protect_unless_held,
    relax_policies,
    restore_policies,
    set_again,
)
from tidegen.deployment.reading.changes import changes_between, changes_of
from tidegen.deployment.run import Run
from tidegen.deployment.settling import apply_settings, idle_readings, readings
from tidegen.deployment.watch import follow, mark_now, mark_start
from tidegen.errors import (
    OvertakenError,
    Problem,
    RefusedError,
    TidegenError,
    overtaken_text,
)
from tidegen.planning.changes import Change, ChangeSet
from tidegen.planning.first_deploy import creation_step
from tidegen.planning.guards import guard_changes
from tidegen.planning.leftovers import leftover_problems
from tidegen.planning.model import HeldPolicy, ResolvedStep, StackState
from tidegen.planning.states import (
    NextAction,
    is_success,
    is_up_to_date,
    next_action,
    state_of,
)


@dataclass(frozen=True, kw_only=True)
class RootDeployment:
    """The deployment of one resolved step."""

    run: Run
    step: ResolvedStep
    approve: Approve
    allowed: frozenset[str]
    environment: str
    others_changed: bool = False
    keep: bool = False
    overridden: tuple[HeldPolicy, ...] = ()
    later: tuple[Change, ...] = ()
    shown: Preview | None = None

    def deploy(self, state: StackState | None) -> Outcome:
        """Bring the stack from its present state to the wanted one."""
        suspect = self.others_changed
        while True:
            status = state.status if state else None
            match next_action(status):
                case NextAction.FOLLOW if state:
                    self._attach(state)
                    suspect = True
                case NextAction.REFUSE:
                    advice = state_of(status).advice
                    raise RefusedError(Problem(str(self.step.address), f"{status}: {advice}"))
                case NextAction.DELETE_FIRST | NextAction.CONTINUE_ROLLBACK as wanted if state:
                    self._check_deletion(state, wanted)
                    shown = Preview(step=self.step, next_action=wanted, status=status)
                    if not self._is_approved(shown):
                        return Outcome(self.step.address, Result.DECLINED, state.outputs)
                    self._recover(state, wanted)
                case NextAction.UPDATE if state and self._is_current(state):
                    return self._unchanged(state, suspect=suspect)
                case _:
                    first = creation_step(self.step, state)
                    return self._create(first, state) if first else self._change(state)
            state = self.run.cloud.stack(self.step.stack_name)

    def _is_approved(self, preview: Preview) -> bool:
        return self.approve(replace(preview, shown=self.shown))

    def _is_current(self, state: StackState) -> bool:
        return is_up_to_date(state.status, state.digest, self.step.digest)

    def _unchanged(self, state: StackState, *, suspect: bool) -> Outcome:
        """Complete settings and protection that an interrupted deploy left; change no stack."""
        known = self.shown if self.shown and self.shown.unchanged and not suspect else None
        protected = known.complete if known else is_protected(self.run, self.step, state)
        settings = (
            known.readings
            if known
            else idle_readings(self.run, state, suspect=suspect or not protected)
        )
        shown = Preview(
            step=self.step, next_action=NextAction.UPDATE, unchanged=True, readings=settings
        )
        if shown.settings and not self._is_approved(shown):
            return Outcome(self.step.address, Result.DECLINED, state.outputs)
        apply_settings(self.run, settings)
        if not protected:
            protect_unless_held(self.run, self.step, state)
        enable_termination_protection(self.run, self.step, state)
        result = Result.SETTLED if shown.settings else Result.UNCHANGED
        return Outcome(self.step.address, result, state.outputs)

    def _attach(self, state: StackState) -> None:
        mark = mark_start(self.run, state.stack_id)
        self.run.emit(Attached(self.step.address, state.status, mark.expected))
        followed = follow(self.run, state, mark)
        self._protect_again(followed.state)
        followed.require_success()

    def _protect_again(self, state: StackState) -> None:
        """Restore policies that the run which began a failed update relaxed and did not restore."""
        if state.status.startswith("UPDATE_ROLLBACK"):
            restore_policies(self.run, self.step, state, policies(self.run, self.step, state))

    def _check_deletion(self, state: StackState, wanted: NextAction) -> None:
        """Refuse to delete and recreate a stack that left resources."""
        if wanted is not NextAction.DELETE_FIRST:
            return
        leftovers = read_leftovers(self.run, self.step, state)
        if leftovers:
            address = self.step.address
            raise RefusedError.of(
                leftover_problems(self.environment, address, state.status, leftovers)
            )

    def _recover(self, state: StackState, wanted: NextAction) -> None:
        self.run.emit(Recovering(self.step.address, state.status, str(wanted)))
        mark = mark_now(self.run, state.stack_id)
        self.run.emit(Requesting(self.step.address, str(wanted)))
        if wanted is NextAction.DELETE_FIRST:
            self.run.cloud.delete_stack(state.stack_id, self.step.service_role)
        else:
            self.run.cloud.continue_rollback(state.stack_id, self.step.service_role)
        followed = follow(self.run, state, mark)
        followed.require_success("DELETE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")

    def _create(self, first: ResolvedStep, state: StackState | None) -> Outcome:
        """Make both updates of a first deploy; one approval covers both."""
        later = changes_between(first, self.step, state)
        created = replace(self, step=first, later=later)._change(state)
        if created.result is Result.DECLINED:
            return created
        final = replace(self, approve=lambda _: True)
        if self.shown:
            final = replace(self, shown=replace(self.shown, changes=self.shown.later, later=()))
        settled = final._change(self.run.cloud.stack(self.step.stack_name))
        return replace(created, outputs=settled.outputs, left=(*created.left, *settled.left))

    def _change(self, state: StackState | None) -> Outcome:
        kind = next_action(state.status if state else None)
        if state and state.status == "REVIEW_IN_PROGRESS":
            self.run.emit(Recovering(self.step.address, state.status, "reuse the empty stack"))
        if state and kind is NextAction.UPDATE:
            check_no_move(self.run.deployed_roots.of(self.run.cloud, state))
        deployed = state if kind is NextAction.UPDATE else None
        request = deploy_request(self.run, self.step, kind)
        try:
            change_set = create_change_set(self.run, request, new_stack=deployed is None)
        except NoChangesError:
            if deployed is None:
                raise
            return self._unchanged(deployed, suspect=True)
        return self._approved(change_set, kind, deployed)

    def _approved(
        self, change_set: ChangeSet, kind: NextAction, deployed: StackState | None
    ) -> Outcome:
        """Execute the change set if it is approved, else delete it."""
        try:
            changes = changes_of(self.run, self.step, deployed, change_set.changes)
            guard_changes(changes, self.allowed)
            settings = readings(self.run, deployed.outputs if deployed else None)
            shown = Preview(
                step=self.step,
                next_action=kind,
                changes=changes,
                later=self.later,
                readings=settings,
            )
            approved = self._is_approved(shown)
            if approved and deployed:
                self._check_unmoved(deployed)
        except BaseException:
            with suppress(TidegenError):  # the first error is the one to report
                delete_change_set(self.run, change_set, new_stack=deployed is None)
            raise
        if not approved:
            delete_change_set(self.run, change_set, new_stack=deployed is None)
            outputs = deployed.outputs if deployed else {}
            return Outcome(self.step.address, Result.DECLINED, outputs)
        return self._execute(change_set, kind, deployed)

    def _check_unmoved(self, state: StackState) -> None:
        """Refuse if the stack has changed since the approval, before policies are relaxed."""
        now = self.run.cloud.stack(state.stack_id)
        if now is None or (now.status, now.changed) != (state.status, state.changed):
            status = f"it is {now.status}" if now else "it was deleted in the meantime"
            raise OvertakenError(Problem(str(self.step.address), overtaken_text(status)))

    def _execute(
        self, change_set: ChangeSet, kind: NextAction, state: StackState | None
    ) -> Outcome:
        override_policies(self.run, self.overridden)
        relaxed = relax_policies(self.run, self.step, state, self.allowed) if state else {}
        try:
            keep = self.keep and kind is NextAction.CREATE
            followed = execute_change_set(self.run, change_set, state, str(kind), keep=keep)
        except OvertakenError:
            if state:
                restore_policies(self.run, self.step, state, relaxed)
                set_again(self.run, self.overridden, state)
            raise
        if is_success(followed.state.status):
            # Before the stack policy, which records that everything is done.
            apply_settings(self.run, readings(self.run, followed.state.outputs))
            protect(self.run, self.step, followed.state)
            enable_termination_protection(self.run, self.step, followed.state)
        else:
            restore_policies(self.run, self.step, followed.state, relaxed)
        set_again(self.run, self.overridden, followed.state)
        require_success(followed)
        result = Result.UPDATED if state else Result.CREATED
        return Outcome(self.step.address, result, followed.state.outputs, followed.left)
