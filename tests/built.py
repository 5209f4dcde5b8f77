"""The project's own concerns and their templates, built once for all test modules."""

import json
from functools import cache

from tidegen.composition import build_assets
from tidegen.concerns import own_concerns
from tidegen.contract import Context

CONCERNS = own_concerns()
CONTEXT = Context(CONCERNS, build_assets(CONCERNS))


@cache
def _text(name):
    (concern,) = (item for item in CONCERNS if item.name == name)
    return CONTEXT.template_of(concern).to_json()


def resources(concern):
    """Return the resources of a concern's template as plain data, which the caller may change."""
    return json.loads(_text(concern.name))["Resources"]
