"""Settings for which CloudFormation has no type: the wanted values, and the steps to apply them.

Every wanted value is the strictest that AWS offers, or one that a stricter one meets, and only the
parts named here are compared: a step never loosens anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tidegen.blocks.linked_roles import LINKED_SERVICES
from tidegen.contract import PLATFORM, Scope
from tidegen.planning.model import Place

#: The parts of a setting: name → value, as text.
Values = Mapping[str, str]


class SettingName(StrEnum):
    """The settings, by the name that people read."""

    BACKUPS = "management of backups"
    BUCKETS = "public access to buckets"
    DEFAULT_GROUP = "default security group"
    LINKED_ROLES = "service-linked roles"
    METADATA = "instance metadata defaults"
    PASSWORDS = "password policy"
    SNAPSHOTS = "public access to snapshots"
    VOLUMES = "encryption of new volumes"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting, applied after a root of one of `scopes`, with the reason and its source.

    `output` is the root's output with the id of the resource to set; empty for the account.
    """

    name: SettingName
    scopes: tuple[Scope, ...]
    wanted: Values
    why: str
    source: str
    output: str = ""


@dataclass(frozen=True, kw_only=True)
class SettingReading:
    """The actual values of a setting.

    `actual` is None if they cannot be known before the root is deployed, or (with a `reason`) if
    they could not be read. `subject` is the id of the resource to set, or empty for the account.
    """

    setting: Setting
    place: Place
    subject: str = ""
    actual: Values | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SettingStep:
    """One change: the parts that differ, `before` (empty where not known yet) and `after`."""

    setting: Setting
    place: Place
    subject: str
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """Return the step as plain data; `before` leaves out values known after deployment only."""
        return {
            "setting": str(self.setting.name),
            "subject": self.subject or None,
            "before": dict(self.before),
            "after": dict(self.after),
            "why": self.setting.why,
            "source": self.setting.source,
        }


#: The values of the Config rule PasswordPolicy, by the names of IAM's API. Ages are in days.
PASSWORDS: Values = {
    "MinimumPasswordLength": "14",
    "PasswordReusePrevention": "24",
    "MaxPasswordAge": "90",
    "RequireLowercaseCharacters": "true",
    "RequireUppercaseCharacters": "true",
    "RequireNumbers": "true",
    "RequireSymbols": "true",
}
SETTINGS: tuple[Setting, ...] = (
    Setting(
        name=SettingName.LINKED_ROLES,
        scopes=(Scope.IDENTITY,),
        wanted=dict.fromkeys(LINKED_SERVICES, "present"),
        why="the services act through them, and a new role is not known everywhere at once",
        source="IAM guide, Create a service-linked role",
    ),
    Setting(
        name=SettingName.BUCKETS,
        scopes=(Scope.IDENTITY,),
        wanted=dict.fromkeys(
            ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"),
            "true",
        ),
        why="no bucket of the account can become public, with any settings of its own",
        source="Security Hub S3.1",
    ),
    Setting(
        name=SettingName.PASSWORDS,
        scopes=(Scope.IDENTITY,),
        wanted=PASSWORDS,
        why="the platform creates no users, and users created by hand have no weak password",
        source="CIS AWS Foundations 1.8 and 1.9; Security Hub IAM.7",
    ),
    Setting(
        name=SettingName.BACKUPS,
        scopes=(Scope.ACCOUNT,),
        wanted=dict.fromkeys(("DynamoDB managed", "DynamoDB opted in", "EBS opted in"), "true"),
        why="without it recovery points of tables are neither under the vault's key nor copied",
        source="AWS Backup guide, Advanced DynamoDB backup",
    ),
    Setting(
        name=SettingName.VOLUMES,
        scopes=(Scope.ACCOUNT,),
        wanted={"EbsEncryptionByDefault": "true"},
        why="volumes created by hand are encrypted too",
        source="Security Hub EC2.7",
    ),
    Setting(
        name=SettingName.METADATA,
        scopes=(Scope.ACCOUNT,),
        wanted={"HttpTokens": "required"},
        why="instances started by hand do not give their role to a forged request",
        source="EC2 guide, Set IMDSv2 as the default for the account; Security Hub EC2.8",
    ),
    Setting(
        name=SettingName.SNAPSHOTS,
        scopes=(Scope.ACCOUNT,),
        wanted={"State": "block-all-sharing"},
        why="a public snapshot exposes all data on its volume",
        source="Security Hub EC2.182",
    ),
    Setting(
        name=SettingName.DEFAULT_GROUP,
        scopes=PLATFORM,
        wanted={"InboundRules": "0", "OutboundRules": "0"},
        why="a resource started without a security group can reach nothing and be reached by "
        "nothing",
        source="CIS AWS Foundations 5.4; Security Hub EC2.2",
        output="DefaultSecurityGroupId",
    ),
)


def settings_of(scope: Scope) -> tuple[Setting, ...]:
    """Return the settings to apply after a root of `scope`."""
    return tuple(setting for setting in SETTINGS if scope in setting.scopes)


def setting_steps(readings: Iterable[SettingReading]) -> tuple[SettingStep, ...]:
    """Return the steps to the wanted values; none for a setting that has them or was not read."""
    steps = (_step(reading) for reading in readings if not reading.reason)
    return tuple(step for step in steps if step.after)


def _step(reading: SettingReading) -> SettingStep:
    wanted, actual = reading.setting.wanted, reading.actual
    if actual is None:
        return SettingStep(
            setting=reading.setting,
            place=reading.place,
            subject=reading.subject,
            before={},
            after=wanted,
        )
    after = {part: value for part, value in wanted.items() if actual.get(part) != value}
    before = {part: actual.get(part, "not set") for part in after}
    return SettingStep(
        setting=reading.setting,
        place=reading.place,
        subject=reading.subject,
        before=before,
        after=after,
    )
