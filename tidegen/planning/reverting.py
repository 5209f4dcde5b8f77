"""Drift that is brought back to the templates, by drift-aware change sets.

AWS docs, "Using drift-aware change sets": with DeploymentMode REVERT_DRIFT CloudFormation compares
the template with the actual resources. Such a change set only updates one stack: AWS's own language
server and the AWS CDK create it neither with nested stacks nor with imports (aws/aws-cdk-cli#1127).
So each stack of a root has its own.
"""

from dataclasses import dataclass, field

from tidegen.planning.changes import Change
from tidegen.planning.model import StackAddress, StackState


@dataclass(frozen=True, kw_only=True)
class RevertRequest:
    """The request for a drift-aware change set: the stack's own template and parameters."""

    stack: str
    name: str
    parameters: tuple[str, ...] = ()
    service_role: str | None = None


@dataclass(frozen=True, kw_only=True)
class RevertStep:
    """One stack with drift: a root, whose path is empty, or one nested in it.

    `change_set_id` is empty where CloudFormation finds nothing to change; `reason` says why it
    created no change set.
    """

    address: StackAddress
    path: str
    state: StackState = field(repr=False)
    change_set_id: str = ""
    changes: tuple[Change, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class RevertPlan:
    """The stacks whose resources differ from their templates, roots first."""

    environment: str
    steps: tuple[RevertStep, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes that bring the drift back."""
        return tuple(change for step in self.steps for change in step.changes)

    @property
    def problems(self) -> tuple[RevertStep, ...]:
        """The stacks whose drift cannot be brought back."""
        return tuple(step for step in self.steps if step.reason)
