"""The adapter's edges: errors in one line, credentials, endpoints."""

import socket
import threading
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import boto3
import pytest
from botocore import exceptions as known
from botocore.awsrequest import AWSResponse

from tidegen.aws.adapter import AwsCloud, connect
from tidegen.aws.errors import translated
from tidegen.aws.explaining import reason_of
from tidegen.aws.reading import change_of, listed_secret, resource_of
from tidegen.aws.sessions import client_settings, credentials_end, local_endpoint, session
from tidegen.cloudformation.schemas import Replacement
from tidegen.errors import (
    AccessError,
    DeploymentError,
    OvertakenError,
    RefusedError,
    TidegenError,
)
from tidegen.planning.changes import Action
from tidegen.planning.model import Credentials, Place
from tidegen.planning.secrets import ListedSecret, keys_are_filled, version_id

PLACE = Place("111122223333", "eu-central-1")


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def answered(code, message="why", status=400):
    about = {"HTTPStatusCode": status}
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": about}
    return known.ClientError(answer, "Operation")


IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


def answer(status, text):
    raw = SimpleNamespace(stream=lambda *_, **__: iter([text.encode()]))
    return AWSResponse("https://vpce.example.com", status, {}, raw)


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (
            answered("ExpiredToken"),
            AccessError,
            "have expired; CloudFormation continues; renew them, then run the same command again",
        ),
        (answered("InvalidClientTokenId"), AccessError, "does not know the credentials"),
        (answered("AccessDenied"), RefusedError, "s3:PutObject is not allowed: why"),
        (answered("Throttling"), DeploymentError, "throttles"),
        (answered("TooManyRequestsException"), DeploymentError, "throttles"),
        (answered("ServiceUnavailable", "", 503), DeploymentError, "run the same command again"),
        (answered("InternalFailure", status=500), DeploymentError, "run the same command again"),
        (answered("RequestTimeTooSkewed"), AccessError, "clock is off"),
        (answered("SignatureDoesNotMatch", "Signature expired: now"), AccessError, "clock is off"),
        (answered("ValidationError"), DeploymentError, "why (ValidationError)"),
        (known.NoCredentialsError(), AccessError, "there are no AWS credentials"),
        (known.ProfileNotFound(profile="x"), AccessError, "profile (x)"),
        (known.UnauthorizedSSOTokenError(), AccessError, "log in again"),
        (known.EndpointConnectionError(endpoint_url="u"), AccessError, "cannot be reached"),
        (known.ParamValidationError(report="r"), DeploymentError, "validation"),
    ],
)
def test_every_error_is_one_line_with_a_remedy(error, kind, text):
    with pytest.raises(kind) as raised, translated("here", "s3:PutObject"):
        raise error
    (problem,) = raised.value.problems
    assert problem.where == "here"
    assert text in problem.message
    assert "\n" not in problem.message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidChangeSetStatus", "ChangeSet [c] cannot be executed in its current status"),
        ("ChangeSetNotFound", "ChangeSet [c] does not exist"),
        ("ValidationError", "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated."),
        (
            "ValidationError",
            "Stack [s] already exists and cannot be created again with the changeSet",
        ),
    ],
)
def test_the_second_of_two_operations_is_refused(code, message):
    operation = "cloudformation:ExecuteChangeSet"
    with pytest.raises(OvertakenError) as raised, translated("here", operation):
        raise answered(code, message)
    assert "another operation on this stack was first" in str(raised.value)
    assert "it follows" in str(raised.value)
    assert raised.value.exit_code == 1
    with pytest.raises(DeploymentError), translated("here", "cloudformation:DescribeChangeSet"):
        raise answered(code, message)


def test_messages_of_aws_are_shown_without_credentials(monkeypatch):
    secret, token = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "FwoGZXIvYXdzEXAMPLE//token=="
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    answer = (
        f"no {secret} for AKIAIOSFODNN7EXAMPLE: X-Amz-Security-Token={token}&Signature=abc123 "
        f'"SessionToken": "{token}" x-amz-security-token:{token}\nsecond line'
    )
    with pytest.raises(DeploymentError) as raised, translated("here", "s3:PutObject"):
        raise answered("ValidationError", answer)
    text = str(raised.value)
    assert not [word for word in (secret, token, "AKIA", "abc123") if word in text]
    assert "no [hidden] for [hidden]" in text
    assert raised.value.__suppress_context__


@pytest.fixture
def variables(monkeypatch):
    """Credentials of the environment's variables that end at a time, or whose end is not given."""

    def given(end=None):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            monkeypatch.setenv(name, "x")
        if end:
            monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", end)

    monkeypatch.delenv("AWS_CREDENTIAL_EXPIRATION", raising=False)
    return given


@pytest.mark.parametrize("end", ["2030-01-01T12:00:00Z", "2030-01-01T13:00:00+01:00"])
def test_the_end_of_credentials_is_that_of_the_variables(variables, end):
    variables(end)
    assert credentials_end(PLACE) == datetime(2030, 1, 1, 12, tzinfo=UTC)
    role = Credentials(role="arn:aws:iam::111122223333:role/deploy")
    assert credentials_end(Place(PLACE.account, PLACE.region, role)) is not None


def test_an_end_is_unknown_without_the_variable_without_credentials_and_with_a_profile(
    variables, tmp_path
):
    assert credentials_end(PLACE) is None
    variables()
    assert credentials_end(PLACE) is None
    variables("2030-01-01T12:00:00Z")
    (tmp_path / "config").write_text(
        "[profile a]\naws_access_key_id = x\naws_secret_access_key = x\n"
    )
    assert credentials_end(Place(PLACE.account, PLACE.region, Credentials(profile="a"))) is None


def test_an_end_that_is_no_time_is_unknown(variables):
    variables("soon")
    assert credentials_end(PLACE) is None


def test_credentials_of_variables_that_have_ended_are_one_line(variables):
    """botocore raises a bare RuntimeError for them."""
    variables("2020-01-01T12:00:00Z")
    with pytest.raises(AccessError, match=r"have expired; CloudFormation continues; renew them"):
        connect(PLACE).account()
    with pytest.raises(RuntimeError, match="another"), translated("here", "s3:PutObject"):
        raise RuntimeError("another")


def test_without_credentials_nothing_is_called():
    with pytest.raises(AccessError, match="no AWS credentials"):
        connect(PLACE).account()
    role = Credentials(role="arn:aws:iam::111122223333:role/deploy")
    with pytest.raises(AccessError, match="no AWS credentials"):
        connect(Place("111122223333", "eu-central-1", role))


def test_an_unknown_profile_is_named():
    with pytest.raises(AccessError, match="nowhere"):
        connect(Place("111122223333", "eu-central-1", Credentials(profile="nowhere")))


def test_without_the_profile_ci_uses_the_environments_credentials(monkeypatch):
    place = Place("111122223333", "eu-central-1", Credentials(profile="nowhere"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    assert session(place).get_credentials().access_key == "AKIDEXAMPLE"


def test_an_endpoint_that_does_not_answer(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(TidegenError, match="cannot be reached"):
        connect(PLACE).account()


@pytest.fixture
def broken_endpoint(monkeypatch):
    """An endpoint that accepts every request and closes the connection."""
    server = socket.create_server(("127.0.0.1", 0))

    def hang_up():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            connection.recv(65536)
            connection.close()

    thread = threading.Thread(target=hang_up)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.getsockname()[1]}")
    yield
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def test_an_error_of_a_failed_secret_write_has_no_value(broken_endpoint):
    """botocore's error holds the request that it could not send, and with it the value."""
    with pytest.raises(TidegenError, match="cannot be reached") as raised:
        connect(PLACE).put_secret("/tide/it", "hunter2", "v" * 32)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None
    assert "hunter2" not in repr(raised.value)


def test_a_listed_secret_has_its_current_version_and_rotation():
    stages = {"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT", "other"]}
    assert listed_secret({"SecretVersionsToStages": stages}).mark == "v2"
    assert listed_secret({}) == ListedSecret("")
    when = datetime(2026, 11, 1, tzinfo=UTC)
    listed = listed_secret({"RotationEnabled": True, "LastRotatedDate": when})
    assert (listed.rotates, listed.rotated) == (True, when)


def test_a_rotated_secret_counts_as_filled_by_its_label():
    """A rotation cannot choose its version's id, in which `fill` records the filled keys."""
    label = version_id(("a",), "0" * 32).removesuffix("-" + "0" * 32)
    for current, filled in (("v2", True), ("v1", False)):
        stages = {"v1": ["AWSPREVIOUS"], "v2": [label]}
        stages[current] = [*stages[current], "AWSCURRENT"]
        mark = listed_secret({"SecretVersionsToStages": stages}).mark
        assert keys_are_filled(mark, ("a",)) is filled


def test_a_local_engine_takes_the_account_from_the_access_key(monkeypatch):
    assert local_endpoint() is None
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")
    place = Place("111122223333", "eu-central-1", Credentials(profile="not asked for"))
    assert session(place).get_credentials().access_key == "111122223333"
    assert connect(place).poll_seconds < 1
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://vpce.example.com")
    assert local_endpoint() is None
    assert connect(PLACE).poll_seconds > 1


def test_a_role_is_assumed_with_the_environments_credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    role = Credentials(role="arn:aws:iam::111122223333:role/deploy")
    credentials = session(Place("111122223333", "eu-central-1", role)).get_credentials()
    assert credentials.method == "assume-role"


def test_throttling_is_retried():
    assert client_settings().retries["mode"] == "adaptive"
    assert client_settings().s3["addressing_style"] == "path"


def test_on_aws_an_outage_of_nine_answers_is_retried(monkeypatch):
    hurried = SimpleNamespace(sleep=lambda seconds: None, time=time.time)
    monkeypatch.setattr("botocore.endpoint.time", hurried)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://vpce.example.com")
    made = boto3.Session("A", "B", region_name=PLACE.region)
    answers = [*[answer(503, "<ErrorResponse/>")] * 9, answer(200, IDENTITY)]
    made.events.register("before-send", lambda request, **_: answers.pop(0))
    assert AwsCloud(PLACE, made).account() == PLACE.account
    answers[:] = [answer(503, "<ErrorResponse/>")] * 10
    with pytest.raises(DeploymentError, match="run the same command again"):
        AwsCloud(PLACE, made).account()


def test_a_replacing_change_is_read_as_replacement():
    item = {"LogicalResourceId": "B", "ResourceType": "T", "Action": "Modify"}
    details = [{"Target": {"Attribute": "Properties", "Name": "Name"}}]
    replacing = {**item, "Replacement": "True", "Details": details}
    change = change_of(replacing, None)
    assert (change.action, change.properties) == (Action.REPLACE, ("Name",))
    assert change_of({**item, "Replacement": "Conditional"}, None).replacement is (
        Replacement.CONDITIONAL
    )


def test_a_reason_is_read_without_credentials():
    item = {"LogicalResourceId": "B", "ResourceType": "T", "ResourceStatus": "CREATE_FAILED"}
    resource = resource_of({**item, "ResourceStatusReason": "bad key AKIAIOSFODNN7EXAMPLE"})
    assert resource.reason == "bad key [hidden]"


def test_addresses_are_in_path_style(monkeypatch):
    cloud = connect(PLACE)
    assert cloud.object_url("b", "k") == "https://s3.eu-central-1.amazonaws.com/b/k"
    china = connect(Place("111122223333", "cn-north-1"))
    assert china.object_url("b", "k") == "https://s3.cn-north-1.amazonaws.com.cn/b/k"


def test_a_change_set_with_values_known_before_and_after_deployment():
    target = {"Path": "/Properties/Tags/0", "BeforeValue": "a", "AfterValue": "b"}
    item = {"LogicalResourceId": "B", "ResourceType": "T", "Action": "Modify"}
    always = {"Target": {**target, "RequiresRecreation": "Always"}, "Evaluation": "Static"}
    change = change_of({**item, "Details": [always]}, None)
    (detail,) = change.details
    assert (detail.name, detail.before, detail.after) == ("Tags.0", "a", "b")
    assert detail.replacement is Replacement.ALWAYS
    assert change.certain
    waits = {"Target": {"Name": "Tags"}, "Evaluation": "Dynamic"}
    assert not change_of({**item, "Details": [waits]}, None).certain


def test_the_reason_of_early_validation_is_one_line():
    event = {
        "LogicalResourceId": "Bucket",
        "ResourceType": "AWS::S3::Bucket",
        "ValidationPath": "/Resources/Bucket",
        "ValidationStatusReason": "Bucket exists",
    }
    assert reason_of(event) == "Bucket AWS::S3::Bucket /Resources/Bucket: Bucket exists"
    assert reason_of({"LogicalResourceId": "Bucket"}) == ""
