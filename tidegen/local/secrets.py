"""Changes to ministack's secrets: their ids, promoting a replica, and importing a secret."""

import json
from typing import Any

from tidegen.local import upstream
from tidegen.local.physical_ids import identify

_ACTION = "StopReplicationToReplica"
_TYPE = "AWS::SecretsManager::Secret"


def install() -> None:
    """Add the action StopReplicationToReplica, and let change sets import secrets."""
    module = upstream.service("secretsmanager")
    serve = module.handle_request

    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query: Any
    ) -> Any:
        if headers.get("x-amz-target", "").endswith(f".{_ACTION}"):
            return _promoted(module, json.loads(body)["SecretId"])
        return await serve(method, path, headers, body, query)

    module.handle_request = handle_request
    upstream.change_sets()._IMPORT_LOOKUPS[_TYPE] = (("Id",), _import_problem)
    identify_secrets_by_arn()


def identify_secrets_by_arn() -> None:
    """Make `Ref` of a secret its ARN, as the type's documentation says.

    Upstream: the physical id is the name, so that a policy with it is malformed.
    """
    identify(_TYPE, lambda made: str(made[1]["Id"]), _name)
    upstream.provisioners()._RESOURCE_HANDLERS[_TYPE]["import"] = _imported
    readers = upstream.drift()._DRIFT_READERS
    read, known = readers[_TYPE]
    readers[_TYPE] = (lambda physical_id, *rest: read(_name(physical_id), *rest), known)


def _name(arn: str) -> str:
    """Return the name of a secret; the ARN itself when there is no such secret."""
    return upstream.service("secretsmanager")._resolve(arn)[0] or arn


def _promoted(module: Any, secret_id: str) -> Any:
    _, secret = module._resolve(secret_id)
    if secret is None or not module._is_replica(secret):
        # AWS documents no message
        return module.error_response_json("InvalidRequestException", "This is no replica", 400)
    module._unlink_from_primary(secret)
    del secret["_PrimarySecretArn"], secret["_PrimaryRegion"]
    return module.json_response({"ARN": secret["ARN"]})


def _secret(arn: str) -> Any:
    """Return the secret of that ARN in this region, or None."""
    return upstream.service("secretsmanager")._resolve(arn)[1]


def _import_problem(arn: str) -> str | None:
    """Return the error for a replica or an unknown secret: only primaries can be in a stack."""
    module, secret = upstream.service("secretsmanager"), _secret(arn)
    if secret is None or module._is_replica(secret):
        return f"Resource of type '{_TYPE}' with identifier '{arn}' was not found."
    return None


def _imported(identifier: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Return the secret's ARN and its attributes."""
    arn = identifier["Id"]
    return arn, {"Id": arn, "Arn": arn}
