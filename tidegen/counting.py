"""Numbers of things in messages."""

from collections.abc import Sequence


def counted(count: int, noun: str) -> str:
    """Return a number and its noun: `1 problem`, `2 problems`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def first_of(texts: Sequence[str]) -> str:
    """Return the first of some texts, and how many more there are."""
    return texts[0] if len(texts) == 1 else f"{texts[0]}; and {len(texts) - 1} more"
