"""Relay of log events: CloudWatch Logs subscription → summary without data → a few SNS messages.

A message reports the number, kind and place of errors, in words of closed lists and in names that
the log shipper adds. It contains no text that a service wrote, as no program can distinguish a
patient's name from any other word. As a second safeguard it is passed through `redact`.

Runs on Lambda with the standard library and the runtime's boto3. Only `handle` uses AWS: the other
functions take a publisher and a clock as arguments, so that tests need neither.

Environment variables:
    TOPIC_ARN            topic of the messages
    MESSAGES_PER_WINDOW  maximum of messages in one window (default 6)
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

#: (subject, message): sends one message, raises if it cannot.
Publisher = Callable[[str, str], None]
Event = Mapping[str, Any]

_SUBJECT_LIMIT = 100  # characters, SNS API: Publish
_READ_LIMIT = 4000  # characters of a text that are searched
_KINDS_LIMIT = 20  # different kinds of error in one message
_DEPTH = 4  # a service's JSON is a string in the shipper's, and may contain another

#: Levels as services write them, and as the numbers of pino and bunyan.
_LEVELS = {"warn", "warning", "error", "critical", "fatal", "panic"}
_NUMBERED = {40: "warn", 50: "error", 60: "fatal"}
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,252}")  # RFC 1123, as in Kubernetes
#: Error codes of the operating system; any other code could contain data.
_CODES = frozenset(errno.errorcode.values())
#: Subject in the message → pattern of texts about it.
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

#: Patterns of text that must not leave the log group, in this order: the wider ones come last.
#: Repetitions have bounds, so that input from outside cannot make a pattern backtrack for long.
_REDACTIONS = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"(?s)-----BEGIN [A-Z ]{0,40}KEY-----.*?(-----END [A-Z ]{0,40}KEY-----|$)", "[key]"),
        (r"(?<![\w-])eyJ[\w-]{5,}\.[\w-]+(\.[\w-]*)?", "[token]"),
        (r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", r"\1 [token]"),
        (r"\b(AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b", "[access key]"),
        (r"\b([a-z][a-z0-9+.-]{0,20}://)[^\s:/@]{0,128}:[^\s\"']{1,256}@", r"\1[credentials]@"),
        # name=value, "name": "value" and x-name: value, for names of secrets or personal data, to
        # the end of the value; quotes may be escaped, in JSON inside JSON
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
    """Return `text` without credentials and without HIPAA identifiers of a person."""
    for pattern, replacement in _REDACTIONS:
        text = pattern.sub(replacement, text)
    return text


@dataclass(frozen=True)
class Kind:
    """A kind of log events: the facts that a message may contain."""

    level: str
    namespace: str = ""
    pod: str = ""
    container: str = ""
    codes: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = "/".join(part for part in (self.namespace, self.pod, self.container) if part)
        summary = f"{self.level} in {place or 'an unknown place'}"
        return redact(f"{summary}: {', '.join(self.codes)}" if self.codes else summary)


def classify(message: str) -> Kind:
    """Return the kind of one log event, as Fluent Bit ships it or as plain text."""
    record = _parsed(message)
    kubernetes = record.get("kubernetes")
    place = kubernetes if isinstance(kubernetes, dict) else {}
    names = [_name(place.get(f"{part}_name")) for part in ("namespace", "pod", "container")]
    layers = list(_layers(record)) or [message]
    codes = {code for layer in layers for code in _codes(layer)}
    level = next((level for level in map(_level, reversed(layers)) if level), "error")
    return Kind(level, *names, tuple(sorted(codes)))


def _parsed(text: object) -> dict[str, Any]:
    """Return the JSON object of a text, or an empty one."""
    try:
        value = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _layers(record: dict[str, Any], depth: int = _DEPTH) -> Iterator[dict[str, Any] | str]:
    """Yield the record, and the objects or texts in its `log` and `log_processed`."""
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
        match = re.search(r"\b(fatal|panic|error|warn)\b", layer[:_READ_LIMIT], re.IGNORECASE)
        return match[1].lower() if match else ""
    value = layer.get("level", layer.get("severity"))
    word = _NUMBERED.get(value, "") if isinstance(value, int) else str(value).lower()
    return word if word in _LEVELS else ""


def _name(value: object) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def _codes(layer: dict[str, Any] | str) -> Iterator[str]:
    """Yield HTTP states, error codes of the system, and subjects of texts."""
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
    """Return the payload of a subscription event: base64 over gzip over JSON.

    Source: AWS docs, "Subscription filters with AWS Lambda".
    """
    packed = base64.b64decode(event["awslogs"]["data"])
    payload: dict[str, Any] = json.loads(gzip.decompress(packed))
    return payload


def summarise(events: list[Event]) -> Counter[Kind]:
    """Return the number of log events of each kind."""
    return Counter(classify(str(event.get("message", ""))) for event in events)


def compose(group: str, kinds: Counter[Kind], held_back: int) -> tuple[str, str]:
    """Return the subject and message of one notification."""
    total = kinds.total()
    subject = f"{total} log event{'' if total == 1 else 's'} in {group}"
    body = [f"{count} × {kind}" for kind, count in kinds.most_common(_KINDS_LIMIT)]
    if len(kinds) > _KINDS_LIMIT:
        body.append(f"and {len(kinds) - _KINDS_LIMIT} other kinds")
    if held_back:
        body.append(f"{held_back} earlier events were held back by the rate limit")
    body += [f"Read the events in the log group {group}, with CloudWatch Logs Insights:", _QUERY]
    # a subject may contain printable ASCII only (SNS API: Publish)
    return re.sub(r"[^ -~]", "?", subject)[:_SUBJECT_LIMIT], "\n".join(body)


_QUERY = (
    "fields @timestamp, kubernetes.pod_name, log | filter log like /(?i)(error|fatal)/ "
    "| sort @timestamp desc | limit 50"
)


@dataclass
class RateLimit:
    """A limit of `messages` in any `seconds`; counts the events that it holds back.

    It is in the memory of one execution environment: the function's reserved concurrency is one,
    so that no second one runs.
    """

    messages: int
    seconds: float
    now: Callable[[], float] = time.monotonic
    held_back: int = 0
    _sent: list[float] = field(default_factory=list)

    def admits(self) -> bool:
        """Return whether one more message may be sent now."""
        start = self.now() - self.seconds
        self._sent = [moment for moment in self._sent if moment > start]
        return len(self._sent) < self.messages

    def record(self) -> None:
        """Record a sent message, which reported the events held back so far."""
        self._sent.append(self.now())
        self.held_back = 0


def relay(event: Event, publish: Publisher, limit: RateLimit) -> int:
    """Publish a message and return the number of its log events; 0 if the limit held them back.

    Does not catch errors of `publish`: Lambda retries, then puts the event into the dead-letter
    queue.
    """
    payload = decode(event)
    events = payload.get("logEvents", [])
    if payload.get("messageType") != "DATA_MESSAGE" or not events:
        return 0  # a control message only tests the destination
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
    import boto3  # only here: importing this module needs no AWS

    client, topic = boto3.client("sns"), os.environ["TOPIC_ARN"]

    def publish(subject: str, message: str) -> None:
        client.publish(TopicArn=topic, Subject=subject, Message=message)

    return publish


def handle(event: Event, _context: object) -> dict[str, int]:
    """Relay one event (Lambda's entry point); log counts only, never a line."""
    result = {"published": relay(event, _publisher(), _limit()), "held_back": _limit().held_back}
    print(json.dumps(result))
    return result
