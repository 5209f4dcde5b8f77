"""Each topic's calls to AWS, and the reading of the answers.

botocore's Stubber checks calls and answers against the services' own models.
"""

import struct
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from botocore.response import StreamingBody
from botocore.session import get_session
from botocore.stub import Stubber
from iam_actions import iam_action

from tidegen.aws.facts import READERS
from tidegen.aws.facts.dns_lookup import name_servers, parsed
from tidegen.aws.inspection import AwsInspector, inspect
from tidegen.errors import DeploymentError, RefusedError
from tidegen.planning.model import Place
from tidegen.planning.preflight import Question, Topic

REGION = "us-west-2"
PLACE = Place("111122223333", REGION)
ROLE = "arn:aws:iam::111122223333:role/x"
CASES = yaml.safe_load(Path(__file__).with_name("inspection_cases.yaml").read_text())
BOTOCORE = get_session()  # caches the models


def with_stream(answer):
    """Return an answer with its body as botocore gives it."""
    if "Body" not in answer:
        return answer
    body = answer["Body"].encode()
    return {**answer, "Body": StreamingBody(BytesIO(body), len(body))}


class Session:
    """A substitute for boto3's session: real clients with prepared answers."""

    def __init__(self, calls):
        self.clients = {}
        self.stubs = []
        for service in {call[0] for call in calls}:
            client = BOTOCORE.create_client(
                service, REGION, aws_access_key_id="x", aws_secret_access_key="x"
            )
            stub = Stubber(client)
            for _, operation, parameters, answer in (c for c in calls if c[0] == service):
                if isinstance(answer, str):
                    stub.add_client_error(operation, answer, expected_params=parameters)
                else:
                    stub.add_response(operation, with_stream(answer), parameters)
            stub.activate()
            self.clients[service] = client
            self.stubs.append(stub)

    def client(self, service, config):
        return self.clients[service]


@pytest.fixture(autouse=True)
def _on_aws(monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['topic']}-{case['names']}")
def test_a_topic_is_read(case):
    session = Session(case["calls"])
    question = Question(Topic[case["topic"]], tuple(case["names"]))
    assert plain(AwsInspector(PLACE, session).answer(question)) == case["read"]
    for stub in session.stubs:
        stub.assert_no_pending_responses()


def plain(value):
    """Return a value as YAML has it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def test_every_topic_has_a_reader_and_a_case():
    assert READERS.keys() == set(Topic)
    assert {Topic[case["topic"]] for case in CASES} == set(Topic) - {Topic.NAME_SERVERS}


@pytest.mark.parametrize("topic", Topic, ids=lambda topic: topic.name)
def test_a_topic_names_the_actions_of_its_reader(topic):
    calls = [call for case in CASES if case["topic"] == topic.name for call in case["calls"]]
    actions = {action for grant in topic.permissions for action in grant.actions}
    assert actions == {iam_action(service, method) for service, method, *_ in calls}


def test_denied_access_is_refused_with_the_topic():
    calls = [("guardduty", "list_detectors", {}, "AccessDeniedException")]
    with pytest.raises(RefusedError, match="GuardDuty detectors is not allowed"):
        AwsInspector(PLACE, Session(calls)).answer(Question(Topic.DETECTORS))


def test_another_error_of_a_bucket_is_not_an_answer():
    calls = [
        ("s3", "get_bucket_location", {"Bucket": "b", "ExpectedBucketOwner": "111122223333"}, "400")
    ]
    with pytest.raises(DeploymentError, match="buckets"):
        AwsInspector(PLACE, Session(calls)).answer(Question(Topic.BUCKETS, ("b",)))


def test_an_incomplete_answer_is_not_an_answer():
    calls = [("config", "describe_delivery_channels", {}, {"DeliveryChannels": [{}]})]
    with pytest.raises(DeploymentError, match="has no field 'name'"):
        AwsInspector(PLACE, Session(calls)).answer(Question(Topic.CHANNELS))


def test_a_local_engine_is_not_asked_what_it_cannot_know(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(DeploymentError, match="does not simulate"):
        inspect(PLACE).answer(Question(Topic.PERMISSIONS, (ROLE, REGION, "kms:CreateKey")))
    with pytest.raises(DeploymentError, match="where services are offered"):
        inspect(PLACE).answer(Question(Topic.SERVICE_ZONES, ("com.amazonaws.us-west-2.sts",)))
    with pytest.raises(DeploymentError, match="not in DNS"):
        name_servers("tide.example")


def reply(code=0, number=7, records=()):
    """Return an answer as a resolver sends it: the question's name once, then pointers to it."""
    question = b"\x04tide\x07example\x00" + struct.pack("!2H", 2, 1)
    head = struct.pack("!6H", number, 0x8180 | code, 1, len(records), 0, 0)
    body = b"".join(
        b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(data)) + data for kind, data in records
    )
    return head + question + body


def test_name_servers_are_read_from_an_answer():
    pointing = b"\x04ns-1\xc0\x0c"
    written = b"\x04NS-0\x03aws\x00"
    answer = reply(records=[(2, pointing), (5, b"\x00"), (2, written)])
    assert parsed(answer, 7) == ("ns-0.aws", "ns-1.tide.example")
    assert parsed(reply(code=3), 7) == ()


@pytest.mark.parametrize(
    "answer", [reply(code=2), reply(number=8), reply(records=[(2, b"\xc0\x2a")])]
)
def test_a_broken_answer_is_refused(answer):
    with pytest.raises(OSError, match=r"answer|without end"):
        parsed(answer, 7)
