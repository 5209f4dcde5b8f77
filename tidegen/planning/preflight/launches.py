"""Instances at launch: their machine images, and the packages of database members."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tidegen.contract import Topic
from tidegen.planning.preflight.check import Answer, Checks, about_each
from tidegen.planning.preflight.model import PreflightFinding
from tidegen.planning.preflight.subject import Subject

#: Managed node images, by the AMI type: "amazon-eks-node-al2023-x86_64-standard-1.35-v20260415"
#: (awslabs/amazon-eks-ami, release notes), for release 1.35.3-20260415.
_NODE_IMAGES = {
    "AL2023_ARM_64_STANDARD": "amazon-eks-node-al2023-arm64-standard",
    "AL2023_x86_64_STANDARD": "amazon-eks-node-al2023-x86_64-standard",
}
_RELEASE = re.compile(r"(\d+\.\d+)\.\d+-(\d{8})")
_VERSION, _HASH = "database.packages.version", "database.packages.sha256"
_BUCKET = "bootstrap.ArtifactsBucketName"

CHECKS = Checks()


def _images(subject: Subject) -> Iterator[tuple[str, str, str]]:
    """Yield path, image as EC2 finds it, and image as the file names it."""
    for path, props in subject.of("AWS::EC2::LaunchTemplate"):
        image = props.get("LaunchTemplateData", {}).get("ImageId")
        if isinstance(image, str) and image.startswith("ami-"):
            yield path, image, image
    for path, props in subject.of("AWS::EKS::Nodegroup"):
        release = _RELEASE.fullmatch(str(props.get("ReleaseVersion")))
        kind = _NODE_IMAGES.get(str(props.get("AmiType")))
        if release and kind:
            yield path, f"{kind}-{release[1]}-v{release[2]}", release[0]


@CHECKS.add(
    "machine images",
    failures=("image-missing",),
    ask=about_each(Topic.IMAGES, lambda subject: (image for _, image, _ in _images(subject))),
    always=True,
)
def _existing(subject: Subject, images: Answer) -> Iterable[PreflightFinding]:
    """Yield a warning for each missing image: it stops the next launch, also in deployed groups."""
    for path, image, shown in _images(subject):
        if image not in images:
            problem = f"image {shown} is not in {subject.region}, or not shared with this account"
            yield PreflightFinding(
                path,
                f"{problem}; write another in the file",
                "image-missing",
                blocking=False,
            )


def _packages(subject: Subject) -> Iterator[tuple[str, str, str]]:
    """Yield the object that lists a member's packages, its hash in the file, and the version."""
    version, sha256, bucket = (
        _value(subject, "Fields", _VERSION),
        _value(subject, "Fields", _HASH),
        _value(subject, "Roots", _BUCKET),
    )
    if version and sha256 and bucket:
        yield f"{bucket}/packages/mongodb/{version}/SHA256SUMS", sha256, version


def _value(subject: Subject, section: str, source: str) -> str | None:
    """Return the known value of the root's parameter that comes from a field or another root."""
    metadata: Any = subject.templates.get("", {}).get("Metadata", {}).get("Tidegen", {})
    names = (name for name, origin in metadata.get(section, {}).items() if origin == source)
    return next((subject.parameters.get(name) for name in names), None)


@CHECKS.add(
    "database packages",
    failures=("packages-missing",),
    ask=about_each(Topic.PACKAGES, lambda subject: (name for name, _, _ in _packages(subject))),
    always=True,
)
def _uploaded(subject: Subject, hashes: Answer) -> Iterable[PreflightFinding]:
    for name, wanted, version in _packages(subject):
        if name not in hashes:
            problem, way = f"s3://{name} is missing", "upload the packages"
        elif hashes[name] != wanted:
            problem = f"s3://{name} has the hash {hashes[name]}, the file {wanted}"
            way = "correct database.packages.sha256, or upload them to a folder of their own"
        else:
            continue
        where = f"{subject.stack_name}, packages {version}"
        yield PreflightFinding(
            where,
            f"{problem}; {way}: docs/runbooks/database.md",
            "packages-missing",
            blocking=False,
        )
