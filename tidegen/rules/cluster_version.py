from collections.abc import Iterator

from tidegen.cloudformation.values import is_function
from tidegen.rules import _rule


class ClusterVersion(_rule.Rule):
    """A cluster takes its Kubernetes version from a parameter.

    A cluster without a version gets the newest, and environments drift apart. A version that is
    written in the template cannot be tried in development first. EKS moves one minor version at a
    time, and only to the versions it offers (known failure kubernetes-version).
    """

    id = "E9405"
    source_url = "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"
    types = ("AWS::EKS::Cluster",)
    good = """
Cluster:
  Type: AWS::EKS::Cluster
  Properties: {Version: !Ref ClusterVersion, RoleArn: !Ref Role,
    ResourcesVpcConfig: {SubnetIds: [a, b]}, EncryptionConfig: [{Provider: {KeyArn: !Ref Key},
    Resources: [secrets]}]}
"""
    bad = good.replace("!Ref ClusterVersion", '"1.99"')

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, version in resource.reach("Version"):
            if version is None:
                yield path, "the cluster has no Version; take it as a parameter"
            elif not is_function(version):
                yield path, f"version {version} is literal; take it as a parameter"
