"""PEM texts, as keys and certificates are handed over: taken whole, or not at all."""

import re

_BEGIN = re.compile(r"-----BEGIN ([^-]+)-----")
_BEGINS = "-----BEGIN"


def begins_pem(text: str) -> bool:
    """Return whether a text begins like a PEM block."""
    return text.lstrip().startswith(_BEGINS)


def is_whole_pem(text: str) -> bool:
    """Return whether a text is one or more whole PEM blocks, with nothing after them."""
    rest = text.strip()
    while rest:
        begin = _BEGIN.match(rest)
        if begin is None:
            return False
        _, end, rest = rest.partition(f"-----END {begin[1]}-----")
        if not end:
            return False
        rest = rest.strip()
    return True


def value_problem(text: str) -> str:
    """Return the reason why a text cannot be a secret's value; empty if it can."""
    if not text.strip():
        return "is empty"
    if begins_pem(text) and not is_whole_pem(text):
        return "begins a PEM and does not end it"
    return ""
