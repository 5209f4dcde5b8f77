"""A plan as text: its root stacks in order, and their changes."""

from collections.abc import Callable, Iterable

from tidegen.deployment.events import Preview
from tidegen.planning.changes import Change
from tidegen.planning.guards import origins, refusals
from tidegen.planning.model import Plan, RootStep
from tidegen.planning.ownership import foreign_text
from tidegen.planning.policies import held_text
from tidegen.planning.states import NextAction
from tidegen.reporting import style
from tidegen.reporting.changes import changes_text, creation_text, later_text
from tidegen.reporting.settings import settings_lines, unchecked_notes

Keep = Callable[[Change], bool]


def plan_text(plan: Plan) -> str:
    """Return the steps of a plan, first to last."""
    head = (
        f"{plan.environment}: release {plan.release}, {len(plan.steps)} root stacks in this order"
    )
    steps = [_step_line(step, plan.note(step)) for step in plan.sequence]
    return "\n".join([head, *steps, *map(style.failed, foreign_lines(plan))])


def foreign_lines(plan: Plan) -> list[str]:
    """Return a line for each stack that a deploy refuses, for its owner or for its policy."""
    foreign = [f"  refused: {item.address}: {foreign_text(item)}" for item in plan.foreign]
    return [*foreign, *(f"  refused: {i.address}: {held_text(i)}" for i in plan.held)]


def _step_line(step: RootStep, note: str) -> str:
    children = len(step.template.children)
    nested = f", {children} nested stacks" if children else ""
    more = f", {note}" if note else ""
    return f"  {step.stack_name:<40} {step.account} {step.region}  {step.scope}{nested}{more}"


def previews_text(previews: Iterable[Preview], keep: Keep) -> str:
    """Return the effects of each step, with the changes that `keep` accepts."""
    return "\n\n".join(
        f"{preview.step.address}\n{_body_text(preview, keep)}" for preview in previews
    )


def approval_text(previews: Iterable[Preview]) -> str:
    """Return the effects of each step for the one question: of new stacks only the counts."""
    return "\n\n".join(f"{shown.step.address}\n{_short_text(shown)}" for shown in previews)


def _short_text(preview: Preview) -> str:
    new = preview.next_action in (NextAction.CREATE, NextAction.DELETE_FIRST)
    changes = creation_text(preview.changes) if new else changes_text(preview.changes)
    return "\n".join(
        [*_note_lines(preview), changes, *later_text(preview.later), *settings_lines(preview)]
    )


def _note_lines(preview: Preview) -> list[str]:
    state = [style.by_status(f"  {line}", preview.status or "") for line in _state_notes(preview)]
    return [*state, *(f"  {line}" for line in _other_notes(preview))]


def _body_text(preview: Preview, keep: Keep) -> str:
    shown = [change for change in preview.changes if keep(change)]
    refused = [style.failed(f"  refused: {r.change.path}: {r}") for r in refusals(shown)]
    settings = settings_lines(preview)
    later = later_text([change for change in preview.later if keep(change)])
    changes = [changes_text(shown), *_origins(shown), *later, *_restored(preview, keep)]
    return "\n".join([*_note_lines(preview), *changes, *refused, *settings])


def _restored(preview: Preview, keep: Keep) -> list[str]:
    shown = [change for change in preview.restored if keep(change)]
    return ["  with --revert-drift:", changes_text(shown)] if shown else []


def _origins(changes: Iterable[Change]) -> list[str]:
    """Return the origins of replacements, in one line."""
    causes = [f"{path} ({name})" for path, name in origins(changes)]
    return [style.losing(f"  replacement begins at {', '.join(causes)}")] if causes else []


def notes_of(preview: Preview) -> list[str]:
    """Return the notes on a step other than its changes."""
    return [*_state_notes(preview), *_other_notes(preview)]


def _state_notes(preview: Preview) -> list[str]:
    """Return the advice for a stack whose state prevents a deploy."""
    if preview.next_action in (NextAction.CREATE, NextAction.UPDATE):
        return []
    return [f"{preview.status}: {preview.advice}"]


def _other_notes(preview: Preview) -> list[str]:
    names = ", ".join(address.name for address in preview.pending)
    pending = [f"values of {names} are known after its deployment"] if names else []
    note = [preview.note] if preview.note else []
    return [*note, *pending, *_by_hand_notes(preview), *unchecked_notes(preview)]


def _by_hand_notes(preview: Preview) -> list[str]:
    """Return the note on nested stacks that were updated past their root."""
    if not preview.by_hand:
        return []
    names = ", ".join(preview.by_hand)
    remedy = "'tidegen deploy --revert-drift' restores" if preview.unchanged else "this restores"
    return [
        f"updated past the root, by hand or by an import: {names}; {remedy} the root's template"
    ]
