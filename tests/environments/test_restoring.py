"""An environment's file for its recovery region: as the runbook edits it."""

import shutil
import subprocess

import pytest

from tests.conftest import ROOT
from tidegen.environments import load_all, restored_in
from tidegen.errors import InputError
from tidegen.planning.recovery.steps import Words, steps_for

FILES = {file.name: file for file in load_all(ROOT)}
PRODUCTION = FILES["production"]


def test_the_file_is_as_the_runbook_edits_it(tmp_path):
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    words = Words(
        project="tidepool",
        environment="production",
        account="111122223333",
        home="us-west-2",
        region="us-east-2",
        domain="tidepool.example",
        cidr="10.72.0.0/16",
        former_cidr="10.64.0.0/16",
    )
    (step,) = (step for step in steps_for(words) if step.slug == "file")
    edit = step.commands.partition("\ntidegen")[0]
    subprocess.run(["bash", "-eu", "-c", edit], cwd=tmp_path, check=True)
    edited = {file.name: file for file in load_all(tmp_path)}["production"]
    assert edited.model_dump() == restored_in(PRODUCTION).model_dump()
    assert edited.region == "us-east-2"


def test_another_region_has_its_own_zones():
    moved = restored_in(PRODUCTION, "eu-central-1")
    assert moved.network.zones == tuple(f"eu-central-1{letter}" for letter in "abc")
    assert (moved.recovery, moved.shared) == (None, None)


@pytest.mark.parametrize(
    ("name", "region", "problem"),
    [
        ("development", None, "has no recovery region; add recovery:, or give --region"),
        ("account-production", None, "is of scope account; name a file of an environment"),
        ("production", "us-west-2", "is the environment's own"),
        ("production", "us-west-1", "'us-west-1' is no region"),
        ("production", "moon", "'moon' is no region"),
        ("production", "us-gov-west-1", "is in another partition"),
    ],
)
def test_a_region_that_cannot_be_is_refused(name, region, problem):
    with pytest.raises(InputError, match=problem):
        restored_in(FILES[name], region)
