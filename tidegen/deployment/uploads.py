"""Templates and assets in the artifacts bucket, each under the hash of its bytes."""

from tidegen.contract import ARTIFACTS_PARAMETER
from tidegen.deployment.events import Uploaded
from tidegen.deployment.run import Run
from tidegen.planning.model import ResolvedStep
from tidegen.planning.templates import sha256


def upload_missing(run: Run, step: ResolvedStep) -> str | None:
    """Upload missing objects to the bucket; return the root's URL, None where it is sent inline."""
    if not step.template.is_uploaded:
        return None
    bucket = step.parameters[ARTIFACTS_PARAMETER]
    missing = {
        key: content
        for key, content in step.template.uploads.items()
        if not run.cloud.object_exists(bucket, key, content)
    }
    for key, content in missing.items():
        run.cloud.put_object(bucket, key, content)
    if missing:
        size = sum(map(len, missing.values()))
        run.emit(Uploaded(run.address, bucket, tuple(missing), size))
    return run.cloud.object_url(bucket, step.template.key)


def upload_template(run: Run, step: ResolvedStep, name: str, text: str) -> str:
    """Upload a template to the artifacts bucket, under the hash of its bytes; return its URL."""
    bucket = step.parameters[ARTIFACTS_PARAMETER]
    content = text.encode()
    key = f"templates/{sha256(content)}/{name}"
    if not run.cloud.object_exists(bucket, key, content):
        run.cloud.put_object(bucket, key, content)
    return run.cloud.object_url(bucket, key)
