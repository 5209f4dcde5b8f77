"""Relay of log events: CloudWatch Logs subscription → what is safe to say → a few SNS messages.

A message says how many errors of which kind were logged where, in words of closed lists and in
names that the log shipper gives: never a word of what a service wrote, as nobody can tell a
patient's name from any other word. It goes through `redact` all the same: a second net.

Runs on Lambda with the standard library and the boto3 that the runtime brings. Everything but
`handle` is free of AWS: a publisher and a clock are passed in, so that tests need neither.

Environment variables:
    TOPIC_ARN            topic that the messages go to
    MESSAGES_PER_WINDOW  most messages in one window (default 6)
    WINDOW_SECONDS       length of a window in seconds (default 300)
"""

import base64
import errno
import gzip
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

#: (subject, message): sends one message, raises where it cannot.
Publisher = Callable[[str, str], None]
Event = Mapping[str, Any]

_SUBJECT_LIMIT = 100  # characters, SNS API: Publish
_READ_LIMIT = 4000  # characters of a text that are looked at
_KINDS_LIMIT = 20  # different kinds of error in one message
_DEPTH = 4  # a service's JSON is a string in the shipper's, and may hold one itself

#: Levels as services write them, and by the numbers of pino and bunyan.
_LEVELS = {"warn", "warning", "error", "critical", "fatal", "panic"}
_NUMBERED = {40: "warn", 50: "error", 60: "fatal"}
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,252}")  # RFC 1123, as Kubernetes has it
#: Codes that the system gives; a code that is not among them could be anything.
_CODES = frozenset(errno.errorcode.values())
#: What a text speaks of → how the message calls it.
_SUBJECTS = {
    "timeout": r"time[d ]?[- ]?out|deadline exceeded|ETIMEDOUT",
    "connection refused": r"refused|ECONNREFUSED",
    "connection lost": r"ECONNRESET|EPIPE|broken pipe|connection (?:reset|closed|lost)",
    "name not resolved": r"ENOTFOUND|no such host|EAI_AGAIN",
    "certificate": r"x509|certificate",
    "access denied": r"AccessDenied|access denied|unauthori[sz]ed|forbidden|permission denied",
    "throttled": r"throttl|rate exceeded|too many requests",
    "duplicate key": r"duplicate key|E11000",
    "no primary": r"not primary|NotWritablePrimary|server selection",
    "out of memory": r"out of memory|OOM|ENOMEM",
    "disk full": r"no space left|ENOSPC",
    "panic": r"\bpanic\b",
    "null reference": r"nil pointer|null pointer|of undefined|of null",
}

#: What must not leave the log group, in this order: the wider patterns come last. Repetitions
#: have bounds, as lines come from outside and must not make a pattern backtrack without end.
_REDACTIONS = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"(?s)-----BEGIN [A-Z ]{0,40}KEY-----.*?(-----END [A-Z ]{0,40}KEY-----|$)", "[key]"),
        (r"(?<![\w-])eyJ[\w-]{5,}\.[\w-]+(\.[\w-]*)?", "[token]"),
        (r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", r"\1 [token]"),
        (r"\b(AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b", "[access key]"),
        (r"\b([a-z][a-z0-9+.-]{0,20}://)[^\s:/@]{0,128}:[^\s\"']{1,256}@", r"\1[credentials]@"),
        # name=value, "name": "value" and x-name: value, for names that hold secrets or people, to
        # the end of the value; quotes may be escaped, where JSON stands inside JSON
        (
            r"""(?x)((?:\\*["'])? (?<![\w-]) [\w-]{0,40}?
            (?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|authorization|cookie|credential|salt
              |private[_-]?key|access[_-]?key|session[_-]?id
              |full[_-]?name|first[_-]?name|last[_-]?name|user[_-]?name|(?<![\w-])name(?![\w-])
              |birth[_-]?(?:day|date)|dob|date[_-]?of[_-]?birth|diagnos|mrn|ssn|e?mail|address|phone
              |zip(?:code)?|patient|serial|device[_-]?id)
            [\w-]{0,40} (?:\\*["'])? \s{0,8} [:=] \s{0,8})
            (?: \\+".*?(?:\\+"(?=\s{0,8}[,}\]])|$)
              | "(?:[^"\\]|\\.)*"? | '(?:[^'\\]|\\.)*'? | \[(?!token\]|key\]|access)[^\]]*\]
              | [^,;&}"'\n]+ )""",
            r"\1[redacted]",
        ),
        (r"[\w.+%-]{1,64}(?:@|%40)[\w-]+(\.[\w-]+)+", "[email]"),
        (r"\b(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?(?![\dT])", "[date]"),
        (r"\b\d\d?[-/.]\d\d?[-/.](?:19|20)\d\d\b", "[date]"),
        (r"(?<![\w.:-])(\+?1[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b", "[phone]"),
        (r"(?<![\w.])(\d{1,3}\.){3}\d{1,3}(?![\w.])", "[address]"),
        # IPv6, and the hardware address of a device
        (r"(?<![\w:])(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}(?![\w:])", "[address]"),
        (r"(?<![\w:])[0-9a-f:]{0,35}::[0-9a-f:]{0,35}(?![\w:])", "[address]"),
        (r"\b(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{10}|[0-9a-f]{16,})\b", "[id]"),
        (r"(?<![\w/+=-])(?=[\w/+-]*\d)(?=[\w/+-]*[a-z])[\w+-]{32,}={0,2}", "[token]"),
        # serial and record numbers: five digits or more in one word
        (r"(?<![\w.-])(?=(?:[a-z-]{0,8}\d){5})[a-z0-9-]{5,40}(?![\w:-])", "[number]"),
    )
)


def redact(text: str) -> str:
    """`text` without credentials and without what could name a person (HIPAA identifiers)."""
    for pattern, replacement in _REDACTIONS:
        text = pattern.sub(replacement, text)
    return text


@dataclass(frozen=True)
class Kind:
    """What may be said of a log event."""

    level: str
    namespace: str = ""
    pod: str = ""
    container: str = ""
    codes: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = "/".join(part for part in (self.namespace, self.pod, self.container) if part)
        said = f"{self.level} in {place or 'a log without a place'}"
        return redact(f"{said}: {', '.join(self.codes)}" if self.codes else said)


def classify(message: str) -> Kind:
    """The kind of one log event, as Fluent Bit ships it or as plain text."""
    record = _parsed(message)
    found = record.get("kubernetes")
    place = found if isinstance(found, dict) else {}
    names = [_name(place.get(f"{part}_name")) for part in ("namespace", "pod", "container")]
    layers = list(_layers(record)) or [message]
    codes = {code for layer in layers for code in _codes(layer)}
    level = next((level for level in map(_level, reversed(layers)) if level), "error")
    return Kind(level, *names, tuple(sorted(codes)))


def _parsed(text: object) -> dict[str, Any]:
    """The JSON object that a text is, or an empty one."""
    try:
        found = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _layers(record: dict[str, Any], depth: int = _DEPTH) -> Iterator[dict[str, Any] | str]:
    """The record, and what its `log` and `log_processed` hold: objects, or a text."""
    if record:
        yield record
    for key in ("log", "log_processed"):
        inner = _parsed(record.get(key)) if depth else {}
        if inner:
            yield from _layers(inner, depth - 1)
        elif isinstance(record.get(key), str):
            yield record[key]


def _level(layer: dict[str, Any] | str) -> str:
    if isinstance(layer, str):
        found = re.search(r"\b(fatal|panic|error|warn)\b", layer[:_READ_LIMIT], re.IGNORECASE)
        return found[1].lower() if found else ""
    value = layer.get("level", layer.get("severity"))
    word = _NUMBERED.get(value, "") if isinstance(value, int) else str(value).lower()
    return word if word in _LEVELS else ""


def _name(value: object) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def _codes(layer: dict[str, Any] | str) -> Iterator[str]:
    """HTTP states, codes of the system, and what texts speak of."""
    if isinstance(layer, str):
        yield from _subjects(layer)
        return
    error = layer.get("error", layer.get("err"))
    for part in (layer, *([error] if isinstance(error, dict) else [])):
        for key in ("status", "statusCode", "code"):
            yield from _code(part.get(key))
        for key in ("msg", "message", "error", "err", "name"):
            yield from _subjects(part.get(key))


def _code(value: object) -> Iterator[str]:
    if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
        yield f"HTTP {value}"
    elif isinstance(value, str) and value in _CODES:
        yield value


def _subjects(text: object) -> Iterator[str]:
    for subject, pattern in _SUBJECTS.items():
        if isinstance(text, str) and re.search(pattern, text[:_READ_LIMIT], re.IGNORECASE):
            yield subject


def decode(event: Event) -> dict[str, Any]:
    """The payload of a subscription event: base64 over gzip over JSON.

    Source: AWS docs, "Subscription filters with AWS Lambda".
    """
    packed = base64.b64decode(event["awslogs"]["data"])
    payload: dict[str, Any] = json.loads(gzip.decompress(packed))
    return payload


def summarise(events: list[Event]) -> Counter[Kind]:
    """How often each kind of error is among the log events."""
    return Counter(classify(str(event.get("message", ""))) for event in events)


def compose(group: str, kinds: Counter[Kind], held_back: int) -> tuple[str, str]:
    """Subject and message of one notification."""
    total = kinds.total()
    subject = f"{total} log event{'' if total == 1 else 's'} in {group}"
    body = [f"{count} × {kind}" for kind, count in kinds.most_common(_KINDS_LIMIT)]
    if len(kinds) > _KINDS_LIMIT:
        body.append(f"and {len(kinds) - _KINDS_LIMIT} other kinds")
    if held_back:
        body.append(f"{held_back} earlier events were held back by the rate limit")
    body += [f"What they say stays in the log group {group}. Ask CloudWatch Logs Insights:", _QUERY]
    # a subject may hold printable ASCII only (SNS API: Publish)
    return re.sub(r"[^ -~]", "?", subject)[:_SUBJECT_LIMIT], "\n".join(body)


_QUERY = (
    "fields @timestamp, kubernetes.pod_name, log | filter log like /(?i)(error|fatal)/ "
    "| sort @timestamp desc | limit 50"
)


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
