"""Relay of log events: CloudWatch Logs subscription → redaction → at most a few SNS messages.

Runs on Lambda with the standard library and the boto3 that the runtime brings. Everything but
`handle` is free of AWS: a publisher and a clock are passed in, so that tests need neither.

Environment variables:
    TOPIC_ARN            topic that the messages go to
    MESSAGES_PER_WINDOW  most messages in one window (default 6)
    WINDOW_SECONDS       length of a window in seconds (default 300)
"""

import base64
import gzip
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

#: (subject, message): sends one message, raises where it cannot.
Publisher = Callable[[str, str], None]
Event = Mapping[str, Any]

_SUBJECT_LIMIT = 100  # characters, SNS API: Publish
_READ_LIMIT = 4000  # characters of one log line that are looked at
_LINE_LIMIT = 500  # characters of one log line in a message
_LINES_LIMIT = 20  # different lines in one message

#: What must not leave the log group, in this order: the wider patterns come last. Repetitions
#: have bounds, as lines come from outside and must not make a pattern backtrack without end.
_REDACTIONS = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"(?s)-----BEGIN [A-Z ]{0,40}KEY-----.*?(-----END [A-Z ]{0,40}KEY-----|$)", "[key]"),
        (r"(?<![\w-])eyJ[\w-]{5,}\.[\w-]+(\.[\w-]*)?", "[token]"),
        (r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", r"\1 [token]"),
        (r"\b(AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b", "[access key]"),
        (r"\b([a-z][a-z0-9+.-]{0,20}://)[^\s:/@]{0,128}:[^\s/@]{1,256}@", r"\1[credentials]@"),
        # name=value, "name": "value" and x-name: value, for names that hold secrets or people
        (
            r"""(?x)(["']? (?<![\w-]) [\w-]{0,40}?
            (?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|authorization|cookie|credential|salt
              |private[_-]?key|access[_-]?key|session[_-]?id
              |full[_-]?name|first[_-]?name|last[_-]?name|user[_-]?name|birth[_-]?(?:day|date)|dob
              |date[_-]?of[_-]?birth|mrn|ssn|address|phone|zip(?:code)?|patient)
            [\w-]{0,40} ["']? \s{0,8} [:=] \s{0,8})
            (?: "(?:[^"\\]|\\.)*"? | '(?:[^'\\]|\\.)*'? | \[(?!token\]|key\]|access)[^\]]*\]
              | [^\s,;&}"']+ )""",
            r"\1[redacted]",
        ),
        (r"[\w.+%-]{1,64}@[\w-]+(\.[\w-]+)+", "[email]"),
        (r"\b\d{3}-\d{2}-\d{4}\b", "[number]"),
        (r"(?<![\w.:-])(\+?1[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b", "[phone]"),
        (r"(?<![\w.])(\d{1,3}\.){3}\d{1,3}(?![\w.])", "[address]"),
        (r"\b(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{10}|[0-9a-f]{16,})\b", "[id]"),
        (r"(?<![\w/+=-])(?=[\w/+-]*\d)(?=[\w/+-]*[a-z])[\w+-]{32,}={0,2}", "[token]"),
    )
)
#: Numbers and identifiers, which differ between lines that say the same.
_VARIABLE = re.compile(r"\[id\]|\b0x[0-9a-f]+\b|\d+", re.IGNORECASE)


def redact(text: str) -> str:
    """`text` without credentials and without what could name a person (HIPAA identifiers)."""
    for pattern, replacement in _REDACTIONS:
        text = pattern.sub(replacement, text)
    return text


def decode(event: Event) -> dict[str, Any]:
    """The payload of a subscription event: base64 over gzip over JSON.

    Source: AWS docs, "Subscription filters with AWS Lambda".
    """
    packed = base64.b64decode(event["awslogs"]["data"])
    payload: dict[str, Any] = json.loads(gzip.decompress(packed))
    return payload


def summarise(events: list[Event]) -> list[tuple[str, int]]:
    """(redacted line, how often), lines that differ only in numbers counted as one, in order."""
    first: dict[str, str] = {}
    counts: dict[str, int] = {}
    for event in events:
        line = redact(_read(str(event.get("message", "")).strip()))
        kind = _VARIABLE.sub("#", line)
        first.setdefault(kind, line)
        counts[kind] = counts.get(kind, 0) + 1
    return [(first[kind], count) for kind, count in counts.items()]


def _read(line: str) -> str:
    """The start of a line, without a last word that the limit may have cut in two."""
    if len(line) <= _READ_LIMIT:
        return line
    return line[:_READ_LIMIT].rpartition(" ")[0] or "[a long word]"


def compose(group: str, lines: list[tuple[str, int]], held_back: int) -> tuple[str, str]:
    """Subject and message of one notification: no line is longer than 500 characters."""
    total = sum(count for _, count in lines)
    subject = f"{total} log event{'' if total == 1 else 's'} in {group}"
    body = [f"{count} × {_shortened(line)}" for line, count in lines[:_LINES_LIMIT]]
    if len(lines) > _LINES_LIMIT:
        body.append(f"and {len(lines) - _LINES_LIMIT} other kinds of line")
    if held_back:
        body.append(f"{held_back} earlier events were held back by the rate limit")
    body.append(f"Redacted; the originals are in the log group {group}.")
    return _ascii(subject)[:_SUBJECT_LIMIT], "\n".join(body)


def _shortened(line: str) -> str:
    return line if len(line) <= _LINE_LIMIT else f"{line[:_LINE_LIMIT]}…"


def _ascii(text: str) -> str:
    """A subject may hold printable ASCII only (SNS API: Publish)."""
    return re.sub(r"[^ -~]", "?", text)


@dataclass
class RateLimit:
    """At most `messages` in any `seconds`; counts the events that it holds back.

    It lives in the memory of one execution environment: the function's reserved concurrency is
    one, so that there is only one.
    """

    messages: int
    seconds: float
    now: Callable[[], float] = time.monotonic
    held_back: int = 0
    _sent: list[float] = field(default_factory=list)

    def admits(self) -> bool:
        """Whether one more message may go now."""
        start = self.now() - self.seconds
        self._sent = [moment for moment in self._sent if moment > start]
        return len(self._sent) < self.messages

    def record(self) -> None:
        """One message went; what was held back has been told."""
        self._sent.append(self.now())
        self.held_back = 0


def relay(event: Event, publish: Publisher, limit: RateLimit) -> int:
    """Number of log events that were published; 0 where the limit held them back.

    Raises what `publish` raises: Lambda tries again, then puts the event in the dead-letter queue.
    """
    payload = decode(event)
    events = payload.get("logEvents", [])
    if payload.get("messageType") != "DATA_MESSAGE" or not events:
        return 0  # a control message only proves that the destination answers
    if not limit.admits():
        limit.held_back += len(events)
        return 0
    publish(*compose(payload["logGroup"], summarise(events), limit.held_back))
    limit.record()
    return len(events)


@cache
def _limit() -> RateLimit:
    messages = int(os.environ.get("MESSAGES_PER_WINDOW", "6"))
    return RateLimit(messages, float(os.environ.get("WINDOW_SECONDS", "300")))


@cache
def _publisher() -> Publisher:
    import boto3  # here alone: importing this module needs no AWS

    client, topic = boto3.client("sns"), os.environ["TOPIC_ARN"]

    def publish(subject: str, message: str) -> None:
        client.publish(TopicArn=topic, Subject=subject, Message=message)

    return publish


def handle(event: Event, _context: object) -> dict[str, int]:
    """Lambda's entry point. What it logs holds counts only, never a line."""
    result = {"published": relay(event, _publisher(), _limit()), "held_back": _limit().held_back}
    print(json.dumps(result))
    return result
