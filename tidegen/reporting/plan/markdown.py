"""A plan as Markdown, for a comment on a pull request."""

from collections.abc import Sequence

from tidegen.deployment.events import Preview
from tidegen.planning.changes import Change
from tidegen.planning.guards import refusals
from tidegen.planning.model import Plan
from tidegen.planning.ownership import foreign_text
from tidegen.reporting.changes import change_lines, counts_text, sign_of
from tidegen.reporting.plan.text import Keep, notes_of
from tidegen.reporting.settings import setting_text

_COMMENT_LIMIT = 60_000  # characters; GitHub refuses comments over 65,536
_DIFF_SIGNS = {"+": "+", "-": "-", "!": "!", "~": "!", ">": "!", "?": " "}


def plan_markdown(plan: Plan, previews: Sequence[Preview], keep: Keep) -> str:
    """Return the plan for a pull-request comment, cut with a note at GitHub's limit."""
    head = f"### tidegen plan: `{plan.environment}` (release `{plan.release}`)"
    missing = [f"- **missing** {item}" for item in plan.missing]
    missing += [f"- **refused** {item.address}: {foreign_text(item)}" for item in plan.foreign]
    text = "\n\n".join([head, *missing, *(_step_markdown(p, keep) for p in previews)])
    if len(text) <= _COMMENT_LIMIT:
        return text
    cut = text[:_COMMENT_LIMIT].rpartition("\n")[0]
    return f"{cut}\n```\n\n*cut here: run `tidegen plan --env {plan.environment}` for the rest*"


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
