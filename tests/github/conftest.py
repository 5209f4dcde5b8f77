"""A local server that answers as GitHub's documentation shows."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

#: Example answers of GitHub's REST reference (docs.github.com/rest: "Get a repository", "Get an
#: environment", "List deployment branch policies", "Get the customization template for an OIDC
#: subject claim for a repository"), shortened by what is not read.
DOCUMENTED = json.loads(Path(__file__).with_name("documented.json").read_text())


class Server:
    """GitHub's API on this machine: answers by path, a status where the answer is a number."""

    def __init__(self):
        self.answers = json.loads(json.dumps(DOCUMENTED))
        self.requests = []
        self._http = HTTPServer(("127.0.0.1", 0), self._handler())
        self.api = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def _handler(self):
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path.partition("?")[0]
                server.requests.append((self.path, self.headers))
                answer = server.answers.get(path, 404)
                status = answer if isinstance(answer, int) else 200
                text = answer if isinstance(answer, str) else json.dumps(answer)
                self.send_response(status)
                if status == 301:
                    self.send_header("Location", f"{server.api}/repositories/1296269")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        return Handler

    def close(self):
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def github():
    server = Server()
    yield server
    server.close()
