"""Keys of the data: uploads, backups, database volumes, metrics tables."""

from troposphere import Template

from tidegen.blocks import inputs
from tidegen.blocks.data_buckets import bucket_arn
from tidegen.blocks.keys import (
    ROLE_BY_CONDITION,
    account_use,
    add_key,
    auto_scaling_use,
    distribution_use,
    key_arns,
    service_uses,
)
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template


def build(context: Context) -> Template:
    """The data-encryption template: one key per kind of data, so that each is granted alone."""
    template = new_template(CONCERN)
    backup = service_uses(context.key_uses("backup"))
    keys = (
        add_key(
            template, "DataKey", "data", account_use("s3"), distribution_use(bucket_arn("assets"))
        ),
        add_key(template, "BackupKey", "backup", account_use("s3"), *backup),
        add_key(
            template, "DatabaseKey", "database", *auto_scaling_use(), Metadata=ROLE_BY_CONDITION
        ),
        add_key(template, "MetricsKey", "metrics", account_use("dynamodb")),
    )
    return add_outputs(template, CONCERN, **key_arns(keys))


CONCERN = Concern(
    name="data-encryption",
    scopes=(Scope.ENVIRONMENT,),
    purpose="Customer-managed keys of uploads, backups, database volumes and metrics tables.",
    build=build,
    inputs=(inputs.PROJECT, inputs.ENVIRONMENT),
    outputs=(
        Output("DataKeyArn", Kind.KEY_ARN, "Key of uploads and mail assets"),
        Output("BackupKeyArn", Kind.KEY_ARN, "Key of backups and snapshots"),
        Output("DatabaseKeyArn", Kind.KEY_ARN, "Key of the database's volumes"),
        Output("MetricsKeyArn", Kind.KEY_ARN, "Key of the metrics tables"),
    ),
)
