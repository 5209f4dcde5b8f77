"""The contract of a concern, and the tables that environments, concerns and plans share."""

from tidegen.contract.concern import Concern, Context
from tidegen.contract.declarations import (
    Asset,
    BuiltAsset,
    Field,
    Input,
    KeyUse,
    Output,
    Root,
    Sibling,
    Source,
)
from tidegen.contract.fields import (
    ADMINISTRATORS,
    CONTACTS,
    FIELDS,
    FIRST_DEPLOY,
    PLAN_SUFFIX,
    ZONES,
)
from tidegen.contract.kinds import Kind
from tidegen.contract.scopes import PLATFORM, RegionChoice, Scope, roots_of
from tidegen.contract.template import parameter
from tidegen.contract.topics import EVERYTHING, Topic

__all__ = [
    "ADMINISTRATORS",
    "CONTACTS",
    "EVERYTHING",
    "FIELDS",
    "FIRST_DEPLOY",
    "PLAN_SUFFIX",
    "PLATFORM",
    "ZONES",
    "Asset",
    "BuiltAsset",
    "Concern",
    "Context",
    "Field",
    "Input",
    "KeyUse",
    "Kind",
    "Output",
    "RegionChoice",
    "Root",
    "Scope",
    "Sibling",
    "Source",
    "Topic",
    "parameter",
    "roots_of",
]
