"""Executing a plan, one root stack after the other, until it is done, declined or fails."""

import time
from collections.abc import Callable, Collection, Sequence
from itertools import chain, repeat

from tidegen.deployment.events import Approve, Emit, Outcome, Preview, Result, ignore
from tidegen.deployment.port import Connect
from tidegen.deployment.protection import release_protection
from tidegen.deployment.root_deployment import RootDeployment
from tidegen.deployment.run import Clouds, started
from tidegen.deployment.settings import SettingsFactory, no_settings
from tidegen.deployment.whole_plan import missing_problems
from tidegen.errors import RefusedError
from tidegen.planning.keeping import check_keeping
from tidegen.planning.model import Plan
from tidegen.planning.ownership import require_owned
from tidegen.planning.parameters import resolved_step
from tidegen.planning.policies import require_no_policies


def execute(
    plan: Plan,
    connect: Connect,
    *,
    approve: Approve,
    emit: Emit = ignore,
    allowed: Collection[str] = (),
    pause: Callable[[float], None] = time.sleep,
    settings: SettingsFactory = no_settings,
    shown: Sequence[Preview] = (),
    keep_on_failure: bool = False,
) -> tuple[Outcome, ...]:
    """Deploy every step of `plan` and its settings; return the outcomes, up to a declined one.

    `approve` is called before each change; `allowed` names stateful resources that may be replaced
    or removed; `shown` are the plan's previews, which each step is compared with. With
    `keep_on_failure` a creation that fails is not rolled back. Raises RefusedError before anything
    is changed, DeploymentError with the root cause.
    """
    if plan.missing:
        raise RefusedError.of(missing_problems(plan.missing))
    require_owned(plan.foreign)
    require_no_policies(plan.held)
    check_keeping(plan, keep=keep_on_failure)
    clouds = Clouds.of(connect)
    known = plan.outputs
    outcomes: list[Outcome] = []
    before = chain(shown, repeat(None))
    for run, step in started(plan.sequence, clouds, emit, pause, settings):
        changed = any(outcome.result is not Result.UNCHANGED for outcome in outcomes)
        resolved = resolved_step(step, known)
        work = RootDeployment(
            run=run,
            step=resolved,
            approve=approve,
            allowed=frozenset(allowed),
            environment=plan.environment,
            others_changed=changed,
            shown=next(before),
            keep=keep_on_failure,
            overridden=tuple(p for p in plan.overridden if p.address == step.address),
        )
        again = any(outcome.address == step.address for outcome in outcomes)
        state = run.cloud.stack(step.stack_name) if again else plan.states.get(step.address)
        outcome = work.deploy(state)
        emit(outcome)
        outcomes.append(outcome)
        known[step.address] = outcome.outputs
        if outcome.result is Result.DECLINED:
            return tuple(outcomes)
    release_protection(plan, clouds, emit, pause)
    return tuple(outcomes)
