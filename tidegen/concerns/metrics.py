"""DynamoDB tables of application metrics and of data sets for analytics."""

from typing import Any

from awacs.aws import Action
from troposphere import GetAtt, Ref, Sub, Template, dynamodb

from tidegen.blocks import inputs
from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.backup_selections import (
    TABLES_PLAN,
    TABLES_SELECTION,
    add_backup_selection,
)
from tidegen.blocks.first_deploy import (
    FIRST_DEPLOY_INPUTS,
    add_first_deploy_condition,
    protected_later,
)
from tidegen.blocks.policies import deny_other_accounts, document, tls_only
from tidegen.blocks.stateful import RETAINED
from tidegen.blocks.trail import METRICS_TABLE
from tidegen.contract import Concern, Context, Kind, Output, Scope

_RECOVERY_DAYS = 35
_EXPIRES = "expiresAt"
_ACTIONS = [Action("dynamodb", "*")]
#: In a table's own policy "*" means the table; its ARN there would be a cycle.
_THIS_TABLE = ["*"]


def add_resources(template: Template, _context: Context) -> None:
    """Add two tables with the same protection, and throttling alarms.

    Application metrics are keyed by `metric`, which is `<service>#<name>#<yyyymmdd>` (one partition
    a day, so that none becomes hot), and `ts`, an ISO time with a nonce. The analytics table holds
    records of data sets without identity; `userHash` is salted outside the platform.
    """
    add_first_deploy_condition(template)
    metrics = _add_table(
        template, "MetricsTable", ("metric", "ts"), "by-service", ("service", "ts"), ["value"]
    )
    analytics = _add_table(
        template, "AnalyticsTable", ("dataset", "recordId"), "by-user", ("userHash", "eventTime")
    )
    # Physical names: a restore creates a table under the name it is given, and CloudFormation would
    # replace an imported table whose name it had generated. The trail's selectors also use one.
    metrics.TableName = Sub(f"${{Project}}-${{Environment}}{METRICS_TABLE}")
    analytics.TableName = Sub("${Project}-${Environment}-analytics")
    arns = [GetAtt(table, "Arn") for table in (metrics, analytics)]
    add_backup_selection(template, "tables", arns, TABLES_PLAN)


def _add_table(
    template: Template,
    title: str,
    key: tuple[str, str],
    index_name: str,
    index_key: tuple[str, str],
    include: list[str] | None = None,
) -> dynamodb.Table:
    """Add an on-demand table with one index, and its alarms."""
    attributes = sorted({*key, *index_key})
    table = template.add_resource(
        dynamodb.Table(
            title,
            AttributeDefinitions=[_string(name) for name in attributes],
            KeySchema=_key(key),
            GlobalSecondaryIndexes=[_index(index_name, index_key, include)],
            TimeToLiveSpecification=dynamodb.TimeToLiveSpecification(
                AttributeName=_EXPIRES, Enabled=True
            ),
            **_capacity(),
            **_protection(),
            **RETAINED,
        )
    )
    _add_alarms(template, table)
    return table


def _capacity() -> dict[str, Any]:
    """Return on-demand capacity with a ceiling, which limits the cost of a runaway writer.

    Contributor Insights is off: its graphs show keys of records in plain text (API
    UpdateContributorInsights).
    """
    return {"BillingMode": "PAY_PER_REQUEST", "OnDemandThroughput": _ceiling()}


def _protection() -> dict[str, Any]:
    return {
        "DeletionProtectionEnabled": protected_later(),
        "PointInTimeRecoverySpecification": dynamodb.PointInTimeRecoverySpecification(
            PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=_RECOVERY_DAYS
        ),
        "ResourcePolicy": _deny_policy(),
        "SSESpecification": dynamodb.SSESpecification(
            SSEEnabled=True, SSEType="KMS", KMSMasterKeyId=Ref("MetricsKeyArn")
        ),
    }


def _deny_policy() -> dynamodb.ResourcePolicy:
    """Deny other accounts, and plain HTTP, which DynamoDB would answer."""
    policy = document(*tls_only(_ACTIONS, _THIS_TABLE), deny_other_accounts(_ACTIONS, _THIS_TABLE))
    # troposphere accepts a plain dict here, but no awacs document
    return dynamodb.ResourcePolicy(PolicyDocument=policy.JSONrepr())


def _ceiling() -> dynamodb.OnDemandThroughput:
    return dynamodb.OnDemandThroughput(
        MaxReadRequestUnits=Ref("MaxReadUnits"), MaxWriteRequestUnits=Ref("MaxWriteUnits")
    )


def _index(
    name: str, key: tuple[str, str], include: list[str] | None
) -> dynamodb.GlobalSecondaryIndex:
    """Return an index with the table's ceiling: a throttled index also throttles table writes."""
    projection = (
        dynamodb.Projection(ProjectionType="INCLUDE", NonKeyAttributes=include)
        if include
        else dynamodb.Projection(ProjectionType="ALL")
    )
    return dynamodb.GlobalSecondaryIndex(
        IndexName=name,
        KeySchema=_key(key),
        Projection=projection,
        OnDemandThroughput=_ceiling(),
    )


def _key(names: tuple[str, str]) -> list[dynamodb.KeySchema]:
    return [
        dynamodb.KeySchema(AttributeName=name, KeyType=kind)
        for name, kind in zip(names, ("HASH", "RANGE"), strict=True)
    ]


def _string(name: str) -> dynamodb.AttributeDefinition:
    return dynamodb.AttributeDefinition(AttributeName=name, AttributeType="S")


def _add_alarms(template: Template, table: dynamodb.Table) -> None:
    for operation, field in (("Read", "max_read_units"), ("Write", "max_write_units")):
        add_alarm(
            template,
            f"{table.title}{operation}Throttled",
            f"{operation}s are throttled. The clients' logs show the keys: spread a hot one, or"
            f" raise metrics.{field} in the environment file.",
            ("AWS/DynamoDB", f"{operation}ThrottleEvents"),
            {"TableName": Ref(table)},
            ("GreaterThanThreshold", 0),
            periods=3,
        )


CONCERN = Concern(
    scopes=(Scope.ENVIRONMENT,),
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        *FIRST_DEPLOY_INPUTS,
        inputs.WARNING_TOPIC,
        *TABLES_SELECTION,
        inputs.sibling("MetricsKeyArn", Kind.KEY_ARN, "Key of both tables"),
        inputs.from_field("MaxReadUnits", "metrics.max_read_units"),
        inputs.from_field("MaxWriteUnits", "metrics.max_write_units"),
    ),
    outputs=(
        Output(
            "MetricsTableName",
            Kind.TABLE_NAME,
            Ref("MetricsTable"),
            "Table of application metrics",
            surface=True,
        ),
        Output(
            "MetricsTableArn",
            Kind.TABLE_ARN,
            GetAtt("MetricsTable", "Arn"),
            "Table of application metrics",
            surface=True,
        ),
        Output(
            "AnalyticsTableName",
            Kind.TABLE_NAME,
            Ref("AnalyticsTable"),
            "Table of analytics data",
            surface=True,
        ),
        Output(
            "AnalyticsTableArn",
            Kind.TABLE_ARN,
            GetAtt("AnalyticsTable", "Arn"),
            "Table of analytics data",
            surface=True,
        ),
    ),
    # Needed to give a table a key (DynamoDB guide, "Authorizing use of your customer managed key").
    extra_deploy_actions=("kms:GenerateDataKey*", "kms:ReEncrypt*"),
)
