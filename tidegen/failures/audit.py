"""Failures of the account's record keeping: Config, CloudTrail, GuardDuty."""

from tidegen.failures.model import LINT, PREFLIGHT, Failure, guide, issue

FAILURES = (
    Failure(
        "config-cannot-write",
        (
            "Insufficient delivery policy to s3 bucket",
            "Insufficient delivery policy to s3 bucket…unable to write to bucket",
        ),
        "Config may not write to its bucket: policy or key, or an ARN for a name",
        "let config.amazonaws.com use the bucket and its key, and have the channel wait for both",
        (LINT,),
        (
            *issue("hashicorp/terraform-provider-aws", 8655),
            *issue("aws/aws-cdk", 13978),
        ),
        rules=("E9501", "E9809"),
    ),
    Failure(
        "config-account-unknown",
        ("Insufficient delivery policy to s3 bucket…unable to get s3 bucket acl",),
        "the bucket of another account does not know this one",
        "add this account to the sources that the log archive's bucket policy names",
        (LINT,),
        issue("awslabs/landing-zone-accelerator-on-aws", 127, 142),
        rules=("E9809",),
    ),
    Failure(
        "recorder-channel-order",
        (
            "NoAvailableDeliveryChannelException",
            "Delivery channel is not available to start configuration recorder",
        ),
        "the recorder waits for the channel, or the channel for the recorder",
        "leave out the DependsOn between them; CloudFormation makes both together",
        (LINT,),
        (
            *issue("aws/aws-cdk", 9001),
            *issue("awsdocs/aws-cloudformation-user-guide", 1282),
        ),
        rules=("E9502",),
    ),
    Failure(
        "recorder-exists",
        (
            "maximum number of configuration recorders",
            "MaxNumberOfConfigurationRecordersExceededException",
        ),
        "an account has one configuration recorder a region, and this one has it already",
        "import the recorder into the account's stack, or delete it with its channel",
        (PREFLIGHT,),
        (
            *issue("hashicorp/terraform-provider-aws", 2183),
            *issue("trussworks/terraform-aws-config", 69),
        ),
    ),
    Failure(
        "delivery-channel-exists",
        ("MaxNumberOfDeliveryChannelsExceededException", "maximum number of delivery channels"),
        "an account has one delivery channel a region, and this one has it already",
        "import the channel into the account's stack, or delete it with its recorder",
        (PREFLIGHT,),
        issue("trussworks/terraform-aws-config", 121),
    ),
    Failure(
        "detector-exists",
        ("a detector already exists for the current account",),
        "GuardDuty is on already, often switched on by the organization",
        "import the detector into the account's stack, or leave it to the organization",
        (PREFLIGHT,),
        (
            *issue("hashicorp/terraform-provider-aws", 11780),
            *issue("schubergphilis/terraform-aws-mcaf-landing-zone", 215),
        ),
    ),
    Failure(
        "detector-sources-and-features",
        ("both data sources and features were provided",),
        "the detector has DataSources and Features",
        "keep Features",
        (LINT,),
        issue("aws-cloudformation/cfn-lint", 4153),
        rules=("E3063",),
    ),
    Failure(
        "trail-cannot-write",
        ("Incorrect S3 bucket policy is detected", "InsufficientS3BucketPolicyException"),
        "CloudTrail may not write to its bucket yet: no policy, another path or another SourceArn",
        "have the trail wait for the bucket policy; check its path and SourceArn",
        (LINT,),
        issue("aws/aws-cdk", 1172, 31400, 27168),
        rules=("E9504", "E9809"),
    ),
    Failure(
        "config-bucket-locked",
        (),
        "Config cannot deliver to a bucket with Object Lock; nothing fails, nothing arrives",
        "give the delivery channel a bucket without Object Lock",
        (LINT,),
        guide(
            "AWSCloudFormation/latest/UserGuide/aws-resource-config-deliverychannel.html",
        ),
        rules=("E9503", "E9810"),
    ),
)
