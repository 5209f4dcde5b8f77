"""The committed templates: current, deterministic, free of any environment's values."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import cfn_flip
import pytest
from troposphere import sns

from tidegen import concerns
from tidegen.concerns import loaded, own_concerns
from tidegen.environments import load_all
from tidegen.errors import CompositionError
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


def broken(action):
    """Our concerns and one more, whose resources `action` adds."""
    dns = next(concern for concern in own_concerns() if concern.name == "dns")
    extra = replace(dns, name="extra", inputs=(), outputs=(), assets=(), add_resources=action)
    return (*own_concerns(), extra)


def too_many(template, _context):
    for number in range(501):
        template.add_resource(sns.Topic(f"Topic{number}"))


def test_the_501st_resource_names_the_concern():
    with pytest.raises(CompositionError) as caught:
        render(broken(too_many))
    (problem,) = caught.value.problems
    assert str(problem).startswith(
        "concern 'extra': its resources cannot be added: ValueError: Max"
    )
    assert "Maximum number of resources 500 reached" in str(problem)


def test_any_error_of_a_concern_is_one_line_with_its_place():
    def stumble(_template, _context):
        return {}["missing\nkey"]

    with pytest.raises(CompositionError) as caught:
        render(broken(stumble))
    line = stumble.__code__.co_firstlineno + 1
    assert str(caught.value).startswith("concern 'extra': ")
    assert f"{Path(__file__).name}:{line}); fix the concern" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("json:loads", "is no Concern; let it name one"),
        ("json:nothing", "cannot be loaded: AttributeError"),
        ("no_such_module:CONCERN", "cannot be loaded: ModuleNotFoundError"),
    ],
)
def test_an_entry_point_without_a_concern_is_named(value, message):
    point = EntryPoint("extra", value, "tidegen.concerns")
    with pytest.raises(CompositionError, match=message) as caught:
        loaded(point)
    assert str(caught.value).startswith(f"entry point 'extra' ({value}): ")


def test_a_module_without_a_concern_is_named(tmp_path, monkeypatch):
    (tmp_path / "forgotten.py").write_text('"""Nothing."""\n')
    monkeypatch.setattr(concerns, "__path__", [*concerns.__path__, str(tmp_path)])
    with pytest.raises(CompositionError, match=r"forgotten\.py: declares no concern; add CONCERN"):
        own_concerns()


def test_an_access_root_with_too_many_policies_names_the_heaviest_concern():
    """Nobody can split it: it has the permissions to deploy every concern."""
    actions = tuple(f"service{number}:DoSomethingRatherLong{number}" for number in range(400))
    members = tuple(
        replace(concern, extra_deploy_actions=actions) if concern.name == "extra" else concern
        for concern in broken(lambda template, _: template.add_resource(sns.Topic("Topic")))
    )
    with pytest.raises(CompositionError) as caught:
        render(members)
    (problem,) = caught.value.problems
    assert str(problem).startswith("the execution role of the access root: has ")
    assert "the limit is 10; concern 'extra' needs most of it, 400 actions" in str(problem)
