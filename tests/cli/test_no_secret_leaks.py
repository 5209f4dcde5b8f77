"""No command prints the value of a secret.

Each command that reads secrets runs on an environment with all secrets filled, with logging at its
most verbose. Its output, its logs and the files that it leaves contain none of the values.
"""

import base64
import json
from dataclasses import dataclass, field

import pytest

from tests.conftest import ROOT, client, deployed, tidegen, unmeasured
from tidegen.chart.secrets import CHART_SECRETS, Fill
from tidegen.cli.commands.outputs import _FORMATS

BASELINE = ("account-nonproduction", "shared-nonproduction")
ENV = ("--env", "development")
#: Shorter values (a port, a name) are in every text.
SHORTEST = 8
TALKATIVE = "import logging\nlogging.basicConfig(level=logging.DEBUG)\n"
COMMANDS = (
    ("secrets", "status", *ENV),
    ("secrets", "status", *ENV, "--json"),
    ("secrets", "fill", *ENV),
    ("secrets", "fill", *ENV, "--json"),
    ("secrets", "rotate", *ENV, "server", "--yes"),
    ("secrets", "rotate", *ENV, "mongo", "--yes", "--json"),
    ("plan", *ENV, "--json"),
    ("plan", *ENV, "--change-set", "--json"),
    ("preflight", *ENV, "--json"),
    ("deploy", *ENV, "--yes", "--json"),
    ("status", *ENV, "--json"),
    ("drift", *ENV, "--json"),
    *(("outputs", *ENV, "--format", form) for form in _FORMATS),
)


@dataclass
class World:
    """An engine, a project, a home folder, and all secret values so far."""

    folder: object
    env: dict
    values: set = field(default_factory=set)

    def run(self, *arguments):
        """Run the command; return its exit code and output."""
        done = tidegen("-C", self.folder / "project", *arguments, env=self.env, text="")
        return done.returncode, done.stdout + done.stderr

    def manager(self):
        return client(self.env, "secretsmanager")

    def learn(self):
        """Every secret value in the engine now, except values that are outputs too."""
        manager = self.manager()
        for page in manager.get_paginator("list_secrets").paginate():
            for item in page["SecretList"]:
                text = manager.get_secret_value(SecretId=item["ARN"])["SecretString"]
                self.values |= {v for v in values_of(item["Name"], text) if len(v) >= SHORTEST}

    def leaked(self, text):
        """Return the secret values in a text, plain or as in JSON or base64."""
        return [value for value in self.values if any(form in text for form in forms(value))]

    def files(self):
        """Return the text of every file that a command may have written."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {path: path.read_bytes().decode(errors="replace") for path in files}


def values_of(name, text):
    kinds = CHART_SECRETS.get(name.rpartition("/")[2], {})
    try:
        held = json.loads(text)
    except ValueError:
        return [text]
    public = (Fill.DERIVED, Fill.PUBLIC_KEY)
    pairs = held.items() if isinstance(held, dict) else [("", held)]
    return [str(value) for key, value in pairs if kinds.get(key) not in public]


def forms(value):
    return value, json.dumps(value)[1:-1], base64.b64encode(value.encode()).decode()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Development, deployed and filled, with test values for the keys that persons fill."""
    folder = tmp_path_factory.mktemp("world")
    for name in ("home", "talkative", "tmp", "project"):
        (folder / name).mkdir()
    for name in ("environments", "templates"):
        (folder / "project" / name).symlink_to(ROOT / name)
    (folder / "talkative" / "sitecustomize.py").write_text(TALKATIVE)
    # the other tests measure the coverage of these commands
    with unmeasured(), deployed(*BASELINE) as variables:
        env = {
            **variables,
            "HOME": str(folder / "home"),
            "XDG_CACHE_HOME": str(folder / "home" / "cache"),
            "PYTHONPATH": str(folder / "talkative"),
            "TMPDIR": str(folder / "tmp"),
        }
        world = World(folder, env)
        code, shown = world.run("deploy", *ENV, "--yes")
        assert code == 0, shown[-2000:]
        world.learn()
        code, shown = world.run("secrets", "fill", *ENV)
        assert code == 0, shown[-2000:]
        plant(world.manager())
        world.learn()
        assert not world.leaked(shown)
        yield world


def plant(manager):
    """Set a value for each key that a person fills."""
    for name, kinds in CHART_SECRETS.items():
        secret = f"/tidepool/development/{name}"
        held = json.loads(manager.get_secret_value(SecretId=secret)["SecretString"])
        missing = [key for key, kind in kinds.items() if kind is Fill.PERSON]
        held |= {key: f"canary-{name}-{key}\nwith two lines" for key in missing}
        manager.put_secret_value(SecretId=secret, SecretString=json.dumps(held))


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_prints_no_value(world, arguments):
    _, shown = world.run(*arguments)
    world.learn()
    assert "INFO:botocore" in shown  # it reached the engine, and logs were on
    assert "Traceback" not in shown
    assert not world.leaked(shown)


def test_no_file_on_the_disk_contains_a_value(world):
    for arguments in (("secrets", "fill", *ENV), ("deploy", *ENV, "--yes")):
        world.run(*arguments)
    files = world.files()
    assert any("cache" in path.parts for path in files)
    assert not {str(path): world.leaked(text) for path, text in files.items() if world.leaked(text)}


def test_a_printed_value_is_detected(world):
    """The search itself works."""
    assert len(world.values) > 80
    canary = next(value for value in world.values if value.startswith("canary-"))
    for form in forms(canary):
        assert world.leaked(f"... {form} ...")
