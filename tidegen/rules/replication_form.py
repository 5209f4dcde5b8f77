from collections.abc import Iterator

from tidegen.rules import _rule

_NEEDED = ("Filter", "Priority", "DeleteMarkerReplication")


class ReplicationForm(_rule.Rule):
    """Replication rules have a filter and a priority.

    A rule without Filter has the first format, with which a bucket accepts only one destination
    (known failure replication-rule-old). A rule with Filter needs Priority and
    DeleteMarkerReplication too.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-s3-bucket-replicationrule.html
    """

    id = "E9305"
    types = ("AWS::S3::Bucket",)
    good = """
Uploads:
  Type: AWS::S3::Bucket
  Properties:
    ReplicationConfiguration:
      Role: !Ref RoleArn
      Rules:
      - Filter: {Prefix: ""}
        Priority: 1
        DeleteMarkerReplication: {Status: Disabled}
        Status: Enabled
        Destination: {Bucket: !Ref Replica}
"""
    bad = good.replace('Filter: {Prefix: ""}\n        Priority: 1', 'Prefix: ""')

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, rule in resource.reach("ReplicationConfiguration", "Rules", "*"):
            for name in _NEEDED if isinstance(rule, dict) else ():
                if name not in rule:
                    yield path, f"the replication rule has no {name}; add it"
