"""Faults on the wire, between the adapter and the local engine, with a count of the calls.

A call is one HTTP request as botocore sends it, retries included. At call `at` the wire does
`harm`: it answers in the service's stead, raises what a network raises, or kills the process. A
killed process is `Killed`, a BaseException: nothing catches it for good, and until `revive` every
further call raises it again, so that no clean-up reaches the engine either.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

from tidegen.aws import sessions
from tidegen.aws.adapter import AwsCloud


class Killed(BaseException):
    """The process was killed."""


@dataclass
class Wire:
    """A Connect to the local engine, through which every call goes."""

    harm: Callable | None = None
    at: int = 0
    times: int = 1
    only: str = ""
    calls: list[str] = field(default_factory=list)
    dead: bool = False
    _clouds: dict = field(default_factory=dict)

    def __call__(self, place):
        """Return the same cloud each time: creating clients is slow."""
        if place not in self._clouds:
            session = sessions.session(place)
            session.events.register("before-send", self._send)
            self._clouds[place] = AwsCloud(place, session)
        return self._clouds[place]

    def arm(self, harm, at, times=1, only=""):
        """Apply `harm` at call number `at` from now, counted from 1, and `times` in a row.

        With `only` the calls of operations so called count, up to their first letters.
        """
        self.harm, self.at, self.times, self.only = harm, at, times, only
        self.calls, self.dead = [], False

    def revive(self):
        """Start a new process: without fault, calls reach the engine again."""
        self.arm(None, 0)

    def _send(self, request, event_name, **_):
        if self.dead:
            raise Killed
        self.calls.append(event_name.rpartition(".")[2])
        if self.harm is None or not self._is_due():
            return None
        try:
            return self.harm(request)
        except Killed:
            self.dead = True
            raise

    def _is_due(self):
        if not self.calls[-1].startswith(self.only):
            return False
        number = sum(call.startswith(self.only) for call in self.calls)
        return 0 <= number - self.at < self.times


def executed(request):
    """Let the engine execute the request; return its answer."""
    return URLLib3Session().send(request)


def killed_before(request):
    """Kill the process before it sends the call."""
    raise Killed


def killed_after(request):
    """Let the engine execute the request, and kill the process before the answer arrives."""
    executed(request)
    raise Killed


def reset(request):
    """Break the connection before the engine has the request."""
    raise ConnectionClosedError(endpoint_url=request.url)


def timed_out(request):
    """Let the engine execute the request, and lose its answer."""
    executed(request)
    raise ReadTimeoutError(endpoint_url=request.url)


def answered(status, code, message="planted"):
    """Return a fault that answers with an error instead of the engine, in each service's form."""

    def answer(request):
        error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        form = error if _is_s3(request) else f"<ErrorResponse>{error}</ErrorResponse>"
        return _response(request, status, form)

    return answer


def rewritten(change):
    """Return a fault that changes the text of the engine's answer."""

    def answer(request):
        answer = executed(request)
        return _response(request, answer.status_code, change(answer.text))

    return answer


def _response(request, status, text):
    return AWSResponse(request.url, status, {"content-type": "text/xml"}, _Raw(text.encode()))


class _Raw(BytesIO):
    """A body as urllib3 returns it."""

    def stream(self, *_, **__):
        yield self.read()


def _is_s3(request):
    return request.method in ("HEAD", "PUT", "GET")  # the other services use POST
