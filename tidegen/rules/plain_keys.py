from collections.abc import Iterator

from tidegen.rules import _rule

_INSIGHTS = ("ContributorInsightsSpecification", "Enabled")


class PlainKeys(_rule.Rule):
    """No table shows its keys in Contributor Insights.

    Its graphs display partition and sort keys in plain text, under no key of ours. AWS: if you
    require KMS to encrypt a table's keys, do not enable Contributor Insights.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContributorInsights.html
    """

    id = "E9311"
    types = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
    good = """
Records:
  Type: AWS::DynamoDB::Table
  Properties:
    KeySchema: [{AttributeName: id, KeyType: HASH}]
    AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
    BillingMode: PAY_PER_REQUEST
    ContributorInsightsSpecification: {Enabled: false}
"""
    bad = good.replace("Enabled: false", "Enabled: true, Mode: THROTTLED_KEYS")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for keys in (_INSIGHTS, ("GlobalSecondaryIndexes", "*", *_INSIGHTS)):
            for path, enabled in resource.reach(*keys):
                if enabled is not None and str(enabled).lower() != "false":
                    yield path, "shows keys of records in plain text; remove it"
