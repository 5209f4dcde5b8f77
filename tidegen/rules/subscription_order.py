from collections.abc import Iterator

from tidegen.rules import _rule


def _is_for_logs(permission: _rule.Resource) -> bool:
    return _rule.literal(permission.properties.get("Principal")).startswith("logs.")


class SubscriptionOrder(_rule.Rule):
    """A subscription of logs waits for the function's permission.

    CloudWatch Logs tests the function as soon as the filter is created (known failure
    subscription-before-permission). It calls with the ARN of the log group, which ends in :*.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-subscriptionfilter.html
    """

    id = "E9703"
    good = """
Filter:
  Type: AWS::Logs::SubscriptionFilter
  DependsOn: Permission
  Properties: {LogGroupName: !Ref Group, FilterPattern: "", DestinationArn: !GetAtt Relay.Arn}
Permission:
  Type: AWS::Lambda::Permission
  Properties: {Action: "lambda:InvokeFunction", FunctionName: !Ref Relay,
    Principal: logs.amazonaws.com, SourceArn: !GetAtt Group.Arn}
"""
    bad = good.replace("  DependsOn: Permission\n", "")

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        permissions = [p for p in template.resources("AWS::Lambda::Permission") if _is_for_logs(p)]
        names = {permission.name for permission in permissions}
        for subscription in template.resources("AWS::Logs::SubscriptionFilter"):
            if names and not names & subscription.waits_for:
                yield (
                    subscription.at(),
                    f"the filter does not wait for {min(names)}; name it in DependsOn",
                )
        for permission in permissions:
            for path, arn in permission.reach("SourceArn"):
                text = _rule.literal(arn)
                if ":log-group:" in text and not text.endswith(("*", ".Arn}")):
                    yield (
                        path,
                        "CloudWatch Logs calls with an ARN that ends in :*; end this ARN in :*",
                    )
