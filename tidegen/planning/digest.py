"""The digest that shows whether a deploy would change anything."""

import hashlib
import json
from collections.abc import Mapping

from tidegen.contract import RECORD

#: The parameter and the output of a root that hold its digest.
DIGEST = "Digest"


def root_digest(content: bytes, parameters: Mapping[str, str]) -> str:
    """Return the SHA-256 of a root's bytes and effective parameters, as hexadecimal digits.

    The root pins its children by hash, so this covers every byte below it. The Digest parameter
    itself is left out, and so is the record of the last deploy.
    """
    left_out = {DIGEST, *RECORD}
    effective = {name: value for name, value in parameters.items() if name not in left_out}
    text = json.dumps(effective, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    # Two hashes in a row: no template can look like a template with parameters.
    parts = hashlib.sha256(content).digest() + hashlib.sha256(text.encode()).digest()
    return hashlib.sha256(parts).hexdigest()
