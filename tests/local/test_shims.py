"""Each shim is needed: unchanged ministack still has the defect.

When one of these fails, upstream has fixed something: take the shim out.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from local_cloud import Cloud, Template

from tidegen.local.server import _SETTINGS

ACCOUNT = "111122223333"
SECRET = "AWS::SecretsManager::Secret"
STACK = "AWS::CloudFormation::Stack"


@pytest.fixture(scope="module")
def plain() -> Iterator[Cloud]:
    """ministack's own server."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {**os.environ, **_SETTINGS, "GATEWAY_PORT": str(port)}
    command = [sys.executable, "-m", "ministack"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=-3) as child:
        _wait(f"http://127.0.0.1:{port}/_ministack/health")
        yield Cloud(f"http://127.0.0.1:{port}", ACCOUNT)
        child.kill()


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(url).close()  # noqa: S310 - our own server
        except urllib.error.URLError:
            time.sleep(0.05)
        else:
            return


def one(type_name: str, output: object = None, **properties: object) -> Template:
    template: Template = {"Resources": {"It": {"Type": type_name, "Properties": properties}}}
    return template | ({"Outputs": {"Value": {"Value": output}}} if output else {})


def get(attribute: str) -> Template:
    return {"Fn::GetAtt": ["It", attribute]}


def test_attributes_are_missing(plain: Cloud) -> None:
    template = one("AWS::EC2::VPC", get("CidrBlock"), CidrBlock="10.0.0.0/16")
    assert plain.create("vpc", template)["StackStatus"] == "ROLLBACK_COMPLETE"


def test_dkim_attributes_are_missing(plain: Cloud) -> None:
    template = one("AWS::SES::EmailIdentity", get("DkimDNSTokenName1"), EmailIdentity="a.example")
    assert plain.create("ses", template)["StackStatus"] == "ROLLBACK_COMPLETE"


def test_ref_of_an_instance_profile_is_its_arn(plain: Cloud) -> None:
    stack = plain.create("profile", one("AWS::IAM::InstanceProfile", {"Ref": "It"}, Roles=["r"]))
    assert stack["Outputs"]["Value"].startswith("arn:aws:iam::")


def test_a_role_of_a_second_region_replaces_that_of_the_first(plain: Cloud) -> None:
    trust = {"Version": "2012-10-17", "Statement": []}
    role = one("AWS::IAM::Role", {"Ref": "It"}, AssumeRolePolicyDocument=trust)
    names = set()
    for region in ("us-west-2", "us-east-2"):
        stacks = plain.client("cloudformation", region)
        stacks.create_stack(StackName="twice", TemplateBody=json.dumps(role))
        waiter = stacks.get_waiter("stack_create_complete")
        waiter.wait(StackName="twice", WaiterConfig={"Delay": 0.1})
        (stack,) = stacks.describe_stacks(StackName="twice")["Stacks"]
        names.add(stack["Outputs"][0]["OutputValue"])
    assert len(names) == 1


def test_a_volume_of_a_snapshot_has_another_size(plain: Cloud) -> None:
    ec2 = plain.client("ec2")
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=100)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    copy = ec2.create_volume(AvailabilityZone="us-east-1a", SnapshotId=snapshot)
    assert copy["Size"] == 8


def test_alarms_of_several_metrics_are_refused(plain: Cloud) -> None:
    query = {"Id": "x", "MetricStat": {"Metric": {}, "Period": 300, "Stat": "Sum"}}
    alarm = one("AWS::CloudWatch::Alarm", Metrics=[query], EvaluationPeriods=1)
    assert plain.create("alarm", alarm)["StackStatus"] == "ROLLBACK_COMPLETE"


def test_nested_updates_lose_attributes_of_unchanged_resources(plain: Cloud) -> None:
    child = one("AWS::SQS::Queue", get("Arn"))
    plain.create("nested", one(STACK, TemplateURL=plain.upload("1.json", child)))
    child["Description"] = "changed"
    stack = plain.update("nested", one(STACK, TemplateURL=plain.upload("2.json", child)))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED"


def test_a_nested_stack_that_fails_to_create_leaves_its_resources(plain: Cloud) -> None:
    child = one("AWS::SQS::Queue", get("NoSuchAttribute"), QueueName="left-behind")
    stack = plain.create("orphan", one(STACK, TemplateURL=plain.upload("3.json", child)))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert plain.client("sqs").list_queues(QueueNamePrefix="left-behind")["QueueUrls"]


def test_a_nested_stacks_retained_resources_are_deleted(plain: Cloud) -> None:
    child = one("AWS::SQS::Queue", get("Arn"), QueueName="kept")
    child["Resources"]["It"]["DeletionPolicy"] = "Retain"
    plain.create("keeper", one(STACK, TemplateURL=plain.upload("4.json", child)))
    plain.delete("keeper")
    assert not plain.client("sqs").list_queues(QueueNamePrefix="kept").get("QueueUrls")


def test_a_nested_stacks_policy_is_lost_with_an_update(plain: Cloud) -> None:
    cloudformation = plain.client("cloudformation")
    child = one("AWS::SQS::Queue", get("Arn"))
    plain.create("policed", one(STACK, TemplateURL=plain.upload("5.json", child)))
    summaries = cloudformation.list_stack_resources(StackName="policed")["StackResourceSummaries"]
    nested = {"StackName": summaries[0]["PhysicalResourceId"]}
    policy = '{"Statement":[]}'
    cloudformation.set_stack_policy(**nested, StackPolicyBody=policy)
    child["Resources"]["It"]["Properties"] = {"DelaySeconds": 1}
    plain.update("policed", one(STACK, TemplateURL=plain.upload("6.json", child)))
    assert "StackPolicyBody" not in cloudformation.get_stack_policy(**nested)


PROTECTED = {
    "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
    "DeletionProtectionEnabled": True,
}


def test_protection_is_not_enforced(plain: Cloud) -> None:
    plain.create("protected", one("AWS::DynamoDB::Table", **PROTECTED))
    assert plain.delete("protected")["StackStatus"] == "DELETE_COMPLETE"


def test_a_nested_stack_forgets_what_it_cannot_delete(plain: Cloud) -> None:
    child = one("AWS::EC2::VPC", {"Ref": "It"}, CidrBlock="10.9.0.0/16")
    plain.create("forgetful", one(STACK, TemplateURL=plain.upload("7.json", child)))
    (nested,) = plain.resources("forgetful").values()
    vpc = plain.resources(nested)["It"]
    plain.client("ec2").create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24")
    assert plain.delete("forgetful")["StackStatus"] == "DELETE_COMPLETE"
    assert plain.client("ec2").describe_vpcs(VpcIds=[vpc])["Vpcs"]


def test_an_update_keeps_what_its_clean_up_cannot_delete(plain: Cloud) -> None:
    queue = one("AWS::SQS::Queue")["Resources"]
    vpc = {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.8.0.0/16"}}}
    plain.create("leftover", {"Resources": {**queue, **vpc}})
    identifier = plain.resources("leftover")["Vpc"]
    plain.client("ec2").create_subnet(VpcId=identifier, CidrBlock="10.8.1.0/24")
    assert plain.update("leftover", {"Resources": queue})["StackStatus"] == "UPDATE_COMPLETE"
    assert "Vpc" in plain.resources("leftover")


def test_a_parent_does_not_name_the_nested_stack_that_failed(plain: Cloud) -> None:
    child = one("AWS::SQS::Queue", get("NoSuchAttribute"))
    plain.create("nameless", one(STACK, TemplateURL=plain.upload("8.json", child)))
    assert "Embedded stack" not in plain.reasons("nameless")


def test_clusters_cannot_be_unprotected_and_recovery_points_not_deleted(plain: Cloud) -> None:
    cluster = {"name": "it", "deletionProtection": False}
    plain.client("eks").create_cluster(name="it", roleArn="arn", resourcesVpcConfig={})
    with pytest.raises(ClientError):
        plain.client("eks").update_cluster_config(**cluster)
    with pytest.raises(ClientError, match="No route"):
        plain.client("backup").delete_recovery_point(BackupVaultName="none", RecoveryPointArn="a")


def test_replicas_of_secrets_cannot_be_promoted(plain: Cloud) -> None:
    with pytest.raises(ClientError, match="Unknown action"):
        plain.client("secretsmanager").stop_replication_to_replica(SecretId="a")


def test_ref_of_a_secret_is_its_name(plain: Cloud) -> None:
    plain.create("named", one(SECRET, Name="a-name"))
    assert plain.resources("named")["It"] == "a-name"


def test_secrets_cannot_be_imported(plain: Cloud) -> None:
    arn = plain.client("secretsmanager").create_secret(Name="there", SecretString="{}")["ARN"]
    resource = {"Type": SECRET, "DeletionPolicy": "Retain", "Properties": {"Name": "there"}}
    cloudformation = plain.client("cloudformation")
    imported = {
        "ResourceType": SECRET,
        "LogicalResourceId": "It",
        "ResourceIdentifier": {"Id": arn},
    }
    made = cloudformation.create_change_set(
        StackName="adopting",
        ChangeSetName="import",
        ChangeSetType="IMPORT",
        ResourcesToImport=[imported],
        TemplateBody=json.dumps({"Resources": {"It": resource}}),
    )
    change_set = cloudformation.describe_change_set(ChangeSetName=made["Id"])
    assert change_set["ExecutionStatus"] == "UNAVAILABLE"


def test_types_are_refused(plain: Cloud) -> None:
    with pytest.raises(ClientError, match="Unrecognized resource types"):
        plain.create("address", one("AWS::EC2::EIP"))


def test_properties_are_not_validated(plain: Cloud) -> None:
    stack = plain.create("wrong", one("AWS::SQS::Queue", NoSuchProperty="x"))
    assert stack["StackStatus"] == "CREATE_COMPLETE"


def test_replacing_properties_are_not_known(plain: Cloud) -> None:
    plain.create("replaced", one("AWS::EC2::VPC", CidrBlock="10.0.0.0/16"))
    client = plain.client("cloudformation")
    template = one("AWS::EC2::VPC", CidrBlock="10.1.0.0/16")
    client.create_change_set(
        StackName="replaced", ChangeSetName="c", TemplateBody=json.dumps(template)
    )
    change = client.describe_change_set(StackName="replaced", ChangeSetName="c")["Changes"][0]
    assert change["ResourceChange"]["Replacement"] == "Conditional"


def test_a_buckets_properties_are_dropped(plain: Cloud) -> None:
    controls = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    rules = {"Rules": [{"Status": "Enabled", "ExpirationInDays": 1}]}
    stack = plain.create(
        "bucket",
        one(
            "AWS::S3::Bucket",
            {"Ref": "It"},
            OwnershipControls=controls,
            LifecycleConfiguration=rules,
            Tags=[{"Key": "a", "Value": "b"}],
        ),
    )
    s3, name = plain.client("s3"), stack["Outputs"]["Value"]
    ownership_controls = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]
    assert ownership_controls != controls
    for read in (s3.get_bucket_lifecycle_configuration, s3.get_bucket_tagging):
        with pytest.raises(ClientError):
            read(Bucket=name)


def test_a_tables_and_a_topics_properties_are_dropped(plain: Cloud) -> None:
    table = one(
        "AWS::DynamoDB::Table",
        TableName="dropped",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        SSESpecification={"SSEEnabled": True},
    )
    plain.create("table", table)
    deployed_table = plain.client("dynamodb").describe_table(TableName="dropped")["Table"]
    assert "SSEDescription" not in deployed_table
    stack = plain.create("topic", one("AWS::SNS::Topic", {"Ref": "It"}, KmsMasterKeyId="alias/a"))
    topic = plain.client("sns").get_topic_attributes(TopicArn=stack["Outputs"]["Value"])
    assert "KmsMasterKeyId" not in topic["Attributes"]


def change_set(plain: Cloud, name: str, **extra: str) -> Template:
    given = {"TemplateBody": json.dumps(one("AWS::SNS::Topic")), **extra}
    return plain.client("cloudformation").create_change_set(
        StackName="review", ChangeSetName=name, ChangeSetType="CREATE", **given
    )


def test_a_second_change_set_recreates_the_stack_in_review(plain: Cloud) -> None:
    assert change_set(plain, "first")["StackId"] != change_set(plain, "second")["StackId"]


def test_a_change_set_lists_resources_whose_condition_is_false(plain: Cloud) -> None:
    template = one("AWS::SNS::Topic")
    template["Conditions"] = {"Never": {"Fn::Equals": ["a", "b"]}}
    template["Resources"]["Extra"] = {"Type": "AWS::SNS::Topic", "Condition": "Never"}
    made = change_set(plain, "conditional", TemplateBody=json.dumps(template))
    changes = plain.client("cloudformation").describe_change_set(ChangeSetName=made["Id"])
    names = [change["ResourceChange"]["LogicalResourceId"] for change in changes["Changes"]]
    assert sorted(names) == ["Extra", "It"]


def test_a_token_does_not_make_a_retry_safe(plain: Cloud) -> None:
    change_set(plain, "third", ClientToken="same")
    with pytest.raises(ClientError, match="already exists"):
        change_set(plain, "third", ClientToken="same")


def test_the_names_of_services_take_seconds_and_are_the_same_from_metadata_alone() -> None:
    compare_costs(
        "router, start = upstream.router(), now(); router._is_aws_service_name('');"
        "took, start = now() - start, now(); names = shims.service_names(); ours = now() - start;"
        "assert names == router._KNOWN_AWS_SERVICE_NAMES, names ^ router._KNOWN_AWS_SERVICE_NAMES;"
    )


SHORT_FORMS = """
Version: 2010-09-09
GetAtt: [!GetAtt A.B.C, !GetAtt [A, B], !GetAtt A]
If: !If [It, !Ref A, !Sub "${A}-b"]
Texts: [012, 0o14, yes, ~, 1e3, 0x1F, "2010-09-09", 2010-09-09, 10:30, !Base64 {Ref: A}]
Merged: {<<: &base {a: 1}, b: *base}
Folded: >-
  one
  two
"""


def test_templates_take_long_to_parse_and_are_the_same_with_libyaml() -> None:
    folder = Path(__file__).parents[2] / "templates" / "current"
    compare_costs(
        f"from pathlib import Path; paths = sorted(Path({str(folder)!r}).rglob('*.yaml'));"
        f"texts = [{SHORT_FORMS!r}, *(path.read_text() for path in paths)];"
        "parse = upstream.template_functions()._parse_template; start = now();"
        "parsed = [parse(text) for text in texts]; took = now() - start;"
        "shims.parse_templates_with_libyaml(); start = now();"
        "again = [parse(text) for text in texts]; ours = now() - start;"
        "assert len(texts) > 20 and repr(again) == repr(parsed);"
    )


def compare_costs(script: str) -> None:
    """Run a script that sets the CPU seconds that upstream `took`, and `ours`."""
    start = "from tidegen.local import shims, upstream; from time import process_time as now;"
    done = subprocess.run(
        [sys.executable, "-c", f"{start}{script}assert took > 5 * ours, (took, ours)"],
        env={**os.environ, **_SETTINGS},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_nested_stack_that_was_updated_past_its_root_stays_so(plain: Cloud) -> None:
    """AWS docs, "Nested stacks": a root's update updates the resources of modified ones."""
    url = plain.upload("past-root", one("AWS::SNS::Topic"))
    child = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    topic = {"Type": "AWS::SNS::Topic"}
    plain.create("past", {"Resources": {"Child": child}})
    nested = plain.resources("past")["Child"]
    names = set(plain.resources(nested))
    plain.update(nested, {"Resources": {"Hand": topic}})
    plain.update("past", {"Resources": {"Child": child, "Own": topic}})
    assert set(plain.resources(nested)) == {"Hand"} != names


def test_s3_asks_no_kms_for_the_key_of_an_object(plain: Cloud) -> None:
    s3 = plain.client("s3")
    place = {"LocationConstraint": s3.meta.region_name}
    s3.create_bucket(Bucket="unasked-bucket", CreateBucketConfiguration=place)
    s3.put_object(
        Bucket="unasked-bucket", Key="it", ServerSideEncryption="aws:kms", SSEKMSKeyId="no-such-key"
    )
    assert s3.get_object(Bucket="unasked-bucket", Key="it")["SSEKMSKeyId"] == "no-such-key"
