"""The contract of a concern: everything that a module in `tidegen.concerns` needs."""

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
from tidegen.contract.kinds import Kind
from tidegen.contract.scopes import PLATFORM, Scope

__all__ = [
    "PLATFORM",
    "Asset",
    "BuiltAsset",
    "Concern",
    "Context",
    "Field",
    "Input",
    "KeyUse",
    "Kind",
    "Output",
    "Root",
    "Scope",
    "Sibling",
    "Source",
]
