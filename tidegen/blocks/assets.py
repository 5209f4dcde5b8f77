"""Assets of a release in the artifacts bucket, named by their hashes; code of functions."""

from troposphere import Ref, awslambda

from tidegen.blocks.inputs import ARTIFACTS_BUCKET
from tidegen.contract import Context, Input

#: Used where a build runs without assets (a bare `Context()`, as in lint and unit tests). It can
#: never be deployed: no release uploads under the all-zero hash.
_PLACEHOLDER = f"assets/{'0' * 64}/{{name}}.{{archive}}"


def asset_key(context: Context, name: str, archive: str = "zip") -> str:
    """Return the object key of a built asset, or a placeholder of the same form."""
    built = context.assets.get(name)
    return built.key if built else _PLACEHOLDER.format(name=name, archive=archive)


def function_code(context: Context, name: str, bucket: Input = ARTIFACTS_BUCKET) -> awslambda.Code:
    """Return a function's code, from the artifacts bucket."""
    return awslambda.Code(S3Bucket=Ref(bucket.name), S3Key=asset_key(context, name))
