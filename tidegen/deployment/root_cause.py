"""Why an operation failed: the one event that led to all others, with what to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from tidegen.errors import DeploymentError, Problem
from tidegen.planning.model import STACK_TYPE, StackEvent

#: Part of the reason → advice. Messages as CloudFormation words them (failure catalogue).
ADVICE = {
    "is not empty": "empty the bucket by hand, or keep it",
    "already scheduled for deletion": "restore the secret and import it, or wait until it is gone",
    "already exists": "import the resource into the stack, or remove what nobody needs",
    "is not authorized to perform": "give the role this action, then deploy again",
    "AccessDenied": "give the role this action, then deploy again",
    "Access Denied": "check the bucket's policy and the role's permissions",
    "provided s3 key prefix": "the bucket must let the service write before it is used",
    "maximum number of configuration recorders": "this account and region records already",
    "a detector already exists": "GuardDuty is on already; import the detector",
    "Incorrect S3 bucket policy": "the trail's bucket must let CloudTrail write first",
    "failed to join the kubernetes cluster": "check the nodes' routes, endpoints and role",
    "key policy will not allow you": "the key policy must leave the account its administration",
    "invalid principals": "a principal named in the policy does not exist yet",
    "custom-named resource requires replacing": "give the resource another name",
    "maximum number of addresses": "ask AWS for more elastic addresses",
    "sufficient capacity": "choose another zone or instance type",
    "VcpuLimitExceeded": "ask AWS for a higher vCPU quota",
    "LimitExceeded": "ask AWS for a higher quota",
    "limit exceeded": "ask AWS for a higher quota",
    "SUCCESS signal": "read the instance's boot log, then deploy again",
    "Email address is not verified": "verify the identity or leave the SES sandbox",
    "does not exist or is not allowed to be used": "the key policy must let the service use it",
    "Maximum policy size": "split the policy",
    "Action denied by stack policy": "the resource holds state; see --allow-replace",
    "Rate exceeded": "AWS throttled; deploy again",
    "S3 error": "check that the template is in the artifacts bucket of this region",
    "No export named": "roots take values by parameter; remove the import",
}
_DEFAULT_ADVICE = "mend the cause and run the same command again"
_CONSEQUENCES = ("cancelled", "Resource update cancelled", "The following resource(s) failed")


@dataclass(frozen=True)
class RootCause:
    """The first thing that failed."""

    path: str
    type: str
    reason: str
    advice: str

    def __str__(self) -> str:
        return f"{self.type}: {self.reason or 'no reason given'}; {self.advice}"


def find_root_cause(events: Iterable[StackEvent]) -> RootCause | None:
    """The earliest failure in the deepest stack, leaving out what only followed from it."""
    failed = [event for event in events if event.status.endswith("_FAILED")]
    if not failed:
        return None
    first = min(failed, key=_rank)
    return RootCause(first.path, first.type, first.reason, advice(first.reason))


def _rank(event: StackEvent) -> tuple[bool, bool, bool, int, float]:
    """Causes before consequences, resources before stacks, then depth, then time."""
    consequence = any(text in event.reason for text in _CONSEQUENCES)
    cleaning = event.status == "DELETE_FAILED" or "ROLLBACK" in event.status
    is_stack = event.type == STACK_TYPE
    return consequence, cleaning, is_stack, -event.path.count("/"), event.time.timestamp()


def advice(reason: str) -> str:
    """What to do about a reason."""
    return next((text for part, text in ADVICE.items() if part in reason), _DEFAULT_ADVICE)


def failure(stack: str, status: str, reason: str, events: Iterable[StackEvent]) -> DeploymentError:
    """The error for a failed operation: the root cause first, then the stack's own state."""
    cause = find_root_cause(events)
    own = Problem(stack, f"is {status}" + (f": {reason}" if reason else ""))
    if cause is None:
        return DeploymentError(own)
    return DeploymentError(Problem(cause.path, str(cause)), own)
