"""The page of the local engine's refusals."""

from docs.build.markdown import table
from tidegen.local.refusals import Refusal, known_refusals

_HEAD = ("refused", "when a stack", "of type", "AWS's message", "fix")
_WHERE = "failures.md"


def refusals_page() -> str:
    """Return a row for each refusal: what, when, AWS's message with its source, the failure."""
    intro = (
        "Operations that a service of AWS refuses although the schema accepts the template, and so"
        " does the local engine, with AWS's message. Words in braces vary. A message with a star is"
        " the engine's: AWS documents the refusal, but not its text."
    )
    rows = table(_HEAD, map(_row, known_refusals()))
    return f"# Refusals of the local engine\n\n{intro}\n\n{rows}\n"


def _row(refusal: Refusal) -> tuple[str, ...]:
    when = ", ".join(f"{operation}s it" for operation in refusal.operations) or "is changed"
    types = "<br>".join(f"`{name}`" for name in refusal.types)
    star = "" if refusal.verbatim else " \\*"
    message = f"[`{refusal.message}`]({refusal.source}){star}"
    fix = f"[{refusal.failure}]({_WHERE}#{refusal.failure})"
    return (f"`{refusal.slug}`: {refusal.summary}", when, types, message, fix)
