"""The private parts of ministack that tidegen uses.

No other module of tidegen names a ministack module. Everything is imported on first use, because
ministack reads its settings from the environment while it is imported.
"""

import importlib
from collections.abc import Mapping
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


def bucket_region(name: str) -> str:
    """Return the region of a bucket; empty if there is none of that name."""
    s3 = service("s3")
    owner = s3._bucket_owner_account(name)
    record = s3._buckets.get_scoped(owner, None, name) if owner is not None else None
    return str((record or {}).get("region") or "")


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


def stack_records() -> Any:
    """Return the engine's stacks, by name."""
    return cloudformation()._stacks


def stack_record(name: str) -> dict[str, Any]:
    """Return the engine's record of a stack; empty without one."""
    record: dict[str, Any] = stack_records().get(name) or {}
    return record


def resource_record(stack_name: str, logical_id: str) -> dict[str, Any]:
    """Return a stack's record of a resource; empty without one."""
    record: dict[str, Any] = stack_record(stack_name).get("_resources", {}).get(logical_id) or {}
    return record


def change_set_records() -> Any:
    """Return the engine's change sets, by id."""
    return cloudformation()._change_sets


def template_functions() -> Any:
    """Return the module that parses templates and orders their resources."""
    return module(f"{_CLOUDFORMATION}.engine")


def template_at(url: str) -> Any:
    """Return the parsed template at a URL; None if there is none."""
    body, error = module(f"{_CLOUDFORMATION}.helpers")._resolve_template({"TemplateURL": [url]})
    return template_functions()._parse_template(body) if body and not error else None


def parameter(params: Mapping[str, Any], name: str) -> str:
    """Return a parameter of a request; empty without one."""
    return str((params.get(name) or [""])[0])


def validation_error(message: str) -> Any:
    """Return CloudFormation's answer to a request that it refuses."""
    return module(f"{_CLOUDFORMATION}.helpers")._error("ValidationError", message)


def drift() -> Any:
    """Return the module that detects drift."""
    return module(f"{_CLOUDFORMATION}.drift")


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
