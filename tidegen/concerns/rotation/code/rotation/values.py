"""Random values, and JSON secrets some of whose keys get new values."""

import json
import secrets
import string
from collections.abc import Collection, Iterable
from typing import Any

#: The same as in `tidegen secrets fill`; a test compares them.
LENGTH = 40  # characters: 238 bits
ALPHABET = string.ascii_letters + string.digits
#: Suffix of the second of two users.
_SECOND = "-2"


def new_password() -> str:
    """Return a random value of letters and digits: URLs, headers and shells need not quote it."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def other_user(name: str) -> str:
    """Return the other of two alternating users; the previous one stays valid for one rotation."""
    return name.removesuffix(_SECOND) if name.endswith(_SECOND) else name + _SECOND


def new_values(text: str, rotated: Iterable[str], alternated: Iterable[str] = ()) -> str:
    """Return a JSON secret with new values for those `rotated` keys that are filled.

    If any is, each of the `alternated` keys, a user name, changes to the other user's.

    An unfilled key stays unfilled: `tidegen secrets fill` generates the first value, and a partly
    filled secret would look complete. An unfilled secret is kept as it is, without an error: an
    environment that is not filled yet would otherwise raise false alarms.
    """
    present = json_object(text)
    new = {key: new_password() for key in rotated if present and present.get(key)}
    if not present or not new:
        return text
    users = {key: other_user(present[key]) for key in alternated if present.get(key)}
    return json.dumps({**present, **new, **users})


def fits(before: str, after: str, changing: Collection[str]) -> bool:
    """Return whether `after` may follow `before`: no value lost, only `changing` keys changed.

    If `changing` is empty any key may change, but the keys that were filled must stay filled.
    """
    present, new = json_object(before), json_object(after)
    if present is None:
        return bool(after)
    if new is None:
        return False
    changing = changing or present.keys()
    kept = {key: value for key, value in present.items() if key not in changing}
    filled = [key for key in changing if present.get(key)]
    return kept.items() <= new.items() and all(new.get(key) for key in filled)


def json_object(text: str) -> dict[str, Any] | None:
    """Return the JSON object of a text, or None: an error of json would contain the text."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
