"""A lost region: a proxy to the engine that answers no call signed for the region."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

_REGION = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/")
_HOP = ("connection", "transfer-encoding", "content-length", "date", "server")
_UNAVAILABLE = 503


@contextmanager
def without(region: str, endpoint: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the proxy's endpoint for `endpoint`, and the failed calls to `region`."""
    refused: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            signed = _REGION.search(self.headers.get("Authorization") or "")
            if signed and signed[1] == region:
                refused.append(f"{self.command} {self.path} {body[:80]!r}")
                return self._answer(_UNAVAILABLE, (), b"")
            connection = HTTPConnection(urlsplit(endpoint).netloc)
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            return self._answer(answer.status, answer.getheaders(), content)

        def _answer(self, status, headers, content):
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on  # noqa: N815 - http.server's names

        def log_message(self, *_):
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", refused
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
