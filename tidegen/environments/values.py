"""Parameter values: what each root's templates take from a file, by dotted field."""

from collections.abc import Sequence
from typing import Any

from tidegen.contract import Scope
from tidegen.contract.fields import FIELDS
from tidegen.environments.model import AnyFile, EnvironmentFile, SharedFile


def parameter_values(file: AnyFile, scope: Scope, files: Sequence[AnyFile]) -> dict[str, str]:
    """Dotted field → parameter text, for every field of the catalogue in `scope`.

    Lists are joined by commas, booleans are true or false, what is left out is empty. `files` are
    all of the project's: the shared scope takes the accounts of those that use it.
    """
    derived = _derived(file, files)
    return {
        name: _text(derived[name] if name in derived else _value(file, name))
        for name, field in FIELDS.items()
        if scope in field.scopes
    }


def _derived(file: AnyFile, files: Sequence[AnyFile]) -> dict[str, Any]:
    """Values that the files do not say but imply."""
    found: dict[str, Any] = {}
    if isinstance(file, (EnvironmentFile, SharedFile)):
        network = file.network
        found |= {
            "domain": file.zone,
            "private_domain": f"{file.name}.internal",
            "network.public_subnets": network.subnets(0, 22),
            "network.data_subnets": network.subnets(16, 22),
            "network.private_subnets": network.subnets(64, 18),
        }
    if isinstance(file, EnvironmentFile):
        found["recovery.region"] = file.recovery.region if file.recovery else ""
        found["source.region"] = file.region
    if isinstance(file, SharedFile):
        users = [f for f in files if isinstance(f, EnvironmentFile) and f.shared == file.name]
        accounts = sorted({user.account for user in users})
        found["shared.allowed_accounts"] = [
            f"arn:{_partition(file.region)}:iam::{account}:root" for account in accounts
        ]
    return found


def _partition(region: str) -> str:
    """AWS docs, "Amazon Resource Names": the partition of a region."""
    prefixes = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
    return next((p for prefix, p in prefixes.items() if region.startswith(f"{prefix}-")), "aws")


def _value(file: AnyFile, name: str) -> Any:
    value: Any = file
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(map(str, value))
    return "" if value is None else str(value)
