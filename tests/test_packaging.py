"""The wheel is the product for anyone who uses tidegen from another repository."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ("tidegen", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """The names of the files in a wheel built from a copy, which a build litters."""
    source, target = (tmp_path_factory.mktemp(name) for name in ("source", "wheel"))
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    build = ["pip", "wheel", "--no-deps", "--no-build-isolation", "-q", "-w", target, source]
    subprocess.run([sys.executable, "-m", *map(str, build)], check=True, timeout=300)
    (wheel,) = target.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_contains_every_file_of_the_package(packed):
    tracked = subprocess.run(
        ["git", "ls-files", "tidegen"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert len(tracked) > 100
    assert set(tracked) - packed == set()


def test_the_examples_that_init_writes_are_the_committed_environments():
    examples = ROOT / "tidegen" / "environments" / "examples"
    committed = {p.name: p.read_text() for p in (ROOT / "environments").glob("*.yaml")}
    assert {p.name: p.read_text() for p in examples.glob("*.yaml")} == committed
