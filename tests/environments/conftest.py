"""A project made of the example files, and ways to change it and to read its problems."""

import pytest

from tidegen.environments import example_files, load_all
from tidegen.errors import InputError

REGION = "us-west-2"


@pytest.fixture
def examples(tmp_path):
    (tmp_path / "environments").mkdir()
    for name, content in example_files("tidepool").items():
        (tmp_path / "environments" / name).write_bytes(content)
    return tmp_path


@pytest.fixture
def change(examples):
    """Replace a text of a file; returns the number of the first line that changed."""

    def change(name, old, new):
        path = examples / "environments" / f"{name}.yaml"
        before = path.read_text()
        assert old in before
        once = -1 if old == REGION else 1  # zones begin with the region
        path.write_text(before.replace(old, new, once))
        return before[: before.index(old)].count("\n") + 1

    return change


@pytest.fixture
def problems(examples):
    """Return a function for the problems of the whole project, one text each."""

    def problems():
        with pytest.raises(InputError) as caught:
            load_all(examples)
        return [str(problem) for problem in caught.value.problems]

    return problems
