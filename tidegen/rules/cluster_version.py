from typing import Any

from tidegen.cloudformation.values import is_function
from tidegen.rules import _rule


class ClusterVersion(_rule.ValueRule):
    """A cluster takes its Kubernetes version from a parameter.

    A cluster without a version gets the newest, and environments drift apart. A version that is
    written in the template cannot be tried in development first. EKS moves one minor version at a
    time, and only to the versions it offers (known failure kubernetes-version).

    https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
    """

    id = "E9405"
    paths = {"AWS::EKS::Cluster": ("Version",)}
    good = """
Cluster:
  Type: AWS::EKS::Cluster
  Properties: {Version: !Ref ClusterVersion, RoleArn: !Ref Role,
    ResourcesVpcConfig: {SubnetIds: [a, b]}, EncryptionConfig: [{Provider: {KeyArn: !Ref Key},
    Resources: [secrets]}]}
"""
    bad = good.replace("!Ref ClusterVersion", '"1.99"')

    def fault(self, value: Any, resource: _rule.Resource, template: _rule.View) -> str | None:
        if value is None:
            return "the cluster has no Version; take it as a parameter"
        return None if is_function(value) else f"version {value} is literal; take it as a parameter"
