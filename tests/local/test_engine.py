"""The engine's process: start, clients and end."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from local_cloud import Cloud

from tidegen.errors import EngineStartError, EngineUnavailableError
from tidegen.local import server
from tidegen.local.engine import Engine, running_engine

_PARENT = """
import sys, time
from tidegen.local.engine import Engine
engine = Engine.start()
print(engine.endpoint, engine._process.pid, flush=True)
time.sleep(60)
"""


def _ended(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists() and stat.read_text().split()[2] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_the_environment_selects_account_region_and_endpoint(engine: Engine) -> None:
    variables = engine.environment_variables("111122223333", "eu-west-1")
    assert variables["AWS_ENDPOINT_URL"] == engine.endpoint
    assert variables["AWS_ACCESS_KEY_ID"] == "111122223333"
    assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == "eu-west-1"


def test_accounts_and_regions_are_separate(cloud: Cloud) -> None:
    template = {"Resources": {"It": {"Type": "AWS::SNS::Topic"}}}
    arn = cloud.create("it", template) and cloud.resources("it")["It"]
    assert f":eu-central-1:{cloud.account}:" in arn
    assert not cloud.client("sns", "eu-west-1").list_topics().get("Topics")
    assert not Cloud(cloud.endpoint, "999988887777").client("sns").list_topics().get("Topics")


def test_it_answers_on_the_loopback_interface_only(engine: Engine) -> None:
    port = int(engine.endpoint.rpartition(":")[2])
    with pytest.raises(OSError, match=r".+"), socket.create_connection(("127.0.0.2", port), 1):
        pass


def test_stopping_ends_the_process_and_can_be_repeated() -> None:
    with running_engine() as engine:
        assert engine.running
    assert not engine.running
    engine.stop()
    assert engine.log_tail() == ""


def test_a_port_in_use_is_an_error() -> None:
    with running_engine() as engine:
        port = int(engine.endpoint.rpartition(":")[2])
        with pytest.raises(EngineStartError, match=f"port {port} of 127.0.0.1 cannot be used"):
            Engine.start(port)


def test_it_runs_in_a_separate_session(engine: Engine) -> None:
    assert os.getsid(engine._process.pid) != os.getsid(0)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_the_process_that_started_it(number: signal.Signals) -> None:
    command = [sys.executable, "-c", _PARENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline().split()[1])
        parent.send_signal(number)
        parent.wait()
    assert _ended(pid)


def test_a_server_that_breaks_shows_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hypercorn").mkdir()
    (tmp_path / "hypercorn/__init__.py").write_text("raise RuntimeError('broken on purpose')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(EngineStartError, match=r"(?s)exit code 1.*broken on purpose"):
        Engine.start()


def test_another_version_of_ministack_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    information = tmp_path / "ministack-9.9.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: ministack\nVersion: 9.9\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(
        EngineUnavailableError, match=r"needs ministack 1\.5\.33, not 9\.9; run: pip"
    ):
        Engine.start()


def test_a_missing_ministack_is_an_error(tmp_path: Path) -> None:
    # -S: no site-packages, so nothing but tidegen itself is installed.
    root = str(Path(server.__file__).parents[2])
    code = (
        "from tidegen.errors import EngineUnavailableError\n"
        "from tidegen.local.engine import Engine\n"
        "try: Engine.start()\n"
        "except EngineUnavailableError as error: print(error)"
    )
    result = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": root},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "pip install 'tidegen[local]'" in result.stdout


def test_the_pinned_version_is_the_one_of_the_extra() -> None:
    root = Path(server.__file__).parents[2]
    assert f"ministack=={server.MINISTACK_VERSION}" in (root / "setup.cfg").read_text()
    assert server.version_problem() == ""
