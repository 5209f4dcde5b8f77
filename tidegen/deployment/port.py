"""The port: the operations that deployment needs of one account and region."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from tidegen.planning.changes import ChangeSet, ChangeSetRequest
from tidegen.planning.drift import Detection, ResourceDrift
from tidegen.planning.importing import ImportRequest
from tidegen.planning.model import Place, StackResource, StackState
from tidegen.planning.reverting import RevertRequest
from tidegen.planning.secrets import ListedSecret, StoredSecret
from tidegen.planning.stack_events import StackEvent

#: Reads at the same time: CloudFormation throttles them per account; botocore repeats refused ones.
READERS = 8


class Cloud(Protocol):
    """CloudFormation, S3, STS and Secrets Manager of one account and region.

    Stacks and secrets are given by name or by id. Problems are raised as `tidegen.errors`; a
    missing stack or secret is None or empty.
    """

    @property
    def poll_seconds(self) -> float:
        """Seconds between two polls of work in progress."""

    def account(self) -> str:
        """Return the account that the credentials belong to."""

    def caller(self) -> str:
        """Return the ARN of the identity that the credentials belong to."""

    def stack(self, name: str) -> StackState | None:
        """Return the stack; None if there is none of that name."""

    def named_stacks(self, names: Collection[str]) -> Mapping[str, StackState | None]:
        """Return the stacks of these names, in as few calls as possible; None for a missing one."""

    def project_stacks(self, project: str) -> tuple[StackState, ...]:
        """Return the root stacks tagged with the project, sorted by name."""

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """Return the stack's resources; empty if there is no stack."""

    def events(self, stack: str, since: datetime | None) -> tuple[StackEvent, ...]:
        """Return the stack's events from `since` on, oldest first; empty if there is no stack."""

    def template(self, stack: str) -> str:
        """Return the text of the stack's template, as it was sent; empty if there is none yet."""

    def create_change_set(self, request: ChangeSetRequest) -> str:
        """Start to create a change set with nested stacks; return its id."""

    def change_set(self, change_set_id: str) -> ChangeSet:
        """Return the change set with all its pages and, where the engine has them, its children."""

    def change_set_problems(self, change_set_id: str) -> tuple[str, ...]:
        """Return what early validation or hooks report of a failed change set; empty if unknown."""

    def change_set_warnings(self, change_set_id: str) -> tuple[str, ...]:
        """Return what early validation and hooks warn of in a change set; empty if unknown."""

    def create_import(self, request: ImportRequest) -> str:
        """Start to create an import change set, and its stack if missing; return its id."""

    def create_revert(self, request: RevertRequest) -> str:
        """Start to create a drift-aware change set of one stack, as it is; return its id."""

    def existing(self, type_name: str, identifier: str) -> Mapping[str, Any] | None:
        """Return an existing resource's properties, named as in templates; None if unreadable."""

    def delete_change_set(self, change_set_id: str) -> None:
        """Delete a change set and its nested ones."""

    def execute_change_set(self, change_set_id: str, *, keep_on_failure: bool = False) -> None:
        """Start the operation of the change set; a failure may keep what it has created."""

    def undo_failed(self, stack: str, service_role: str | None) -> None:
        """Roll a failed operation back that kept what it had created."""

    def continue_rollback(
        self, stack: str, service_role: str | None, skip: Sequence[str] = ()
    ) -> None:
        """Continue a rollback that failed, without the resources to skip."""

    def delete_stack(self, stack: str, service_role: str | None) -> None:
        """Start deleting a stack."""

    def object_exists(self, bucket: str, key: str, content: bytes) -> bool:
        """Return whether the bucket has the object; raise RefusedError if its bytes differ."""

    def put_object(self, bucket: str, key: str, content: bytes) -> None:
        """Upload an object; never overwrite another."""

    def object_url(self, bucket: str, key: str) -> str:
        """Return the URL from which CloudFormation reads an object."""

    def set_termination_protection(self, stack: str, *, enabled: bool) -> None:
        """Enable or disable the termination protection of a root stack."""

    def stack_policy(self, stack: str) -> str | None:
        """Return the stack's policy as JSON; None if it has none."""

    def set_stack_policy(self, stack: str, policy: str) -> None:
        """Replace the stack's policy."""

    def detect_drift(self, stack: str) -> str:
        """Start to compare a stack's resources with its template; return the detection's id."""

    def drift_detection(self, detection_id: str) -> Detection:
        """Return the state of a detection."""

    def resource_drifts(self, stack: str) -> tuple[ResourceDrift, ...]:
        """Return the last detection's result for each resource that CloudFormation can check."""

    def secret(self, secret_id: str) -> StoredSecret | None:
        """Return the current version of a secret; None if there is none of that name."""

    def put_secret(self, secret_id: str, text: str, version: str) -> None:
        """Make `text` the current version, with `version` as its id. Errors carry no value."""

    def promote_secret(self, secret_id: str) -> None:
        """Turn a replica into an independent secret; its link to the primary is lost for good."""

    def listed_secrets(self, prefix: str) -> Mapping[str, ListedSecret]:
        """Return the secrets whose names start with `prefix`, by name, without their values."""


Connect = Callable[[Place], Cloud]
