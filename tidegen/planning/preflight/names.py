"""Names that are taken: by a retained resource, a resource created by hand, or another owner."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from tidegen.contract import Topic
from tidegen.planning.preflight.check import Answer, Check, Checks, about_names
from tidegen.planning.preflight.model import IMPORT, PreflightFinding
from tidegen.planning.preflight.subject import Subject

_ADOPT = "adopt it ('tidegen secrets adopt')"
SECRET_TYPE = "AWS::SecretsManager::Secret"
_SECRET = (SECRET_TYPE, "Name")
_BUCKET = ("AWS::S3::Bucket", "BucketName")

CHECKS = Checks()


@dataclass(frozen=True)
class _Named:
    """A type with a chosen name, and the topic to ask the account for it."""

    type: str
    prop: str
    topic: Topic
    failure: str = "name-taken"


NAMED = (
    _Named("AWS::Backup::BackupVault", "BackupVaultName", Topic.VAULTS),
    _Named(
        "AWS::CloudFront::OriginAccessControl",
        "OriginAccessControlConfig.Name",
        Topic.ACCESS_CONTROLS,
    ),
    _Named("AWS::DynamoDB::Table", "TableName", Topic.TABLES),
    _Named("AWS::EKS::Cluster", "Name", Topic.CLUSTERS),
    _Named("AWS::IAM::ManagedPolicy", "ManagedPolicyName", Topic.POLICIES),
    _Named("AWS::IAM::Role", "RoleName", Topic.ROLES),
    _Named("AWS::KMS::Alias", "AliasName", Topic.KEY_ALIASES),
    _Named("AWS::Logs::LogGroup", "LogGroupName", Topic.LOG_GROUPS, "log-group-exists"),
    _Named("AWS::SES::ConfigurationSet", "Name", Topic.MAIL_SETS),
    _Named("AWS::SES::DedicatedIpPool", "PoolName", Topic.MAIL_POOLS),
    _Named("AWS::SES::EmailIdentity", "EmailIdentity", Topic.MAIL_IDENTITIES),
)


def _taken(subject: Subject, taken: Answer, named: _Named) -> Iterable[PreflightFinding]:
    for name, path in subject.names(named.type, named.prop).items():
        # A type that is not identified by its name has the identifier in the answer.
        if name in taken and not subject.holds(named.type, taken[name]):
            yield PreflightFinding(
                path,
                f"{named.type} '{name}' exists already; {IMPORT}, or delete it if it is not needed",
                named.failure,
            )


CHECKS.extend(
    Check(
        name=str(named.topic),
        failures=(named.failure,),
        ask=about_names(named.topic, named.type, named.prop),
        judge=partial(_taken, named=named),
    )
    for named in NAMED
)


@CHECKS.add("buckets", failures=("name-taken",), ask=about_names(Topic.BUCKETS, *_BUCKET))
def _buckets(subject: Subject, regions: Answer) -> Iterable[PreflightFinding]:
    for name, path in subject.names(*_BUCKET).items():
        if name not in regions:
            continue
        if regions[name]:
            problem = f"bucket '{name}' exists already in {regions[name]}; {IMPORT}"
        else:
            problem = (
                f"bucket '{name}' belongs to another account or denies access to these "
                "credentials; choose another name, or allow access and import it"
            )
        yield PreflightFinding(path, problem, "name-taken")


@CHECKS.add(
    "secrets",
    failures=("secret-being-deleted", "name-taken"),
    ask=about_names(Topic.SECRETS, *_SECRET),
)
def _secrets(subject: Subject, secrets: Answer) -> Iterable[PreflightFinding]:
    for name, path in subject.names(*_SECRET).items():
        if name not in secrets:
            continue
        secret = secrets[name]
        if secret["deleted"]:
            problem = (
                f"secret '{name}' is deleted and keeps its name until {secret['deleted']}; run "
                f"'aws secretsmanager restore-secret --secret-id {name}' and {_ADOPT}, or wait"
            )
            yield PreflightFinding(path, problem, "secret-being-deleted")
        elif secret["primary"]:
            problem = (
                f"secret '{name}' exists already, as a replica of the one in {secret['primary']}"
            )
            yield PreflightFinding(path, f"{problem}; {_ADOPT}", "name-taken")
        else:
            yield PreflightFinding(path, f"secret '{name}' exists already; {_ADOPT}", "name-taken")
