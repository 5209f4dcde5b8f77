"""The contract of a concern: everything that a module in `tidegen.concerns` needs."""

from tidegen.contract.declarations import (
    Asset,
    BuiltAsset,
    Concern,
    Context,
    Field,
    Input,
    KeyUse,
    Output,
    Root,
    Sibling,
    Source,
)
from tidegen.contract.kinds import Kind
from tidegen.contract.scopes import Scope
from tidegen.contract.template import add_outputs, new_template

__all__ = [
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
    "add_outputs",
    "new_template",
]
