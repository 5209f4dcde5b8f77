"""Calls that ministack's services do not have: they end what makes AWS refuse a deletion."""

import json
import re
from typing import Any
from urllib.parse import unquote

from tidegen.local import upstream

_CLUSTER = re.compile(r"/clusters/([^/]+)/update-config")
_RECOVERY_POINT = re.compile(r"/backup-vaults/([^/]+)/recovery-points/(.+)")


def install() -> None:
    """Add UpdateClusterConfig (deletion protection only) and DeleteRecoveryPoint."""
    _add("eks", "POST", _CLUSTER, _set_protection)
    _add("backup", "DELETE", _RECOVERY_POINT, _delete_recovery_point)


def _add(service: str, method: str, path: re.Pattern[str], answer: Any) -> None:
    """Answer a service's requests of this method and path."""
    module = upstream.service(service)
    serve = module.handle_request

    async def handle_request(
        asked_method: str, asked_path: str, headers: dict[str, str], body: bytes, query: Any
    ) -> Any:
        match = path.fullmatch(asked_path)
        if asked_method == method and match:
            return answer(module, *map(unquote, match.groups()), json.loads(body or b"{}"))
        return await serve(asked_method, asked_path, headers, body, query)

    module.handle_request = handle_request


def _set_protection(module: Any, name: str, body: dict[str, Any]) -> Any:
    """Set a cluster's deletion protection."""
    cluster = module._clusters.get(name)
    if cluster is None:
        return module._describe_cluster(name)
    cluster["deletionProtection"] = bool(body.get("deletionProtection"))
    update = {"id": name, "status": "Successful", "type": "DeletionProtectionUpdate"}
    return module._json_resp(200, {"update": update})


def _delete_recovery_point(module: Any, vault: str, point: str, _: dict[str, Any]) -> Any:
    """Delete a recovery point that a backup job has made in a vault."""
    jobs = [job for job in module._jobs.values() if job["RecoveryPointArn"] == point]
    if vault not in module._vaults or not jobs:
        return module._not_found(f"Recovery point '{point}' not found.")
    jobs[0]["RecoveryPointArn"] = ""
    module._vaults[vault]["NumberOfRecoveryPoints"] -= 1
    return module._ok({})
