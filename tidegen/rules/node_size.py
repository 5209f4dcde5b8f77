from collections.abc import Iterator

from tidegen.cloudformation.values import is_function
from tidegen.rules import _rule

_SIZE = ("ScalingConfig", "DesiredSize")


class NodeSize(_rule.Rule):
    """A node group's desired size is set at its creation only.

    A later change of the sizes would send it again, and end the nodes that the autoscaler has
    added. AWS: "When using CloudFormation, no action occurs if you remove this parameter"; and at
    creation "you must specify all or none of the properties". So it is behind a condition, and
    missing in one of its branches.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-eks-nodegroup-scalingconfig.html
    """

    id = "E9411"
    types = ("AWS::EKS::Nodegroup",)
    good = """
Parameters: {FirstDeploy: {Type: String}}
Conditions: {IsFirstDeploy: !Equals [!Ref FirstDeploy, "true"]}
Resources:
  Nodes:
    Type: AWS::EKS::Nodegroup
    Properties:
      ClusterName: tide
      NodeRole: arn:aws:iam::111122223333:role/nodes
      Subnets: [subnet-1]
      ScalingConfig:
        MinSize: 2
        MaxSize: 4
        DesiredSize: !If [IsFirstDeploy, 2, !Ref AWS::NoValue]
"""
    bad = good.replace("!If [IsFirstDeploy, 2, !Ref AWS::NoValue]", "2")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        sizes = list(resource.reach(*_SIZE))
        written = [path for path, value in sizes if value is not None]
        whole = resource.properties.get("ScalingConfig")
        if written and len(written) == len(sizes) and not is_function(whole):
            yield written[0], "is sent with each change of sizes; leave it out after the creation"
