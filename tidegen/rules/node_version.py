from collections.abc import Iterator

from tidegen.rules import _rule


class NodeVersion(_rule.Rule):
    """A node group names the Kubernetes version of its release.

    AWS: "If no version is specified, then the Kubernetes version of the node group does not
    change". CloudFormation then compares a new ReleaseVersion with the old version, and refuses
    it after the control plane was upgraded.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupVersion.html
    """

    id = "E9412"
    types = ("AWS::EKS::Nodegroup",)
    good = """
Parameters: {Version: {Type: String}}
Resources:
  Nodes:
    Type: AWS::EKS::Nodegroup
    Properties:
      ClusterName: tide
      NodeRole: arn:aws:iam::111122223333:role/nodes
      Subnets: [subnet-1]
      ReleaseVersion: 1.35.3-20260415
      Version: !Ref Version
"""
    bad = good.replace("      Version: !Ref Version\n", "")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        if "ReleaseVersion" in resource.properties and "Version" not in resource.properties:
            yield resource.at("Properties"), "has a ReleaseVersion without its Version; name both"
