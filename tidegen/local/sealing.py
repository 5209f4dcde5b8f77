"""Variables of the shell that decide nothing for a local engine: proxies, profiles, endpoints."""

import os
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

#: The variables that the engine's process keeps; ministack reads a hundred others as its settings.
_KEPT = ("HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV")
_KEPT_PREFIXES = ("COVERAGE_", "LC_", "PYTHON")
#: Proxies, in lower case, as every HTTP library reads them.
_PROXIES = ("all_proxy", "ftp_proxy", "http_proxy", "https_proxy")
_CONNECT_TIMEOUT = 1.0  # seconds; the engine is on this machine


def sealed(variables: Mapping[str, str], engine: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a command that talks to the engine only.

    `engine` are the engine's own. Nothing else of AWS is left, no proxy is between, and no
    configuration file is read: a profile, an endpoint or a service of another tool decides nothing.
    """
    kept = {name: value for name, value in variables.items() if not _decides(name)}
    files = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
    return {**kept, **dict.fromkeys(files, os.devnull), **engine}


def seal(engine: Mapping[str, str]) -> None:
    """Seal this process."""
    variables = sealed(os.environ, engine)
    os.environ.clear()
    os.environ.update(variables)


def engine_process_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that the engine's process keeps."""
    return {
        name: value
        for name, value in variables.items()
        if name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }


def answers(endpoint: str) -> bool:
    """Return whether something listens at an endpoint on this machine."""
    parts = urlsplit(endpoint)
    try:
        address = (parts.hostname or "", parts.port or 80)
        socket.create_connection(address, timeout=_CONNECT_TIMEOUT).close()
    except (OSError, ValueError):
        return False
    return True


def _decides(name: str) -> bool:
    return name.startswith("AWS_") or name.lower() in _PROXIES
