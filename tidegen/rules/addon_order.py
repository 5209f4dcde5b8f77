from collections.abc import Iterator

from tidegen.rules import _rule

#: What runs on every node as soon as it joins, or before.
_BEFORE_NODES = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")


class AddonOrder(_rule.Rule):
    """Add-ons with pods of their own wait for the nodes.

    An add-on whose pods find no node is DEGRADED until its creation times out (failure catalogue,
    row 31); what nodes need to join must come before them.
    """

    id = "E9406"
    source_url = "https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html"
    types = ("AWS::EKS::Addon",)
    good = """
Dns:
  Type: AWS::EKS::Addon
  DependsOn: Nodes
  Properties: {ClusterName: a, AddonName: coredns}
Nodes:
  Type: AWS::EKS::Nodegroup
  Properties: {ClusterName: a, NodeRole: !Ref Role, Subnets: [s]}
"""
    bad = """
Dns:
  Type: AWS::EKS::Addon
  Properties: {ClusterName: a, AddonName: coredns}
Nodes:
  Type: AWS::EKS::Nodegroup
  Properties: {ClusterName: a, NodeRole: !Ref Role, Subnets: [s]}
"""

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        groups = {group.name for group in template.resources("AWS::EKS::Nodegroup")}
        needs_nodes = resource.properties.get("AddonName") not in _BEFORE_NODES
        if groups and needs_nodes and not groups & resource.waits_for:
            yield resource.at(), f"the add-on needs nodes; have it depend on {sorted(groups)[0]}"
        elif not needs_nodes and groups & resource.waits_for:
            yield (
                resource.at("DependsOn"),
                "nodes need this add-on to join; let it come before them",
            )
