from collections.abc import Iterator
from typing import Any

from tidegen.rules import _rule

_NEVER = ("IamInstanceProfile", "NetworkInterfaces")


def _refused(group: _rule.Resource, data: Any) -> list[str]:
    names = (*_NEVER, *(["InstanceType"] if "InstanceTypes" in group.properties else []))
    return [name for name in names if isinstance(data, dict) and name in data]


class NodeInstanceType(_rule.Rule):
    """A node group and its launch template do not both declare the same.

    EKS refuses instance types in both (known failure instance-type-twice), and any profile, subnet
    or public interface in the launch template of a group.

    https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
    """

    id = "E9403"
    types = ("AWS::EKS::Nodegroup",)
    good = """
Nodes:
  Type: AWS::EKS::Nodegroup
  Properties: {ClusterName: a, NodeRole: !Ref Role, Subnets: [s], InstanceTypes: [m7g.large],
    LaunchTemplate: {Id: !Ref Template}}
Template:
  Type: AWS::EC2::LaunchTemplate
  Properties: {LaunchTemplateData: {MetadataOptions: {HttpTokens: required}}}
"""
    bad = good.replace("MetadataOptions:", "InstanceType: m7g.large,\n    MetadataOptions:")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for _, reference in resource.reach("LaunchTemplate", "Id"):
            launch = template.referred(reference, "AWS::EC2::LaunchTemplate")
            for path, data in launch.reach("LaunchTemplateData") if launch else ():
                for name in _refused(resource, data):
                    yield (
                        (*path, name),
                        f"{name} is not allowed in the launch template of a node group; remove it",
                    )
