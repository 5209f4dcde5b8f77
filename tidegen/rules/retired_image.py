from typing import Any

from tidegen.rules import _rule


class RetiredImage(_rule.ValueRule):
    """Nodes do not run Amazon Linux 2.

    EKS has no Amazon Linux 2 images for Kubernetes 1.33 and later, though the schema still accepts
    the name.

    https://docs.aws.amazon.com/eks/latest/userguide/eks-ami-deprecation-faqs.html
    """

    id = "E9404"
    paths = {"AWS::EKS::Nodegroup": ("AmiType",)}
    good = """
Nodes:
  Type: AWS::EKS::Nodegroup
  Properties: {ClusterName: a, NodeRole: !Ref Role, Subnets: [s],
    AmiType: AL2023_ARM_64_STANDARD}
"""
    bad = good.replace("AL2023_ARM_64_STANDARD", "AL2_ARM_64")

    def fault(self, value: Any, resource: _rule.Resource, template: _rule.View) -> str | None:
        is_retired = _rule.literal(value).startswith("AL2_")
        return f"{value} is retired; use AL2023 or Bottlerocket" if is_retired else None
