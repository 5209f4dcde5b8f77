"""Log delivery on the local engine, read back through Firehose and CloudWatch Logs."""

import json

from local_cloud import REGION, Cloud

from tidegen.concerns.log_delivery import CONCERN
from tidegen.contract import Context

GROUPS = ("Application", "ControlPlane", "Database", "Firewall", "Query")


def deployed(cloud: Cloud) -> dict[str, str]:
    """Physical ids of the concern's resources; the groups and the bucket are deployed before."""
    account = f"{REGION}:{cloud.account}"
    intake = f"tide-log-intake-{cloud.account}"
    location = {"LocationConstraint": REGION}
    cloud.client("s3").create_bucket(Bucket=intake, CreateBucketConfiguration=location)
    for name in GROUPS:
        cloud.client("logs").create_log_group(logGroupName=f"/tide/dev/{name}")
    template = json.loads(CONCERN.build(Context()).to_json())
    values = {
        "Project": "tide",
        "Environment": "dev",
        "PermissionsBoundaryArn": f"arn:aws:iam::{cloud.account}:policy/tide/boundary",
        "LogsKeyArn": f"arn:aws:kms:{account}:key/1",
        "AuditKeyArn": f"arn:aws:kms:{account}:key/2",
        "WarningTopicArn": f"arn:aws:sns:{account}:warning",
        "LogIntakeBucketArn": f"arn:aws:s3:::{intake}",
        **{f"{name}LogGroupName": f"/tide/dev/{name}" for name in GROUPS},
    }
    for name, value in values.items():
        template["Parameters"][name]["Default"] = value
    stack = cloud.create("log-delivery", template)
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.reasons("log-delivery")
    return cloud.resources("log-delivery")


def test_every_group_is_subscribed_to_a_stream_that_delivers_to_the_intake(cloud: Cloud) -> None:
    ids = deployed(cloud)
    stream = ids["DeliveryStream"]
    described = cloud.client("firehose").describe_delivery_stream(DeliveryStreamName=stream)
    deployed_stream = described["DeliveryStreamDescription"]
    (destination,) = deployed_stream["Destinations"]
    s3 = destination["ExtendedS3DestinationDescription"]
    assert s3["BucketARN"] == f"arn:aws:s3:::tide-log-intake-{cloud.account}"
    assert s3["Prefix"].startswith(f"AWSLogs/{cloud.account}/CloudWatch/dev/")
    assert s3["CompressionFormat"] == "GZIP"
    for name in GROUPS:
        filters = cloud.client("logs").describe_subscription_filters(
            logGroupName=f"/tide/dev/{name}"
        )["subscriptionFilters"]
        assert [item["destinationArn"] for item in filters] == [
            deployed_stream["DeliveryStreamARN"]
        ]
