from collections.abc import Iterator

from tidegen.rules import _rule


class NodeDisk(_rule.Rule):
    """A node group with a launch template has no DiskSize.

    EKS refuses the group: with a launch template the disk is declared there (known failure
    disk-size-twice).
    """

    id = "E9402"
    types = ("AWS::EKS::Nodegroup",)
    good = """
Nodes:
  Type: AWS::EKS::Nodegroup
  Properties: {ClusterName: a, NodeRole: !Ref Role, Subnets: [s], LaunchTemplate: {Id: lt-1}}
"""
    bad = good.replace("{Id: lt-1}}", "{Id: lt-1}, DiskSize: 50}")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        if {"LaunchTemplate", "DiskSize"} <= resource.properties.keys():
            yield (
                resource.at("Properties", "DiskSize"),
                "the disk is declared twice; keep it in the launch template",
            )
