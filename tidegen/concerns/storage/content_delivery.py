"""Public files from a private bucket: only a CloudFront distribution may read it.

The reasons for CloudFront and its default certificate: docs/decisions/010-mail-assets.md.
"""

from typing import Any

from awacs import s3 as actions
from awacs.aws import Condition, Statement, StringEquals
from troposphere import GetAtt, Sub, Template, cloudfront

from tidegen.blocks.policies import allow, arn, service_principal
from tidegen.blocks.suppressions import unmet_each

#: Policies that AWS manages, by their published ids: CachingOptimized, and SecurityHeadersPolicy.
_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
_SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"
_ORIGIN = "bucket"
_UNMET = {
    "CKV_AWS_68": "Only logos, read only; a web ACL of CloudFront must be in its home region, where"
    " an environment has no resources.",
    "CKV_AWS_86": "Log delivery needs a bucket with ACLs, or resources in CloudFront's home region."
    " The bucket's own access logs and data events record all reads.",
    "CKV_AWS_174": "CloudFront fixes the TLS versions of its default certificate; our own would"
    " have to be in its home region. Only logos are served, the same for every recipient.",
    "CKV_AWS_310": "A mail without its logo can still be read; no second origin.",
    "CKV_AWS_374": "Patients read their mail wherever they travel.",
    "CKV2_AWS_47": "No web ACL (see CKV_AWS_68), and no application behind the distribution.",
}


def add_distribution(template: Template, title: str, bucket: str) -> cloudfront.Distribution:
    """Add a distribution of all objects of the bucket with the logical id `bucket`, over https."""
    access = template.add_resource(
        cloudfront.OriginAccessControl(
            f"{title}AccessControl",
            OriginAccessControlConfig=cloudfront.OriginAccessControlConfig(
                # a required property, unique in an account across all regions
                Name=Sub("${Project}-${Environment}-assets-${AWS::Region}"),
                OriginAccessControlOriginType="s3",
                SigningBehavior="always",
                SigningProtocol="sigv4",
            ),
        )
    )
    return template.add_resource(
        cloudfront.Distribution(
            title,
            DistributionConfig=_config(bucket, access),
            Metadata=unmet_each(_UNMET),
        )
    )


def allow_distribution(distribution: cloudfront.Distribution, bucket: str) -> Statement:
    """Allow this one distribution to read the bucket's objects (a bucket policy statement)."""
    source = arn(f"cloudfront::${{AWS::AccountId}}:distribution/${{{distribution.title}}}")
    return allow(
        "ReadByCloudFront",
        [actions.GetObject],
        [Sub(f"${{{bucket}.Arn}}/*")],
        Condition(StringEquals({"aws:SourceArn": source})),
        principal=service_principal("cloudfront"),
    )


def _config(bucket: str, access: Any) -> cloudfront.DistributionConfig:
    return cloudfront.DistributionConfig(
        Comment=Sub("${Project}/${Environment}: mail assets"),
        DefaultCacheBehavior=_cache_behavior(),
        # no such object exists: a request of the root reveals nothing
        DefaultRootObject="index.html",
        Enabled=True,
        HttpVersion="http2and3",
        IPV6Enabled=True,
        Origins=[_origin(bucket, access)],
        PriceClass="PriceClass_100",
        ViewerCertificate=cloudfront.ViewerCertificate(CloudFrontDefaultCertificate=True),
    )


def _cache_behavior() -> cloudfront.DefaultCacheBehavior:
    return cloudfront.DefaultCacheBehavior(
        AllowedMethods=["GET", "HEAD"],
        CachePolicyId=_CACHING_OPTIMIZED,
        Compress=True,
        ResponseHeadersPolicyId=_SECURITY_HEADERS,
        TargetOriginId=_ORIGIN,
        ViewerProtocolPolicy="https-only",
    )


def _origin(bucket: str, access: Any) -> cloudfront.Origin:
    return cloudfront.Origin(
        Id=_ORIGIN,
        DomainName=GetAtt(bucket, "RegionalDomainName"),
        OriginAccessControlId=GetAtt(access, "Id"),
        # empty, as in AWS's guide: origin access control replaces an origin access identity
        S3OriginConfig=cloudfront.S3OriginConfig(OriginAccessIdentity=""),
    )
