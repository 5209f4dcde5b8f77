"""A proxy in front of an engine, whose rules change single answers on their way to a command.

A command reaches it by AWS_ENDPOINT_URL like the engine itself, so tests run the real command line
against answers that AWS is reported to give and that no engine gives:

    with proxied(engine.endpoint) as proxy:
        proxy.rewrite("DescribeStacks", lambda text: text.replace("UPDATE_COMPLETE", "..."))
        tidegen("status", ..., env=proxy.variables(engine.environment_variables()))
        assert proxy.operations == ["DescribeStacks", ...]

For tests in this process, without HTTP between the adapter and the engine: deployment/wire.py.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qsl, urlsplit

from tests.serving import serving

_SIGNED = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/")
_HOP = ("connection", "transfer-encoding", "content-length", "date", "server")


@dataclass(frozen=True)
class Call:
    """A request on its way to the engine. S3 and other REST services have no `parameters`."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of a call of a query protocol, as CloudFormation's."""
        return dict(parse_qsl(self.body.decode(errors="replace")))

    @property
    def operation(self) -> str:
        """`DescribeStacks`; of REST services the method and path, `PUT /bucket/key`."""
        target = self.headers.get("x-amz-target", "").rpartition(".")[2]
        return self.parameters.get("Action") or target or f"{self.method} {self.path}"

    @property
    def account(self) -> str:
        """The access key id, which the engine takes as the account."""
        return self._signed(1)

    @property
    def region(self) -> str:
        """The region that the call is signed for."""
        return self._signed(2)

    @property
    def service(self) -> str:
        """The service that the call is signed for."""
        return self._signed(3)

    def _signed(self, part: int) -> str:
        signed = _SIGNED.search(self.headers.get("authorization", ""))
        return signed[part] if signed else ""


@dataclass(frozen=True)
class Answer:
    """An answer on its way to the command."""

    status: int
    content: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/xml"),)

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode()

    def with_text(self, text: str) -> "Answer":
        """Return the same answer with another content."""
        return replace(self, content=text.encode())


#: Returns what the engine answers, after it has executed the call.
Forward = Callable[[], Answer]
#: Returns the answer to a call; None breaks the connection without any.
Act = Callable[[Call, Forward], Answer | None]
Where = Callable[[Call], bool]


@dataclass
class _Rule:
    operation: str
    act: Act
    where: Where
    skip: int  # matching calls that are left alone first
    times: int | None  # matching calls that are changed then; None for all

    def is_due(self, call: Call) -> bool:
        """Return whether to change this call, and count it."""
        if not call.operation.startswith(self.operation) or not self.where(call):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0


def _any(_: Call) -> bool:
    return True


@dataclass
class Proxy:
    """A running proxy. Of several rules that fit a call, the first that is due applies.

    Each rule names operations by their first letters ("Describe" is all that describe, "" is all
    calls), and can be limited: `where` chooses calls, `skip` leaves so many alone first, `times`
    is how many are changed after that (all, by default).
    """

    engine: str
    endpoint: str = ""
    calls: list[Call] = field(default_factory=list)
    _rules: list[_Rule] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @property
    def operations(self) -> list[str]:
        """The operations that were called, in order, retries included."""
        return [call.operation for call in self.calls]

    def variables(self, environment: dict[str, str]) -> dict[str, str]:
        """Return environment variables that reach an engine, changed to go through the proxy."""
        return {**environment, "AWS_ENDPOINT_URL": self.endpoint}

    def clear(self) -> None:
        """Remove all rules and forget the calls."""
        self._rules.clear()
        self.calls.clear()

    def rule(
        self,
        operation: str,
        act: Act,
        *,
        where: Where = _any,
        skip: int = 0,
        times: int | None = None,
    ) -> None:
        """Add a rule that does anything."""
        self._rules.append(_Rule(operation, act, where, skip, times))

    def rewrite(self, operation: str, change: Callable[[str], str], **limits) -> None:
        """Change the text of the engine's answers."""

        def act(_: Call, forward: Forward) -> Answer:
            answer = forward()
            return answer.with_text(change(answer.text))

        self.rule(operation, act, **limits)

    def respond(self, operation: str, answer: Answer, **limits) -> None:
        """Answer instead of the engine, which does not see the call."""
        self.rule(operation, lambda *_: answer, **limits)

    def fail(self, operation: str, status: int, code: str, message: str, **limits) -> None:
        """Answer with an error of AWS instead of the engine, in the form of the query protocol."""
        error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        content = f"<ErrorResponse>{error}</ErrorResponse>".encode()
        self.respond(operation, Answer(status, content), **limits)

    def delay(self, operation: str, seconds: float, **limits) -> None:
        """Pass answers on so much later."""

        def act(_: Call, forward: Forward) -> Answer:
            answer = forward()
            time.sleep(seconds)
            return answer

        self.rule(operation, act, **limits)

    def drop(self, operation: str, *, executed: bool, **limits) -> None:
        """Break the connection, before or after the engine has `executed` the call."""

        def act(_: Call, forward: Forward) -> None:
            if executed:
                forward()

        self.rule(operation, act, **limits)

    def replay(self, operation: str, **limits) -> None:
        """Give the answer of before once more, as an eventually consistent read does.

        Of each two successive answers to the same request that differ, the second is read old once.
        """
        last: dict[tuple[str, str, bytes], Answer] = {}

        def act(call: Call, forward: Forward) -> Answer:
            key = (call.region, call.path, call.body)
            answer = forward()
            before = last.get(key, answer)
            last[key] = answer
            return before

        self.rule(operation, act, **limits)

    def answer(self, call: Call) -> Answer | None:
        """Return the answer to a call, changed by the rule that is due."""
        with self._lock:
            self.calls.append(call)
            due = next((rule for rule in self._rules if rule.is_due(call)), None)
        return due.act(call, lambda: self._forward(call)) if due else self._forward(call)

    def _forward(self, call: Call) -> Answer:
        connection = HTTPConnection(urlsplit(self.engine).netloc)
        try:
            connection.request(call.method, call.path, call.body, call.headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), tuple(answer.getheaders()))
        finally:
            connection.close()


@contextmanager
def proxied(engine: str) -> Iterator[Proxy]:
    """Run a proxy in front of the engine at an endpoint."""
    proxy = Proxy(engine)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(proxy))
    server.daemon_threads = True
    with serving(server) as proxy.endpoint:
        yield proxy


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = proxy.answer(Call(self.command, self.path, headers, body))
            if answer is None:
                self.close_connection = True
            else:
                self._send(answer)

        def _send(self, answer):
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on  # noqa: N815 - http.server's names

        def log_message(self, *_):
            """Log nothing."""

    return Handler
