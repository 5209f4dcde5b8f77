"""Machine images and packages, as preflight reads them from the engine."""

import hashlib

import pytest

from tests.conftest import client, unmeasured_engine
from tidegen.aws.inspection import inspect
from tidegen.planning.model import Place
from tidegen.planning.preflight import Question, Topic

REGION, BUCKET = "us-west-2", "tide-artifacts"
SUMS = "packages/mongodb/8.0.21/SHA256SUMS"


@pytest.fixture(scope="module")
def aws():
    with unmeasured_engine() as engine:
        yield engine.environment_variables()


@pytest.fixture
def inspector(aws, monkeypatch):
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    return inspect(Place("444455556666", REGION))


def test_an_image_exists_until_it_is_deregistered(aws, inspector):
    ec2 = client(aws, "ec2")
    image = ec2.register_image(Name="mongo-arm", RootDeviceName="/dev/xvda")["ImageId"]
    question = Question(Topic.IMAGES, (image, "ami-11112222333344445"))
    assert inspector.answer(question) == {image: ""}
    ec2.deregister_image(ImageId=image)
    assert inspector.answer(question) == {}


def test_packages_have_the_hash_of_their_list(aws, inspector):
    s3 = client(aws, "s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    question = Question(Topic.PACKAGES, (f"{BUCKET}/{SUMS}",))
    assert inspector.answer(question) == {}
    s3.put_object(Bucket=BUCKET, Key=f"{SUMS}.old", Body=b"other")
    assert inspector.answer(question) == {}
    s3.put_object(Bucket=BUCKET, Key=SUMS, Body=b"0a1b  mongodb.rpm\n")
    digest = hashlib.sha256(b"0a1b  mongodb.rpm\n").hexdigest()
    assert inspector.answer(question) == {f"{BUCKET}/{SUMS}": digest}
