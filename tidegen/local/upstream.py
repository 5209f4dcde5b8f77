"""The private parts of ministack that tidegen uses.

No other module of tidegen names a ministack module. Everything is imported on first use, because
ministack reads its settings from the environment while it is imported.
"""

import importlib
from typing import Any

_CLOUDFORMATION = "ministack.services.cloudformation"


def module(name: str) -> Any:
    """Return the module called `name`, untyped."""
    return importlib.import_module(name)


def application() -> Any:
    """Return ministack's ASGI application."""
    return module("ministack.app").app


def router() -> Any:
    """Return the module that finds the service of a request."""
    return module("ministack.core.router")


def event_loop() -> Any:
    """Return the event loop that serves requests, or None before the server started."""
    return module("ministack.app")._MAIN_LOOP


def provisioners() -> Any:
    """Return the module with CloudFormation's handler table and its callers."""
    return module(f"{_CLOUDFORMATION}.provisioners")


def stacks() -> Any:
    """Return the module that runs stack operations."""
    return module(f"{_CLOUDFORMATION}.stacks")


def change_sets() -> Any:
    """Return the module that creates change sets, imports included."""
    return module(f"{_CLOUDFORMATION}.changesets")


def requests() -> Any:
    """Return the module that answers CloudFormation's other requests."""
    return module(f"{_CLOUDFORMATION}.handlers")


def cloudformation() -> Any:
    """Return the package that holds the stacks themselves."""
    return module(_CLOUDFORMATION)


def account() -> str:
    """Return the account number of the request being served."""
    return str(module("ministack.core.responses").get_account_id())


def region() -> str:
    """Return the region of the request being served."""
    return str(module("ministack.core.responses").get_region())


def now() -> str:
    """Return the time as the engine writes it."""
    return str(module("ministack.core.responses").now_iso())


def service(name: str) -> Any:
    """Return the module that serves one AWS service, such as `config`."""
    return module(f"ministack.services.{name}")
