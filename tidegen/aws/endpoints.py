"""Endpoints that are not AWS's, as botocore takes them from variables and configuration files.

AWS SDKs and Tools Reference Guide, "Service-specific endpoints": AWS_ENDPOINT_URL,
AWS_ENDPOINT_URL_<SERVICE>, `endpoint_url` of a profile and of its `services` section;
AWS_IGNORE_CONFIGURED_ENDPOINT_URLS turns all of them off.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

_VARIABLE = "AWS_ENDPOINT_URL"
_IGNORED = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
#: The domains of AWS's endpoints, VPC endpoints and FIPS endpoints included.
_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".api.amazonwebservices.com.cn")


def is_aws(url: str) -> bool:
    """Return whether an endpoint is one of AWS's."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host.endswith(_DOMAINS)


def other_endpoints(variables: Mapping[str, str], profile: str | None) -> dict[str, str]:
    """Return the endpoints in use that are not AWS's: their source → the URL."""
    if variables.get(_IGNORED, "").lower() == "true":
        return {}
    set_here = {name: url for name, url in variables.items() if _is_variable(name) and url}
    found = {**dict(_configured(profile or variables.get("AWS_PROFILE"))), **set_here}
    return {source: url for source, url in found.items() if not is_aws(url)}


def _is_variable(name: str) -> bool:
    return name == _VARIABLE or name.startswith(f"{_VARIABLE}_")


def _configured(profile: str | None) -> Iterator[tuple[str, str]]:
    """Yield the endpoints of a profile in the configuration file."""
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    try:
        session = Session(profile=profile)
        scoped, full = session.get_scoped_config(), session.full_config
    except BotoCoreError:
        return  # the first call reports it
    where = f"endpoint_url of profile {profile or 'default'}"
    if scoped.get("endpoint_url"):
        yield where, str(scoped["endpoint_url"])
    services: Any = full.get("services", {}).get(scoped.get("services"), {})
    for service, settings in services.items():
        if isinstance(settings, dict) and settings.get("endpoint_url"):
            yield f"{where} for {service}", str(settings["endpoint_url"])
