"""Helpers: a stack operation that the engine refuses, with AWS's message."""

import re
from typing import Any

from local_cloud import Cloud, Template

from tidegen.local.refusals import known_refusals

_REFUSALS = {refusal.slug: refusal for refusal in known_refusals()}


def pattern(slug: str) -> re.Pattern[str]:
    """Return a pattern of the refusal's message, any text for its fields."""
    parts = re.split(r"\{\w+\}", _REFUSALS[slug].message)
    return re.compile(".+".join(map(re.escape, parts)))


def says(slug: str, text: str) -> bool:
    """Return whether a reason is the message of a refusal."""
    return pattern(slug).search(text) is not None


def stack_of(**resources: Template) -> Template:
    return {"Resources": resources}


def created(cloud: Cloud, name: str = "it", **resources: Template) -> dict[str, str]:
    """Create a stack of the resources and return their physical ids."""
    stack = cloud.create(name, stack_of(**resources))
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.reasons(name)
    return cloud.resources(name)


def updated(cloud: Cloud, name: str = "it", **resources: Template) -> dict[str, str]:
    stack = cloud.update(name, stack_of(**resources))
    assert stack["StackStatus"] == "UPDATE_COMPLETE", cloud.reasons(name)
    return cloud.resources(name)


def refused_creation(cloud: Cloud, slug: str, name: str = "it", **resources: Template) -> None:
    stack = cloud.create(name, stack_of(**resources))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert says(slug, cloud.reasons(name)), cloud.reasons(name)
    cloud.delete(name)


def refused_update(cloud: Cloud, slug: str, name: str = "it", **resources: Template) -> None:
    before = cloud.resources(name)
    stack = cloud.update(name, stack_of(**resources))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE", cloud.reasons(name)
    assert says(slug, cloud.reasons(name)), cloud.reasons(name)
    assert cloud.resources(name) == before


def refused_deletion(cloud: Cloud, slug: str, name: str = "it") -> None:
    stack = cloud.delete(name)
    assert stack["StackStatus"] == "DELETE_FAILED"
    assert says(slug, cloud.reasons(stack["StackId"])), cloud.reasons(stack["StackId"])


def deleted(cloud: Cloud, name: str = "it") -> None:
    identifier = cloud.stack(name)["StackId"]
    assert cloud.delete(name)["StackStatus"] == "DELETE_COMPLETE", cloud.reasons(identifier)


def with_properties(template: Template, **properties: Any) -> Template:
    return {**template, "Properties": {**template.get("Properties", {}), **properties}}
