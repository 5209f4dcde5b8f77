"""The table of stack statuses, which a written page includes."""

from docs.build.markdown import table
from tidegen.planning.states import STATES

PLACEHOLDER = "<!-- states -->"


def states_table() -> str:
    """Return a row for each status: the action of a deploy, and the meaning."""
    rows = ((name, state.next_action, state.advice) for name, state in STATES.items())
    return table(("status", "a deploy will", "the stack"), rows)
