"""Stacks: parameters and outputs of nested stacks, size, and changes since the last release."""

from collections.abc import Iterator
from typing import Any

from tidegen.cloudformation.quotas import DIRECT_TEMPLATE_BYTES
from tidegen.cloudformation.resources import STACK_TYPE, TemplateBody
from tidegen.contract import ARTIFACTS_PARAMETER
from tidegen.linting.roots.rule import RootRule
from tidegen.linting.roots.view import Problem, RootView
from tidegen.planning.changes import Action, Change
from tidegen.planning.forecast import forecast

_ROTATION = "AWS::SecretsManager::RotationSchedule"


def _parameters(name: str, given: TemplateBody, child: TemplateBody) -> Iterator[Problem]:
    declared = child.get("Parameters", {})
    for extra in sorted(given.keys() - declared.keys()):
        yield name, f"has no parameter {extra}, which the root passes; remove it from the root"
    for missing in sorted(declared.keys() - given.keys()):
        if "Default" not in declared[missing]:
            yield name, f"needs parameter {missing}, which the root does not pass; pass it"


def _outputs(value: Any) -> Iterator[tuple[str, str]]:
    """(nested stack, output) of every reference to one."""
    if isinstance(value, dict):
        attribute = value.get("Fn::GetAtt")
        if isinstance(attribute, list) and str(attribute[-1]).startswith("Outputs."):
            yield str(attribute[0]), str(attribute[-1]).removeprefix("Outputs.")
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, (dict, list)):
            yield from _outputs(item)


def _breach(change: Change) -> str | None:
    """Return the fault of a change since the last release; None where it breaks nothing."""
    is_displaced = change.loses or bool(change.moved_from)
    if is_displaced and change.stateful:
        return "holds state, and does not keep its place of the last release; restore its place"
    if is_displaced and change.type == _ROTATION:
        return "does not keep its logical id of the last release; rotation would stop"
    if change.action is Action.REPLACE and change.name:
        return f"is replaced and keeps its name '{change.name}'; give it another"
    if change.action is Action.REPLACE and change.type == "AWS::EC2::Subnet":
        return "is replaced while the old subnet still has its range; choose another range"
    return None


def _indexes(root: RootView) -> Iterator[Problem]:
    for path, table in root.of("AWS::DynamoDB::Table"):
        before = root.before.get(path, {}).get("Properties")
        if before is not None and len(_names(before) ^ _names(table)) > 1:
            yield path, "differs in several indexes from the last release; change one at a time"


def _names(table: Any) -> set[str]:
    return {str(index.get("IndexName")) for index in table.get("GlobalSecondaryIndexes", ())}


_ROOT = """
Resources:
  Network:
    Type: AWS::CloudFormation::Stack
    Properties: {Parameters: {Cidr: 10.0.0.0/16}}
---
# Network
Parameters: {Cidr: {Type: String}}
Resources: {Vpc: {Type: "AWS::EC2::VPC"}}
"""
_TOPIC = "Resources: {Topic: {Type: 'AWS::SNS::Topic'}}\n"
_TABLE = """
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties: {KeySchema: []}
---
# before
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties: {KeySchema: []}
"""


class NestedStackWiring(RootRule):
    """A root passes every nested template its parameters, and reads only outputs that exist.

    A parameter that is not declared, a parameter without a value and a missing output each stop
    the change set.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
    """

    id = "E9801"
    good = _ROOT
    bad = _ROOT.replace("Cidr: 10", "Range: 10")

    def problems(self, root: RootView) -> Iterator[Problem]:
        body = root.templates.get("", {})
        for name, resource in body.get("Resources", {}).items():
            if resource.get("Type") == STACK_TYPE and name in root.templates:
                given = resource.get("Properties", {}).get("Parameters", {})
                yield from _parameters(name, given, root.templates[name])
        for name, output in sorted(set(_outputs(body))):
            known = root.templates.get(name)
            if known is not None and output not in known.get("Outputs", {}):
                yield name, f"has no output {output}, which the root reads; add it"


class DirectTemplateSize(RootRule):
    """A template that is sent directly fits into the API call.

    CloudFormation takes 51,200 bytes in a call (known failure template-too-large). Roots with the
    parameter of the artifacts bucket are read from it: for them cfn-lint's E1002 has the limit.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """

    id = "E9812"
    good = _TOPIC
    bad = f"{_TOPIC}# {'x' * DIRECT_TEMPLATE_BYTES}\n"

    def problems(self, root: RootView) -> Iterator[Problem]:
        parameters = root.templates.get("", {}).get("Parameters", {})
        if ARTIFACTS_PARAMETER not in parameters and root.size > DIRECT_TEMPLATE_BYTES:
            yield "", f"has {root.size} bytes; at most {DIRECT_TEMPLATE_BYTES} can be sent directly"


class StateKeepsItsPlace(RootRule):
    """A resource of the last release keeps its place in the next one.

    A renamed resource is recreated: its state is left behind, rotation stops (known failure
    rotation-schedule-renamed), and a fixed name or range is still taken (known failures
    fixed-name-replaced and subnet-range-taken). DynamoDB changes one index at a time (known failure
    two-index-changes).

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
    """

    id = "E9813"
    good = _TABLE
    bad = _TABLE.replace("Table:\n", "Renamed:\n", 1)

    def problems(self, root: RootView) -> Iterator[Problem]:
        for change in forecast(root.before, root.resources) if root.before else ():
            message = _breach(change)
            if message:
                yield change.path, message
        yield from _indexes(root)
