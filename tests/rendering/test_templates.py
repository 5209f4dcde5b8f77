"""The committed templates: current, deterministic, free of any environment's values."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import cfn_flip
import pytest

from tidegen.concerns import own_concerns
from tidegen.environments import load_all
from tidegen.rendering import render

ROOT = Path(__file__).resolve().parents[2]
CURRENT = ROOT / "templates" / "current"
COMMITTED = sorted(CURRENT.rglob("*.yaml"))


@pytest.fixture(scope="module")
def rendered():
    return render(own_concerns())


def test_committed_templates_are_what_the_source_renders(rendered):
    committed = {p.relative_to(CURRENT).as_posix(): p.read_bytes() for p in COMMITTED}
    assert committed == rendered.files


def test_every_concern_is_built_once():
    """Although the access concern asks which resource types the others have."""
    builds = Counter()

    def counted(concern):
        def add_resources(template, context):
            builds[concern.name] += 1
            concern.add_resources(template, context)

        return replace(concern, add_resources=add_resources)

    render(tuple(map(counted, own_concerns())), "json")
    assert builds == Counter(concern.name for concern in own_concerns())


@pytest.mark.parametrize("path", COMMITTED, ids=lambda p: p.name)
def test_yaml_and_json_hold_the_same_template(path, rendered):
    name = path.relative_to(CURRENT).as_posix()
    assert json.loads(cfn_flip.to_json(path.read_text())) == rendered.templates[name]


@pytest.mark.parametrize("seed", ["1", "4711"])
def test_bytes_do_not_depend_on_seed_place_locale_or_time_zone(seed, tmp_path):
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "TZ": "Pacific/Chatham",
        "LC_ALL": "C",
    }
    command = [sys.executable, "-m", "tidegen", "-C", str(ROOT), "render", "--check"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


@pytest.mark.parametrize("path", COMMITTED, ids=lambda p: p.name)
def test_no_template_depends_on_an_environment(path):
    """No template contains an account, a region, a zone or the name of an environment."""
    text = path.read_text()
    files = load_all(ROOT)
    values = {f.account for f in files} | {f.name for f in files} | {f.region for f in files}
    values -= {"production"}  # a plain word too: looked for as a value below
    assert not [value for value in values if value in text]
    assert not re.search(r"(?<![\da-f])\d{12}(?![\da-f])", text)  # a hash is no account
    assert not re.search(r"\b(us|eu|ap|ca|sa|af|me)-[a-z]+-\d[a-f]?\b", text)
    assert not re.search(r"^\s*(- )?(\w+: )?production$", text, re.MULTILINE)


def test_every_root_pins_its_children_by_hash(rendered):
    for name, body in rendered.templates.items():
        for logical_id, child in (
            body.get("Metadata", {}).get("Tidegen", {}).get("Children", {}).items()
        ):
            url = body["Resources"][logical_id]["Properties"]["TemplateURL"]["Fn::Sub"]
            assert url.endswith(f"/templates/{child['Sha256']}/{child['File']}"), name
