"""A plan judged as a whole, before anything is touched, and each step compared with it later.

`plan`, `preflight`, `deploy --dry-run` and `deploy` all ask these functions.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from tidegen.counting import counted
from tidegen.deployment.events import Preview
from tidegen.errors import Problem, RefusedError
from tidegen.planning.changes import Change
from tidegen.planning.disagreement import Disagreement, disagreements
from tidegen.planning.guards import refusals
from tidegen.planning.model import Plan, Prerequisite
from tidegen.planning.ownership import foreign_text
from tidegen.planning.policies import held_text
from tidegen.planning.refusal import resolved
from tidegen.planning.states import NextAction

_REPAIRS = (NextAction.DELETE_FIRST, NextAction.CONTINUE_ROLLBACK)


def plan_problems(
    plan: Plan,
    previews: Iterable[Preview],
    allowed: Collection[str] = (),
    *,
    moved: Collection[str] = (),
    made: Collection[Prerequisite] = (),
) -> tuple[Problem, ...]:
    """Return every reason why a deploy of the plan would be refused, over all of its roots.

    `allowed` names resources that may be replaced or removed, `moved` those that the command moves
    first, `made` are the missing prerequisites that it deploys first.
    """
    foreign = tuple(Problem(str(item.address), foreign_text(item)) for item in plan.foreign)
    held = tuple(Problem(str(item.address), held_text(item)) for item in plan.held)
    return (
        *foreign,
        *held,
        *missing_problems(item for item in plan.missing if item not in made),
        *(p for shown in previews for p in _root_problems(shown, allowed, moved)),
    )


def missing_problems(missing: Iterable[Prerequisite]) -> tuple[Problem, ...]:
    """Return a problem for each missing prerequisite, with the command that deploys it."""
    return tuple(
        Problem(str(item.address.scope), f"is missing; run '{item.command}'") for item in missing
    )


def require_none(problems: Sequence[Problem]) -> None:
    """Raise RefusedError with all problems, if there are any; nothing has been changed yet."""
    if problems:
        raise RefusedError(*problems, f"{counted(len(problems), 'problem')}; nothing was changed")


def changes_nothing(previews: Iterable[Preview]) -> bool:
    """Return whether no root and no setting would change."""
    return all(shown.unchanged and not shown.settings for shown in previews)


def consents(previews: Iterable[Preview], allowed: Collection[str]) -> tuple[str, ...]:
    """Return the consents by path; raise InputError for one that names no change, or several.

    A plan without changes, as of a command that is run again, and one of a root that is to be
    followed first take any.
    """
    shown = tuple(previews)
    followed = any(item.next_action is NextAction.FOLLOW for item in shown)
    if followed or changes_nothing(shown):
        return tuple(allowed)
    changes = {c.path: c for item in shown for c in (*item.changes, *item.later, *item.restored)}
    return resolved(allowed, tuple(changes.values()))


def unseen(actual: Preview) -> tuple[Disagreement, ...]:
    """Return what a step would do that the plan did not show for it."""
    shown = actual.shown
    if shown is None:
        return ()
    return (*_other_action(shown, actual), *_other_changes(shown, actual), *_settings(actual))


def _root_problems(
    shown: Preview, allowed: Collection[str], moved: Collection[str]
) -> Iterator[Problem]:
    if shown.next_action is NextAction.REFUSE:
        yield Problem(str(shown.step.address), f"{shown.status}: {shown.advice}")
    yield from (problem for problem in shown.problems if not _is_named(problem.where, moved))
    if shown.next_action is not NextAction.FOLLOW:  # what it changes is known after it
        changes = [change for change in shown.changes if not _is_moved(change, moved)]
        yield from (Problem(r.change.path, str(r)) for r in refusals(changes, allowed))


def _is_moved(change: Change, moved: Collection[str]) -> bool:
    return bool(change.moved_from) and _is_named(change.path, moved)


def _is_named(path: str, names: Collection[str]) -> bool:
    return path in names or path.rpartition("/")[2] in names


def _other_action(shown: Preview, actual: Preview) -> Iterator[Disagreement]:
    if actual.next_action in _REPAIRS and actual.next_action is not shown.next_action:
        name = actual.step.stack_name
        harm = actual.next_action is NextAction.DELETE_FIRST
        yield Disagreement(name, f"{actual.status}: {actual.advice}, which was not shown", harm)


def _other_changes(shown: Preview, actual: Preview) -> tuple[Disagreement, ...]:
    later = disagreements(shown.later, actual.later)
    return (*disagreements(shown.changes, actual.changes), *later)


def _settings(actual: Preview) -> Iterator[Disagreement]:
    known = {step.setting.name for step in actual.shown.settings} if actual.shown else set()
    for step in actual.settings:
        if step.setting.name not in known:
            yield Disagreement(str(step.setting.name), "would be set, which was not shown")
