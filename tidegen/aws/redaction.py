"""Removing credentials from the messages of AWS and botocore, before anybody reads them.

The answer to a wrong signature quotes the canonical request, session token included (AWS docs,
"Troubleshoot Signature Version 4 requests"); other services quote parts of a request too.
"""

import os
import re

_HIDDEN = "[hidden]"
_VARIABLES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
_SHORTEST = 12  # characters; a shorter text is no credential, and may be part of other words
_PATTERNS = (
    # Access key ids of users and sessions (IAM docs, "Unique identifiers").
    re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(
        r"(?i)((?:x-amz-security-token|signature|secret_?access_?key|session_?token)"
        r"\"?\s*[=:]\s*\"?)[^\s&\"',;]+"
    ),
)


def redacted(text: str) -> str:
    """Return `text` without access keys, signatures, session tokens, and this process's secrets."""
    for name in _VARIABLES:
        value = os.environ.get(name, "")
        if len(value) >= _SHORTEST:
            text = text.replace(value, _HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(lambda match: (match[1] if match.re.groups else "") + _HIDDEN, text)
    return text
