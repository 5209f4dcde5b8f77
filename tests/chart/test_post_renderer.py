"""The script by which Helm post-renders the chart."""

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
#: A fake kubectl: prints its input files, and records their folder.
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


def test_the_patches_apply_to_the_rendered_chart_and_the_folder_is_removed(run, tmp_path):
    done = run("---\nkind: Deployment\n")
    assert done.returncode == 0, done.stderr
    patches, rendered = done.stdout.split("---\n")
    assert rendered == "kind: Deployment\n"
    assert yaml.safe_load(patches)["resources"] == ["rendered.yaml"]
    assert not Path((tmp_path / "seen").read_text().strip()).exists()


def test_each_service_that_sends_mail_gets_the_address(run):
    """In any namespace: without a target, a patch matches only resources without a namespace."""
    variables = {}
    for item in yaml.safe_load(run("").stdout)["patches"]:
        name = item["target"]["name"]
        patch = json.loads(item["patch"])
        assert item["target"]["kind"] == patch["kind"] == "Deployment"
        (container,) = patch["spec"]["template"]["spec"]["containers"]
        assert container["name"] == name
        variables[name] = {variable["name"]: variable["value"] for variable in container["env"]}
    assert variables == {
        "hydrophone": {"HYDROPHONE_ASSET_URL": ADDRESS},
        "mailer": {"TIDEPOOL_ASSET_URL": ADDRESS},
    }


def test_the_script_fails_with_kubectls_exit_code(run, tmp_path):
    (tmp_path / "kubectl").write_text("#!/bin/sh\nexit 3\n")
    assert run("").returncode == 3


def test_an_older_release_without_the_address_is_an_error():
    with pytest.raises(InputError, match="output AssetsUrl"):
        post_renderer({})
