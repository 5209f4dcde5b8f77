"""The Service Authorization Reference: what each action acts on, and which condition keys it has.

The committed file next to this module holds the actions that handlers of CloudFormation call and
CloudFormation's own; `make reference` writes it. AWS docs, "Actions, resources, and condition keys
for AWS services".
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMITTED = Path(__file__).with_name("reference.json")
_TAG_KEY = "${TagKey}"
_OF_REQUEST = ("aws:RequestTag/", "aws:TagKeys")


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """A type of resource that an action acts on."""

    name: str
    #: Its ARN, with variables such as `${Partition}` and `${VpcId}`.
    arn: str
    #: Whether each call of the action names a resource of this type.
    required: bool
    keys: frozenset[str]

    def has_key(self, key: str) -> bool:
        """Return whether the action has the condition key for this type."""
        return _has(self.keys, key)


@dataclass(frozen=True, kw_only=True)
class Action:
    """One action; without resource types, it acts on `*` only."""

    name: str
    level: str
    types: tuple[ResourceType, ...]
    #: Condition keys of the action itself, for any resource.
    keys: frozenset[str]

    def has_key(self, key: str) -> bool:
        """Return whether the action has the condition key, for one of its types at least."""
        return _has(self.keys, key) or any(item.has_key(key) for item in self.types)


def action_named(name: str) -> Action | None:
    """Return the action of that name, in any case of letters; None if it is not in the file."""
    spelled = _spellings().get(name.lower())
    return _read(spelled) if spelled else None


@functools.cache
def all_types() -> tuple[ResourceType, ...]:
    """Return every type of resource, with the condition keys that it has for any action."""
    content = _committed()
    return tuple(
        ResourceType(
            name=name.partition(":")[2],
            arn=arn,
            required=False,
            keys=frozenset(content["key_sets"][keys]),
        )
        for name, (arn, keys) in content["types"].items()
    )


def actions_of(service: str) -> tuple[Action, ...]:
    """Return the actions of a service that are in the file."""
    names = (name for name in _committed()["actions"] if name.startswith(f"{service}:"))
    return tuple(map(_read, names))


@functools.cache
def services() -> tuple[str, ...]:
    """Return the prefixes of the services in the file."""
    return tuple(sorted({name.partition(":")[0] for name in _committed()["actions"]}))


def source() -> tuple[str, str]:
    """Return where the data comes from, and the day of its release."""
    content = _committed()
    return content["source"], content["released"]


@functools.lru_cache(maxsize=4096)
def _has(keys: frozenset[str], key: str) -> bool:
    """Return whether a key is among them; a tag's key there covers all tags."""
    name = key.lower()
    return any(
        name.startswith(item.removesuffix(_TAG_KEY).lower())
        if item.endswith(_TAG_KEY)
        else name == item.lower()
        for item in keys
    )


@functools.cache
def _read(name: str) -> Action:
    content = _committed()
    level, types, keys = content["actions"][name]
    service = name.partition(":")[0]
    return Action(
        name=name,
        level=level,
        types=tuple(_type(service, item, index) for item, index in types.items()),
        keys=frozenset(content["key_sets"][keys]),
    )


def _type(service: str, item: str, index: int) -> ResourceType:
    """Return a type with the keys that the action has for it, and those of the type itself.

    Tags of a request depend on the action: a type lists them for some of its actions.
    """
    content = _committed()
    name = item.rstrip("*")
    arn, of_type = content["types"][f"{service}:{name}"]
    lasting = [key for key in content["key_sets"][of_type] if not key.startswith(_OF_REQUEST)]
    return ResourceType(
        name=name,
        arn=arn,
        required=item.endswith("*"),
        keys=frozenset([*content["key_sets"][index], *lasting]),
    )


@functools.cache
def _committed() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(COMMITTED.read_bytes())
    return content


@functools.cache
def _spellings() -> Mapping[str, str]:
    return {name.lower(): name for name in _committed()["actions"]}
