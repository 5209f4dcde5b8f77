"""Properties of every bucket of every template."""

import pytest

from tests.built import CONCERNS, resources

TEMPLATES = {concern.name: resources(concern) for concern in CONCERNS}
BUCKETS = [
    (name, title)
    for name, template in TEMPLATES.items()
    for title, item in template.items()
    if item["Type"] == "AWS::S3::Bucket"
]
each = pytest.mark.parametrize(("concern", "title"), BUCKETS)


def bucket(concern, title):
    return TEMPLATES[concern][title]


def statements(concern, title):
    policy = TEMPLATES[concern][f"{title}Policy"]["Properties"]
    assert policy["Bucket"] == {"Ref": title}
    return {s["Sid"]: s for s in policy["PolicyDocument"]["Statement"]}


@each
def test_buckets_are_closed_versioned_owned_and_send_events(concern, title):
    properties = bucket(concern, title)["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    bridge = properties["NotificationConfiguration"]["EventBridgeConfiguration"]
    assert bridge == {"EventBridgeEnabled": True}


@each
def test_keys_of_clients_are_blocked(concern, title):
    (rule,) = bucket(concern, title)["Properties"]["BucketEncryption"][
        "ServerSideEncryptionConfiguration"
    ]
    assert rule["BlockedEncryptionTypes"] == {"EncryptionType": ["SSE-C"]}


@each
def test_policy_refuses_plain_http_old_tls_and_other_accounts(concern, title):
    by_sid = statements(concern, title)
    for sid in ("DenyPlainHttp", "DenyPlainHttpAsText", "DenyOldTls", "DenyOtherAccounts"):
        assert by_sid[sid]["Effect"] == "Deny"
        assert by_sid[sid]["Action"] == ["s3:*"]
        assert len(by_sid[sid]["Resource"]) == 2


@each
def test_abandoned_uploads_and_expired_versions_are_removed(concern, title):
    rules = bucket(concern, title)["Properties"]["LifecycleConfiguration"]["Rules"]
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)
    if any("ExpirationInDays" in rule for rule in rules):
        assert any("NoncurrentVersionExpiration" in rule for rule in rules)


@each
def test_bucket_logs_accesses_or_gives_every_tool_a_reason(concern, title):
    item = bucket(concern, title)
    if "LoggingConfiguration" not in item["Properties"]:
        metadata = item["Metadata"]
        assert "S3_BUCKET_LOGGING_ENABLED" in metadata["guard"]["SuppressedRules"]
        assert [skip["id"] for skip in metadata["checkov"]["skip"]] == ["CKV_AWS_18"]
        assert any(
            rule["id"].endswith("LoggingEnabled") and rule["reason"]
            for rule in metadata["cdk_nag"]["rules_to_suppress"]
        )


@each
def test_only_break_glass_removes_versions(concern, title):
    statement = statements(concern, title)["DenyErasure"]
    assert statement["Effect"] == "Deny"
    assert {"s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"} <= set(statement["Action"])
    (allowed,) = statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    assert allowed["Fn::Sub"].endswith("role/${Project}/break-glass/*")
