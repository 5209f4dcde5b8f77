"""Credentials taken out of what AWS and botocore say, before anybody reads it.

A signature that does not match is answered with the canonical request, session token included (AWS
docs, "Troubleshoot Signature Version 4 requests"); other services echo parts of a request too.
"""

import os
import re

_HIDDEN = "[hidden]"
_VARIABLES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
_SHORTEST = 12  # characters; what is shorter is no credential and would be hidden in other words
_PATTERNS = (
    # Access key ids of users and sessions (IAM docs, "Unique identifiers").
    re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(
        r"(?i)((?:x-amz-security-token|signature|secret_?access_?key|session_?token)"
        r"\"?\s*[=:]\s*\"?)[^\s&\"',;]+"
    ),
)


def redacted(text: str) -> str:
    """`text` without access keys, signatures, session tokens, and this process's own secrets."""
    for name in _VARIABLES:
        value = os.environ.get(name, "")
        if len(value) >= _SHORTEST:
            text = text.replace(value, _HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(lambda found: (found[1] if found.re.groups else "") + _HIDDEN, text)
    return text
