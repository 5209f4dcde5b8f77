"""A Pod Identity role for each service account of the chart that uses AWS."""

from awacs.aws import Statement
from troposphere import Ref, Sub, Template

from tidegen.blocks import inputs
from tidegen.blocks.pod_identity import add_pod_role
from tidegen.blocks.roles import BOUNDARY
from tidegen.chart.workloads import BLOB_PREFIXES, EXTERNAL_SECRETS, SENDER
from tidegen.concerns.workloads.permissions import (
    asset_statements,
    mail_statements,
    object_statements,
    secret_statements,
)
from tidegen.contract import Concern, Context, Kind, Output, Scope

#: The chart accepts any namespace. Each environment has its own cluster, so that the namespace can
#: be the same in all: the project's name, without a field in the environment file.
_NAMESPACE = Ref("Project")
_FROM = Sub(f"{SENDER}@${{TransactionalDomain}}")


def add_resources(template: Template, _context: Context) -> None:
    """Add a role and its association for each service account."""
    accounts = {name: (_NAMESPACE, statements) for name, statements in _services().items()}
    accounts[EXTERNAL_SECRETS] = (EXTERNAL_SECRETS, secret_statements())
    for name, (namespace, statements) in accounts.items():
        add_pod_role(
            template,
            _title(name),
            (namespace, name),
            statements,
            f"Pods of service account {name}",
            Ref("ClusterName"),
        )


def _title(service_account: str) -> str:
    return "".join(part.capitalize() for part in service_account.split("-")) + "Role"


def _services() -> dict[str, list[Statement]]:
    """Return service account → statements. Services that need no AWS permissions have no role.

    A mail links to its logo, which the recipient's mail program fetches: sending needs no asset.
    """
    prefixes = sorted(set(BLOB_PREFIXES.values()))
    return {
        "blob": object_statements(prefixes),
        "hydrophone": mail_statements(_FROM),
        "mailer": mail_statements(_FROM),
        "prescription": asset_statements(),
    }


CONCERN = Concern(
    scopes=(Scope.ENVIRONMENT,),
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        BOUNDARY,
        inputs.CLUSTER_NAME,
        inputs.sibling("UploadsBucketArn", Kind.BUCKET_ARN, "Bucket of raw device uploads"),
        inputs.sibling("AssetsBucketArn", Kind.BUCKET_ARN, "Bucket of mail assets"),
        inputs.DATA_KEY,
        inputs.sibling("TransactionalDomain", Kind.DOMAIN, "Domain of mail to users"),
        inputs.sibling("TransactionalIdentityArn", Kind.ARN, "Identity of mail to users"),
        inputs.sibling(
            "TransactionalConfigurationSet", Kind.NAME, "Configuration set of user mail"
        ),
        inputs.sibling("SecretsPath", Kind.STRING, "Prefix of the secrets' names"),
        inputs.SECRETS_KEY,
    ),
    outputs=(
        Output(
            "WorkloadNamespace",
            Kind.NAME,
            _NAMESPACE,
            "Namespace to install the chart in",
            surface=True,
        ),
        Output("MailFromAddress", Kind.STRING, _FROM, "Sender of mail to users", surface=True),
    ),
)
