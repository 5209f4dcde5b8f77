"""Stacks: wiring between root and children, size, and what a release before had."""

from collections.abc import Iterator
from typing import Any

from tidegen.cloudformation.resources import STACK_TYPE, TemplateBody
from tidegen.linting.roots.view import Problem, RootRule, RootView
from tidegen.planning.changes import Action, Change
from tidegen.planning.forecast import forecast

#: Bytes of a template that is sent with the call (CloudFormation quotas).
_DIRECT = 51_200
_ROTATION = "AWS::SecretsManager::RotationSchedule"


def _wired(root: RootView) -> Iterator[Problem]:
    body = root.templates.get("", {})
    for name, resource in body.get("Resources", {}).items():
        if resource.get("Type") == STACK_TYPE and name in root.templates:
            given = resource.get("Properties", {}).get("Parameters", {})
            yield from _parameters(name, given, root.templates[name])
    for name, output in sorted(set(_outputs(body))):
        known = root.templates.get(name)
        if known is not None and output not in known.get("Outputs", {}):
            yield name, f"has no output {output}, which the root passes on"


def _parameters(name: str, given: TemplateBody, child: TemplateBody) -> Iterator[Problem]:
    declared = child.get("Parameters", {})
    for extra in sorted(given.keys() - declared.keys()):
        yield name, f"has no parameter {extra}, which the root gives it"
    for lacking in sorted(declared.keys() - given.keys()):
        if "Default" not in declared[lacking]:
            yield name, f"needs parameter {lacking}, which the root does not give it"


def _outputs(value: Any) -> Iterator[tuple[str, str]]:
    """(nested stack, output) of every reference to one."""
    if isinstance(value, dict):
        attribute = value.get("Fn::GetAtt")
        if isinstance(attribute, list) and str(attribute[-1]).startswith("Outputs."):
            yield str(attribute[0]), str(attribute[-1]).removeprefix("Outputs.")
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, (dict, list)):
            yield from _outputs(item)


def _fits(root: RootView) -> Iterator[Problem]:
    is_direct = (
        not root.templates.get("", {}).get("Metadata", {}).get("Tidegen", {}).get("Children")
    )
    if is_direct and root.size > _DIRECT:
        yield "", f"has {root.size} bytes; {_DIRECT} can be sent directly"


def _continues(root: RootView) -> Iterator[Problem]:
    for change in forecast(root.before, root.resources) if root.before else ():
        message = _breach(change)
        if message:
            yield change.path, message
    yield from _indexes(root)


def _breach(change: Change) -> str | None:
    """What a change of the last release breaks; None where it breaks nothing."""
    goes = change.loses or bool(change.moved_from)
    if goes and change.stateful:
        return "holds state, and does not keep its place of the last release"
    if goes and change.type == _ROTATION:
        return "does not keep its logical id of the last release; rotation would stop"
    if change.action is Action.REPLACE and change.name:
        return f"is replaced and keeps its name '{change.name}'; give it another"
    if change.action is Action.REPLACE and change.type == "AWS::EC2::Subnet":
        return "is replaced while the old one still has its range"
    return None


def _indexes(root: RootView) -> Iterator[Problem]:
    for path, table in root.of("AWS::DynamoDB::Table"):
        before = root.before.get(path, {}).get("Properties")
        if before is not None and len(_names(before) ^ _names(table)) > 1:
            yield path, "has several other indexes than in the last release; change one at a time"


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
CHECKS = (
    RootRule(
        "E9801",
        "A root gives each nested template what it takes, and takes what it gives",
        "A parameter that is not declared, or not given, and an output that is not there stop the"
        " change set.",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html",
        _ROOT,
        _ROOT.replace("Cidr: 10", "Range: 10"),
        _wired,
    ),
    RootRule(
        "E9812",
        "A template that is deployed directly fits into the call",
        "CloudFormation takes 51,200 bytes in a call (known failure template-too-large);"
        " cfn-lint's E1002 knows only the limit of templates in S3.",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
        _TOPIC,
        f"{_TOPIC}# {'x' * _DIRECT}\n",
        _fits,
    ),
    RootRule(
        "E9813",
        "What a release holds keeps its place in the next one",
        "A renamed resource is made anew: state is left behind, rotation stops (known failure"
        " rotation-schedule-renamed), a fixed name or range is taken (known failures"
        " fixed-name-replaced and subnet-range-taken), and DynamoDB changes one index at a time"
        " (known failure two-index-changes).",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html",
        _TABLE,
        _TABLE.replace("Table:\n", "Renamed:\n", 1),
        _continues,
    ),
)
