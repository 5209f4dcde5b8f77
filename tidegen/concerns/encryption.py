"""Customer-managed keys of logs, messaging, cluster secrets, node volumes and secrets."""

from troposphere import GetAtt, Template

from tidegen.blocks import inputs, keys
from tidegen.contract import PLATFORM, Concern, Context, Kind, Output


def add_resources(template: Template, context: Context) -> None:
    """Add one key per purpose."""
    messaging = keys.service_uses(context.key_uses("messaging"))
    keys.add_key(template, "LogsKey", "logs", keys.logs_use(keys.ENVIRONMENT_LOG_GROUPS))
    keys.add_key(template, "MessagingKey", "messaging", *messaging)
    keys.add_key(template, "ClusterKey", "cluster")
    keys.add_instance_key(template, "NodesKey", "nodes")
    keys.add_key(template, "SecretsKey", "secrets", keys.account_use("secretsmanager"))


CONCERN = Concern(
    scopes=PLATFORM,
    add_resources=add_resources,
    inputs=inputs.NAMES,
    outputs=(
        Output("LogsKeyArn", Kind.KEY_ARN, GetAtt("LogsKey", "Arn"), "Key of the log groups"),
        Output(
            "MessagingKeyArn",
            Kind.KEY_ARN,
            GetAtt("MessagingKey", "Arn"),
            "Key of topics and queues",
        ),
        Output(
            "ClusterKeyArn",
            Kind.KEY_ARN,
            GetAtt("ClusterKey", "Arn"),
            "Key of the cluster's secrets; it cannot be changed",
        ),
        Output(
            "NodesKeyArn",
            Kind.KEY_ARN,
            GetAtt("NodesKey", "Arn"),
            "Key of the nodes' volumes",
            surface=True,
        ),
        Output(
            "SecretsKeyArn",
            Kind.KEY_ARN,
            GetAtt("SecretsKey", "Arn"),
            "Key of Secrets Manager's secrets",
        ),
    ),
)
