"""An answer that is not as AWS documents it is one line, and no fault of tidegen."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.serving import serving
from tidegen.aws.adapter import connect
from tidegen.errors import UnavailableError
from tidegen.planning.model import Place

DOUBLED = b"""<DescribeStacksResponse><DescribeStacksResult><Stacks><member>
<StackName>a</StackName><StackId>arn:aws:cloudformation:eu-central-1:1:stack/a/1</StackId>
<CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>
<StackStatusReason>one</StackStatusReason><StackStatusReason>two</StackStatusReason>
</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"""


class Doubling(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(DOUBLED)))
        self.end_headers()
        self.wfile.write(DOUBLED)

    def log_message(self, *_):
        """Print nothing."""


def test_a_field_that_is_there_twice_is_an_answer_that_cannot_be_read(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Doubling)
    with serving(server) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        cloud = connect(Place("111122223333", "eu-central-1"))
        with pytest.raises(UnavailableError, match="StackStatusReason"):
            cloud.named_stacks(["a"])
