"""The relay: what leaves a log group holds no secret and nobody's data, and not too much of it."""

import base64
import gzip
import json

import pytest

from tidegen.assets.relay.handler import RateLimit, compose, decode, redact, relay, summarise

GROUP = "/aws/containerinsights/tidepool-staging/application"


def event(*messages, kind="DATA_MESSAGE"):
    payload = {
        "messageType": kind,
        "logGroup": GROUP,
        "logEvents": [{"id": str(i), "message": text} for i, text in enumerate(messages)],
    }
    packed = gzip.compress(json.dumps(payload).encode())
    return {"awslogs": {"data": base64.b64encode(packed).decode()}}


class Clock:
    def __init__(self):
        self.time = 1000.0

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def limit(clock):
    return RateLimit(messages=2, seconds=60, now=clock)


@pytest.fixture
def outbox():
    return []


@pytest.fixture
def publish(outbox):
    return lambda subject, message: outbox.append((subject, message))


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("login failed for jill.jellyfish+dev@example.com", "jellyfish"),
        ('{"password":"hunter2 and \\"more\\"","level":"error"}', "hunter2"),
        ("password: hunter2", "hunter2"),
        ("serverSecret=abc123,next=1", "abc123"),
        ("Authorization: Bearer abcdef0123456789", "abcdef0123456789"),
        ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("x-tidepool-session-token: eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl", "eyJzdWIi"),
        ("token eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl expired", "c2lnbmF0dXJl"),
        ("key AKIAIOSFODNN7EXAMPLE is not allowed", "AKIAIOSFODNN7EXAMPLE"),
        ("mongodb://tidepool:hunter2@db.internal:27017/data", "hunter2"),
        ("mongodb+srv://:hunter2@db.internal/data", "hunter2"),
        ('{"fullName":"Jill Jellyfish","birthday":"1990-01-02"}', "Jellyfish"),
        ('{"fullName":"Jill Jellyfish","birthday":"1990-01-02"}', "1990-01-02"),
        ("profile {'patient': 'Jill Jellyfish'}", "Jellyfish"),
        ('{"mrn": 123456}', "123456"),
        ("ssn 123-45-6789", "6789"),
        ("call (650) 555-0100 now", "0100"),
        ("from 203.0.113.7:443", "203.0.113.7"),
        ("user 0d92d5c1-22aa-4503-97b5-c852a2f8e0b1 not found", "c852a2f8e0b1"),
        ("user a1b2c3d4e5 not found", "a1b2c3d4e5"),
        ("-----BEGIN PRIVATE KEY-----MIIEvQ-----END PRIVATE KEY-----", "MIIEvQ"),
        ("sig wJalrXUtnFEMI1K7MDENGbPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"),
    ],
)
def test_secrets_and_people_are_redacted(line, secret):
    assert secret in line
    assert secret not in redact(line)


@pytest.mark.parametrize(
    "line",
    [
        "ERROR connection to blob refused after 3 attempts",
        '{"level":"error","msg":"upload 42 timed out","service":"jellyfish","status":504}',
        "panic: runtime error: index out of range [3] with length 2",
        "2026-11-24T02:13:54.123Z FATAL cannot open /data/uploads",
    ],
)
def test_what_explains_an_error_stays(line):
    assert redact(line) == line


def test_redaction_of_hostile_lines_ends():
    """Lines come from outside: no pattern may backtrack without end."""
    for line in ("a" * 100_000, "token" * 20_000, '"' * 50_000, "1." * 50_000, "a@" * 50_000):
        redact(line)


def test_a_word_that_the_limit_cuts_is_left_out():
    [(line, _)] = summarise([{"message": "x " * 1990 + "y" * 15 + " jill@example.org"}])
    assert "jill" not in line
    assert summarise([{"message": "z" * 5000}]) == [("[a long word]", 1)]


def test_lines_that_differ_in_numbers_are_counted_as_one():
    lines = [{"message": f"ERROR upload {n} failed"} for n in range(3)] + [{"message": "FATAL x"}]
    assert summarise(lines) == [("ERROR upload 0 failed", 3), ("FATAL x", 1)]


def test_a_batch_becomes_one_redacted_message(publish, outbox, limit):
    sent = relay(event("ERROR for a@example.org", "ERROR for b@example.org"), publish, limit)
    [(subject, message)] = outbox
    assert sent == 2
    assert subject == f"2 log events in {GROUP}"
    assert "2 × ERROR for [email]" in message
    assert "example.org" not in message


def test_control_messages_and_empty_batches_are_ignored(publish, outbox, limit):
    assert relay(event("ping", kind="CONTROL_MESSAGE"), publish, limit) == 0
    assert relay(event(), publish, limit) == 0
    assert outbox == []


def test_the_limit_holds_back_and_the_next_message_says_how_much(publish, outbox, limit, clock):
    for _ in range(4):
        relay(event("ERROR", "FATAL"), publish, limit)
    assert len(outbox) == 2
    clock.time += 61
    relay(event("ERROR"), publish, limit)
    assert "4 earlier events were held back" in outbox[-1][1]
    relay(event("ERROR"), publish, limit)
    assert "held back" not in outbox[-1][1]


def test_a_failed_publication_is_raised_and_does_not_use_up_the_limit(limit, publish, outbox):
    def broken(_subject, _message):
        raise ConnectionError("no route to the topic")

    for _ in range(3):
        with pytest.raises(ConnectionError):
            relay(event("ERROR"), broken, limit)
    assert relay(event("ERROR"), publish, limit) == 1


def test_messages_stay_within_the_limits_of_sns():
    lines = [(f"{chr(97 + n % 26) * 5000}{n}", 1) for n in range(1000)]
    subject, message = compose("/grüße/" + "x" * 200, lines, 0)
    assert len(subject) <= 100
    assert subject.isascii()
    assert len(message.encode()) < 262_144
    assert "and 980 other kinds of line" in message


def test_decode_reads_what_cloudwatch_logs_sends():
    assert decode(event("x"))["logEvents"][0]["message"] == "x"
