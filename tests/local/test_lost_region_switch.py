"""A region of the engine can be lost: it answers no call signed for it, and none to its buckets."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import unmeasured_engine
from tidegen.local.engine import lose_region, refused_calls, regain_region

HOME, OTHER = "us-west-2", "us-east-2"
BUCKET = "tide-lost-bucket"


@pytest.fixture(scope="module")
def engine():
    with unmeasured_engine() as running:
        client(running, "s3", HOME).create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": HOME}
        )
        client(running, "s3", HOME).put_object(Bucket=BUCKET, Key="kept", Body=b"kept")
        yield running


@pytest.fixture
def lost(engine):
    lose_region(engine.endpoint, HOME)
    yield engine
    regain_region(engine.endpoint, HOME)


def client(engine, service, region):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=engine.endpoint,
        aws_access_key_id="111122223333",
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}),
    )


def refusal(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return raised.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_calls_to_it_are_refused_and_counted(lost):
    assert refused_calls(lost.endpoint, HOME) == []
    assert refusal(client(lost, "sqs", HOME).list_queues) == 503
    assert refusal(client(lost, "cloudformation", HOME).describe_stacks) == 503
    assert refused_calls(lost.endpoint, HOME) == ["POST /", "POST /"]


def test_other_regions_and_global_services_answer(lost):
    client(lost, "sqs", OTHER).list_queues()
    client(lost, "iam", "us-east-1").list_roles()
    assert refused_calls(lost.endpoint, HOME) == []
    assert refused_calls(lost.endpoint, OTHER) == []


@pytest.mark.parametrize("region", [HOME, OTHER, "us-east-1"])
def test_its_buckets_do_not_answer_however_a_call_is_signed(lost, region):
    s3 = client(lost, "s3", region)
    assert refusal(s3.get_object, Bucket=BUCKET, Key="kept") == 503
    assert refusal(s3.put_object, Bucket=BUCKET, Key="new", Body=b"") == 503


def test_it_answers_again_with_what_it_had(engine):
    lose_region(engine.endpoint, HOME)
    regain_region(engine.endpoint, HOME)
    body = client(engine, "s3", HOME).get_object(Bucket=BUCKET, Key="kept")["Body"].read()
    assert body == b"kept"
