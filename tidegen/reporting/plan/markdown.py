"""A plan as Markdown, for a comment on a pull request."""

from collections.abc import Sequence

from tidegen.deployment.events import Preview
from tidegen.planning.changes import Change
from tidegen.planning.guards import refusals
from tidegen.planning.model import Plan
from tidegen.planning.ownership import foreign_text
from tidegen.planning.policies import held_text
from tidegen.reporting.changes import change_lines, counts_text, sign_of
from tidegen.reporting.plan.text import Keep, notes_of
from tidegen.reporting.settings import setting_text

COMMENT_LIMIT = 60_000  # characters; GitHub refuses comments over 65,536
#: Characters that close a block that is cut.
_CLOSING = 30
_DIFF_SIGNS = {"+": "+", "-": "-", "!": "!", "~": "!", ">": "!", "?": " "}


def plan_markdown(
    plan: Plan, previews: Sequence[Preview], keep: Keep, limit: int = COMMENT_LIMIT
) -> str:
    """Return the plan for a pull-request comment, cut with a note at the limit."""
    head = f"### tidegen plan: `{plan.environment}` (release `{plan.release}`)"
    missing = [f"- **missing** {item}" for item in plan.missing]
    missing += [f"- **refused** {item.address}: {foreign_text(item)}" for item in plan.foreign]
    missing += [f"- **refused** {item.address}: {held_text(item)}" for item in plan.held]
    text = "\n\n".join([head, *missing, *(_step_markdown(p, keep) for p in previews)])
    if len(text) <= limit:
        return text
    note = f"*cut here: run `tidegen plan --env {plan.environment}` for the rest*"
    cut = text[: max(0, limit - len(note) - _CLOSING)].rpartition("\n")[0]
    fence = "\n```" if cut.count("```") % 2 else ""
    details = "\n\n</details>" if cut.count("<details>") > cut.count("</details>") else ""
    return f"{cut}{fence}{details}\n\n{note}"


def _step_markdown(preview: Preview, keep: Keep) -> str:
    shown = [change for change in preview.changes if keep(change)]
    notes = [f"*{note}*" for note in notes_of(preview)]
    notes += [f"- **then, in a second update** {text}" for text in map(_one_line, preview.later)]
    notes += [f"- **setting** {setting_text(step)}" for step in preview.settings]
    if not shown:
        return "\n\n".join([f"**{preview.step.stack_name}**: no changes", *notes])
    head = f"<details><summary><b>{preview.step.stack_name}</b>: {counts_text(shown)}</summary>"
    body = "\n".join(line for change in shown for line in _diff_lines(change))
    notes += [f"**refused** `{r.change.path}`: {r}" for r in refusals(shown)]
    return "\n\n".join([head, *notes, f"```diff\n{body}\n```", "</details>"])


def _one_line(change: Change) -> str:
    place = f"{change.stack}/" if change.stack else ""
    return f"{place}{'; '.join(line.strip() for line in change_lines(change))}"


def _diff_lines(change: Change) -> list[str]:
    """Return a change's lines, with the signs that colour a diff block."""
    first, *rest = change_lines(change)
    place = f"{change.stack}/" if change.stack else ""
    sign = _DIFF_SIGNS[sign_of(change)]
    return [f"{sign} {place}{first[2:]}", *(f"  {line}" for line in rest)]
