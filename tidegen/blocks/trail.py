"""The account's audit trail: every API call, and every access to the data."""

from typing import Any

from awacs import logs as log_actions
from troposphere import GetAtt, Ref, Sub, Template, cloudtrail, logs

from tidegen.blocks.logs import OPERATIONAL_DAYS
from tidegen.blocks.policies import allow, document, trust
from tidegen.blocks.roles import add_role
from tidegen.blocks.stateful import RETAINED
from tidegen.blocks.suppressions import unmet_each

_UNMET = {
    "CLOUDTRAIL_S3_DATAEVENTS_ENABLED": "Advanced selectors log the project's buckets; the rule "
    "reads basic selectors only, and CloudTrail takes one kind.",
    "CLOUD_TRAIL_ENCRYPTION_ENABLED": "The key is the archive's, by its ARN; the rule accepts no "
    "reference.",
}
#: What the account's bucket names say after the project: buckets that logs are delivered to.
_DELIVERED_TO = ("log-archive", "log-intake", "access-logs")
#: What CloudTrail learns the usual rate of, in management events.
_INSIGHTS = ("ApiCallRateInsight", "ApiErrorRateInsight")
#: How the name of the table of application metrics ends. A metric that is written tells nothing of
#: who saw what, and there are more of them than of all other events: each would be paid for as a
#: data event and again in the log group.
METRICS_TABLE = "-metrics"
_WRITES = ["BatchWriteItem", "PutItem", "UpdateItem"]
Selector = dict[str, list[Any]]


def add_trail(template: Template, path: Any, condition: str) -> logs.LogGroup:
    """The trail of all regions, and the log group in which its events are watched.

    `condition` holds in one region of an account: a second trail would cost the same again and
    tell nothing new. Needs the parameters `AuditKeyArn`, `LogArchiveBucketName` and `Project`.
    """
    group = template.add_resource(
        logs.LogGroup(
            "TrailLogGroup",
            Condition=condition,
            KmsKeyId=Ref("AuditKeyArn"),
            # To be watched and searched in: the archive keeps the same events for six years.
            RetentionInDays=OPERATIONAL_DAYS,
            **RETAINED,
        )
    )
    _add_role(template, group, path, condition)
    template.add_resource(
        cloudtrail.Trail(
            "Trail",
            Condition=condition,
            CloudWatchLogsLogGroupArn=GetAtt(group, "Arn"),
            CloudWatchLogsRoleArn=GetAtt("TrailRole", "Arn"),
            AdvancedEventSelectors=_selectors(),
            EnableLogFileValidation=True,
            InsightSelectors=[cloudtrail.InsightSelector(InsightType=kind) for kind in _INSIGHTS],
            IncludeGlobalServiceEvents=True,
            IsLogging=True,
            IsMultiRegionTrail=True,
            KMSKeyId=Ref("AuditKeyArn"),
            S3BucketName=Ref("LogArchiveBucketName"),
            # CloudTrail writes to the group when it is created, to see whether it may.
            DependsOn="TrailRolePolicy",
            Metadata=unmet_each(_UNMET),
        )
    )
    return group


def _add_role(template: Template, group: logs.LogGroup, path: Any, condition: str) -> None:
    write = [log_actions.CreateLogStream, log_actions.PutLogEvents]
    add_role(
        template,
        "TrailRole",
        trust("cloudtrail"),
        document(allow("WriteTrail", write, [GetAtt(group, "Arn")])),
        "CloudTrail writes to CloudWatch Logs",
        path=path,
    ).Condition = condition
    template.resources["TrailRolePolicy"].Condition = condition


def _selectors() -> list[cloudtrail.AdvancedEventSelector]:
    """Management events, and data events of the project's buckets and of tables.

    Tables are those of the whole account: their ARNs begin with a region, and the trail is one of
    all regions. Of the archive, its intake and the account's bucket of access logs, everything but
    the deliveries: each delivery would be an event to deliver.
    """
    bucket = "arn:${AWS::Partition}:s3:::${Project}-"
    archives = [Sub(f"{bucket}{purpose}-") for purpose in _DELIVERED_TO]
    objects = {"StartsWith": [Sub(bucket)], "NotStartsWith": archives}
    arn, call, table = "resources.ARN", "eventName", "AWS::DynamoDB::Table"
    metrics = {arn: {"EndsWith": [METRICS_TABLE]}, call: {"NotEquals": _WRITES}}
    return [
        _selector("Management events", "Management", {}),
        _selector("Objects", "Data", {arn: objects}, "AWS::S3::Object"),
        _selector(
            "Archived logs",
            "Data",
            {arn: {"StartsWith": archives}, call: {"NotEquals": ["PutObject"]}},
            "AWS::S3::Object",
        ),
        _selector("Tables", "Data", {arn: {"NotEndsWith": [METRICS_TABLE]}}, table),
        _selector("Metrics", "Data", metrics, table),
    ]


def _selector(
    name: str, category: str, fields: dict[str, Selector], resource_type: str = ""
) -> cloudtrail.AdvancedEventSelector:
    given: dict[str, Selector] = {"eventCategory": {"Equals": [category]}}
    if resource_type:
        given["resources.type"] = {"Equals": [resource_type]}
    rows = [
        cloudtrail.AdvancedFieldSelector(Field=field, **operators)
        for field, operators in {**given, **fields}.items()
    ]
    return cloudtrail.AdvancedEventSelector(Name=name, FieldSelectors=rows)
