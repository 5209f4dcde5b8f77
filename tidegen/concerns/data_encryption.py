"""Customer-managed keys of uploads, backups, database volumes and metrics tables."""

from troposphere import GetAtt, Template

from tidegen.blocks import inputs, keys
from tidegen.blocks.data_buckets import bucket_arn
from tidegen.contract import Concern, Context, Kind, Output, Scope


def add_resources(template: Template, context: Context) -> None:
    """Add one key per kind of data, each granted separately."""
    backup = keys.service_uses(context.key_uses("backup"))
    keys.add_key(
        template,
        "DataKey",
        "data",
        keys.account_use("s3"),
        keys.distribution_use(bucket_arn("assets")),
    )
    keys.add_key(template, "BackupKey", "backup", keys.account_use("s3"), *backup)
    keys.add_instance_key(template, "DatabaseKey", "database")
    keys.add_key(template, "MetricsKey", "metrics", keys.account_use("dynamodb"))


CONCERN = Concern(
    scopes=(Scope.ENVIRONMENT,),
    add_resources=add_resources,
    inputs=inputs.NAMES,
    outputs=(
        Output(
            "DataKeyArn", Kind.KEY_ARN, GetAtt("DataKey", "Arn"), "Key of uploads and mail assets"
        ),
        Output(
            "BackupKeyArn", Kind.KEY_ARN, GetAtt("BackupKey", "Arn"), "Key of backups and snapshots"
        ),
        Output(
            "DatabaseKeyArn",
            Kind.KEY_ARN,
            GetAtt("DatabaseKey", "Arn"),
            "Key of the database's volumes",
        ),
        Output(
            "MetricsKeyArn", Kind.KEY_ARN, GetAtt("MetricsKey", "Arn"), "Key of the metrics tables"
        ),
    ),
)
