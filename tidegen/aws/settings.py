"""The third port over boto3: settings of an account and of a VPC's default group."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tidegen.aws.errors import translated
from tidegen.aws.facts.reader import Reader
from tidegen.aws.passwords import read_passwords, set_passwords
from tidegen.aws.sessions import client_settings, local_endpoint, session
from tidegen.blocks.linked_roles import LINKED_SERVICES
from tidegen.deployment.settings import NotRead, Settings
from tidegen.errors import RefusedError
from tidegen.planning.model import Place
from tidegen.planning.settings import Setting, SettingName, SettingStep, Values

_ROLES = "/aws-service-role/"
#: The answers of an engine that does not have an API.
_UNSUPPORTED = ("InvalidAction", "NotImplemented", "UnknownOperationException")
#: IAM's answers where the role was created in the meantime, or by a request with a lost answer.
_EXISTING = ("EntityAlreadyExists", "InvalidInput")


def reach(place: Place) -> Settings:
    """Return the settings of `place`; AWS_ENDPOINT_URL selects another endpoint."""
    return AwsSettings(place, lambda: session(place))


class AwsSettings:
    """Settings of one account and region through boto3.

    The session is created with the first call: most deploys make none.
    """

    def __init__(self, place: Place, new_session: Callable[[], Any]) -> None:
        self._where = str(place)
        self._session = cache(new_session)
        self._clients: dict[str, Any] = {}
        self._reader = Reader(place, self._client)

    def read(self, setting: Setting, subject: str) -> Values | NotRead:
        """Return the setting's parts; NotRead if not allowed or not supported by the engine."""
        from botocore.exceptions import ClientError

        try:
            with translated(self._where, f"reading {setting.name}"):
                try:
                    return _READERS[setting.name](self._reader, subject)
                except ClientError as error:
                    if error.response["Error"]["Code"] not in _UNSUPPORTED:
                        raise
                    return NotRead(f"the engine does not support {error.operation_name}")
        except RefusedError as error:
            return NotRead(error.problems[0].message)

    def apply(self, step: SettingStep) -> None:
        """Set the parts that differ; raise botocore's errors as tidegen's."""
        with translated(self._where, f"setting {step.setting.name}"):
            _WRITERS[step.setting.name](self._reader, step)

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session().client(service, config=client_settings())
        return self._clients[service]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _linked_roles(reader: Reader, _: str) -> Values:
    roles = reader.pages("iam", "list_roles", "Roles", PathPrefix=_ROLES)
    services = {role["Path"].removeprefix(_ROLES).rstrip("/") for role in roles}
    return {name: "present" if name in services else "absent" for name in LINKED_SERVICES}


def _make_roles(reader: Reader, step: SettingStep) -> None:
    from botocore.exceptions import ClientError

    for service in step.after:
        try:
            reader.call("iam", "create_service_linked_role", AWSServiceName=service)
        except ClientError as error:
            exists = error.response["Error"]["Code"] in _EXISTING
            if not exists or _linked_roles(reader, "")[service] != "present":
                raise


def _buckets(reader: Reader, _: str) -> Values | NotRead:
    if local_endpoint():  # it has no host name for the account, which this API needs
        return NotRead("a local engine has no settings of S3 for the account")
    account = reader.place.account
    try:
        answer = reader.call("s3control", "get_public_access_block", AccountId=account)
    except reader.client("s3control").exceptions.NoSuchPublicAccessBlockConfiguration:
        return {}
    return {k: _text(v) for k, v in answer["PublicAccessBlockConfiguration"].items()}


def _block_buckets(reader: Reader, step: SettingStep) -> None:
    """Set all parts at once: the API replaces the whole setting, and every part is wanted."""
    reader.call(
        "s3control",
        "put_public_access_block",
        AccountId=reader.place.account,
        PublicAccessBlockConfiguration=dict.fromkeys(step.setting.wanted, True),
    )


#: Field of AWS Backup's settings → the suffix of its parts in tidegen's setting.
_PREFERENCES = {
    "ResourceTypeManagementPreference": " managed",
    "ResourceTypeOptInPreference": " opted in",
}


def _backups(reader: Reader, _: str) -> Values | NotRead:
    if local_endpoint():  # its answer cannot be changed
        return NotRead("a local engine keeps no settings of AWS Backup")
    answer = reader.call("backup", "describe_region_settings")
    return {
        f"{kind}{words}": _text(value)
        for field, words in _PREFERENCES.items()
        for kind, value in answer.get(field, {}).items()
    }


def _manage_backups(reader: Reader, step: SettingStep) -> None:
    """Set the named types' preferences; unnamed types keep theirs."""
    fields = {
        field: {part.removesuffix(words): True for part in step.after if part.endswith(words)}
        for field, words in _PREFERENCES.items()
    }
    wanted = {field: types for field, types in fields.items() if types}
    reader.call("backup", "update_region_settings", **wanted)


def _volumes(reader: Reader, _: str) -> Values:
    answer = reader.call("ec2", "get_ebs_encryption_by_default")
    return {"EbsEncryptionByDefault": _text(answer["EbsEncryptionByDefault"])}


def _encrypt_volumes(reader: Reader, _: SettingStep) -> None:
    reader.call("ec2", "enable_ebs_encryption_by_default")


def _metadata(reader: Reader, _: str) -> Values | NotRead:
    level = reader.call("ec2", "get_instance_metadata_defaults").get("AccountLevel", {})
    return _declared(level) or {"HttpTokens": level.get("HttpTokens", "no-preference")}


def _declared(answer: Mapping[str, Any]) -> NotRead | None:
    """Return NotRead if an organization's policy sets it: the account cannot change it."""
    declared = answer.get("ManagedBy") == "declarative-policy"
    return NotRead("a declarative policy of the organization sets it") if declared else None


def _require_tokens(reader: Reader, step: SettingStep) -> None:
    """Set the parts that differ; unnamed defaults do not change."""
    reader.call("ec2", "modify_instance_metadata_defaults", **step.after)


def _snapshots(reader: Reader, _: str) -> Values | NotRead:
    answer = reader.call("ec2", "get_snapshot_block_public_access_state")
    return _declared(answer) or {"State": answer["State"]}


def _block_snapshots(reader: Reader, step: SettingStep) -> None:
    reader.call("ec2", "enable_snapshot_block_public_access", **step.after)


def _rules(reader: Reader, group: str) -> dict[bool, list[str]]:
    """Return the ids of a group's rules: those of outbound traffic under True."""
    rules: dict[bool, list[str]] = {False: [], True: []}
    only = [{"Name": "group-id", "Values": [group]}]
    key = "SecurityGroupRules"
    for rule in reader.pages("ec2", "describe_security_group_rules", key, Filters=only):
        rules[rule["IsEgress"]].append(rule["SecurityGroupRuleId"])
    return rules


def _default_group(reader: Reader, group: str) -> Values:
    rules = _rules(reader, group)
    return {"InboundRules": str(len(rules[False])), "OutboundRules": str(len(rules[True]))}


def _close_group(reader: Reader, step: SettingStep) -> None:
    for outbound, rules in _rules(reader, step.subject).items():
        if rules:
            operation = f"revoke_security_group_{'egress' if outbound else 'ingress'}"
            reader.call("ec2", operation, GroupId=step.subject, SecurityGroupRuleIds=rules)


_READERS: Mapping[SettingName, Callable[[Reader, str], Values | NotRead]] = {
    SettingName.BACKUPS: _backups,
    SettingName.BUCKETS: _buckets,
    SettingName.DEFAULT_GROUP: _default_group,
    SettingName.LINKED_ROLES: _linked_roles,
    SettingName.METADATA: _metadata,
    SettingName.PASSWORDS: read_passwords,
    SettingName.SNAPSHOTS: _snapshots,
    SettingName.VOLUMES: _volumes,
}
_WRITERS: Mapping[SettingName, Callable[[Reader, SettingStep], None]] = {
    SettingName.BACKUPS: _manage_backups,
    SettingName.BUCKETS: _block_buckets,
    SettingName.DEFAULT_GROUP: _close_group,
    SettingName.LINKED_ROLES: _make_roles,
    SettingName.METADATA: _require_tokens,
    SettingName.PASSWORDS: set_passwords,
    SettingName.SNAPSHOTS: _block_snapshots,
    SettingName.VOLUMES: _encrypt_volumes,
}
