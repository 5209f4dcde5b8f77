"""Public files out of a private bucket: a CloudFront distribution that alone may read it.

Why it is CloudFront, with its own certificate: docs/decisions/010-mail-assets.md.
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
    "CKV_AWS_68": "Logos and nothing else, read only; a web ACL of CloudFront has to stand in its"
    " home region, where an environment has nothing.",
    "CKV_AWS_86": "Log delivery needs a bucket with ACLs, or resources in CloudFront's home region."
    " The bucket's own access logs and data events show what is read from it.",
    "CKV_AWS_174": "CloudFront fixes the versions of its own certificate; one of ours has to stand"
    " in its home region. A logo, the same for every recipient, leaves this way.",
    "CKV_AWS_310": "A mail without its logo is still read; no second origin.",
    "CKV_AWS_374": "Patients read their mail wherever they travel.",
    "CKV2_AWS_47": "No web ACL (see CKV_AWS_68), and nothing behind this that runs.",
}


def add_distribution(template: Template, title: str, bucket: str) -> cloudfront.Distribution:
    """A distribution of all objects of a bucket, given by its title, over https."""
    access = template.add_resource(
        cloudfront.OriginAccessControl(
            f"{title}AccessControl",
            OriginAccessControlConfig=cloudfront.OriginAccessControlConfig(
                # CloudFront demands a name, which an account has once for all regions
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


def read_by(distribution: cloudfront.Distribution, bucket: str) -> Statement:
    """What the bucket's policy says to this one distribution."""
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
        DefaultCacheBehavior=_reading(),
        # there is none: who asks for the root learns nothing
        DefaultRootObject="index.html",
        Enabled=True,
        HttpVersion="http2and3",
        IPV6Enabled=True,
        Origins=[_origin(bucket, access)],
        PriceClass="PriceClass_100",
        ViewerCertificate=cloudfront.ViewerCertificate(CloudFrontDefaultCertificate=True),
    )


def _reading() -> cloudfront.DefaultCacheBehavior:
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
        # empty, as AWS's guide has it: access control takes the place of an identity
        S3OriginConfig=cloudfront.S3OriginConfig(OriginAccessIdentity=""),
    )
