"""Keys of the data: uploads, backups, database volumes, metrics tables."""

from troposphere import GetAtt, Template

from tidegen.blocks import inputs
from tidegen.blocks.data_buckets import bucket_arn
from tidegen.blocks.keys import (
    ROLE_BY_CONDITION,
    account_use,
    add_key,
    auto_scaling_use,
    distribution_use,
    service_use,
)
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template


def build(context: Context) -> Template:
    """The data-encryption template: one key per kind of data, so that each is granted alone."""
    template = new_template(CONCERN)
    backup = [s for use in context.key_uses("backup") for s in service_use(use)]
    keys = {
        "DataKey": add_key(
            template, "DataKey", "data", account_use("s3"), distribution_use(bucket_arn("assets"))
        ),
        "BackupKey": add_key(template, "BackupKey", "backup", account_use("s3"), *backup),
        "DatabaseKey": add_key(
            template, "DatabaseKey", "database", *auto_scaling_use(), Metadata=ROLE_BY_CONDITION
        ),
        "MetricsKey": add_key(template, "MetricsKey", "metrics", account_use("dynamodb")),
    }
    arns = {f"{title}Arn": GetAtt(key, "Arn") for title, key in keys.items()}
    return add_outputs(template, CONCERN, **arns)


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
