"""Names that are taken: kept from an earlier stack, made by hand, or somebody else's."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from tidegen.contract.topics import Topic
from tidegen.planning.preflight.check import Answer, Check, about
from tidegen.planning.preflight.model import IMPORT, PreflightFinding, Question
from tidegen.planning.preflight.subject import Subject

_ADOPT = "make it the environment's own ('tidegen secrets adopt')"
SECRET_TYPE = "AWS::SecretsManager::Secret"
_SECRET = (SECRET_TYPE, "Name")


@dataclass(frozen=True)
class _Named:
    """A type whose name somebody chooses, and how the account is asked for it."""

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


def _asks(subject: Subject, named: _Named) -> Iterable[Question]:
    return about(named.topic, subject.names(named.type, named.prop))


def _taken(subject: Subject, found: Answer, named: _Named) -> Iterable[PreflightFinding]:
    for name, path in subject.names(named.type, named.prop).items():
        if name in found:
            yield PreflightFinding(
                path,
                f"{named.type} '{name}' exists already; {IMPORT}, or delete it if nobody needs it",
                named.failure,
            )


def _buckets(subject: Subject, found: Answer) -> Iterable[PreflightFinding]:
    for name, path in subject.names("AWS::S3::Bucket", "BucketName").items():
        if name not in found:
            continue
        if found[name]:
            told = f"bucket '{name}' exists already in {found[name]}; {IMPORT}"
        else:
            told = (
                f"bucket '{name}' is another account's, or closed to these credentials; choose "
                "another name, or open it and import it"
            )
        yield PreflightFinding(path, told, "name-taken")


def _secrets(subject: Subject, found: Answer) -> Iterable[PreflightFinding]:
    for name, path in subject.names(*_SECRET).items():
        if name not in found:
            continue
        secret = found[name]
        if secret["deleted"]:
            told = (
                f"secret '{name}' is deleted and keeps its name until {secret['deleted']}; run "
                f"'aws secretsmanager restore-secret --secret-id {name}' and {_ADOPT}, or wait"
            )
            yield PreflightFinding(path, told, "secret-being-deleted")
        elif secret["primary"]:
            told = f"secret '{name}' is here already, a replica of {secret['primary']}'s"
            yield PreflightFinding(path, f"{told}; {_ADOPT}", "name-taken")
        else:
            yield PreflightFinding(path, f"secret '{name}' exists already; {_ADOPT}", "name-taken")


CHECKS = (
    *(
        Check(
            str(named.topic),
            (named.failure,),
            partial(_asks, named=named),
            partial(_taken, named=named),
        )
        for named in NAMED
    ),
    Check(
        "buckets",
        ("name-taken",),
        lambda subject: about(Topic.BUCKETS, subject.names("AWS::S3::Bucket", "BucketName")),
        _buckets,
    ),
    Check(
        "secrets",
        ("secret-being-deleted", "name-taken"),
        lambda subject: about(Topic.SECRETS, subject.names(*_SECRET)),
        _secrets,
    ),
)
