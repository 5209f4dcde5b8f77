from collections.abc import Iterator
from typing import Any

from tidegen.cloudformation.values import listed
from tidegen.rules import _rule

#: Tags that a deploy sets on each root stack; CloudFormation copies them to its resources.
STACK_TAGS = ("environment", "project")
_TEMPLATE = "AWS::EC2::LaunchTemplate"


class StackTags(_rule.Rule):
    """Every resource carries its stack's tags.

    The tags `project` and `environment` isolate the environments of one account. A resource's own
    tag of that name would override the stack's, and neither a launch template nor an instance or
    volume from it gets a tag of the stack.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
    """

    id = "E9606"
    good = """
Topic:
  Type: AWS::SNS::Topic
  Properties: {Tags: [{Key: Name, Value: alarms}]}
Template:
  Type: AWS::EC2::LaunchTemplate
  Properties:
    LaunchTemplateData:
      TagSpecifications:
      - ResourceType: instance
        Tags:
        - {Key: project, Value: !Ref Project}
        - {Key: environment, Value: !Ref Environment}
    TagSpecifications:
    - ResourceType: launch-template
      Tags:
      - {Key: project, Value: !Ref Project}
      - {Key: environment, Value: !Ref Environment}
"""
    bad = """
Topic:
  Type: AWS::SNS::Topic
  Properties: {Tags: [{Key: environment, Value: staging}]}
"""

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, tags in resource.reach("Tags"):
            for key in sorted(_keys(tags) & set(STACK_TAGS)):
                yield path, f"the tag '{key}' is the stack's; remove it"
        if resource.type == _TEMPLATE:
            yield from _untagged(resource, "LaunchTemplateData", "TagSpecifications")
            yield from _untagged(resource, "TagSpecifications")
            for path, own in resource.reach("TagSpecifications"):
                if not own:
                    yield path, f"the template itself has no tags; add {' and '.join(STACK_TAGS)}"


def _untagged(resource: _rule.Resource, *keys: str) -> Iterator[_rule.Problem]:
    for path, specifications in resource.reach(*keys):
        for index, item in enumerate(listed(specifications)):
            missing = set(STACK_TAGS) - _keys(item.get("Tags") if isinstance(item, dict) else None)
            if missing:
                where = (*path, index) if isinstance(specifications, list) else path
                yield where, f"the tags {', '.join(sorted(missing))} are missing; add them"


def _keys(tags: Any) -> set[str]:
    """Return the names of tags, which are a list or a mapping."""
    if isinstance(tags, dict):
        return {str(key) for key in tags}
    return {str(item.get("Key")) for item in listed(tags) if isinstance(item, dict)}
