"""CloudFormation's resource handlers that tidegen adds to the engine, by resource type."""

from tidegen.local.handlers.base import Handler, Resource, Result
from tidegen.local.handlers.registry import created_handlers

__all__ = ["Handler", "Resource", "Result", "created_handlers"]
