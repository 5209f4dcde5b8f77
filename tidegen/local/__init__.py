"""The embedded local AWS: an engine that tidegen starts for a command, a test or a demo."""

from tidegen.local.engine import Engine, environment_variables, running_engine
from tidegen.local.errors import EngineStartError, EngineUnavailable

__all__ = [
    "Engine",
    "EngineStartError",
    "EngineUnavailable",
    "environment_variables",
    "running_engine",
]
