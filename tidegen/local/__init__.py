"""The embedded local AWS: an engine that tidegen starts for a command, a test or a demo."""

from tidegen.local.engine import Engine, environment_variables, running_engine

__all__ = [
    "Engine",
    "environment_variables",
    "running_engine",
]
