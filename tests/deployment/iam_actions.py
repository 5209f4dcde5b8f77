"""The IAM action that each call of boto3 needs."""

from functools import cache

from botocore import xform_name
from botocore.session import get_session

#: Services whose IAM prefix is not boto3's name.
PREFIXES = {
    "accessanalyzer": "access-analyzer",
    "elbv2": "elasticloadbalancing",
    "s3control": "s3",
    "service-quotas": "servicequotas",
    "sesv2": "ses",
}
#: Calls of S3 that IAM knows under another name.
RENAMED = {
    "s3:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:PutPublicAccessBlock": "s3:PutAccountPublicAccessBlock",
}


def iam_action(service, method):
    """The action of a client's method; None where the service has no such method."""
    name = _operations(service).get(method)
    action = f"{PREFIXES.get(service, service)}:{name}"
    return RENAMED.get(action, action) if name else None


@cache
def _operations(service):
    model = get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}
