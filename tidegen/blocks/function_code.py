"""Code of functions: a release's asset in the artifacts bucket, named by its hash."""

from troposphere import Ref, awslambda

from tidegen.contract import Context

#: Stands where a build runs without assets (a bare `Context()`, as in lint and unit tests). It
#: can never be deployed: no release uploads under the all-zero hash.
_PLACEHOLDER = f"assets/{'0' * 64}/{{name}}.zip"


def asset_key(context: Context, name: str) -> str:
    """The object key of a built asset, or a placeholder of the same form."""
    built = context.assets.get(name)
    return built.key if built else _PLACEHOLDER.format(name=name)


def code(context: Context, name: str) -> awslambda.Code:
    """A function's code, from the template's `ArtifactsBucketName`."""
    return awslambda.Code(S3Bucket=Ref("ArtifactsBucketName"), S3Key=asset_key(context, name))
