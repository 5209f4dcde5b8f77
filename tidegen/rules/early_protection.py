from collections.abc import Iterator
from typing import Any

from tidegen.cloudformation.protection import (
    ATTRIBUTE,
    BALANCER,
    is_off,
    protecting_properties,
)
from tidegen.cloudformation.values import is_function
from tidegen.rules import _rule


class EarlyProtection(_rule.Rule):
    """Deletion protection is off while the stack is created.

    A service refuses to delete what it protects, so the rollback of a creation that fails later
    ends ROLLBACK_FAILED (known failure deletion-protected). The value is behind a condition with
    a branch that is off, and a second update switches it on.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
    """

    id = "E9312"
    good = """
Parameters: {FirstDeploy: {Type: String}}
Conditions: {IsFirstDeploy: !Equals [!Ref FirstDeploy, "true"]}
Resources:
  Cluster:
    Type: AWS::EKS::Cluster
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/cluster
      ResourcesVpcConfig: {SubnetIds: [subnet-1, subnet-2]}
      DeletionProtection: !If [IsFirstDeploy, false, true]
"""
    bad = good.replace("!If [IsFirstDeploy, false, true]", "true")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for name in protecting_properties(resource.type):
            yield from _judged(list(resource.reach(name)))
        attributes = resource.reach("LoadBalancerAttributes", "*")
        for path, item in attributes if resource.type == BALANCER else ():
            if isinstance(item, dict) and item.get("Key") == ATTRIBUTE:
                yield from _judged(list(_rule.reach(item, path, ("Value",))))


def _judged(branches: list[tuple[_rule.Path, Any]]) -> Iterator[_rule.Problem]:
    if not any(not is_function(value) and is_off(value) for _, value in branches):
        for path, _ in branches[:1]:
            yield path, "protects the resource at once; leave it off while the stack is created"
