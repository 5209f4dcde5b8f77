from collections.abc import Iterator

from tidegen.rules import _rule

#: Name prefix of log groups that a service creates itself → the type that writes to them.
_WRITERS = (
    ("/aws/eks/", "AWS::EKS::Cluster"),
    ("/aws/lambda/", "AWS::Lambda::Function"),
)


def _refers(writer: _rule.Resource, group: _rule.Resource, name: str) -> bool:
    """Return whether either refers to the other, or the group is for a writer of another name."""
    own = writer.properties.get("Name", writer.properties.get("FunctionName"))
    others = f"{{{writer.name}}}" in name or (_rule.literal(own) and _rule.literal(own) not in name)
    return bool(others) or f"'{group.name}'" in str(writer.properties)


class LogGroupOrder(_rule.Rule):
    """A log group is created before the resource that writes to it.

    EKS creates a missing log group itself, without key and retention, and the stack then fails
    because the name is taken (known failure log-group-exists).

    https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
    """

    id = "E9704"
    good = """
Group:
  Type: AWS::Logs::LogGroup
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties: {LogGroupName: /aws/eks/main/cluster, RetentionInDays: 90, KmsKeyId: !Ref KeyArn}
Cluster:
  Type: AWS::EKS::Cluster
  DependsOn: Group
  Properties: {Name: main, Version: !Ref V, RoleArn: !Ref Role,
    ResourcesVpcConfig: {SubnetIds: [a, b]}, EncryptionConfig: [{Provider: {KeyArn: !Ref Key},
    Resources: [secrets]}]}
"""
    bad = good.replace("  DependsOn: Group\n", "")

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        for group in template.resources("AWS::Logs::LogGroup"):
            name = _rule.literal(group.properties.get("LogGroupName"))
            for start, type_name in _WRITERS:
                for writer in template.resources(type_name) if name.startswith(start) else ():
                    if group.name not in writer.waits_for and not _refers(writer, group, name):
                        yield (
                            writer.at(),
                            f"{writer.name} does not depend on its log group {group.name}; add it",
                        )
