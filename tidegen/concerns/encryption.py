"""Keys of the platform itself: logs, messaging, cluster secrets, node volumes, secrets."""

from troposphere import GetAtt, Template

from tidegen.blocks import inputs
from tidegen.blocks.keys import (
    ENVIRONMENT_LOG_GROUPS,
    ROLE_BY_CONDITION,
    account_use,
    add_key,
    auto_scaling_use,
    logs_use,
    service_use,
)
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template


def build(context: Context) -> Template:
    """The encryption template: one key per purpose."""
    template = new_template(CONCERN)
    messaging = [s for use in context.key_uses("messaging") for s in service_use(use)]
    keys = {
        "LogsKey": add_key(template, "LogsKey", "logs", logs_use(ENVIRONMENT_LOG_GROUPS)),
        "MessagingKey": add_key(template, "MessagingKey", "messaging", *messaging),
        "ClusterKey": add_key(template, "ClusterKey", "cluster"),
        "NodesKey": add_key(
            template, "NodesKey", "nodes", *auto_scaling_use(), Metadata=ROLE_BY_CONDITION
        ),
        "SecretsKey": add_key(template, "SecretsKey", "secrets", account_use("secretsmanager")),
    }
    arns = {f"{title}Arn": GetAtt(key, "Arn") for title, key in keys.items()}
    return add_outputs(template, CONCERN, **arns)


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
