"""The port: what deployment asks of one account and region, whoever answers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from tidegen.planning.changes import ChangeSet, ChangeSetRequest
from tidegen.planning.drift import Detection, ResourceDrift
from tidegen.planning.importing import ImportRequest
from tidegen.planning.model import Place, StackEvent, StackResource, StackState
from tidegen.planning.secrets import ListedSecret, StoredSecret


class Cloud(Protocol):
    """CloudFormation, S3, STS and Secrets Manager of one account and region.

    Stacks and secrets go by name or by id. Problems are raised as `tidegen.errors`; what is not
    there is None or empty.
    """

    @property
    def poll_seconds(self) -> float:
        """Seconds between two looks at work in progress."""

    def account(self) -> str:
        """The account that the credentials belong to."""

    def stack(self, name: str) -> StackState | None:
        """The stack; None if there is none of that name."""

    def project_stacks(self, project: str) -> tuple[StackState, ...]:
        """The root stacks tagged with the project, sorted by name."""

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """The stack's resources; empty if there is no stack."""

    def events(self, stack: str, since: datetime | None) -> tuple[StackEvent, ...]:
        """The stack's events from `since` on, oldest first; empty if there is no stack."""

    def template(self, stack: str) -> str:
        """The text of the stack's template, as it was sent; empty if there is none yet."""

    def create_change_set(self, request: ChangeSetRequest) -> str:
        """Start making a change set with nested stacks; its id."""

    def change_set(self, change_set_id: str) -> ChangeSet:
        """The change set with all its pages and, where the engine has them, its children."""

    def change_set_problems(self, change_set_id: str) -> tuple[str, ...]:
        """What CloudFormation's early validation holds against a change set; empty if unknown."""

    def create_import(self, request: ImportRequest) -> str:
        """Start making a change set that imports; its id. A stack that is not there is made."""

    def existing(self, type_name: str, identifier: str) -> Mapping[str, Any] | None:
        """The properties of what exists, in the template's words; None if nobody may say."""

    def delete_change_set(self, change_set_id: str) -> None:
        """Delete a change set; its nested ones go with it."""

    def execute_change_set(self, change_set_id: str) -> None:
        """Start what the change set says."""

    def continue_rollback(
        self, stack: str, service_role: str | None, skip: Sequence[str] = ()
    ) -> None:
        """Take up a rollback that failed, without the resources to skip."""

    def delete_stack(self, stack: str, service_role: str | None) -> None:
        """Start deleting a stack."""

    def object_exists(self, bucket: str, key: str, content: bytes) -> bool:
        """Whether the bucket has that object; RefusedError where it has other bytes there."""

    def put_object(self, bucket: str, key: str, content: bytes) -> None:
        """Upload an object, never over another."""

    def object_url(self, bucket: str, key: str) -> str:
        """The address under which CloudFormation reads an object."""

    def set_termination_protection(self, stack: str, *, enabled: bool) -> None:
        """Switch the termination protection of a root stack."""

    def stack_policy(self, stack: str) -> str | None:
        """The stack's policy as JSON; None if it has none."""

    def set_stack_policy(self, stack: str, policy: str) -> None:
        """Replace the stack's policy."""

    def detect_drift(self, stack: str) -> str:
        """Start comparing a stack's resources with what is there; the detection's id."""

    def drift_detection(self, detection_id: str) -> Detection:
        """How far a detection is."""

    def resource_drifts(self, stack: str) -> tuple[ResourceDrift, ...]:
        """What the last detection found of each resource that CloudFormation can check."""

    def secret(self, secret_id: str) -> StoredSecret | None:
        """The current version of a secret; None if there is none of that name."""

    def put_secret(self, secret_id: str, text: str, version: str) -> None:
        """Make `text` the current version, with `version` as its id. Errors carry no value."""

    def promote_secret(self, secret_id: str) -> None:
        """Make a replica a secret of its own; its link to the primary is gone for good."""

    def listed_secrets(self, prefix: str) -> Mapping[str, ListedSecret]:
        """The secrets whose names start with `prefix`, by name, without their values."""


Connect = Callable[[Place], Cloud]
