"""Requests of one environment's roles on another's resources, by the service reference.

Each action of each service that a role may use is asked for each type of resource that IAM
authorizes it on. The resource is one that the templates of the other environment create, with the
name and the tag that CloudFormation gives it; its tag counts only where the reference says that the
action looks at tags of that type. S3 and DynamoDB look at tags only where that is switched on, and
`iam:PassRole` never does.
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from policy_sentry.shared.iam_data import get_service_prefix_data
from template_policies import ACCOUNT, REGION

READS = ("List", "Read")
#: Services that look at no tag, or only where an account has switched it on.
NO_TAGS = ("dynamodb", "s3")
#: Texts in place of placeholders of ARNs: pattern of "service:Placeholder" → text.
NAMES = {
    "iam:*WithPath": "tidepool/{other}/Any",
    "kms:Alias": "tidepool/{other}/data",
    "logs:LogGroupName": "/tidepool/{other}/mongo",
    "secretsmanager:SecretId": "/tidepool/{other}/blob-AbCdEf",
    "ssm:ParameterNameWithoutLeadingSlash": "tidepool/{other}/mongo/a/initiated",
    "eks:ClusterName": "tidepool-{other}",
    "autoscaling:GroupId": "1",
    "s3:ObjectName": "any",
    # by ids, and names that services choose
    "ec2:*": "a-1",
    "acm:*": "a-1",
    "backup:*RecoveryPointId": "a-1",
    "cloudfront:*": "a-1",
    "elasticloadbalancing:*": "a-1",
    "guardduty:*": "a-1",
    "route53:*": "a-1",
    "route53resolver:*": "a-1",
    "kms:KeyId": "a-1",
    "wafv2:*": "a-1",
    "*": "tidepool-{other}-Any-1",
}
#: Request keys that the caller chooses, as suits it best.
CHOSEN = {
    "aws:RequestedRegion": REGION,
    "aws:ResourceAccount": ACCOUNT,
    "cloudwatch:namespace": "CWAgent",
    "iam:PassedToService": "lambda.amazonaws.com",
    "iam:PermissionsBoundary": (
        f"arn:aws:iam::{ACCOUNT}:policy/tidepool/tidepool-permissions-boundary"
    ),
    "kms:GrantIsForAWSResource": "true",
    "kms:ViaService": f"s3.{REGION}.amazonaws.com",
    "s3:if-none-match": "*",
}


@dataclass(frozen=True)
class Question:
    """An action on a resource of another environment; without a type, on no resource at all."""

    action: str
    type: str
    arn: str
    keys: tuple[tuple[str, str], ...]
    reads: bool
    #: Whether each call names a resource of the type.
    required: bool


def questions(service, other):
    """Yield every question on one service's actions."""
    data = get_service_prefix_data(service)
    for name, item in data["privileges"].items():
        reads = item["access_level"] in READS
        # the row without a type adds keys to the others, where there are any
        types = {k: v for k, v in item["resource_types"].items() if k} or item["resource_types"]
        for kind, support in types.items():
            arn = _arn(service, data["resources"][kind]["arn"], other) if kind else "*"
            known = [*support["condition_keys"]]
            known += data["resources"][kind]["condition_keys"] if kind else []
            looks = kind and service not in NO_TAGS and name != "PassRole"
            tag = looks and any(key.startswith("aws:ResourceTag/") for key in known)
            keys = (("aws:ResourceTag/environment", other),) if tag else ()
            required = bool(kind and support.get("required"))
            yield Question(f"{service}:{name}", kind, arn, keys, reads, required)


def _arn(service, text, other):
    known = {"Partition": "aws", "Region": REGION, "Account": ACCOUNT}

    def name(match):
        word = f"{service}:{match[1]}"
        pattern = next(p for p in NAMES if fnmatchcase(word, p))
        return known.get(match[1]) or NAMES[pattern].format(other=other)

    return re.sub(r"\$\{(\w+)\}", name, text)
