"""The role for emergencies: exactly the exceptions of other policies, and people only."""

import json

import pytest
from template_policies import ACCOUNT, resolve

from tests.built import CONCERNS, resources
from tidegen.iam.conditions import holds
from tidegen.iam.evaluation import allowed
from tidegen.iam.statements import Request

TEMPLATES = {concern.name: resources(concern) for concern in CONCERNS}
ROLE = TEMPLATES["identity"]["BreakGlassRole"]["Properties"]
POLICY = TEMPLATES["identity"]["BreakGlassPolicy"]["Properties"]
GRANTED = [resolve(s, {"Project": "tidepool"}) for s in POLICY["PolicyDocument"]["Statement"]]
PATH = "role/${Project}/break-glass/*"
#: ARN of a resource of an environment, by service.
ARNS = {
    "backup": "arn:aws:backup:us-west-2:{account}:recovery-point:1",
    "kms": "arn:aws:kms:us-west-2:{account}:key/1",
    "s3": "arn:aws:s3:::tidepool-staging-uploads-us-west-2-1/blobs/1",
    "secretsmanager": "arn:aws:secretsmanager:us-west-2:{account}:secret:/tidepool/staging/a-1",
    "sqs": "arn:aws:sqs:us-west-2:{account}:tidepool-staging-Notifications-1-RelayDeadLetterQueue",
}
VAULT = "arn:aws:backup:us-west-2:{account}:backup-vault:tidepool-staging-recovery"


def denials(value):
    """Yield every Deny that excepts the path, in every policy."""
    if isinstance(value, dict):
        if value.get("Effect") == "Deny" and PATH in json.dumps(value.get("Condition", {})):
            yield value
        for item in value.values():
            yield from denials(item)
    if isinstance(value, list):
        for item in value:
            yield from denials(item)


def may(action, arn, alias="alias/tidepool/staging/data"):
    keys = {"kms:ResourceAliases": [alias]}
    return allowed(GRANTED, Request(action, arn.format(account=ACCOUNT), keys))


def test_the_role_may_do_everything_that_others_are_denied():
    """A role that is excepted but has no permission would be useless in an emergency."""
    left = {a for d in denials(TEMPLATES) for a in d["Action"]}
    assert left >= {"s3:DeleteObjectVersion", "kms:ScheduleKeyDeletion", "s3:*"}
    for action in left - {"s3:*"}:
        vault = "VaultAccessPolicy" in action
        assert may(action, VAULT if vault else ARNS[action.partition(":")[0]]), action


def test_the_role_may_do_nothing_else():
    services = {action.partition(":")[0] for s in GRANTED for action in s["Action"]}
    assert services == set(ARNS)
    assert not may("s3:PutBucketPolicy", "arn:aws:s3:::tidepool-staging-uploads-us-west-2-1")
    assert not may("s3:GetObject", "arn:aws:s3:::company-payroll/1")
    assert not may("kms:ScheduleKeyDeletion", ARNS["kms"], alias="alias/company")
    assert not may("kms:PutKeyPolicy", ARNS["kms"])


def test_retained_keys_are_reached_without_their_alias():
    """The alias goes with the stack, and the key stays."""
    for project, expected in (("tidepool", True), ("company", False)):
        keys = {"aws:ResourceTag/project": project}
        arn = ARNS["kms"].format(account=ACCOUNT)
        for action in ("kms:Decrypt", "kms:CancelKeyDeletion"):
            assert allowed(GRANTED, Request(action, arn, keys)) is expected


def test_nothing_can_be_added_to_it():
    assert ROLE["PermissionsBoundary"] == {"Ref": "BreakGlassPolicy"}
    assert ROLE["ManagedPolicyArns"] == [{"Ref": "BreakGlassPolicy"}]
    assert PATH.startswith("role" + ROLE["Path"]["Fn::Sub"])
    assert ROLE["MaxSessionDuration"] == 3600


@pytest.mark.parametrize(
    ("factor", "age", "expected"),
    [("true", 60, True), ("true", 3600, False), ("false", None, False), (None, None, False)],
)
def test_only_principals_with_a_second_factor_assume_the_role(factor, age, expected):
    (statement,) = ROLE["AssumeRolePolicyDocument"]["Statement"]
    assert set(statement["Principal"]) == {"AWS"}
    keys = {"aws:MultiFactorAuthPresent": factor, "aws:MultiFactorAuthAge": age}
    keys = {key: value for key, value in keys.items() if value is not None}
    assert holds(statement["Condition"], keys) is expected
