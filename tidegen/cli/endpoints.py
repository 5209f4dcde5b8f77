"""The endpoint that a command talks to, where it is not AWS: announced, or refused."""

import os
from collections.abc import Mapping
from functools import cache

import click

from tidegen.errors import InputError
from tidegen.planning.steps import Target


def endpoints_of(target: Target) -> dict[str, str]:
    """Return the endpoints that are not AWS's for a target's credentials: source → URL."""
    variables = ((name, url) for name, url in os.environ.items() if name.startswith("AWS_"))
    return _other_endpoints(tuple(variables), target.credentials.profile)


@cache
def _other_endpoints(variables: tuple[tuple[str, str], ...], profile: str | None) -> dict[str, str]:
    """Read the configuration files once: a command asks for each plan, and for its JSON."""
    from tidegen.aws.endpoints import other_endpoints

    return other_endpoints(dict(variables), profile)


def check_endpoints(target: Target, *, local: bool, announced: bool) -> None:
    """Print the endpoints that are not AWS's; refuse a protected environment without --local."""
    found = endpoints_of(target)
    if found and target.protected and not local:
        source, url = next(iter(found.items()))
        raise InputError(
            f"environment '{target.name}' is protected, and {source} is {url}, which is not AWS; "
            f"unset {source} to reach AWS, or add --local to use that endpoint"
        )
    if not announced:
        _announce(_text(found))


def endpoint_data(target: Target) -> dict[str, dict[str, str] | None]:
    """Return the endpoints for machines; None where all are AWS's."""
    return {"endpoint": endpoints_of(target) or None}


@cache
def _announce(text: str) -> None:
    """Print the text, once."""
    if text:
        click.echo(text, err=True)


def _text(found: Mapping[str, str]) -> str:
    """Return one line for all endpoints; empty if all are AWS's."""
    from tidegen.aws.sessions import local_endpoint

    kind = "local engine" if local_endpoint() else "endpoint that is not AWS"
    return "\n".join(f"{kind} at {url} ({source})" for source, url in sorted(found.items()))
