"""Failures of buckets and secrets, and of names in use."""

from tidegen.failures.model import DEPLOY, LINT, PREFLIGHT, Failure, guide, issue

_EMPTY_BUCKETS = (
    "https://oneuptime.com/blog/post/2026-02-12-fix-cloudformation-delete-failed-stack-errors/view"
)

FAILURES = (
    Failure(
        "bucket-not-empty",
        ("bucket you tried to delete is not empty",),
        "CloudFormation deletes only empty buckets",
        "keep the bucket, or empty it, all versions included",
        (LINT, DEPLOY),
        (_EMPTY_BUCKETS,),
        rules=("E9301",),
    ),
    Failure(
        "secret-being-deleted",
        ("already scheduled for deletion",),
        "a deleted secret keeps its name for 7 to 30 days",
        "restore it (aws secretsmanager restore-secret) and import it, or wait until it is deleted",
        (PREFLIGHT,),
        (
            *issue("aws-samples/appmod-blueprints", 872),
            *issue("redpanda-data/console", 1835),
        ),
    ),
    Failure(
        "rotation-schedule-renamed",
        (),
        "the logical id of a rotation schedule changed, and the clean-up disabled the rotation",
        "keep the schedule's logical id",
        (LINT,),
        issue("aws-cloudformation/cloudformation-coverage-roadmap", 1813),
        rules=("E9813",),
    ),
    Failure(
        "access-logs-refused",
        ("Access Denied for bucket…check S3bucket permission",),
        "the load balancer cannot write its access logs: no bucket policy, or KMS encryption",
        "allow logdelivery.elasticloadbalancing.amazonaws.com to write; encrypt with AES256",
        (LINT,),
        (
            *issue("aws/aws-cdk", 21947),
            *issue("kubernetes-sigs/aws-load-balancer-controller", 1956),
            *issue("terraform-aws-modules/terraform-aws-alb", 61),
        ),
        rules=("E9705", "E9809", "E9810"),
    ),
    Failure(
        "access-logs-encrypted",
        (),
        "S3 cannot write access logs to a bucket with a KMS key, and reports no error",
        "encrypt the bucket for access logs with AES256",
        (LINT,),
        issue("ministryofjustice/modernisation-platform", 1355),
        rules=("E9705", "E9810"),
    ),
    Failure(
        "replica-without-versions",
        ("Destination bucket must have versioning enabled",),
        "replication requires a destination bucket with versioning, before it is set up",
        "deploy the recovery region first, and enable versioning there",
        (PREFLIGHT,),
        (
            *issue("nozaq/terraform-aws-remote-state-s3-backend", 107),
            *issue("terraform-aws-modules/terraform-aws-s3-bucket", 350),
        ),
    ),
    Failure(
        "replication-rule-old",
        ("Number of distinct destination bucket ARNs cannot exceed 1",),
        "replication rules of the first schema version allow one destination only",
        "add Filter, Priority and DeleteMarkerReplication to each rule",
        (LINT,),
        issue("aws-cloudformation/cloudformation-coverage-roadmap", 730),
        rules=("E9305",),
    ),
    Failure(
        "name-taken",
        (
            "already exists",
            "already exists in stack",
            "BucketAlreadyExists",
            "BucketAlreadyOwnedByYou",
        ),
        "the name is in use, by a resource kept from an earlier stack or by another account",
        "import the resource into the stack, or delete it if it is not needed",
        (PREFLIGHT,),
        guide("AmazonS3/latest/API/API_CreateBucket.html"),
    ),
)
