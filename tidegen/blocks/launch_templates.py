"""Launch templates: the tags that CloudFormation does not give them."""

from troposphere import Tags, ec2

from tidegen.blocks.inputs import STACK_TAGS


def template_tags() -> list[ec2.TagSpecifications]:
    """Return the tags of a launch template itself, which has no name and nothing else to it.

    Without them no policy keeps other environments of the account from changing it.
    """
    return [ec2.TagSpecifications(ResourceType="launch-template", Tags=Tags(**STACK_TAGS))]
