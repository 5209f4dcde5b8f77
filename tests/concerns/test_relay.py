"""The relay: its messages contain no secrets and no personal data, and are limited in number."""

import base64
import gzip
import json
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tidegen.concerns.notifications.relay_code.handler import (
    Kind,
    RateLimit,
    classify,
    compose,
    decode,
    redact,
    relay,
    summarise,
)

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
        (r'{"log":"{\"fullName\": \"John Smith\", \"x\": 1}"}', "John"),
        (r'{"log":"{\"fullName\": \"John Smith\", \"x\": 1}"}', "Smith"),
        (r'{"log":"{\"password\": \"hunter2 x\", \"n\": 1}"}', "hunter2"),
        (r'{"log":"{\"birthday\": \"1980-02-03\", \"token\": \"abc\"}"}', "1980"),
        (r'{"log":"{\"birthday\": \"1980-02-03\", \"token\": \"abc\"}"}', "abc"),
        ("fullName=John Smith", "Smith"),
        ("born 1980-02-03 glucose 123", "1980"),
        ("GET /v1/users?email=j%40x.org&name=John", "j%40x.org"),
        ("GET /v1/users?email=j%40x.org&name=John", "John"),
        ("mongodb://user:pa/ss@host/db", "pa/ss"),
        ('"diagnosisDate": "1990-01-01"', "1990"),
        ("from 2001:db8:85a3::8a2e:370:7334", "370:7334"),
        ("from fe80::1", "fe80"),
        ("from 2001:db8:0:1:1:1:1:1 on", "2001"),
        ("pump SN 1234567H is lost", "1234567H"),
        ("meter NG12345-678 is lost", "12345"),
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
def test_text_that_explains_an_error_is_not_redacted(line):
    assert redact(line) == line


def shipped(log, processed=None):
    """Return a log event as Fluent Bit delivers a line that a service printed."""
    place = {"namespace_name": "tidepool", "pod_name": "blob-1", "container_name": "blob"}
    record = {"log": log, "kubernetes": place, "stream": "stderr"}
    return json.dumps(record | ({"log_processed": processed} if processed else {}))


def notification(*messages):
    """Return the notification that people receive for log events."""
    return "\n".join(compose(GROUP, summarise([{"message": text} for text in messages]), 0))


#: A notification about an event without any data.
EMPTY = notification(shipped("x"))
PERSON = (
    '{"fullName": "John Smith", "password": "hunter2 x", "birthday": "1980-02-03", "token": "abc"}'
)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (PERSON, "John Smith hunter2 1980 abc"),
        ("fullName=John Smith", "John Smith"),
        ("patient John Smith born 1980-02-03 glucose 123", "John Smith 1980 123"),
        ("GET /v1/users?email=j%40x.org&name=John failed", "j%40x John"),
        ("mongodb://user:pa/ss@host/db", "user pa/ss host"),
        ('{"diagnosisDate": "1990-01-01", "level": "error"}', "1990"),
        ("from 2001:db8::8a2e:370:7334", "2001 8a2e 7334"),
        ("pump serial SM12345678", "SM12345678"),
        (
            '{"code": "John", "name": "Smith", "status": "Jones", "level": "Error: Jill"}',
            "John Jill",
        ),
        ('{"kubernetes": {"namespace_name": "john", "pod_name": "smith"}}', "john smith"),
    ],
)
def test_no_text_of_a_service_is_in_the_notification(line, words):
    forms = [line, shipped(line), shipped(shipped(line)), json.dumps({"log": line})]
    if line.startswith("{"):
        forms.append(shipped(line, json.loads(line)))
        forms = forms[1:] if "kubernetes" in line else forms  # plain, it is the shipper's own
    for message in forms:
        assert not [word for word in words.split() if word in notification(message)]


@given(
    word=st.from_regex(r"[A-Z][a-z]{6,10}", fullmatch=True),
    key=st.sampled_from(["msg", "fullName", "error", "code", "level", "status", "name", "patient"]),
    form=st.sampled_from(["{0}", "ERROR {0} x", '{{"{1}": "{0}"}}', '{{"{1}": {{"{1}": "{0}"}}}}']),
    depth=st.integers(min_value=0, max_value=6),
)
def test_no_word_of_a_log_is_in_the_notification(word, key, form, depth):
    """Any word, under any key, in nested JSON of any depth."""
    assume(word.lower() not in EMPTY.lower())
    line = form.format(word, key)
    for _ in range(depth):
        line = json.dumps({"log": line})
    assert word not in notification(line)
    assert word not in notification(shipped(line))


@given(st.text(), st.dictionaries(st.text(), st.integers() | st.text() | st.none()))
def test_any_event_can_be_classified(text, record):
    for message in (text, json.dumps(record), shipped(text), shipped(json.dumps(record), record)):
        assert str(classify(message))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("FATAL cannot reach mongo", Kind("fatal")),
        ('{"level": "error", "msg": "upload timed out", "status": 504}', ("HTTP 504", "timeout")),
        ('{"level": 60, "err": {"code": "ECONNREFUSED"}}', Kind("fatal", codes=("ECONNREFUSED",))),
        ('{"level": "error", "error": "E11000 duplicate key: j@x.org"}', ("duplicate key",)),
        ("panic: runtime error: nil pointer", Kind("panic", codes=("null reference", "panic"))),
        ("nothing", Kind("error")),
        ("[" * 100_000, Kind("error")),
    ],
)
def test_an_error_is_classified_in_words_of_closed_lists(line, kind):
    kind = kind if isinstance(kind, Kind) else Kind("error", codes=kind)
    assert classify(line) == kind
    place = classify(shipped(line))
    assert (place.namespace, place.pod, place.container) == ("tidepool", "blob-1", "blob")
    assert (place.level, place.codes) == (kind.level, kind.codes)


def test_names_that_kubernetes_would_not_allow_are_left_out():
    record = {"kubernetes": {"namespace_name": "John Smith", "pod_name": 3}, "log": "error"}
    assert classify(json.dumps(record)) == Kind("error")


def test_redaction_of_hostile_lines_terminates():
    """Lines contain input from outside: no pattern may backtrack without a limit."""
    parts = ("a", "token", '"', "1.", "a@", "\\", '\\"', "name=", "1:", "a1-", "://:", "12-")
    for part in parts:
        redact(part * (4000 // len(part)))


def test_events_of_one_kind_are_counted_as_one():
    lines = [{"message": f"ERROR upload {n} failed"} for n in range(3)] + [{"message": "FATAL x"}]
    assert summarise(lines) == {Kind("error"): 3, Kind("fatal"): 1}


def test_a_batch_becomes_one_message(publish, outbox, limit):
    line = shipped("ERROR connection refused for a@example.org")
    assert relay(event(line, line), publish, limit) == 2
    [(subject, message)] = outbox
    assert subject == f"2 log events in {GROUP}"
    assert "2 × error in tidepool/blob-1/blob: connection refused" in message
    assert "example.org" not in message


def test_control_messages_and_empty_batches_are_ignored(publish, outbox, limit):
    assert relay(event("ping", kind="CONTROL_MESSAGE"), publish, limit) == 0
    assert relay(event(), publish, limit) == 0
    assert outbox == []


def test_events_over_the_limit_are_counted_in_the_next_message(publish, outbox, limit, clock):
    for _ in range(4):
        relay(event("ERROR", "FATAL"), publish, limit)
    assert len(outbox) == 2
    clock.time += 61
    relay(event("ERROR"), publish, limit)
    assert "4 earlier events were held back" in outbox[-1][1]
    relay(event("ERROR"), publish, limit)
    assert "held back" not in outbox[-1][1]


def test_a_failed_publication_is_raised_and_does_not_count_for_the_limit(limit, publish, outbox):
    def broken(_subject, _message):
        raise ConnectionError("no route to the topic")

    for _ in range(3):
        with pytest.raises(ConnectionError):
            relay(event("ERROR"), broken, limit)
    assert relay(event("ERROR"), publish, limit) == 1


def test_messages_are_within_the_limits_of_sns():
    kinds = Counter({Kind("error", f"{chr(97 + n % 26) * 250}{n}"): 1 for n in range(1000)})
    subject, message = compose("/grüße/" + "x" * 200, kinds, 0)
    assert len(subject) <= 100
    assert subject.isascii()
    assert len(message.encode()) < 262_144
    assert "and 980 other kinds" in message


def test_decode_reads_a_subscription_event():
    assert decode(event("x"))["logEvents"][0]["message"] == "x"
