"""Finding the project, naming files, and the speed of reading many."""

import subprocess
import sys
import time

import pytest

from tests.conftest import ROOT
from tidegen.environments import (
    example_files,
    find_project,
    load_all,
    load_environment,
    names,
    regions,
)
from tidegen.errors import InputError


def test_the_project_is_the_nearest_folder_with_environments(examples):
    inner = examples / "a" / "environments"
    inner.mkdir(parents=True)
    assert find_project(inner) == examples / "a"
    assert find_project(examples / "a" / "b") == examples / "a"
    (examples / "environments" / "helper.py").touch()
    assert find_project(examples / "environments") == examples


def test_a_package_called_environments_is_not_a_project():
    assert find_project(ROOT / "tidegen" / "environments" / "examples") == ROOT
    assert find_project(ROOT / "tests" / "environments") == ROOT


def test_a_missing_environments_folder_is_reported_with_the_remedy(tmp_path):
    with pytest.raises(InputError, match="tidegen init"):
        find_project(tmp_path)


def test_an_unknown_name_is_answered_with_the_closest(examples):
    with pytest.raises(InputError, match=r"environment prodution: .* did you mean production\?"):
        load_environment(examples, "prodution")
    with pytest.raises(InputError, match="known: account-nonproduction, "):
        load_environment(examples, "../../etc/passwd")


def test_names_are_sorted_and_hidden_files_left_out(examples):
    (examples / "environments" / ".draft.yaml").touch()
    shipped = [name.removesuffix(".yaml") for name in example_files() if name.endswith(".yaml")]
    assert names(examples) == sorted(shipped)


def test_a_file_with_the_other_ending_is_not_overlooked(examples, problems):
    (examples / "environments" / "qa.yml").touch()
    assert problems() == ["environments/qa.yml: is not read; rename it to .yaml"]


def test_regions_include_those_of_recovery(examples):
    assert regions(load_all(examples)) == ["us-east-2", "us-west-2"]


def test_examples_take_the_name_of_another_project(examples):
    for name, content in example_files("acme").items():
        (examples / "environments" / name).write_bytes(content)
    assert {file.project for file in load_all(examples)} == {"acme"}


def test_every_file_has_the_values_that_planning_needs(examples):
    for file in load_all(examples):
        assert file.path.stem == file.name
        assert file.release == "current"
        assert isinstance(file.protected, bool)
        assert file.credentials.profile.startswith("tidepool-")


def test_the_committed_environments_are_valid():
    assert load_all(ROOT)


def test_importing_the_package_does_not_import_pydantic():
    code = (
        "import sys, tidegen.environments as e; e.find_project; e.names\n"
        "assert not {'pydantic', 'yaml'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_a_thousand_files_are_read_in_three_seconds(tmp_path):
    folder = tmp_path / "environments"
    folder.mkdir()
    examples = example_files("tidepool")
    for number in range(1000):
        _write_one_of_many(folder, examples, number)
    start = time.process_time()
    assert len(load_all(tmp_path)) == 1000
    assert time.process_time() - start < 3


def _write_one_of_many(folder, examples, number):
    """Four projects, each with an account's file and 249 environments."""
    project, place = divmod(number, 250)
    kind = "development" if place else "account-nonproduction"
    name = f"{kind}{number}"
    text = examples[f"{kind}.yaml"].decode().replace("shared: shared-nonproduction", "")
    text = text.replace("project: tidepool", f"project: tide{project}")
    text = text.replace(f"\nname: {kind}", f"\nname: {name}").replace("10.16.", f"10.{place}.")
    (folder / f"{name}.yaml").write_text(text.replace("444455556666", f"44445555666{project}"))
