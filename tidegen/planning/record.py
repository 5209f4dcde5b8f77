"""The record of the last deploy of a root: who deployed which commit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tidegen.contract import COMMIT, DEPLOYED_BY
from tidegen.planning.model import Plan, RootStep, StackState
from tidegen.planning.parameters import is_current

_UNKNOWN = "unknown"
_DIRTY = "-dirty"
#: Returns whether the checkout contains a commit; None if it does not know the commit.
Contains = Callable[[str], bool | None]


@dataclass(frozen=True, kw_only=True)
class Older:
    """A root that was deployed from a commit which the checkout does not contain, or not know."""

    stack: str
    commit: str
    by: str
    known: bool

    def __str__(self) -> str:
        what = f"was deployed from commit {self.commit[:12]}, by {self.by}"
        if self.known:
            return f"{self.stack} {what}, which this checkout does not contain: it is older"
        return f"{self.stack} {what}; this checkout does not know that commit ('git fetch')"


def with_record(step: RootStep, commit: str, caller: str) -> RootStep:
    """Return the step with its record, if its template has the parameters."""
    declared = step.template.body.get("Parameters", {})
    record = {COMMIT: commit or _UNKNOWN, DEPLOYED_BY: caller}
    given = {name: value for name, value in record.items() if name in declared}
    return replace(step, parameters={**step.parameters, **given})


def recorded(state: StackState, name: str) -> str:
    """Return a value of a stack's record; empty if it has none."""
    value = state.outputs.get(name, "")
    return "" if value == _UNKNOWN else value


def older_roots(plan: Plan, contains: Contains) -> Iterator[Older]:
    """Yield the roots that the plan changes and whose deployed commit the checkout is not past."""
    for step in plan.steps:
        state = plan.states.get(step.address)
        commit = recorded(state, COMMIT).removesuffix(_DIRTY) if state else ""
        if state is None or not commit or is_current(plan, step):
            continue
        answer = contains(commit)
        if not answer:
            by = recorded(state, DEPLOYED_BY)
            yield Older(stack=step.stack_name, commit=commit, by=by, known=answer is not None)
