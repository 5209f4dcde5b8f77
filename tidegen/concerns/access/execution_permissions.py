"""Permissions of the execution role: the calls of its resource types' handlers, with exceptions."""

from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatchcase

from tidegen.cloudformation.handlers import handler_permissions
from tidegen.cloudformation.schemas import UnknownTypeError
from tidegen.concerns.access.exceptions import is_excepted
from tidegen.contract import Concern, Context
from tidegen.errors import CompositionError, Problem

#: Granted as one where handlers call some of it: a managed policy has at most 6,144 characters.
_TOGETHER = ("firehose:*DeliveryStream", "firehose:*DeliveryStreamEncryption", "s3:GetBucket*")
#: The access concern has statements of its own for them, with conditions.
_ELSEWHERE = ("iam:", "cloudformation:")


def deploy_permissions(context: Context) -> set[str]:
    """Return the actions that deploying the concerns' templates needs, with their extras.

    IAM's own part is left out, as is nesting. Raises CompositionError for an unknown type.
    """
    extras = {action for item in _deployed(context) for action in item.extra_deploy_actions}
    called = {action for name in deployed_types(context) for action in granted_to(name)}
    actions = {action for action in extras | called if not action.startswith(_ELSEWHERE)}
    return _grouped(actions)


def deployed_types(context: Context) -> set[str]:
    """Return the resource types that CloudFormation manages as the execution role."""
    templates = map(context.template_of, _deployed(context))
    return {item.resource_type for t in templates for item in t.resources.values()}


def heaviest_concern(context: Context) -> tuple[str, int]:
    """Return the concern with the most actions that no other concern needs, and their number."""
    needs = {item.name: _needed(item, context) for item in _deployed(context)}
    counts = Counter(action for actions in needs.values() for action in actions)
    own = {name: sum(counts[a] == 1 for a in actions) for name, actions in needs.items()}
    return max(own.items(), key=lambda item: item[1])


def _needed(concern: Concern, context: Context) -> set[str]:
    types = {r.resource_type for r in context.template_of(concern).resources.values()}
    actions = {*concern.extra_deploy_actions, *(a for name in types for a in granted_to(name))}
    return {action for action in actions if not action.startswith(_ELSEWHERE)}


def granted_to(type_name: str) -> set[str]:
    """Return the calls of a type's handlers that the execution role is granted."""
    if not type_name.startswith("AWS::"):
        return set()  # custom resources, and private types with a role of their own
    try:
        actions = handler_permissions(type_name)
    except UnknownTypeError:
        reason = (
            "cfn-lint has no schema, so the permissions to deploy it are unknown; update cfn-lint"
        )
        raise CompositionError(Problem(f"resource type {type_name}", reason)) from None
    return {action for action in actions if not is_excepted(action, type_name)}


def _deployed(context: Context) -> list[Concern]:
    concerns = context.concerns
    return [item for item in concerns if any(scope.has_execution_role for scope in item.scopes)]


def _grouped(actions: Iterable[str]) -> set[str]:
    """Return wildcards, and of the other actions those that no wildcard covers."""
    names = set(actions)
    wildcards = {action for action in names if "*" in action}
    wildcards |= {p for p in _TOGETHER if any(fnmatchcase(name, p) for name in names)}
    return wildcards | {n for n in names if not any(fnmatchcase(n, p) for p in wildcards)}
