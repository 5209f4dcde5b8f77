"""Failures of an account's audit services: Config, CloudTrail, GuardDuty."""

from tidegen.failures.model import LINT, PREFLIGHT, Failure, guide, issue

FAILURES = (
    Failure(
        "config-cannot-write",
        (
            "Insufficient delivery policy to s3 bucket",
            "Insufficient delivery policy to s3 bucket…unable to write to bucket",
        ),
        "Config cannot write to its bucket: policy, key, or an ARN instead of a name",
        "allow config.amazonaws.com to use the bucket and its key; make the channel depend on both",
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
        "the bucket policy of the other account does not allow this account",
        "add this account to the sources in the log archive's bucket policy",
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
        "remove the DependsOn between them; CloudFormation creates both together",
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
        "an account can have one configuration recorder per region, and it exists already",
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
        "an account can have one delivery channel per region, and it exists already",
        "import the channel into the account's stack, or delete it with its recorder",
        (PREFLIGHT,),
        issue("trussworks/terraform-aws-config", 121),
    ),
    Failure(
        "detector-exists",
        ("a detector already exists for the current account",),
        "GuardDuty is enabled already, often by the organization",
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
        "the detector has both DataSources and Features",
        "keep only Features",
        (LINT,),
        issue("aws-cloudformation/cfn-lint", 4153),
        rules=("E3063",),
    ),
    Failure(
        "trail-cannot-write",
        ("Incorrect S3 bucket policy is detected", "InsufficientS3BucketPolicyException"),
        "CloudTrail cannot write to its bucket: no policy yet, or another path or SourceArn in it",
        "make the trail depend on the bucket policy; check its path and SourceArn",
        (LINT,),
        issue("aws/aws-cdk", 1172, 31400, 27168),
        rules=("E9504", "E9809"),
    ),
    Failure(
        "config-bucket-locked",
        (),
        "Config cannot deliver to a bucket with Object Lock, and reports no error",
        "give the delivery channel a bucket without Object Lock",
        (LINT,),
        guide(
            "AWSCloudFormation/latest/UserGuide/aws-resource-config-deliverychannel.html",
        ),
        rules=("E9503", "E9810"),
    ),
)
