"""The ports of a rehearsal: commands, data of one region, and one member of the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """An object in S3, as a service stores it."""

    content: bytes = field(repr=False)
    media_type: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableCopy:
    """A table's keys and items; the items by their keys, as text."""

    schema: Mapping[str, Any]
    items: Mapping[str, Any] = field(repr=False)


class Store(Protocol):
    """The data of one account and region. Problems are raised as `tidegen.errors`."""

    def put_object(self, bucket: str, key: str, item: StoredObject) -> None:
        """Upload an object."""

    def objects(self, bucket: str) -> Mapping[str, StoredObject]:
        """Return all objects of a bucket, by key."""

    def keys(self, bucket: str) -> list[str]:
        """Return the keys of a bucket's objects."""

    def replica(self, bucket: str) -> str:
        """Return the name of a bucket's replica; raise RefusedError without replication."""

    def replicate(self, bucket: str) -> int:
        """Copy all objects as the bucket's replication says; raise RefusedError without one."""

    def copy_objects(self, source: str, target: str) -> int:
        """Copy all objects of a bucket into another of the region; return their number."""

    def put_items(self, table: str, items: list[Mapping[str, Any]]) -> None:
        """Write items into a table."""

    def table(self, name: str) -> TableCopy:
        """Return a table's keys and items."""

    def create_table(self, name: str, copy: TableCopy) -> str:
        """Create a table with these items and return its ARN, as a restore does."""

    def user_data(self, launch_template: str) -> str:
        """Return the decoded user data of the newest version of a launch template."""


class Shell(Protocol):
    """Runs commands as the runbook has them, in the copy of the project."""

    def run(self, script: str) -> str:
        """Return the output of a script; raise DeploymentError with its last lines if it fails."""


class Member(Protocol):
    """One member of the replica set: its programs are the deployed ones, its mongod is a file."""

    data: bytes

    def install(self, user_data: str) -> None:
        """Read the settings and the programs as the member's boot does."""

    def run(self, program: str, *arguments: str, **settings: str) -> str:
        """Return the messages of a program; raise DeploymentError if it fails."""
