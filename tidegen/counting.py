"""Numbers of things in messages."""


def counted(count: int, noun: str) -> str:
    """Return a number and its noun: `1 problem`, `2 problems`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
