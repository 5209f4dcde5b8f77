"""Permissions that a release takes from the execution role, kept until nothing needs them.

The access root comes first, and the roots after it are deployed as its execution role. A release
without a resource type has no permission to delete it either, so the old resources would stay. Such
a release deploys the access root twice: first with its own permissions and those of the deployed
stack that it removes, in policies of their own, and after the other roots as it is committed. Every
statement is one of a committed template: the new one, or the one that is deployed.
"""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tidegen.cloudformation.evaluation import evaluate
from tidegen.cloudformation.quotas import (
    DIRECT_TEMPLATE_BYTES,
    MANAGED_POLICY_SIZE,
    POLICIES_PER_ROLE,
    TEMPLATE_BYTES,
    batches,
)
from tidegen.cloudformation.references import attributes_used
from tidegen.cloudformation.resources import Properties, Resources, TemplateBody
from tidegen.cloudformation.values import listed, statements, text_of
from tidegen.errors import Problem, RefusedError
from tidegen.iam.patterns import covers, is_action
from tidegen.planning.model import ResolvedStep, RootTemplate
from tidegen.planning.templates import sha256

#: The output of the access root with the role's ARN, and the policies with what it loses.
ROLE_OUTPUT = "ExecutionRoleArn"
RETIRED = "RetiredPolicy"
_POLICY = "AWS::IAM::ManagedPolicy"
#: Characters that a policy is filled to: it grows by the partition's name.
_POLICY_SIZE = 5_800

Statement = Mapping[str, Any]


def retiring_template(
    step: ResolvedStep, deployed: TemplateBody, parameters: Mapping[str, str]
) -> RootTemplate | None:
    """Return the step's template with the deployed permissions that it removes; None without any.

    `deployed` and `parameters` are the deployed stack's. If permissions on other resources do not
    fit the quotas as well, only those for removed actions are kept. Raises RefusedError if not even
    they fit.
    """
    role = _role(step.template.body)
    old = _evaluated(step, deployed, parameters)
    new = _evaluated(step, step.template.body, step.parameters)
    offered = list(_allowed(new, role))
    held = list(_allowed(old, _role(deployed)))
    for exact in (True, False):
        kept = retired_statements(held, offered, exact=exact)
        if not kept:
            return None
        template = _with_policies(step.template, role, _known(kept, new))
        if _fits(template, role):
            return template
    problem = "removes more permissions at once than IAM's quotas let it keep meanwhile"
    remedy = "remove fewer resource types in one release"
    raise RefusedError(Problem(str(step.address), f"{problem}; {remedy}"))


def retired_statements(
    held: Iterable[Statement], offered: Iterable[Statement], *, exact: bool = True
) -> list[dict[str, Any]]:
    """Return what `held` allows and `offered` does not, one statement for the same resources.

    Without `exact` an action counts as allowed wherever it is named, on any resource.
    """
    groups: dict[str, dict[str, Any]] = {}
    offers = tuple(offered)
    for statement in held:
        actions = [
            action
            for action in listed(statement.get("Action"))
            if not any(_grants(offer, action, statement, exact=exact) for offer in offers)
        ]
        rest = {key: statement[key] for key in ("Resource", "Condition") if key in statement}
        group = groups.setdefault(json.dumps(rest, sort_keys=True), {**rest, "Action": set()})
        group["Action"] |= set(actions)
    return [
        {"Effect": "Allow", **group, "Action": sorted(group["Action"])}
        for _, group in sorted(groups.items())
        if group["Action"]
    ]


def _grants(offer: Statement, action: str, held: Statement, *, exact: bool) -> bool:
    if not any(is_action(action, pattern) for pattern in listed(offer.get("Action"))):
        return False
    if not exact:
        return True
    if offer.get("Condition", {}) not in ({}, held.get("Condition", {})):
        return False
    resources = listed(offer.get("Resource"))
    return all(any(_includes(r, item) for r in resources) for item in listed(held.get("Resource")))


def _includes(offered: Any, held: Any) -> bool:
    if offered == held or offered == "*":
        return True
    both = all(isinstance(item, str) or "Fn::Join" in item for item in (offered, held))
    return both and covers(text_of(offered), text_of(held))


def _role(body: TemplateBody) -> str:
    """Return the logical id of the execution role; empty if the template has none."""
    output = body.get("Outputs", {}).get(ROLE_OUTPUT, {})
    attribute = output.get("Value", {}).get("Fn::GetAtt", "")
    return attribute.partition(".")[0] if isinstance(attribute, str) else str(attribute[0])


def _evaluated(step: ResolvedStep, body: TemplateBody, parameters: Mapping[str, str]) -> Resources:
    pseudo = {
        "AWS::AccountId": step.account,
        "AWS::Region": step.region,
        "AWS::StackName": step.stack_name,
    }
    return evaluate({"": body}, {**parameters, **pseudo})


def _policies(resources: Mapping[str, TemplateBody], role: str) -> Iterator[Properties]:
    for resource in resources.values():
        properties = resource.get("Properties", {})
        if resource["Type"] == _POLICY and {"Ref": role} in listed(properties.get("Roles")):
            yield properties


def _allowed(resources: Resources, role: str) -> Iterator[Statement]:
    for policy in _policies(resources, role):
        for statement in statements(policy.get("PolicyDocument")):
            if statement.get("Effect") == "Allow":
                yield statement


def _known(kept: Iterable[dict[str, Any]], resources: Resources) -> list[dict[str, Any]]:
    """Return the statements that name no resource which the new template has no more."""
    return [
        statement
        for statement in kept
        if all("::" in name or name in resources for name, _ in attributes_used(statement))
    ]


def _with_policies(template: RootTemplate, role: str, kept: list[dict[str, Any]]) -> RootTemplate:
    body = copy.deepcopy(dict(template.body))
    like = next(_policies(body["Resources"], role), {})
    for number, batch in enumerate(batches(kept, _size, _POLICY_SIZE), start=1):
        document = {"Version": "2012-10-17", "Statement": batch}
        properties = {
            "Description": "Permissions that the next release removes, until it is deployed",
            "PolicyDocument": document,
            "Roles": [{"Ref": role}],
            **{name: like[name] for name in ("Path",) if name in like},
        }
        body["Resources"][f"{RETIRED}{number}"] = {"Type": _POLICY, "Properties": properties}
    content = json.dumps(body, separators=(",", ":"), default=str).encode()
    return replace(template, content=content, body=body, sha256=sha256(content))


def _size(batch: Iterable[Statement]) -> int:
    """Return the characters of a policy: IAM counts no white space."""
    texts = [
        {**statement, "Resource": [text_of(item) for item in listed(statement.get("Resource"))]}
        for statement in batch
    ]
    return len(json.dumps({"Version": "2012-10-17", "Statement": texts}, separators=(",", ":")))


def _fits(template: RootTemplate, role: str) -> bool:
    policies = list(_policies(template.body["Resources"], role))
    sizes = [_size(statements(item["PolicyDocument"])) for item in policies]
    limit = TEMPLATE_BYTES if template.is_uploaded else DIRECT_TEMPLATE_BYTES
    return (
        len(policies) <= POLICIES_PER_ROLE
        and len(template.content) <= limit
        and max(sizes, default=0) <= MANAGED_POLICY_SIZE
    )
