"""The name servers of a domain, as this machine's resolver gives them (RFC 1035).

Python's library resolves addresses only, and one question does not justify a dependency.
"""

import secrets
import socket
import struct
from pathlib import Path

from tidegen.aws.sessions import local_endpoint
from tidegen.errors import DeploymentError

_NS, _INTERNET = 2, 1
_RECURSION_DESIRED = 0x0100
_NO_SUCH_NAME = 3
_TIMEOUT = 3.0  # seconds
_HEADER = struct.Struct("!6H")
_RECORD = struct.Struct("!HHIH")


def name_servers(domain: str) -> tuple[str, ...]:
    """Return the name servers in the parent zone, sorted; none if there is no delegation.

    Raises DeploymentError if no resolver answers, and on a local engine: its zones are not in DNS.
    """
    if local_endpoint():
        raise DeploymentError("a local engine's zones are not in DNS")
    number = secrets.randbelow(0x10000)
    question = _HEADER.pack(number, _RECURSION_DESIRED, 1, 0, 0, 0) + _encoded(domain)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
            channel.settimeout(_TIMEOUT)
            channel.sendto(question + struct.pack("!2H", _NS, _INTERNET), (_resolver(), 53))
            answer = channel.recv(4096)
        return parsed(answer, number)
    except (OSError, struct.error, IndexError) as error:
        raise DeploymentError(f"DNS does not answer for {domain} ({error})") from error


def parsed(answer: bytes, number: int) -> tuple[str, ...]:
    """Return the name servers in the answer to question `number`; raise OSError for another."""
    identifier, flags, questions, answers, _, _ = _HEADER.unpack_from(answer)
    code = flags & 0xF
    if identifier != number or code not in (0, _NO_SUCH_NAME):
        raise OSError(f"answer {code}")
    place = _HEADER.size
    for _ in range(questions):
        place = _name(answer, place)[1] + 4
    servers = []
    for _ in range(answers):
        place = _name(answer, place)[1]
        kind, _, _, length = _RECORD.unpack_from(answer, place)
        place += _RECORD.size
        if kind == _NS:
            servers.append(_name(answer, place)[0])
        place += length
    return tuple(sorted(servers))


def _resolver() -> str:
    for line in Path("/etc/resolv.conf").read_text().splitlines():
        words = line.split()
        if words[:1] == ["nameserver"] and ":" not in words[1]:
            return words[1]
    raise OSError("no resolver in /etc/resolv.conf")


def _encoded(domain: str) -> bytes:
    labels = [label.encode("idna") for label in domain.rstrip(".").split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _name(answer: bytes, place: int) -> tuple[str, int]:
    """Return the name at `place` and the place after it; a pointer may end it (RFC 1035, 4.1.4)."""
    labels: list[str] = []
    after = 0
    for _ in range(128):  # a malicious answer may point in circles
        length = answer[place]
        if length >= 0xC0:
            after = after or place + 2
            place = int.from_bytes(answer[place : place + 2]) & 0x3FFF
        elif length == 0:
            return ".".join(labels).lower(), after or place + 1
        else:
            labels.append(answer[place + 1 : place + 1 + length].decode("ascii", "replace"))
            place += length + 1
    raise OSError("a name without end")
