"""The data of a rehearsal: the same in every run, of every form that a copy could lose."""

import random
from collections.abc import Mapping
from typing import Any

from tidegen.deployment.rehearsal.ports import StoredObject

_SEED = 20261201
#: Bytes of the uploads: none, one, odd ones, and one above the size of a part of an upload.
_SIZES = (0, 1, 1023, 65_536, 300_001, 9_000_000)
_DATABASE_BYTES = 4_000_003
_ITEMS = 40


def uploads() -> dict[str, StoredObject]:
    """Return objects by key, with metadata and tags, and with names that need quoting."""
    source = random.Random(_SEED)  # noqa: S311 - it is no secret
    return {
        f"{prefix}/2026/{number:03} é+&.bin": _object(source, size)
        for prefix in ("blobs", "device_logs")
        for number, size in enumerate(_SIZES)
    }


def _object(source: random.Random, size: int) -> StoredObject:
    return StoredObject(
        content=source.randbytes(size),
        media_type="application/octet-stream",
        metadata={"device": f"{source.getrandbits(32):08x}"},
        tags={"GuardDutyMalwareScanStatus": "NO_THREATS_FOUND"},
    )


def assets() -> dict[str, StoredObject]:
    """Return the public assets of mails."""
    source = random.Random(_SEED + 1)  # noqa: S311
    return {"logo.png": StoredObject(content=source.randbytes(20_000), media_type="image/png")}


def database() -> bytes:
    """Return the content of the database."""
    return random.Random(_SEED + 2).randbytes(_DATABASE_BYTES)  # noqa: S311


def items(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return items for a table with these keys, of every type of value."""
    source = random.Random(_SEED + 3)  # noqa: S311
    return [_item(schema, number, source) for number in range(_ITEMS)]


def _item(schema: Mapping[str, Any], number: int, source: random.Random) -> Mapping[str, Any]:
    types = {item["AttributeName"]: item["AttributeType"] for item in schema["attributes"]}
    keys = {name: _key(types[name], number) for name in schema["keys"]}
    return {
        **keys,
        "bytes": {"B": source.randbytes(64)},
        "count": {"N": str(source.getrandbits(60))},
        "list": {"L": [{"S": "ä"}, {"NULL": True}, {"BOOL": False}]},
        "map": {"M": {"empty": {"S": ""}, "set": {"SS": ["a", "b"]}}},
    }


def _key(kind: str, number: int) -> dict[str, Any]:
    values: dict[str, Any] = {"N": str(number), "B": b"%d" % number, "S": f"key-{number}"}
    return {kind: values[kind]}


def secret(name: str) -> str:
    """Return the text of a seeded secret."""
    return f'{{"Rehearsed": "{random.Random(name).getrandbits(64):016x}"}}'  # noqa: S311
