"""The fields of environment files that templates can use: dotted name → kind, scopes, description.

They are declared in the validated model, `environments/`; `make fields` writes them next to this
module. Composition checks a concern's `Field` inputs against them without loading the model
(pydantic stays off the render path).
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tidegen.contract.kinds import Kind
from tidegen.contract.scopes import Scope

CATALOGUE_FILE = Path(__file__).with_name("fields.json")
#: Roles that may administer a cluster: a template cannot count a list, so each has a field.
ADMINISTRATORS = (1, 2, 3)
#: Zones of a network, each with a field for the same reason.
ZONES = (1, 2, 3)
#: Addresses of one list of contacts, for the same reason.
CONTACTS = (1, 2, 3)
#: Suffix of the GitHub environment that an environment's plans run in; its deploys run in the
#: GitHub environment of the same name.
PLAN_SUFFIX = "-plan"
#: The field that is true while a deploy creates a stack: no file sets it.
FIRST_DEPLOY = "first_deploy"
#: Its parameter in roots, and that of the field `protected`, as stacks record them.
FIRST_DEPLOY_PARAMETER, PROTECTED_PARAMETER = "FirstDeploy", "Protected"


@dataclass(frozen=True)
class CatalogueField:
    """A value that templates can use: its kind, scopes and description."""

    kind: Kind
    scopes: tuple[Scope, ...]
    description: str


@cache
def field_catalogue() -> dict[str, CatalogueField]:
    """Return the committed fields by dotted name."""
    content = json.loads(CATALOGUE_FILE.read_bytes())
    return {
        name: CatalogueField(
            Kind(row["kind"]), tuple(map(Scope, row["scopes"])), row["description"]
        )
        for name, row in content.items()
    }
