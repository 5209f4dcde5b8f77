"""The DNS records that verify an SES identity; upstream has no tokens or attributes for them."""

from tidegen.local import upstream
from tidegen.local.handlers.base import Properties, Resource

_RECORDS = 3  # Easy DKIM requires three CNAME records


def complete(resource: Resource, name: str) -> Properties:
    """Return `DkimDNSTokenName1` to `3` and their values, with the tokens that SES then shows."""
    # No call of SES's API sets tokens, so they are set on the stored identity.
    dkim = upstream.service("ses_v2")._identities[name]["DkimAttributes"]
    dkim["Tokens"] = dkim["Tokens"] or [
        resource.identity.digest(f"dkim{number}")[:32] for number in range(_RECORDS)
    ]
    made: Properties = {}
    for number, token in enumerate(dkim["Tokens"], 1):
        made[f"DkimDNSTokenName{number}"] = f"{token}._domainkey.{name}"
        made[f"DkimDNSTokenValue{number}"] = f"{token}.dkim.amazonses.com"
    return made
