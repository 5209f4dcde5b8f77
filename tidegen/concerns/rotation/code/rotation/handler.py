"""Lambda's entry point: one step of one rotation."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from .steps import run


@cache
def _client() -> Any:
    import boto3  # only here: importing this module needs no AWS

    return boto3.client("secretsmanager")


def handle(event: Mapping[str, str], _context: object) -> None:
    """Run the step and log one line: secret, step, result. Lambda logs any exception."""
    done = run(_client(), event)
    print(json.dumps({"secret": event["SecretId"], "step": event["Step"], "done": done}))
