"""A command line that says two things about one thing is refused, not decided silently."""

import json

import click
import pytest

from tests.conftest import tidegen
from tidegen.cli import cli


def refusal(*words):
    with pytest.raises(click.UsageError) as raised:
        cli.main(list(words), standalone_mode=False)
    return raised.value.format_message()


@pytest.mark.parametrize(
    "command",
    [
        "plan",
        "deploy",
        "status",
        "drift",
        "outputs",
        "preflight",
        "bootstrap",
        "rollback",
        "destroy",
    ],
)
def test_a_repeated_environment_is_refused(command):
    message = refusal(command, "--env", "staging", "--env", "development")
    assert message == "--env is given more than once; give it once"


def test_an_environment_is_refused_in_a_group_too():
    assert "--env" in refusal("secrets", "status", "--env", "qa", "--env", "staging")


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("outputs --env qa --json --format dotenv", "--json and --format"),
        ("outputs --env qa --format dotenv --json", "--format and --json"),
        ("lint --json --sarif", "--json and --sarif"),
        ("lint --format github --junit", "--format and --junit"),
        ("plan --env qa --json --markdown", "--json and --markdown"),
        ("plan --env qa --markdown --json", "--json and --markdown"),
    ],
)
def test_two_formats_are_refused(words, names):
    assert refusal(*words.split()) == f"{names} exclude each other; give one"


def test_they_are_usage_errors_with_exit_2_and_json():
    done = tidegen("plan", "--env", "qa", "--env", "qa", "--json", local=False)
    assert done.returncode == 2
    assert "error: --env is given more than once; give it once" in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["error"] == "usage"


def test_options_that_take_several_values_are_given_several_times():
    words = "deploy --env qa --plan setup.cfg --allow-replace A --allow-replace B --yes --yes"
    assert "--plan has its own consents" in refusal(*words.split())  # not: given more than once
