"""Harm on the wire: what stands between the adapter and the local engine, and counts each call.

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
    """The process ended here."""


@dataclass
class Wire:
    """A Connect to the local engine, through which every call goes."""

    harm: Callable | None = None
    at: int = 0
    calls: list[str] = field(default_factory=list)
    dead: bool = False
    _clouds: dict = field(default_factory=dict)

    def __call__(self, place):
        """The same cloud each time: making clients is what costs."""
        if place not in self._clouds:
            session = sessions.session(place)
            session.events.register("before-send", self._send)
            self._clouds[place] = AwsCloud(place, session)
        return self._clouds[place]

    def arm(self, harm, at):
        """Do `harm` at call number `at` from now, counted from 1."""
        self.harm, self.at, self.calls, self.dead = harm, at, [], False

    def revive(self):
        """A new process: no harm, and calls reach the engine again."""
        self.arm(None, 0)

    @property
    def struck(self):
        """Whether the harm has been done."""
        return self.harm is not None and len(self.calls) >= self.at

    def _send(self, request, event_name, **_):
        if self.dead:
            raise Killed
        self.calls.append(event_name.rpartition(".")[2])
        if self.harm is None or len(self.calls) != self.at:
            return None
        try:
            return self.harm(request)
        except Killed:
            self.dead = True
            raise


def carried_out(request):
    """Let the engine do what the request asks; its answer."""
    return URLLib3Session().send(request)


def killed_before(request):
    """The process ends before the call leaves."""
    raise Killed


def killed_after(request):
    """The engine does what was asked, and the process ends before it hears of it."""
    carried_out(request)
    raise Killed


def reset(request):
    """The connection breaks before the engine has the request."""
    raise ConnectionClosedError(endpoint_url=request.url)


def timed_out(request):
    """The engine does what was asked, and its answer is lost."""
    carried_out(request)
    raise ReadTimeoutError(endpoint_url=request.url)


def answered(status, code, message="planted"):
    """A harm that answers with an error in the engine's stead."""

    def answer(request):
        text = _error_text(request, code, message)
        raw = BytesIO(text.encode())
        raw.stream = lambda *_, **__: iter([text.encode()])
        return AWSResponse(request.url, status, {"content-type": "text/xml"}, raw)

    return answer


def _error_text(request, code, message):
    inner = f"<Code>{code}</Code><Message>{message}</Message>"
    if b"Action=" in (request.body or b"") if isinstance(request.body, bytes) else False:
        return f"<ErrorResponse><Error>{inner}</Error></ErrorResponse>"
    return f"<Error>{inner}</Error>"  # S3's
