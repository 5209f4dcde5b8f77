"""The script that Helm passes the rendered chart through."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tidegen.chart.post_renderer import post_renderer
from tidegen.errors import InputError

ADDRESS = "https://d111111abcdef8.cloudfront.net"
SCRIPT = post_renderer({"AssetsUrl": ADDRESS})
#: Stands in for kubectl: prints what it is given, and where.
KUBECTL = """#!/bin/sh
test "$1" = kustomize && echo "$2" > "$SEEN" && cat "$2/kustomization.yaml" "$2/rendered.yaml"
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "kubectl").write_text(KUBECTL)
    (tmp_path / "kubectl").chmod(0o700)

    def run(rendered):
        path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
        env = {"PATH": path, "SEEN": str(tmp_path / "seen"), "TMPDIR": str(tmp_path)}
        return subprocess.run(
            ["sh", "-c", SCRIPT], input=rendered, env=env, capture_output=True, text=True
        )

    return run


def test_what_helm_rendered_is_what_is_patched(run, tmp_path):
    done = run("---\nkind: Deployment\n")
    assert done.returncode == 0, done.stderr
    patches, rendered = done.stdout.split("---\n")
    assert rendered == "kind: Deployment\n"
    assert yaml.safe_load(patches)["resources"] == ["rendered.yaml"]
    assert not Path((tmp_path / "seen").read_text().strip()).exists()


def test_each_service_that_sends_mail_gets_the_address(run):
    """In whichever namespace it is: without a target, a patch finds only those without one."""
    found = {}
    for item in yaml.safe_load(run("").stdout)["patches"]:
        name = item["target"]["name"]
        patch = json.loads(item["patch"])
        assert item["target"]["kind"] == patch["kind"] == "Deployment"
        (container,) = patch["spec"]["template"]["spec"]["containers"]
        assert container["name"] == name
        found[name] = {variable["name"]: variable["value"] for variable in container["env"]}
    assert found == {
        "hydrophone": {"HYDROPHONE_ASSET_URL": ADDRESS},
        "mailer": {"TIDEPOOL_ASSET_URL": ADDRESS},
    }


def test_a_failure_is_helms(run, tmp_path):
    (tmp_path / "kubectl").write_text("#!/bin/sh\nexit 3\n")
    assert run("").returncode == 3


def test_an_older_release_gives_no_address():
    with pytest.raises(InputError, match="output AssetsUrl"):
        post_renderer({})
