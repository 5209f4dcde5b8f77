"""The calls of each setting to AWS; botocore's Stubber checks them against the services' models.

A call is (service, operation, parameters, answer); an answer that is a text is an error's code.
"""

import pytest
from test_inspection import PLACE, Session

from tidegen.aws.settings import AwsSettings, reach
from tidegen.blocks.linked_roles import LINKED_SERVICES
from tidegen.deployment.settings import NotRead
from tidegen.errors import DeploymentError, RefusedError
from tidegen.planning.settings import SETTINGS, SettingName, SettingReading, setting_steps

BY_NAME = {setting.name: setting for setting in SETTINGS}
ACCOUNT = {"AccountId": PLACE.account}
PARTS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
BLOCK = "get_public_access_block"
METADATA, SNAPSHOTS = "get_instance_metadata_defaults", "get_snapshot_block_public_access_state"
PASSWORDS = "get_account_password_policy"
KINDS = (
    "RequireLowercaseCharacters",
    "RequireUppercaseCharacters",
    "RequireNumbers",
    "RequireSymbols",
)
RULES = {"Filters": [{"Name": "group-id", "Values": ["sg-1"]}]}


def role(service):
    return {
        "Path": f"/aws-service-role/{service}/",
        "RoleName": "AWSServiceRole",
        "RoleId": "AROAAAAAAAAAAAAAAAAA",
        "Arn": "arn:aws:iam::111122223333:role/aws-service-role/x",
        "CreateDate": "2026-12-01T00:00:00Z",
    }


def roles(*services):
    listed = {"Roles": [role(service) for service in services], "IsTruncated": False}
    return ("iam", "list_roles", {"PathPrefix": "/aws-service-role/"}, listed)


def blocked(value):
    return {"PublicAccessBlockConfiguration": dict.fromkeys(PARTS, value)}


def rules(*egress):
    rules = [
        {"SecurityGroupRuleId": f"sgr-{number}", "IsEgress": outbound}
        for number, outbound in enumerate(egress)
    ]
    return ("ec2", "describe_security_group_rules", RULES, {"SecurityGroupRules": rules})


def passwords(**policy):
    """Return IAM's answer: the switches always, the numbers where they are set."""
    switches = {**dict.fromkeys(KINDS, False), "AllowUsersToChangePassword": False}
    return ("iam", PASSWORDS, {}, {"PasswordPolicy": {**switches, **policy}})


def encrypted(value):
    return ("ec2", "get_ebs_encryption_by_default", {}, {"EbsEncryptionByDefault": value})


READ = [
    (
        SettingName.BACKUPS,
        (
            "backup",
            "describe_region_settings",
            {},
            {
                "ResourceTypeManagementPreference": {"DynamoDB": False},
                "ResourceTypeOptInPreference": {"DynamoDB": True, "EBS": True},
            },
        ),
        {"DynamoDB managed": "false", "DynamoDB opted in": "true", "EBS opted in": "true"},
    ),
    (
        SettingName.BUCKETS,
        ("s3control", BLOCK, ACCOUNT, blocked(False)),
        dict.fromkeys(PARTS, "false"),
    ),
    (
        SettingName.BUCKETS,
        ("s3control", BLOCK, ACCOUNT, "NoSuchPublicAccessBlockConfiguration"),
        {},
    ),
    (
        SettingName.DEFAULT_GROUP,
        rules(True, False, True),
        {"InboundRules": "1", "OutboundRules": "2"},
    ),
    (SettingName.DEFAULT_GROUP, rules(), BY_NAME[SettingName.DEFAULT_GROUP].wanted),
    (
        SettingName.METADATA,
        ("ec2", METADATA, {}, {"AccountLevel": {"HttpTokens": "optional"}}),
        {"HttpTokens": "optional"},
    ),
    (
        SettingName.METADATA,
        ("ec2", METADATA, {}, {"AccountLevel": {}}),
        {"HttpTokens": "no-preference"},
    ),
    (SettingName.PASSWORDS, ("iam", PASSWORDS, {}, "NoSuchEntity"), {}),
    (
        SettingName.PASSWORDS,
        passwords(MinimumPasswordLength=20, MaxPasswordAge=120, PasswordReusePrevention=24),
        {  # a longer one is accepted; IAM always names the switches
            "MinimumPasswordLength": "14",
            "PasswordReusePrevention": "24",
            "MaxPasswordAge": "120",
            **dict.fromkeys(KINDS, "false"),
        },
    ),
    (
        SettingName.SNAPSHOTS,
        ("ec2", SNAPSHOTS, {}, {"State": "block-new-sharing", "ManagedBy": "account"}),
        {"State": "block-new-sharing"},
    ),
    (SettingName.VOLUMES, encrypted(True), {"EbsEncryptionByDefault": "true"}),
    (
        SettingName.LINKED_ROLES,
        roles("eks.amazonaws.com", "support.amazonaws.com"),
        {name: "present" if name == "eks.amazonaws.com" else "absent" for name in LINKED_SERVICES},
    ),
]
#: Setting, its present value, and the calls of one step.
APPLIED = [
    (
        SettingName.BACKUPS,
        {"EBS opted in": "true"},
        [
            (
                "backup",
                "update_region_settings",
                {
                    "ResourceTypeManagementPreference": {"DynamoDB": True},
                    "ResourceTypeOptInPreference": {"DynamoDB": True},
                },
                {},
            )
        ],
    ),
    (
        SettingName.BUCKETS,
        {"BlockPublicAcls": "true"},
        [("s3control", "put_public_access_block", {**ACCOUNT, **blocked(True)}, {})],
    ),
    (
        SettingName.DEFAULT_GROUP,
        {},
        [
            rules(True, False, True),
            (
                "ec2",
                "revoke_security_group_ingress",
                {"GroupId": "sg-1", "SecurityGroupRuleIds": ["sgr-1"]},
                {},
            ),
            (
                "ec2",
                "revoke_security_group_egress",
                {"GroupId": "sg-1", "SecurityGroupRuleIds": ["sgr-0", "sgr-2"]},
                {},
            ),
        ],
    ),
    (
        SettingName.METADATA,
        {},
        [("ec2", "modify_instance_metadata_defaults", {"HttpTokens": "required"}, {})],
    ),
    (
        SettingName.PASSWORDS,
        {**BY_NAME[SettingName.PASSWORDS].wanted, "MaxPasswordAge": "120"},
        [
            passwords(MinimumPasswordLength=20, MaxPasswordAge=120, HardExpiry=True),
            (
                "iam",
                "update_account_password_policy",
                {
                    "MinimumPasswordLength": 20,
                    "MaxPasswordAge": 90,
                    "HardExpiry": True,
                    "AllowUsersToChangePassword": False,
                    **dict.fromkeys(KINDS, False),
                },
                {},
            ),
        ],
    ),
    (
        SettingName.PASSWORDS,
        {},
        [
            ("iam", PASSWORDS, {}, "NoSuchEntity"),
            (
                "iam",
                "update_account_password_policy",
                {
                    "MinimumPasswordLength": 14,
                    "PasswordReusePrevention": 24,
                    "MaxPasswordAge": 90,
                    "AllowUsersToChangePassword": True,
                    **dict.fromkeys(KINDS, True),
                },
                {},
            ),
        ],
    ),
    (
        SettingName.SNAPSHOTS,
        {},
        [("ec2", "enable_snapshot_block_public_access", {"State": "block-all-sharing"}, {})],
    ),
    (SettingName.VOLUMES, {}, [("ec2", "enable_ebs_encryption_by_default", {}, {})]),
    (
        SettingName.LINKED_ROLES,
        dict.fromkeys([*LINKED_SERVICES][2:], "present"),
        [
            (
                "iam",
                "create_service_linked_role",
                {"AWSServiceName": name},
                {"Role": {**role(name), "AssumeRolePolicyDocument": "{}"}},
            )
            for name in [*LINKED_SERVICES][:2]
        ],
    ),
]
CREATE = ("iam", "create_service_linked_role", {"AWSServiceName": "eks.amazonaws.com"})


@pytest.fixture(autouse=True)
def _on_aws(monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


def settings(*calls):
    return AwsSettings(PLACE, lambda: Session(calls))


def step(name, values):
    (only,) = setting_steps(
        [SettingReading(setting=BY_NAME[name], place=PLACE, subject="sg-1", actual=values)]
    )
    return only


@pytest.mark.parametrize(("name", "call", "values"), READ)
def test_a_setting_is_read(name, call, values):
    assert settings(call).read(BY_NAME[name], "sg-1") == values


@pytest.mark.parametrize(("name", "values", "calls"), APPLIED)
def test_a_step_changes_only_the_differences(name, values, calls):
    session = Session(calls)
    AwsSettings(PLACE, lambda: session).apply(step(name, values))
    for stub in session.stubs:
        stub.assert_no_pending_responses()


def test_every_setting_is_read_and_applied_here():
    assert {name for name, *_ in READ} == {name for name, *_ in APPLIED} == set(SettingName)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("UnauthorizedOperation", "reading encryption of new volumes is not allowed"),
        ("InvalidAction", "the engine does not support GetEbsEncryptionByDefault"),
    ],
)
def test_an_unreadable_setting_is_no_failure(code, reason):
    values = settings((*encrypted(True)[:3], code)).read(BY_NAME[SettingName.VOLUMES], "")
    assert isinstance(values, NotRead)
    assert values.reason.startswith(reason)


def test_a_transient_error_is_raised():
    """Otherwise a group would be left open because AWS was busy."""
    with pytest.raises(DeploymentError, match="throttles"):
        settings((*encrypted(True)[:3], "Throttling")).read(BY_NAME[SettingName.VOLUMES], "")


@pytest.mark.parametrize(
    ("name", "call"),
    [
        (
            SettingName.METADATA,
            ("ec2", METADATA, {}, {"AccountLevel": {"ManagedBy": "declarative-policy"}}),
        ),
        (
            SettingName.SNAPSHOTS,
            ("ec2", SNAPSHOTS, {}, {"State": "unblocked", "ManagedBy": "declarative-policy"}),
        ),
    ],
)
def test_a_setting_of_the_organization_is_not_changed(name, call):
    values = settings(call).read(BY_NAME[name], "")
    assert values == NotRead("a declarative policy of the organization sets it")


def test_a_step_that_is_not_allowed_is_named():
    with pytest.raises(RefusedError, match="setting encryption of new volumes is not allowed"):
        settings(("ec2", "enable_ebs_encryption_by_default", {}, "UnauthorizedOperation")).apply(
            step(SettingName.VOLUMES, {})
        )


def linked_step():
    roles = dict.fromkeys(LINKED_SERVICES, "present")
    return step(SettingName.LINKED_ROLES, {**roles, "eks.amazonaws.com": "absent"})


def test_a_role_created_in_the_meantime_is_accepted():
    settings((*CREATE, "InvalidInput"), roles("eks.amazonaws.com")).apply(linked_step())


def test_a_role_that_cannot_be_created_is_an_error():
    with pytest.raises(DeploymentError, match="InvalidInput"):
        settings((*CREATE, "InvalidInput"), roles()).apply(linked_step())
    with pytest.raises(RefusedError, match="service-linked roles is not allowed"):
        settings((*CREATE, "AccessDenied")).apply(linked_step())


def test_a_local_engine_has_no_host_for_the_account(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    values = reach(PLACE).read(BY_NAME[SettingName.BUCKETS], "")
    assert values == NotRead("a local engine has no settings of S3 for the account")
    values = reach(PLACE).read(BY_NAME[SettingName.BACKUPS], "")
    assert values == NotRead("a local engine keeps no settings of AWS Backup")
