"""API calls and seconds of a deploy without changes, and of a status, next to named peers.

One embedded engine holds the example environment, deployed by tidegen. Every tool then runs
against it through a relay that counts requests, so that the count is the same for all libraries.
The peers get the same root templates with the deployed parameters; looking these up is not counted.
They are installed into a throw-away virtual environment; a tool that cannot be installed or does
not work is left out, and reported.
"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3

from tidegen.local.engine import running_engine

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
ENVIRONMENT = "development"
ROUNDS = 3
CAPABILITIES = ("CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")


class Relay(BaseHTTPRequestHandler):
    """Forwards each request to the engine and counts it by its operation."""

    protocol_version = "HTTP/1.1"
    engine = ""
    calls: Counter[str] = Counter()

    def _relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = self.headers.get("X-Amz-Target", "")
        self.calls[_operation(self.command, target, body)] += 1
        connection = http.client.HTTPConnection(self.engine, timeout=60)
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date"):
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else len(content)
        self.send_header("Content-Length", str(length or 0))
        self.end_headers()
        self.wfile.write(content)
        connection.close()

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _relay

    def log_message(self, *_: object) -> None:
        """Print nothing for a request."""


def _operation(method: str, target: str, body: bytes) -> str:
    """Return the operation: JSON has it in a header, the query protocol in the body, S3 nowhere."""
    if target:
        return target.rpartition(".")[2]
    asked = parse_qs(body.decode(errors="replace")) if method == "POST" else {}
    return asked.get("Action", [f"S3 {method}"])[0]


@contextmanager
def relay(endpoint: str) -> Iterator[str]:
    """Run a relay to `endpoint` on a free port, and yield its address."""
    Relay.engine = urlsplit(endpoint).netloc
    server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def run(command: list[str], folder: Path = ROOT) -> None:
    """Run a command; raise RuntimeError with the end of its output if it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        output = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise RuntimeError(f"{Path(command[0]).name} failed: {' '.join(output[-2:])[:300]}")


def measured(action: Callable[[], None]) -> tuple[Counter[str], float]:
    """Return calls by operation, and the median of seconds, of an action without changes."""
    action()  # once to warm up
    seconds = []
    for _ in range(ROUNDS):
        Relay.calls = Counter()
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return Relay.calls.copy(), statistics.median(seconds)


class Peers:
    """awscli and sceptre, with the environment's roots in the form that they need."""

    def __init__(self, folder: Path, stacks: list[dict], bucket: str) -> None:
        """Install the tools; `problem` is the reason why they are missing."""
        self.folder, self.stacks, self.bucket = folder, stacks, bucket
        self.bin = folder / "venv" / "bin"
        self.problem = ""
        try:
            run([sys.executable, "-m", "venv", str(folder / "venv")])
            run([str(self.bin / "pip"), "install", "--quiet", "awscli", "sceptre"])
        except RuntimeError as error:
            self.problem = str(error)

    def aws_deploy(self) -> None:
        """Run `aws cloudformation deploy` for each root."""
        for stack in self.stacks:
            values = [f"{key}={value}" for key, value in _parameters(stack).items()]
            tags = [f"{tag['Key']}={tag['Value']}" for tag in stack["Tags"]]
            run(
                [
                    str(self.bin / "aws"),
                    *("cloudformation", "deploy", "--no-fail-on-empty-changeset"),
                    *("--stack-name", stack["StackName"], "--s3-bucket", self.bucket),
                    *("--template-file", str(_template(stack)), "--capabilities", *CAPABILITIES),
                    *("--parameter-overrides", *values, "--tags", *tags),
                ]
            )

    def aws_status(self) -> None:
        """Ask `aws` for the output of `tidegen status`: each stack, and its nested stacks."""
        for stack in self.stacks:
            for command in ("describe-stacks", "list-stack-resources"):
                name = ("--stack-name", stack["StackName"])
                run([str(self.bin / "aws"), "cloudformation", command, *name])

    def sceptre_launch(self) -> None:
        """Run `sceptre launch` for the environment."""
        run([str(self.bin / "sceptre"), "launch", "-y", "bench"], self.folder)

    def sceptre_status(self) -> None:
        """Run `sceptre status` for the environment."""
        run([str(self.bin / "sceptre"), "status", "bench"], self.folder)

    def write_sceptre_project(self, region: str) -> None:
        """Write a stack's configuration for each root."""
        (self.folder / "templates").mkdir()
        config = self.folder / "config" / "bench"
        config.mkdir(parents=True)
        # No bucket: the engine cannot read sceptre's address of an object in one.
        about = {"project_code": "bench", "region": region}
        (self.folder / "config" / "config.yaml").write_text(json.dumps(about))
        for stack in self.stacks:
            source = _template(stack)
            (self.folder / "templates" / source.name).write_bytes(source.read_bytes())
            stack_config = {
                "template": {"path": source.name, "type": "file"},
                "stack_name": stack["StackName"],
                "parameters": _parameters(stack),
                "stack_tags": {tag["Key"]: tag["Value"] for tag in stack["Tags"]},
            }
            path = config / f"{stack['StackName']}.yaml"
            path.write_text(json.dumps(stack_config))


def _parameters(stack: dict) -> dict[str, str]:
    return {item["ParameterKey"]: item["ParameterValue"] for item in stack["Parameters"]}


def _template(stack: dict) -> Path:
    scope = next((s for s in ("access", "recovery") if stack["StackName"].endswith(s)), None)
    return ROOT / "templates" / "current" / "roots" / f"{scope or 'environment'}.yaml"


def deployed() -> tuple[list[dict], str, str]:
    """Return the environment's deployed roots, the artifacts bucket, and the region."""
    from tidegen.cli.session import open_session
    from tidegen.planning.steps import steps_of

    with open_session(str(ROOT), local=True) as session:
        addresses = steps_of(session.target(ENVIRONMENT))
    place = addresses[-1].place
    os.environ.update(AWS_ACCESS_KEY_ID=place.account, AWS_DEFAULT_REGION=place.region)
    client = boto3.client("cloudformation", region_name=place.region)
    own = [a for a in addresses if a.place.region == place.region]
    stacks = [client.describe_stacks(StackName=a.name)["Stacks"][0] for a in own]
    return stacks, _parameters(stacks[-1])["BootstrapArtifactsBucketName"], place.region


def row(name: str, counted: tuple[Counter[str], float], ours: tuple[Counter[str], float]) -> None:
    """Print a line of the table."""
    calls, seconds = counted
    total, own = sum(calls.values()), sum(ours[0].values())
    kinds = ", ".join(f"{count} {kind}" for kind, count in calls.most_common())
    print(
        f"{name:<44} {total:5d} {own / max(total, 1):6.2f} {seconds:7.2f} "
        f"{ours[1] / seconds:6.2f}  {kinds}"
    )


def main() -> None:
    """Print the table."""
    tidegen = str(BIN / "tidegen")
    with running_engine() as engine, tempfile.TemporaryDirectory() as folder:
        os.environ.update(engine.environment_variables())
        run([tidegen, "deploy", "--env", ENVIRONMENT, "--yes"])
        stacks, bucket, region = deployed()
        peers = Peers(Path(folder), stacks, bucket)
        with relay(engine.endpoint) as address:
            os.environ["AWS_ENDPOINT_URL"] = address
            print(f"{'nothing changes':<44} calls  ratio       s  ratio  which (ratio: tidegen's)")
            compare(tidegen, peers, region)


def compare(tidegen: str, peers: Peers, region: str) -> None:
    """Measure each tool in turn."""
    deploy = measured(lambda: run([tidegen, "deploy", "--env", ENVIRONMENT, "--yes"]))
    row("tidegen deploy", deploy, deploy)
    status = measured(lambda: run([tidegen, "status", "--env", ENVIRONMENT]))
    row("tidegen status", status, status)
    if peers.problem:
        print(f"aws and sceptre are left out: {peers.problem}")
        return
    peers.write_sceptre_project(region)
    roots = len(peers.stacks)
    for name, action, ours in (
        (f"aws cloudformation deploy, {roots} roots", peers.aws_deploy, deploy),
        (f"sceptre launch, {roots} roots", peers.sceptre_launch, deploy),
        (f"aws describe and list, {roots} roots", peers.aws_status, status),
        (f"sceptre status, {roots} roots", peers.sceptre_status, status),
    ):
        try:
            row(name, measured(action), ours)
        except RuntimeError as error:
            print(f"{name} is left out: {error}")
    print("cdk is left out: it deploys what it synthesises, not a template that is there")


if __name__ == "__main__":
    main()
