"""The DNS records that prove an SES identity, which upstream gives no attributes for."""

from tidegen.local.handlers.base import Properties, Resource
from tidegen.local.handlers.service import client

_RECORDS = 3  # Easy DKIM asks for three CNAME records


def complete(resource: Resource, name: str) -> Properties:
    """Return `DkimDNSTokenName1` to `3` and their values, from the identity's tokens in SES."""
    found = client("sesv2").get_email_identity(EmailIdentity=name)
    known = found.get("DkimAttributes", {}).get("Tokens", [])
    made: Properties = {}
    for number in range(1, _RECORDS + 1):
        generated = resource.identity.digest(f"dkim{number}")[:32]
        token = known[number - 1] if len(known) >= number else generated
        made[f"DkimDNSTokenName{number}"] = f"{token}._domainkey.{name}"
        made[f"DkimDNSTokenValue{number}"] = f"{token}.dkim.amazonses.com"
    return made
