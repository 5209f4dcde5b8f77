"""Credentials: resolved once for all ports, regions and threads of a command, and cached in files.

An MFA code is good for one use, so that a command may ask for one only. The files are those of the
AWS CLI (awscli/customizations/assumerole.py): a command after it asks for no code either.
"""

import getpass
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from tidegen.errors import AccessError, Problem

_CLI_CACHE = "~/.aws/cli/cache"
#: The providers of botocore that keep what a service gave them.
_CACHING = ("assume-role", "assume-role-with-web-identity")
#: Characters that a role session name cannot have (STS, AssumeRole, RoleSessionName).
_NOT_ALLOWED = re.compile(r"[^\w+=,.@-]+", re.ASCII)
_LONGEST = 64  # characters of a role session name
_known: dict[tuple[object, ...], Any] = {}
_lock = Lock()


def shared(key: tuple[str | None, ...], resolve: Callable[[], Any]) -> Any:
    """Return the credentials of a profile and role, resolved by the first caller.

    Variables of AWS are part of the key: they can decide, too.
    """
    variables = sorted((k, v) for k, v in os.environ.items() if k.startswith("AWS_"))
    full = (*key, *variables)
    with _lock:
        if full not in _known:
            _known[full] = resolve()
        return _known[full]


def prepare_providers(session: Any) -> None:
    """Let a botocore session keep credentials in the AWS CLI's files, and ask on terminals only."""
    chain = session.get_component("credential_provider")
    for name in _CACHING:
        chain.get_provider(name).cache = _file_cache()
    # botocore has no public way to set the question for an MFA code.
    chain.get_provider("assume-role")._prompter = mfa_code


def mfa_code(question: str) -> str:
    """Ask for an MFA code on the terminal; raise AccessError without one."""
    try:
        with open("/dev/tty", "rb"):
            pass
    except OSError:
        text = (
            f"{question.strip().rstrip(':')}, and there is no terminal; run the command on one, or "
            "set the variables of 'aws configure export-credentials --format env'"
        )
        raise AccessError(Problem("", text)) from None
    return getpass.getpass(question)


def role_session_name(variables: Mapping[str, str]) -> str:
    """Return the name of a role session, which CloudTrail records: who, or which workflow run."""
    names = ["tidegen", *_origin(variables)]
    text = "-".join(_NOT_ALLOWED.sub("-", name).strip("-") for name in names if name)
    return text[:_LONGEST]


def _origin(variables: Mapping[str, str]) -> tuple[str, ...]:
    if variables.get("GITHUB_ACTIONS") == "true":
        return variables.get("GITHUB_ACTOR", "")[:32], variables.get("GITHUB_RUN_ID", "")
    try:
        return (getpass.getuser(),)
    except (KeyError, OSError):  # a user id without a name
        return (f"uid-{os.getuid()}",)


def _file_cache() -> Any:
    """Return the AWS CLI's cache; a folder that cannot be written keeps nothing."""
    from botocore.utils import JSONFileCache

    class Cache(JSONFileCache):  # type: ignore[misc]
        """Files of credentials, each readable by its owner only."""

        def __setitem__(self, key: str, value: Any) -> None:
            with suppress(OSError):
                super().__setitem__(key, value)

    return Cache(str(Path(_CLI_CACHE).expanduser()))
