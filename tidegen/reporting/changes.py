"""Changes as text: a block for each nested stack, with each resource's change and its reason."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from tidegen.cloudformation.schemas import Replacement
from tidegen.counting import counted
from tidegen.planning.changes import Action, Change, ChangeSource, PropertyChange, Verdict
from tidegen.reporting import style
from tidegen.reporting.template_values import value_text

_SIGNS = {
    Action.ADD: "+",
    Action.MODIFY: "~",
    Action.REMOVE: "-",
    Action.REPLACE: "!",
    Action.MOVE: ">",
}
_UNCERTAIN = "?"


def changes_text(changes: Iterable[Change]) -> str:
    """Return a block for each nested stack, with a line for each change and changed property."""
    rows = sorted(changes, key=lambda change: (change.stack, change.logical_id))
    if not rows:
        return "  no changes"
    lines: list[str] = []
    for stack, members in groupby(rows, key=lambda change: change.stack):
        indent = "    " if stack else "  "
        lines += [f"  {stack}"] if stack else []
        for change in members:
            head, *rest = change_lines(change)
            lines += [indent + line for line in (_styled(change, head), *rest)]
    return "\n".join([*lines, f"  {counts_text(rows)}"])


def later_text(changes: Sequence[Change]) -> list[str]:
    """Return the changes of a first deploy's second update; nothing if there are none."""
    return ["  then, in a second update:", changes_text(changes)] if changes else []


def creation_text(changes: Iterable[Change]) -> str:
    """Return a line for each nested stack of a new root, which has hundreds of additions."""
    rows = sorted(changes, key=lambda change: change.stack)
    if not rows:
        return "  no resources"
    lines = [
        _creation_line(stack or "root", list(members))
        for stack, members in groupby(rows, key=lambda change: change.stack)
    ]
    return "\n".join([*lines, f"  {counts_text(rows)}"])


def _creation_line(stack: str, members: Sequence[Change]) -> str:
    kept = [change.logical_id for change in members if change.stateful]
    tail = f"  (holding state: {', '.join(kept)})" if kept else ""
    number, noun = counted(len(members), "resource").split()
    return f"  + {stack:<18} {number:>3} {noun}{tail}"


def change_lines(change: Change) -> list[str]:
    """Return the lines of a change: resource, properties, and a disagreeing source's verdict."""
    if change.unforeseen:
        return [f"{_UNCERTAIN} {change.logical_id}  {unforeseen_text(change)}"]
    notes = [] if change.details else [*change.properties]
    if change.moved_from:
        how = "recreated in place of" if change.recreates else "moved from"
        notes.append(f"{how} {change.moved_from}")
    if change.replacement is not Replacement.NEVER:
        notes.append(f"replacement: {change.replacement}")
    if change.stateful and change.action is Action.REMOVE:
        notes.append("stateful: kept by its DeletionPolicy, then in no stack and no backup plan")
    elif change.stateful:
        notes.append("stateful")
    if not change.certain:
        notes.append("only if a value known after deployment changes")
    tail = f"  ({', '.join(notes)})" if notes else ""
    head = f"{sign_of(change)} {change.logical_id}  {change.type}{tail}"
    details = [f"    {_detail_text(detail)}" for detail in change.details]
    return [head, *details, *_disagreement(change)]


def unforeseen_text(change: Change) -> str:
    """Return why a change is not known before CloudFormation's change set."""
    return f"cannot be forecast: {change.unforeseen}; the change set decides"


def _styled(change: Change, line: str) -> str:
    """Mark the line of a change in which the resource is lost or may be."""
    if change.certain and change.loses:
        return style.losing(line)
    return style.warned(line) if is_losing(change) else line


def sign_of(change: Change) -> str:
    """Return the sign at the beginning of a change's line."""
    return _SIGNS[change.action] if change.certain else _UNCERTAIN


def _detail_text(detail: PropertyChange) -> str:
    tail = "" if detail.replacement is Replacement.NEVER else f"  (replaces: {detail.replacement})"
    if detail.cause and detail.before is None:
        return f"{detail.name}: known after deployment, as {detail.cause} changes{tail}"
    return f"{detail.name}: {value_text(detail.before)} -> {value_text(detail.after)}{tail}"


def _disagreement(change: Change) -> list[str]:
    if change.otherwise is None:
        return []
    return [
        f"    sources disagree: {verdict_text(change.verdict)}; {verdict_text(change.otherwise)}"
    ]


def verdict_text(verdict: Verdict) -> str:
    """Return the verdict of one source, with the source's name."""
    action = str(verdict.action or "no change")
    conditional = verdict.replacement is Replacement.CONDITIONAL
    return f"{verdict.source}: {action}{', may replace' if conditional else ''}"


def counts_text(changes: Sequence[Change]) -> str:
    """Return the number of changes of each kind, and their sources."""
    certain = [change for change in changes if change.certain]
    recreated = sum(change.recreates for change in certain)
    actions = [str(change.action) for change in certain if not change.recreates]
    counts = [f"{actions.count(a)} to {a}" for a in Action if str(a) in actions]
    if recreated:
        counts.append(f"{recreated} to recreate at another place")
    unforeseen = sum(bool(change.unforeseen) for change in changes)
    if unforeseen:
        counts.append(f"{unforeseen} that cannot be forecast")
    unsure = sum(not change.certain for change in changes) - unforeseen
    if unsure:
        counts.append(f"{unsure} known after deployment")
    return f"{', '.join(counts)} (source: {sources_text(changes)})"


def sources_text(changes: Iterable[Change]) -> str:
    """Return the sources of the changes, the change set first."""
    named = {change.source for change in changes}
    return " and ".join(str(source) for source in ChangeSource if source in named)


def is_losing(change: Change) -> bool:
    """Return whether the resource may be removed or replaced; `--only replacements` keeps these."""
    return change.loses or change.replacement is not Replacement.NEVER
