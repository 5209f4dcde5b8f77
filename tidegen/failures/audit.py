"""Failures of an account's audit services: Config, CloudTrail, GuardDuty."""

from tidegen.failures.model import LINT, PREFLIGHT, Failure

FAILURES = (
    Failure(
        slug="config-cannot-write",
        messages=(
            "Insufficient delivery policy to s3 bucket",
            "Insufficient delivery policy to s3 bucket…unable to write to bucket",
        ),
        cause="Config cannot write to its bucket: policy, key, or an ARN instead of a name",
        action="allow config.amazonaws.com to use the bucket and its key; make the channel depend"
        " on both",
        where=(LINT,),
        sources=("hashicorp/terraform-provider-aws#8655", "aws/aws-cdk#13978"),
        rules=("E9501", "E9809"),
    ),
    Failure(
        slug="config-account-unknown",
        messages=("Insufficient delivery policy to s3 bucket…unable to get s3 bucket acl",),
        cause="the bucket policy of the other account does not allow this account",
        action="add this account to the sources in the log archive's bucket policy",
        where=(LINT,),
        sources=(
            "awslabs/landing-zone-accelerator-on-aws#127",
            "awslabs/landing-zone-accelerator-on-aws#142",
        ),
        rules=("E9809",),
    ),
    Failure(
        slug="recorder-channel-order",
        messages=(
            "NoAvailableDeliveryChannelException",
            "Delivery channel is not available to start configuration recorder",
        ),
        cause="the recorder waits for the channel, or the channel for the recorder",
        action="remove the DependsOn between them; CloudFormation creates both together",
        where=(LINT,),
        sources=("aws/aws-cdk#9001", "awsdocs/aws-cloudformation-user-guide#1282"),
        rules=("E9502",),
    ),
    Failure(
        slug="recorder-exists",
        messages=(
            "maximum number of configuration recorders",
            "MaxNumberOfConfigurationRecordersExceededException",
        ),
        cause="an account can have one configuration recorder per region, and it exists already",
        action="import the recorder into the account's stack, or delete it with its channel",
        where=(PREFLIGHT,),
        sources=("hashicorp/terraform-provider-aws#2183", "trussworks/terraform-aws-config#69"),
    ),
    Failure(
        slug="delivery-channel-exists",
        messages=(
            "MaxNumberOfDeliveryChannelsExceededException",
            "maximum number of delivery channels",
        ),
        cause="an account can have one delivery channel per region, and it exists already",
        action="import the channel into the account's stack, or delete it with its recorder",
        where=(PREFLIGHT,),
        sources=("trussworks/terraform-aws-config#121",),
    ),
    Failure(
        slug="detector-exists",
        messages=("a detector already exists for the current account",),
        cause="GuardDuty is enabled already, often by the organization",
        action="import the detector into the account's stack, or leave it to the organization",
        where=(PREFLIGHT,),
        sources=(
            "hashicorp/terraform-provider-aws#11780",
            "schubergphilis/terraform-aws-mcaf-landing-zone#215",
        ),
    ),
    Failure(
        slug="detector-sources-and-features",
        messages=("both data sources and features were provided",),
        cause="the detector has both DataSources and Features",
        action="keep only Features",
        where=(LINT,),
        sources=("aws-cloudformation/cfn-lint#4153",),
        rules=("E3063",),
    ),
    Failure(
        slug="trail-cannot-write",
        messages=("Incorrect S3 bucket policy is detected", "InsufficientS3BucketPolicyException"),
        cause="CloudTrail cannot write to its bucket: no policy yet, or another path or SourceArn"
        " in it",
        action="make the trail depend on the bucket policy; check its path and SourceArn",
        where=(LINT,),
        sources=("aws/aws-cdk#1172", "aws/aws-cdk#31400", "aws/aws-cdk#27168"),
        rules=("E9504", "E9809"),
    ),
    Failure(
        slug="config-bucket-locked",
        messages=(),
        cause="Config cannot deliver to a bucket with Object Lock, and reports no error",
        action="give the delivery channel a bucket without Object Lock",
        where=(LINT,),
        sources=(
            "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-config-deliverychannel.html",
        ),
        rules=("E9503", "E9810"),
    ),
)
