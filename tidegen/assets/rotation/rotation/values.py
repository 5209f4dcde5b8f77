"""Random values, and JSON secrets of which some keys get new ones."""

import json
import secrets
import string
from collections.abc import Iterable
from typing import Any

#: As `tidegen secrets fill` makes them; a test holds the two together.
LENGTH = 40  # characters: 238 bits
ALPHABET = string.ascii_letters + string.digits


def new_password() -> str:
    """A random value of letters and digits, which every URL, header and shell takes as it is."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def new_values(text: str, rotated: Iterable[str]) -> str:
    """A JSON secret with new values for those `rotated` keys that are filled.

    A key that is not filled stays so: `tidegen secrets fill` makes the first value, and half a
    secret would look like a whole one. An unfilled secret is thus carried over, without an error:
    an environment that nobody has filled yet would otherwise raise alarms that mean nothing.
    """
    held = json_object(text)
    if held is None:
        return text
    return json.dumps({**held, **{key: new_password() for key in rotated if held.get(key)}})


def fits(before: str, after: str, rotated: Iterable[str]) -> bool:
    """Whether `after` may follow `before`: nothing is lost, and nothing but `rotated` changed.

    Without `rotated` the kind decides what changes; then what was filled has to be filled.
    """
    held, new = json_object(before), json_object(after)
    if held is None:
        return bool(after)
    if new is None:
        return False
    changing = set(rotated) or held.keys()
    kept = {key: value for key, value in held.items() if key not in changing}
    filled = [key for key in changing if held.get(key)]
    return kept.items() <= new.items() and all(new.get(key) for key in filled)


def json_object(text: str) -> dict[str, Any] | None:
    """The JSON object that a text is, None where it is none: json's error would carry the text."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
