"""Random values, and JSON secrets of which some keys get new ones."""

import json
import secrets
import string
from collections.abc import Collection, Iterable
from typing import Any

#: As `tidegen secrets fill` makes them; a test holds the two together.
LENGTH = 40  # characters: 238 bits
ALPHABET = string.ascii_letters + string.digits
#: What tells the second of two users from the first.
_SECOND = "-2"


def new_password() -> str:
    """A random value of letters and digits, which every URL, header and shell takes as it is."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def other_user(name: str) -> str:
    """The other of two users that take turns: the one before stays valid until the next turn."""
    return name.removesuffix(_SECOND) if name.endswith(_SECOND) else name + _SECOND


def new_values(text: str, rotated: Iterable[str], alternated: Iterable[str] = ()) -> str:
    """A JSON secret with new values for those `rotated` keys that are filled.

    With them each of the `alternated` keys, a user's name, changes for the other user's.

    A key that is not filled stays so: `tidegen secrets fill` makes the first value, and half a
    secret would look like a whole one. An unfilled secret is thus carried over, without an error:
    an environment that nobody has filled yet would otherwise raise alarms that mean nothing.
    """
    held = json_object(text)
    new = {key: new_password() for key in rotated if held and held.get(key)}
    if not held or not new:
        return text
    users = {key: other_user(held[key]) for key in alternated if held.get(key)}
    return json.dumps({**held, **new, **users})


def fits(before: str, after: str, changing: Collection[str]) -> bool:
    """Whether `after` may follow `before`: nothing is lost, and nothing else than `changing` new.

    Where `changing` is empty the kind decides; then what was filled has to be filled.
    """
    held, new = json_object(before), json_object(after)
    if held is None:
        return bool(after)
    if new is None:
        return False
    changing = changing or held.keys()
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
