from collections.abc import Iterator

from tidegen.rules import _rule

#: How the log groups begin that a service makes itself → what makes it write.
_WRITERS = (
    ("/aws/eks/", "AWS::EKS::Cluster"),
    ("/aws/lambda/", "AWS::Lambda::Function"),
)


def _refers(writer: _rule.Resource, group: _rule.Resource, name: str) -> bool:
    """Whether either refers to the other, or the writer has another name than the group is for."""
    own = writer.properties.get("Name", writer.properties.get("FunctionName"))
    others = f"{{{writer.name}}}" in name or (_rule.literal(own) and _rule.literal(own) not in name)
    return bool(others) or f"'{group.name}'" in str(writer.properties)


class LogGroupOrder(_rule.Rule):
    """A log group stands before what writes to it.

    EKS makes its log group itself where none is there, without key and retention, and the stack
    then finds the name taken (failure catalogue, row 32).
    """

    id = "E9704"
    source_url = "https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html"
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
    bad = """
Group:
  Type: AWS::Logs::LogGroup
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties: {LogGroupName: /aws/eks/main/cluster, RetentionInDays: 90, KmsKeyId: !Ref KeyArn}
Cluster:
  Type: AWS::EKS::Cluster
  Properties: {Name: main, Version: !Ref V, RoleArn: !Ref Role,
    ResourcesVpcConfig: {SubnetIds: [a, b]}, EncryptionConfig: [{Provider: {KeyArn: !Ref Key},
    Resources: [secrets]}]}
"""

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        for group in template.resources("AWS::Logs::LogGroup"):
            name = _rule.literal(group.properties.get("LogGroupName"))
            for start, type_name in _WRITERS:
                for writer in template.resources(type_name) if name.startswith(start) else ():
                    if group.name not in writer.waits_for and not _refers(writer, group, name):
                        yield (
                            writer.at(),
                            f"{writer.name} does not wait for its log group {group.name}",
                        )
