"""Keys of the platform itself: logs, messaging, cluster secrets, node volumes, secrets."""

from troposphere import Template

from tidegen.blocks import inputs, keys
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template


def build(context: Context) -> Template:
    """Return the encryption template: one key per purpose."""
    template = new_template(CONCERN)
    messaging = keys.service_uses(context.key_uses("messaging"))
    created = (
        keys.add_key(template, "LogsKey", "logs", keys.logs_use(keys.ENVIRONMENT_LOG_GROUPS)),
        keys.add_key(template, "MessagingKey", "messaging", *messaging),
        keys.add_key(template, "ClusterKey", "cluster"),
        keys.add_instance_key(template, "NodesKey", "nodes"),
        keys.add_key(template, "SecretsKey", "secrets", keys.account_use("secretsmanager")),
    )
    return add_outputs(template, CONCERN, **keys.key_arns(created))


CONCERN = Concern(
    name="encryption",
    scopes=(Scope.SHARED, Scope.ENVIRONMENT),
    purpose="Customer-managed keys of logs, messaging, cluster secrets, node volumes and secrets.",
    build=build,
    inputs=inputs.NAMES,
    outputs=(
        Output("LogsKeyArn", Kind.KEY_ARN, "Key of the log groups"),
        Output("MessagingKeyArn", Kind.KEY_ARN, "Key of topics and queues"),
        Output("ClusterKeyArn", Kind.KEY_ARN, "Key of the cluster's secrets; it cannot be changed"),
        Output("NodesKeyArn", Kind.KEY_ARN, "Key of the nodes' volumes", surface=True),
        Output("SecretsKeyArn", Kind.KEY_ARN, "Key of Secrets Manager's secrets"),
    ),
)
