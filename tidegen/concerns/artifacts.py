"""The bucket of templates and assets: what must stand before any nested stack can."""

from troposphere import GetAtt, Ref, Sub, Template, s3

from tidegen.blocks.buckets import add_bucket, add_bucket_policy, deny_other_keys, encrypted_with
from tidegen.blocks.inputs import PROJECT
from tidegen.blocks.keys import account_use, add_key
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template

_REASON = "Holds templates and assets that are made from source; no data, no user's object."


def build(_context: Context) -> Template:
    """The bootstrap template; deployed directly, so under 51,200 bytes."""
    template = new_template(CONCERN)
    key = add_key(
        template, "ArtifactsKey", "artifacts", account_use("s3"), owner="${Project}/bootstrap"
    )
    bucket = add_bucket(
        template,
        "ArtifactsBucket",
        # The name is known beforehand: tidegen and every root look for it.
        Sub("${Project}-artifacts-${AWS::Region}-${AWS::AccountId}"),
        encrypted_with(GetAtt(key, "Arn")),
        LifecycleConfiguration=s3.LifecycleConfiguration(
            Rules=[
                s3.LifecycleRule(
                    Id="abandoned-uploads",
                    Status="Enabled",
                    AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(
                        DaysAfterInitiation=7
                    ),
                )
            ]
        ),
        Metadata={
            "guard": {
                "SuppressedRules": [
                    "S3_BUCKET_DEFAULT_LOCK_ENABLED",
                    "S3_BUCKET_LOGGING_ENABLED",
                    "S3_BUCKET_REPLICATION_ENABLED",
                ],
                "Reason": _REASON,
            }
        },
    )
    add_bucket_policy(template, bucket, deny_other_keys(bucket, GetAtt(key, "Arn")))
    return add_outputs(
        template, CONCERN, ArtifactsBucketName=Ref(bucket), ArtifactsKeyArn=GetAtt(key, "Arn")
    )


CONCERN = Concern(
    name="artifacts",
    scopes=(Scope.BOOTSTRAP,),
    purpose="Bucket of templates and assets, once per account and region.",
    build=build,
    inputs=(PROJECT,),
    outputs=(
        Output("ArtifactsBucketName", Kind.BUCKET_NAME, "Bucket of artifacts", surface=True),
        Output("ArtifactsKeyArn", Kind.KEY_ARN, "Key of the bucket", surface=True),
    ),
    stateful=("ArtifactsBucket", "ArtifactsKey"),
)
