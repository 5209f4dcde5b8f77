"""A Firehose stream from log groups to the intake of the log archive, and its two roles."""

from typing import Any, ClassVar

from awacs import firehose as firehose_actions
from awacs import kms as kms_actions
from awacs import logs as logs_actions
from awacs import s3 as s3_actions
from awacs.aws import ArnLike, Condition, StringEquals
from troposphere import GetAtt, Ref, Sub, Template, firehose, logs

from tidegen.blocks.inputs import LOG_INTAKE, LOGS_KEY, from_root
from tidegen.blocks.logs import add_log_group
from tidegen.blocks.policies import allow, document, through, trust
from tidegen.blocks.roles import add_role
from tidegen.contract import Input, Kind, Scope

AUDIT_KEY = from_root(
    Scope.ACCOUNT, "AuditKeyArn", Kind.KEY_ARN, "Key of the archive and its intake"
)
#: Prefixes of an environment's logs, in the intake and in the archive.
_LOGS = "AWSLogs/${AWS::AccountId}/CloudWatch/${Environment}/"
_FAILED = "AWSLogs/${AWS::AccountId}/CloudWatchFailed/${Environment}/"
_BUFFER = firehose.BufferingHints(IntervalInSeconds=300, SizeInMBs=64)


class _Processor(firehose.Processor):
    """A processor of any type: troposphere 4.11 has no Decompression yet."""

    props: ClassVar[dict[str, Any]] = {**firehose.Processor.props, "Type": (str, True)}


def add_delivery_stream(
    template: Template,
    *,
    key: Input = LOGS_KEY,
    intake: Input = LOG_INTAKE,
    intake_key: Input = AUDIT_KEY,
) -> firehose.DeliveryStream:
    """Add the encrypted stream `DeliveryStream`, and the role `SubscriptionRole` that fills it.

    `key` encrypts the stream, `intake_key` the objects that it writes to `intake`.
    """
    group = add_log_group(
        template, "DeliveryLogGroup", Sub("/${Project}/${Environment}/log-delivery"), key=key
    )
    log = template.add_resource(logs.LogStream("DeliveryLog", LogGroupName=Ref(group)))
    _add_delivery_role(template, intake, intake_key)
    stream = template.add_resource(
        firehose.DeliveryStream(
            "DeliveryStream",
            DeliveryStreamType="DirectPut",
            DeliveryStreamEncryptionConfigurationInput=(
                firehose.DeliveryStreamEncryptionConfigurationInput(
                    KeyType="CUSTOMER_MANAGED_CMK", KeyARN=Ref(key.name)
                )
            ),
            ExtendedS3DestinationConfiguration=_destination(group, log, intake, intake_key),
            DependsOn=["DeliveryRolePolicy"],
        )
    )
    _add_subscription_role(template, stream)
    return stream


def add_subscription(template: Template, name: str) -> logs.SubscriptionFilter:
    """Send every event of the group in the parameter `<name>LogGroupName` to the stream.

    CloudWatch Logs tests at creation whether the role may put records.
    """
    return template.add_resource(
        logs.SubscriptionFilter(
            f"{name}Subscription",
            LogGroupName=Ref(f"{name}LogGroupName"),
            FilterPattern="",
            DestinationArn=GetAtt("DeliveryStream", "Arn"),
            RoleArn=GetAtt("SubscriptionRole", "Arn"),
            DependsOn=["SubscriptionRolePolicy"],
        )
    )


def _destination(
    group: logs.LogGroup, log: logs.LogStream, intake: Input, intake_key: Input
) -> Any:
    """Decompress each record and write objects of JSON lines, compressed as a whole."""
    lines = [
        _processor("Decompression", "CompressionFormat", "GZIP"),
        _processor("AppendDelimiterToRecord", "Delimiter", "\\n"),
    ]
    key = firehose.KMSEncryptionConfig(AWSKMSKeyARN=Ref(intake_key.name))
    return firehose.ExtendedS3DestinationConfiguration(
        BucketARN=Ref(intake.name),
        RoleARN=GetAtt("DeliveryRole", "Arn"),
        Prefix=Sub(f"{_LOGS}!{{timestamp:yyyy/MM/dd/HH}}/"),
        ErrorOutputPrefix=Sub(
            f"{_FAILED}!{{firehose:error-output-type}}/!{{timestamp:yyyy/MM/dd/HH}}/"
        ),
        BufferingHints=_BUFFER,
        CompressionFormat="GZIP",
        EncryptionConfiguration=firehose.EncryptionConfiguration(KMSEncryptionConfig=key),
        ProcessingConfiguration=firehose.ProcessingConfiguration(Enabled=True, Processors=lines),
        CloudWatchLoggingOptions=firehose.CloudWatchLoggingOptions(
            Enabled=True, LogGroupName=Ref(group), LogStreamName=Ref(log)
        ),
    )


def _processor(kind: str, name: str, value: str) -> _Processor:
    parameter = firehose.ProcessorParameter(ParameterName=name, ParameterValue=value)
    return _Processor(Type=kind, Parameters=[parameter])


def _add_delivery_role(template: Template, intake: Input, key: Input) -> None:
    """Add Firehose's role, with the permissions and the external id (the account) of its guide.

    Source: Firehose guide, "Grant Firehose access to an Amazon S3 destination".
    """
    objects = [Sub(f"${{{intake.name}}}/{prefix}*") for prefix in (_LOGS, _FAILED)]
    log = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group"
    add_role(
        template,
        "DeliveryRole",
        trust(
            "firehose",
            condition=Condition(StringEquals({"sts:ExternalId": Ref("AWS::AccountId")})),
        ),
        document(
            allow(
                "LookAtIntake",
                [
                    s3_actions.GetBucketLocation,
                    s3_actions.ListBucket,
                    s3_actions.ListBucketMultipartUploads,
                ],
                [Ref(intake.name)],
            ),
            allow(
                "Deliver",
                [s3_actions.AbortMultipartUpload, s3_actions.GetObject, s3_actions.PutObject],
                objects,
            ),
            allow(
                "UseAuditKey",
                [kms_actions.Decrypt, kms_actions.GenerateDataKey],
                [Ref(key.name)],
                Condition(through("s3")),
            ),
            allow(
                "WriteOwnLog",
                [logs_actions.PutLogEvents],
                [Sub(f"{log}:${{DeliveryLogGroup}}:log-stream:${{DeliveryLog}}")],
            ),
        ),
        "Firehose delivers logs to the intake of the log archive",
    )


def _add_subscription_role(template: Template, stream: firehose.DeliveryStream) -> None:
    """Add the role by which CloudWatch Logs puts records.

    Source: CloudWatch Logs guide, "Subscription filters with Amazon Data Firehose".
    """
    groups = Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*")
    add_role(
        template,
        "SubscriptionRole",
        trust("logs", condition=Condition(ArnLike({"aws:SourceArn": groups}))),
        document(
            allow(
                "PutLogs",
                [firehose_actions.PutRecord, firehose_actions.PutRecordBatch],
                [GetAtt(stream, "Arn")],
            )
        ),
        "CloudWatch Logs puts log events into Firehose",
    )
