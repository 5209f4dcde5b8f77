"""Exceptions of botocore and what it calls: one line, exit 2, with what to do.

The judges are botocore itself, which raises them, and the list of its exception classes.
"""

import inspect
import string
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore import exceptions as known

from tests.serving import serving
from tidegen.aws.adapter import connect
from tidegen.aws.errors import translated
from tidegen.errors import AccessError, DeniedError, TidegenError, UnavailableError
from tidegen.planning.model import Credentials, Place

PLACE = Place("111122223333", "eu-central-1", Credentials(profile="p"))


@pytest.fixture(autouse=True)
def config(monkeypatch, tmp_path):
    """No variables of AWS; writes the config file."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return lambda text: path.write_text(f"[profile p]\n{text}\n")


def classes():
    """Every exception class of botocore that an operation can raise."""
    return [
        value
        for _, value in inspect.getmembers(known, inspect.isclass)
        if issubclass(value, known.BotoCoreError)
    ]


def instance(kind):
    names = {name for _, name, _, _ in string.Formatter().parse(kind.fmt) if name}
    if kind is known.WaiterError:
        names.add("last_response")
    return kind(**dict.fromkeys(names, "x"))


@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
def test_every_exception_of_botocore_is_one_line(kind):
    error = instance(kind)
    with pytest.raises(TidegenError) as raised, translated("here", "sts:GetCallerIdentity"):
        raise error
    (problem,) = raised.value.problems
    assert problem.message
    assert "\n" not in problem.message
    assert raised.value.exit_code == (1 if kind is known.ParamValidationError else 2)


def test_the_walk_sees_all_classes():
    assert len(classes()) > 90


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("credential_process = echo no-json", "no credentials (JSONDecodeError: "),
        ("credential_process = echo []", "no credentials (AttributeError: "),
        ("credential_process = echo '\"x\"'", "no credentials ("),
        ("credential_process = /nonexistent/helper", "no credentials (FileNotFoundError: "),
        ("credential_process = false", "log in again"),
        ("web_identity_token_file = /nonexistent\nrole_arn = arn:aws:iam::1:role/r", "no creden"),
        ("web_identity_token_file = /\nrole_arn = arn:aws:iam::1:role/r", "IsADirectoryError"),
        ("sso_session = missing\nsso_account_id = 1\nsso_role_name = r", 'exist: "missing"'),
        ("aws_access_key_id = x", "there are no AWS credentials"),
        ("source_profile = p\nrole_arn = arn:aws:iam::1:role/r", "p"),
    ],
)
def test_a_profile_whose_credentials_fail(config, text, message):
    config(text)
    with pytest.raises(AccessError) as raised:
        connect(PLACE).account()
    (problem,) = raised.value.problems
    assert message in problem.message
    assert "\n" not in problem.message


def test_credentials_of_a_container_at_a_host_that_is_not_allowed(monkeypatch):
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/credentials")
    with pytest.raises(AccessError, match=r"no credentials \(ValueError: Unsupported host"):
        connect(Place("111122223333", "eu-central-1")).account()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("localhost:4566", "AWS_ENDPOINT_URL: Invalid endpoint: localhost:4566; write a URL"),
        ("nonsense", "AWS_ENDPOINT_URL: Invalid endpoint: nonsense; write a URL"),
        ("http://[::1", "AWS_ENDPOINT_URL"),
        ("http://256.256.256.256.invalid", "AWS cannot be reached ("),
    ],
)
@pytest.mark.usefixtures("keys", "impatient")
def test_an_endpoint_that_is_none(monkeypatch, value, message):
    monkeypatch.setenv("AWS_ENDPOINT_URL", value)
    with pytest.raises(AccessError) as raised:
        connect(Place("111122223333", "eu-central-1")).account()
    assert message in str(raised.value)
    assert "AWS_ENDPOINT_URL" in str(raised.value)


@pytest.mark.usefixtures("keys", "impatient")
def test_a_key_with_a_line_break(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE\n")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://aws.invalid")
    with pytest.raises(AccessError) as raised:
        connect(Place("111122223333", "eu-central-1")).account()
    assert "has a character, such as a line break, that no key has" in str(raised.value)


@pytest.fixture
def impatient(monkeypatch):
    """Repeat a call at once: botocore pauses for a minute in all."""
    monkeypatch.setattr(time, "sleep", lambda seconds: None)


@pytest.fixture
def keys(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")


@pytest.fixture
def middlebox(monkeypatch, keys):
    """Something between here and AWS that gives its own answer to every request."""
    answer = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(answer["status"])
            for name, value in answer["headers"].items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer["body"])))
            self.end_headers()
            self.wfile.write(answer["body"])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def answers(status, body, **headers):
        answer.update(status=status, body=body, headers=headers)

    with serving(server) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        yield answers


HTML = b"<!DOCTYPE html><html><body>Sign in &nbsp; to the network</body></html>"
IDENTITY = b"<GetCallerIdentityResponse><GetCallerIdentityResult>%s</GetCallerIdentityResult>"


@pytest.mark.parametrize("status", [200, 302, 403, 404, 407, 429, 502, 503])
@pytest.mark.parametrize(
    "body",
    [
        HTML,
        b"",
        b'{"error": "proxy"}',
        b"\xff\xfe\x00",
        b"<html xmlns='x'><body/></html>",
        IDENTITY % b"" + b"</GetCallerIdentityResponse>",
        IDENTITY % b"<Arn>a</Arn>" + b"</GetCallerIdentityResponse>",
        b"x" * 100_000,
    ],
    ids=["html", "empty", "json", "bytes", "xhtml", "no account", "arn only", "long"],
)
def test_an_answer_that_is_not_of_aws(middlebox, status, body):
    middlebox(status, body)
    with pytest.raises(TidegenError) as raised:
        connect(Place("111122223333", "eu-central-1")).account()
    (problem,) = raised.value.problems
    assert raised.value.exit_code == 2
    assert len(problem.message) < 600
    assert "\n" not in problem.message
    if status == 200:
        assert isinstance(raised.value, UnavailableError)
        assert "a proxy or another service answers in its place" in problem.message
        assert "AWS_ENDPOINT_URL" in problem.message


def test_a_head_that_is_denied_names_the_clock_where_it_is_off(middlebox, keys):
    """S3 answers HEAD without a body: only the Date header shows that the clock is off."""
    now = "Mon, 02 Jan 2006 15:04:05 GMT"
    for headers, kind, text in (
        ({"date": now}, AccessError, "clock is +"),
        ({}, DeniedError, "S3 gives no reason: renew the credentials if they have expired"),
    ):
        answer = {"Code": "403", "Message": "Forbidden"}
        response = {"Error": answer, "ResponseMetadata": {"HTTPHeaders": headers}}
        with pytest.raises(kind) as raised, translated("here", "s3:HeadObject"):
            raise known.ClientError(response, "HeadObject")
        assert text in str(raised.value)


def test_a_wrong_mfa_code_is_no_missing_permission():
    words = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
    response = {"Error": {"Code": "AccessDenied", "Message": words}}
    with pytest.raises(AccessError, match="does not accept the MFA code"), translated("h", "x"):
        raise known.ClientError(response, "AssumeRole")


def test_a_fault_of_this_program_stays_one():
    with pytest.raises(KeyError), translated("here", "sts:GetCallerIdentity"):
        raise KeyError("ours")
