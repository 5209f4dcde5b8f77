"""Failures of buckets and secrets, and of names in use."""

from tidegen.failures.model import DEPLOY, LINT, PREFLIGHT, Failure

_EMPTY_BUCKETS = (
    "https://oneuptime.com/blog/post/2026-02-12-fix-cloudformation-delete-failed-stack-errors/view"
)

FAILURES = (
    Failure(
        slug="bucket-not-empty",
        messages=("bucket you tried to delete is not empty",),
        cause="CloudFormation deletes only empty buckets",
        action="keep the bucket, or empty it, all versions included",
        where=(LINT, DEPLOY),
        sources=(_EMPTY_BUCKETS,),
        rules=("E9301",),
    ),
    Failure(
        slug="secret-being-deleted",
        messages=("already scheduled for deletion",),
        cause="a deleted secret keeps its name for 7 to 30 days",
        action="restore it (aws secretsmanager restore-secret) and import it, or wait until it is"
        " deleted",
        where=(PREFLIGHT,),
        sources=("aws-samples/appmod-blueprints#872", "redpanda-data/console#1835"),
    ),
    Failure(
        slug="rotation-schedule-renamed",
        messages=(),
        cause="the logical id of a rotation schedule changed, and the clean-up disabled the"
        " rotation",
        action="keep the schedule's logical id",
        where=(LINT,),
        sources=("aws-cloudformation/cloudformation-coverage-roadmap#1813",),
        rules=("E9813",),
    ),
    Failure(
        slug="access-logs-refused",
        messages=("Access Denied for bucket…check S3bucket permission",),
        cause="the load balancer cannot write its access logs: no bucket policy, or KMS encryption",
        action="allow logdelivery.elasticloadbalancing.amazonaws.com to write; encrypt with AES256",
        where=(LINT,),
        sources=(
            "aws/aws-cdk#21947",
            "kubernetes-sigs/aws-load-balancer-controller#1956",
            "terraform-aws-modules/terraform-aws-alb#61",
        ),
        rules=("E9705", "E9809", "E9810"),
    ),
    Failure(
        slug="access-logs-encrypted",
        messages=(),
        cause="S3 cannot write access logs to a bucket with a KMS key, and reports no error",
        action="encrypt the bucket for access logs with AES256",
        where=(LINT,),
        sources=("ministryofjustice/modernisation-platform#1355",),
        rules=("E9705", "E9810"),
    ),
    Failure(
        slug="replica-without-versions",
        messages=("Destination bucket must have versioning enabled",),
        cause="replication requires a destination bucket with versioning, before it is set up",
        action="deploy the recovery region first, and enable versioning there",
        where=(PREFLIGHT,),
        sources=(
            "nozaq/terraform-aws-remote-state-s3-backend#107",
            "terraform-aws-modules/terraform-aws-s3-bucket#350",
        ),
    ),
    Failure(
        slug="replication-rule-old",
        messages=("Number of distinct destination bucket ARNs cannot exceed 1",),
        cause="replication rules of the first schema version allow one destination only",
        action="add Filter, Priority and DeleteMarkerReplication to each rule",
        where=(LINT,),
        sources=("aws-cloudformation/cloudformation-coverage-roadmap#730",),
        rules=("E9305",),
    ),
    Failure(
        slug="name-taken",
        messages=(
            "already exists",
            "already exists in stack",
            "BucketAlreadyExists",
            "BucketAlreadyOwnedByYou",
        ),
        cause="the name is in use, by a resource kept from an earlier stack or by another account",
        action="import the resource into the stack, or delete it if it is not needed",
        where=(PREFLIGHT,),
        sources=("https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html",),
    ),
)
