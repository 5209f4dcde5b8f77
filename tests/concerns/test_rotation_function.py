"""The rotation function: its role's permissions, limited to its environment's secrets."""

import pytest

from tests.concerns.template_policies import ACCOUNT, REGION, resolve
from tidegen.concerns.rotation import CONCERN
from tidegen.contract import Context
from tidegen.iam.evaluation import allowed
from tidegen.iam.statements import Request

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:tide-staging-Rotation-1-Function-a"
SECRETS = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret"
INTERFACE = f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/eni-1"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"
KEY, MESSAGING, REPLICA = (
    f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{name}" for name in ("secrets", "messaging", "replica")
)
VALUES = {
    "Project": "tide",
    "Environment": "staging",
    "SecretsKeyArn": KEY,
    "MessagingKeyArn": MESSAGING,
    "DeadLetterQueueArn": QUEUE,
    "SecurityGroup": "sg-1",
    "Function.Arn": FUNCTION,
    "LogGroup.Arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/tide/staging/rotation:*",
}
RESOURCES = CONCERN.build(Context()).to_dict()["Resources"]
STATEMENTS = [
    statement
    for title in ("FunctionRolePolicy", "RotatingPolicy")
    for statement in resolve(RESOURCES[title]["Properties"]["PolicyDocument"]["Statement"], VALUES)
]
OURS = {"secretsmanager:resource/AllowRotationLambdaArn": FUNCTION}


def may(action, resource, **keys):
    return allowed(STATEMENTS, Request(action, resource, keys))


@pytest.mark.parametrize(
    "action", ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"]
)
def test_only_secrets_set_to_use_the_function_are_rotated(action):
    call = (f"secretsmanager:{action}", f"{SECRETS}:/tide/staging/auth-AbCdEf")
    other = FUNCTION.replace("staging", "production")
    assert may(*call, **OURS)
    assert not may(*call)
    assert not may(*call, **{"secretsmanager:resource/AllowRotationLambdaArn": other})
    assert not may(call[0], f"{SECRETS}:/tide/production/auth-AbCdEf", **OURS)


@pytest.mark.parametrize("action", ["DeleteSecret", "RotateSecret", "PutResourcePolicy"])
def test_the_role_may_rotate_and_nothing_else(action):
    assert not may(f"secretsmanager:{action}", f"{SECRETS}:/tide/staging/auth-AbCdEf", **OURS)


def test_the_key_of_the_secrets_is_used_through_secrets_manager_only():
    through = {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        assert may(action, KEY, **through)
        assert not may(action, KEY)


def test_the_role_may_encrypt_under_the_replicas_key_through_secrets_manager():
    policy = RESOURCES["ReplicatingPolicy"]
    assert policy["Condition"] == "HasReplica"
    statements = resolve(
        policy["Properties"]["PolicyDocument"]["Statement"], VALUES | {"ReplicaKeyArn": REPLICA}
    )
    for action in ("kms:Encrypt", "kms:GenerateDataKey"):
        for region in (REGION, "eu-west-1"):
            keys = {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}
            assert allowed(statements, Request(action, REPLICA, keys))
        assert not allowed(statements, Request(action, REPLICA, {}))


def test_lambda_may_create_network_interfaces_and_the_functions_code_may_not():
    """Only calls of the function's own code have `lambda:SourceFunctionArn`."""
    for action in ("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"):
        assert may(action, INTERFACE)
        assert not may(action, INTERFACE, **{"lambda:SourceFunctionArn": FUNCTION})


def test_the_function_is_in_the_private_subnets_and_reaches_https_only():
    function = RESOURCES["Function"]["Properties"]
    assert function["VpcConfig"]["SubnetIds"] == {"Ref": "PrivateSubnetIds"}
    group = RESOURCES["FunctionSecurityGroup"]["Properties"]
    assert "SecurityGroupIngress" not in group
    assert [(r["FromPort"], r["ToPort"]) for r in group["SecurityGroupEgress"]] == [(443, 443)]


def test_secrets_manager_of_this_account_may_invoke_the_function():
    permission = RESOURCES["Permission"]["Properties"]
    assert permission["Principal"] == "secretsmanager.amazonaws.com"
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_the_alarm_names_the_runbook():
    alarm = RESOURCES["Errors"]["Properties"]
    assert "runbook" in alarm["AlarmDescription"]
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "Function"}}]


def test_the_handler_is_in_the_asset():
    (asset,) = CONCERN.assets
    module, function = RESOURCES["Function"]["Properties"]["Handler"].rsplit(".", 1)
    path = asset.folder / f"{module.replace('.', '/')}.py"
    assert f"def {function}(" in path.read_text()
