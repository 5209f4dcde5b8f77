from collections.abc import Iterator

from tidegen.rules import _rule

#: Add-ons that run on every node as soon as it joins, or before.
_BEFORE_NODES = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")


class AddonOrder(_rule.Rule):
    """Add-ons with pods of their own depend on the nodes.

    An add-on whose pods have no node to run on is DEGRADED until its creation times out (known
    failure addon-without-nodes). An add-on that nodes need to join the cluster is created before
    them.

    https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html
    """

    id = "E9406"
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
    bad = good.replace("  DependsOn: Nodes\n", "")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        groups = {group.name for group in template.resources("AWS::EKS::Nodegroup")}
        needs_nodes = resource.properties.get("AddonName") not in _BEFORE_NODES
        if groups and needs_nodes and not groups & resource.waits_for:
            yield resource.at(), f"the add-on needs nodes; add {min(groups)} to its DependsOn"
        elif not needs_nodes and groups & resource.waits_for:
            yield (
                resource.at("DependsOn"),
                "nodes need this add-on to join; remove the dependency on them",
            )
