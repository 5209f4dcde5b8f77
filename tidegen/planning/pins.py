"""Nested templates compared with the hashes that their root pins.

A nested stack that is updated past its root, by a person or by an import, has another template than
the one that was reviewed. AWS docs, "Nested stacks": the next update of the root initiates an
update of each nested stack and updates the resources of those that differ, also where the root's
template is unchanged (aws/aws-cdk#4488, #6046).
"""

import hashlib
from collections.abc import Mapping

from tidegen.cloudformation.resources import TemplateBody, section


def pinned_hashes(root: TemplateBody) -> dict[str, str]:
    """Return logical id → SHA-256 of each nested template that a root's metadata pins."""
    about = section(root, "Metadata").get("Tidegen", {})
    return {name: str(child.get("Sha256")) for name, child in section(about, "Children").items()}


def updated_past_root(pins: Mapping[str, str], texts: Mapping[str, str]) -> tuple[str, ...]:
    """Return the nested stacks whose deployed template is not the pinned one, sorted.

    `texts` are the deployed templates by logical id; one that cannot be read is left out.
    """
    return tuple(
        sorted(name for name, text in texts.items() if name in pins and not _is(text, pins[name]))
    )


def _is(text: str, pinned: str) -> bool:
    """Return whether a text has the hash; a newline at its end may have been removed."""
    forms = (text, f"{text}\n")
    return any(hashlib.sha256(form.encode()).hexdigest() == pinned for form in forms)
