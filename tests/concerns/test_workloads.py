"""Roles of the chart's services: all policies allow what each service needs, and nothing else."""

import pytest

from tidegen.chart.workloads import BLOB_PREFIXES, NAMED_ACCOUNTS, WAITING_ACCOUNTS
from tidegen.cloudformation.evaluation import evaluate
from tidegen.concerns import secrets, storage, workloads
from tidegen.contract import Context
from tidegen.iam.evaluation import allowed
from tidegen.iam.statements import Request

ACCOUNT, REGION = "111122223333", "eu-central-1"
UPLOADS, ASSETS = "arn:aws:s3:::uploads", "arn:aws:s3:::assets"
KEY, SECRETS_KEY = (f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{name}" for name in ("data", "secrets"))
IDENTITY = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/mail.example.org"
SET = f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/users"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:/tide/staging/"
VALUES = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "Project": "tide",
    "Environment": "staging",
    "ClusterName": "tide-staging",
    "UploadsBucketArn": UPLOADS,
    "AssetsBucketArn": ASSETS,
    "DataKeyArn": KEY,
    "TransactionalDomain": "mail.example.org",
    "TransactionalIdentityArn": IDENTITY,
    "TransactionalConfigurationSet": "users",
    "SecretsPath": "/tide/staging/",
    "SecretsKeyArn": SECRETS_KEY,
    "ReplicaKeyArn": "",
}


def resources(concern):
    return evaluate({"": concern.build(Context()).to_dict()}, VALUES)


RESOURCES = resources(workloads.CONCERN)
ASSOCIATIONS = {
    r["Properties"]["ServiceAccount"]: r["Properties"]
    for r in RESOURCES.values()
    if r["Type"] == "AWS::EKS::PodIdentityAssociation"
}
each = pytest.mark.parametrize("service", ASSOCIATIONS)


def title(service):
    return "".join(part.capitalize() for part in service.split("-"))


def may(service, action, resource, resource_policy=(), **context):
    """Return whether the pod may call the action; context keys have `__` instead of colons."""
    policy = RESOURCES[f"{title(service)}RolePolicy"]["Properties"]["PolicyDocument"]
    role = f"arn:aws:iam::{ACCOUNT}:role/tide/staging/{title(service)}Role"
    keys = {
        "aws:PrincipalArn": role,
        "aws:PrincipalAccount": ACCOUNT,
        "aws:PrincipalIsAWSService": "false",
        "aws:SecureTransport": "true",
        "s3:TlsVersion": 1.3,
        **{key.replace("__", ":"): value for key, value in context.items()},
    }
    denials = [statement for statement in resource_policy if statement["Effect"] == "Deny"]
    return allowed([*policy["Statement"], *denials], Request(action, resource, keys))


def test_every_service_of_the_chart_that_uses_aws_has_a_role():
    assert {*NAMED_ACCOUNTS, *WAITING_ACCOUNTS, "external-secrets"} == ASSOCIATIONS.keys()


@each
def test_a_role_is_associated_with_one_service_account_of_this_cluster(service):
    association = ASSOCIATIONS[service]
    role = RESOURCES[f"{title(service)}Role"]["Properties"]
    assert association["RoleArn"] == {"Fn::GetAtt": [f"{title(service)}Role", "Arn"]}
    assert association["Namespace"] == ("tide" if service != "external-secrets" else service)
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": ["pods.eks.amazonaws.com"]}
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {"aws:SourceArn": f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/tide-staging"},
    }


@pytest.mark.parametrize("prefix", sorted(set(BLOB_PREFIXES.values())))
def test_blob_may_use_objects_below_its_prefixes(prefix):
    key = f"{UPLOADS}/{prefix}/user/1"
    for action in ("GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload"):
        assert may("blob", f"s3:{action}", key)
        assert not may("blob", f"s3:{action}", f"{UPLOADS}/other/1")
        assert not may("blob", f"s3:{action}", f"{ASSETS}/{prefix}/1")
    assert not may("blob", "s3:ListBucket", ASSETS)
    for action in ("DeleteObjectVersion", "PutObjectRetention", "PutObjectAcl"):
        assert not may("blob", f"s3:{action}", key)


def test_blob_may_list_with_any_prefix():
    """It lists a user's objects without the prefix to delete them, and reads missing objects."""
    assert may("blob", "s3:ListBucket", UPLOADS, s3__prefix="user")
    assert may("blob", "s3:ListBucket", UPLOADS)


def test_the_policy_of_its_bucket_does_not_deny_blob():
    policy = evaluate({"": storage.CONCERN.build(Context()).to_dict()}, VALUES)
    statements = [
        {**s, "Resource": [UPLOADS, f"{UPLOADS}/*"]}
        for s in policy["UploadsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    ]
    key = f"{UPLOADS}/blobs/user/1"
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        assert may("blob", action, key, statements)
        assert not may("blob", action, key, statements, aws__SecureTransport="false")
    assert may("blob", "s3:ListBucket", UPLOADS, statements, s3__prefix="blobs/user")
    # Its uploads request SSE-S3: tidepool-org/platform, store/unstructured/s3/s3.go, Put.
    header = "s3__x-amz-server-side-encryption"
    assert may("blob", "s3:PutObject", key, statements, **{header: "AES256"})
    assert not may("blob", "s3:PutObject", key, statements, **{header: "aws:kms:dsse"})


def key_use(service, action, bucket, through="s3"):
    via = f"{through}.{REGION}.amazonaws.com"
    context = {"kms__ViaService": via, "kms__EncryptionContext__aws__s3__arn": bucket}
    return may(service, f"kms:{action}", KEY, **context)


def test_a_role_may_use_the_data_key_only_through_s3_for_its_own_bucket():
    for bucket in (UPLOADS, f"{UPLOADS}/blobs/1"):
        assert key_use("blob", "GenerateDataKey", bucket)
        assert key_use("blob", "Decrypt", bucket)
    assert not key_use("blob", "Decrypt", ASSETS)
    assert not key_use("blob", "Decrypt", UPLOADS, through="ec2")
    assert not may("blob", "kms:Decrypt", KEY)
    assert key_use("prescription", "Decrypt", ASSETS)
    assert not key_use("prescription", "Decrypt", UPLOADS)
    assert not key_use("prescription", "GenerateDataKey", ASSETS)


@pytest.mark.parametrize("service", ["hydrophone", "mailer"])
def test_mail_may_be_sent_as_one_sender_of_one_identity(service):
    sender = {"ses__FromAddress": "noreply@mail.example.org"}
    for action in ("ses:SendEmail", "ses:SendRawEmail"):
        for resource in (IDENTITY, SET):
            assert may(service, action, resource, **sender)
            assert not may(service, action, resource, ses__FromAddress="ceo@mail.example.org")
            assert not may(service, action, resource)
        assert not may(service, action, IDENTITY.replace("mail.", "alerts."), **sender)
    assert not may(service, "ses:SendTemplatedEmail", IDENTITY, **sender)


def test_prescription_may_read_mail_assets_and_nothing_else():
    assert may("prescription", "s3:GetObject", f"{ASSETS}/img/logo.png")
    assert not may("prescription", "s3:PutObject", f"{ASSETS}/img/logo.png")
    assert not may("prescription", "s3:GetObject", f"{UPLOADS}/blobs/1")
    assert not may("prescription", "ses:SendEmail", IDENTITY)


@pytest.mark.parametrize("service", ["hydrophone", "mailer"])
def test_senders_of_mail_may_not_read_assets(service):
    """The recipient's mail program fetches the logo: docs/decisions/010."""
    assert not may(service, "s3:GetObject", f"{ASSETS}/img/logo.png")
    assert not key_use(service, "Decrypt", ASSETS)


def test_the_operator_may_read_this_environments_secrets_and_no_others():
    policies = resources(secrets.CONCERN)
    statements = policies["BlobSecretPolicy"]["Properties"]["ResourcePolicy"]["Statement"]
    reads = ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret")
    for action in reads:
        assert may("external-secrets", action, f"{SECRET}blob-AbCdEf", statements)
        other = SECRET.replace("staging", "production")
        assert not may("external-secrets", action, f"{other}blob-AbCdEf")
    assert not may("external-secrets", "secretsmanager:PutSecretValue", f"{SECRET}blob-AbCdEf")
    via = {"kms__ViaService": f"secretsmanager.{REGION}.amazonaws.com"}
    assert may("external-secrets", "kms:Decrypt", SECRETS_KEY, **via)
    assert not may("external-secrets", "kms:Decrypt", SECRETS_KEY)


@each
def test_only_the_operators_pods_may_read_secrets(service):
    expected = service == "external-secrets"
    assert may(service, "secretsmanager:GetSecretValue", f"{SECRET}mongo-AbCdEf") is expected
