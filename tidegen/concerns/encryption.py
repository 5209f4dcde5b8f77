"""Keys of the platform itself: logs, messaging, cluster secrets, node volumes, secrets."""

from troposphere import Template

from tidegen.blocks import inputs
from tidegen.blocks.keys import (
    ENVIRONMENT_LOG_GROUPS,
    ROLE_BY_CONDITION,
    account_use,
    add_key,
    auto_scaling_use,
    key_arns,
    logs_use,
    service_uses,
)
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template


def build(context: Context) -> Template:
    """The encryption template: one key per purpose."""
    template = new_template(CONCERN)
    messaging = service_uses(context.key_uses("messaging"))
    keys = (
        add_key(template, "LogsKey", "logs", logs_use(ENVIRONMENT_LOG_GROUPS)),
        add_key(template, "MessagingKey", "messaging", *messaging),
        add_key(template, "ClusterKey", "cluster"),
        add_key(template, "NodesKey", "nodes", *auto_scaling_use(), Metadata=ROLE_BY_CONDITION),
        add_key(template, "SecretsKey", "secrets", account_use("secretsmanager")),
    )
    return add_outputs(template, CONCERN, **key_arns(keys))


CONCERN = Concern(
    name="encryption",
    scopes=(Scope.SHARED, Scope.ENVIRONMENT),
    purpose="Customer-managed keys of logs, messaging, cluster secrets, node volumes and secrets.",
    build=build,
    inputs=(inputs.PROJECT, inputs.ENVIRONMENT),
    outputs=(
        Output("LogsKeyArn", Kind.KEY_ARN, "Key of the log groups"),
        Output("MessagingKeyArn", Kind.KEY_ARN, "Key of topics and queues"),
        Output("ClusterKeyArn", Kind.KEY_ARN, "Key of the cluster's secrets; fixed for its life"),
        Output("NodesKeyArn", Kind.KEY_ARN, "Key of the nodes' volumes", surface=True),
        Output("SecretsKeyArn", Kind.KEY_ARN, "Key of Secrets Manager's secrets"),
    ),
)
