"""Decide a handler's calls, and word a denial as AWS does.

Words of the reason: AWS docs, "Troubleshoot access denied error messages".
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from tidegen.iam.evaluation import Decision, decide
from tidegen.iam.patterns import UNKNOWN
from tidegen.iam.statements import Request
from tidegen.local.authorization.calls import Call, Target, calls_of
from tidegen.local.authorization.context import keys_of
from tidegen.local.authorization.roles import Role
from tidegen.local.authorization.subject import Subject
from tidegen.local.refusals import message


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A call on one resource, and the decision on it."""

    action: str
    arn: str
    decision: Decision


def judged_calls(subject: Subject, role: Role) -> Iterator[Judged]:
    """Yield each call of a handler on each resource, decided for the role."""
    for call in calls_of(subject, role.arn):
        yield from (_judged(call, target, subject, role) for target in call.targets)


def _judged(call: Call, target: Target, subject: Subject, role: Role) -> Judged:
    kind, arn = target
    keys = keys_of(call.action, kind, arn, subject, role)
    request = Request(call.action.name, arn, keys.known, keys.unknown)
    decision = decide(request, role.identity(request.action), role.boundary(request.action))
    return Judged(action=call.action.name, arn=arn, decision=decision)


def denial(item: Judged, subject: Subject, role: Role) -> str:
    """Return the message of a denied call, as CloudFormation shows it."""
    return message("call-denied").format(
        session=role.session(subject.account),
        action=item.action,
        arn=item.arn.replace(UNKNOWN, "*"),
        reason=_reason(item),
        service=item.action.partition(":")[0].capitalize(),
        request=uuid.uuid4(),
        token=uuid.uuid4(),
    )


def _reason(item: Judged) -> str:
    layer = item.decision.layer
    if item.decision.statement:
        article = "an" if layer[0] in "aeiou" else "a"
        return f"with an explicit deny in {article} {layer}"
    return f"because no {layer} allows the {item.action} action"
