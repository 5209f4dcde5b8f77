from collections.abc import Iterator

from tidegen.rules import _rule


class RetiredImage(_rule.Rule):
    """Nodes do not run Amazon Linux 2.

    EKS has no Amazon Linux 2 images for Kubernetes 1.33 and later, though the schema still accepts
    the name.
    """

    id = "E9404"
    source_url = "https://docs.aws.amazon.com/eks/latest/userguide/eks-ami-deprecation-faqs.html"
    types = ("AWS::EKS::Nodegroup",)
    good = """
Nodes:
  Type: AWS::EKS::Nodegroup
  Properties: {ClusterName: a, NodeRole: !Ref Role, Subnets: [s],
    AmiType: AL2023_ARM_64_STANDARD}
"""
    bad = good.replace("AL2023_ARM_64_STANDARD", "AL2_ARM_64")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, kind in resource.reach("AmiType"):
            if _rule.literal(kind).startswith("AL2_"):
                yield path, f"{kind} is retired; use AL2023 or Bottlerocket"
