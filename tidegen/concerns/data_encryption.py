"""Keys of the data: uploads, backups, database volumes, metrics tables."""

from troposphere import Template

from tidegen.blocks import inputs, keys
from tidegen.blocks.data_buckets import bucket_arn
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template


def build(context: Context) -> Template:
    """Return the data-encryption template: one key per kind of data, each granted separately."""
    template = new_template(CONCERN)
    backup = keys.service_uses(context.key_uses("backup"))
    created = (
        keys.add_key(
            template,
            "DataKey",
            "data",
            keys.account_use("s3"),
            keys.distribution_use(bucket_arn("assets")),
        ),
        keys.add_key(template, "BackupKey", "backup", keys.account_use("s3"), *backup),
        keys.add_instance_key(template, "DatabaseKey", "database"),
        keys.add_key(template, "MetricsKey", "metrics", keys.account_use("dynamodb")),
    )
    return add_outputs(template, CONCERN, **keys.key_arns(created))


CONCERN = Concern(
    name="data-encryption",
    scopes=(Scope.ENVIRONMENT,),
    purpose="Customer-managed keys of uploads, backups, database volumes and metrics tables.",
    build=build,
    inputs=inputs.NAMES,
    outputs=(
        Output("DataKeyArn", Kind.KEY_ARN, "Key of uploads and mail assets"),
        Output("BackupKeyArn", Kind.KEY_ARN, "Key of backups and snapshots"),
        Output("DatabaseKeyArn", Kind.KEY_ARN, "Key of the database's volumes"),
        Output("MetricsKeyArn", Kind.KEY_ARN, "Key of the metrics tables"),
    ),
)
