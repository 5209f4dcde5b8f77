"""The account's audit trail: every API call, and every access to the data."""

from typing import Any

from awacs import logs as log_actions
from troposphere import GetAtt, Ref, Sub, Template, cloudtrail, logs

from tidegen.blocks.inputs import sibling
from tidegen.blocks.logs import add_log_group
from tidegen.blocks.policies import allow, document, trust
from tidegen.blocks.roles import add_role
from tidegen.blocks.suppressions import unmet_each
from tidegen.contract import Input, Kind

_UNMET = {
    "CLOUDTRAIL_S3_DATAEVENTS_ENABLED": "Advanced selectors log the project's buckets; the rule "
    "reads basic selectors only, and CloudTrail accepts one kind.",
    "CLOUD_TRAIL_ENCRYPTION_ENABLED": "The key is the archive's, by its ARN; the rule accepts no "
    "reference.",
}
#: Parts of the account's bucket names after the project: buckets that logs are delivered to.
_DELIVERED_TO = ("log-archive", "log-intake", "access-logs")
#: Rates of management events that CloudTrail learns.
_INSIGHTS = ("ApiCallRateInsight", "ApiErrorRateInsight")
#: Suffix of the name of the table of application metrics. A written metric says nothing about
#: access to data, and there are more of them than of all other events: each would be paid for as a
#: data event and again in the log group.
METRICS_TABLE = "-metrics"
_WRITES = ["BatchWriteItem", "PutItem", "UpdateItem"]
AUDIT_KEY = sibling("AuditKeyArn", Kind.KEY_ARN, "Key of trail, findings and archives")
LOG_ARCHIVE = sibling("LogArchiveBucketName", Kind.BUCKET_NAME, "Bucket of the trail")
Selector = dict[str, list[Any]]


def add_trail(
    template: Template,
    path: Any,
    condition: str,
    *,
    key: Input = AUDIT_KEY,
    bucket: Input = LOG_ARCHIVE,
) -> logs.LogGroup:
    """Add the trail of all regions, and the log group in which alarms watch its events.

    `condition` holds in one region of an account: a second trail would cost the same again and
    record nothing new. The trail's objects go to `bucket`; `key` encrypts them and the group.
    """
    # For alarms and searches: the archive keeps the same events for six years.
    group = add_log_group(template, "TrailLogGroup", key=key, Condition=condition)
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
            KMSKeyId=Ref(key.name),
            S3BucketName=Ref(bucket.name),
            # CloudTrail writes to the group when the trail is created, to test its permission.
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
    """Return management events, and data events of the project's buckets and of tables.

    Tables are those of the whole account: their ARNs begin with a region, and the trail covers all
    regions. Of the archive, its intake and the account's bucket of access logs, everything except
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
