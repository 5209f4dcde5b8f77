"""The contract of a concern, and the tables that environments, concerns and plans share."""

from tidegen.contract.concern import Concern, Context
from tidegen.contract.declarations import (
    IN_RECOVERY,
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
    CATALOGUE_FILE,
    CONTACTS,
    FIRST_DEPLOY,
    FIRST_DEPLOY_PARAMETER,
    PLAN_SUFFIX,
    PROTECTED_PARAMETER,
    ZONES,
    CatalogueField,
    field_catalogue,
)
from tidegen.contract.kinds import Kind
from tidegen.contract.record import COMMIT, DEPLOYED_BY, RECORD
from tidegen.contract.scopes import ARTIFACTS_PARAMETER, PLATFORM, RegionChoice, Scope, roots_of
from tidegen.contract.sessions import (
    DEPLOY_SESSION_SECONDS,
    FIRST_DEPLOY_SECONDS,
    UPDATE_SECONDS,
)
from tidegen.contract.template import parameter
from tidegen.contract.topics import EVERYTHING, Topic

__all__ = [
    "ADMINISTRATORS",
    "ARTIFACTS_PARAMETER",
    "CATALOGUE_FILE",
    "COMMIT",
    "CONTACTS",
    "DEPLOYED_BY",
    "DEPLOY_SESSION_SECONDS",
    "EVERYTHING",
    "FIRST_DEPLOY",
    "FIRST_DEPLOY_PARAMETER",
    "FIRST_DEPLOY_SECONDS",
    "IN_RECOVERY",
    "PLAN_SUFFIX",
    "PLATFORM",
    "PROTECTED_PARAMETER",
    "RECORD",
    "UPDATE_SECONDS",
    "ZONES",
    "Asset",
    "BuiltAsset",
    "CatalogueField",
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
    "field_catalogue",
    "parameter",
    "roots_of",
]
