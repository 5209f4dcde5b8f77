"""The wheel is the product for anyone who uses tidegen from another repository."""

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
SOURCES = ("environments", "tidegen", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """The files of a wheel, built from a copy as builds leave files behind: name → content."""
    source, target = (tmp_path_factory.mktemp(name) for name in ("source", "wheel"))
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        options = {"symlinks": True} if copy is shutil.copytree else {}
        copy(ROOT / name, source / name, **options)
    build = ["pip", "wheel", "--no-deps", "--no-build-isolation", "-q", "-w", target, source]
    subprocess.run([sys.executable, "-m", *map(str, build)], check=True, timeout=300)
    (wheel,) = target.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_contains_every_file_of_the_package(packed):
    tracked = subprocess.run(
        ["git", "ls-files", "tidegen"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert len(tracked) > 100
    files = {name for name in tracked if not (ROOT / name).is_symlink()}
    assert len(tracked) - len(files) == 1  # the examples, see below
    assert files - set(packed) == set()


def test_the_examples_that_init_writes_are_the_committed_environments(packed):
    committed = {path.name: path.read_bytes() for path in (ROOT / "environments").iterdir()}
    assert len(committed) > 8
    folder = "tidegen/environments/examples/"
    shipped = {n.removeprefix(folder): c for n, c in packed.items() if n.startswith(folder)}
    assert shipped == committed


def test_what_the_lock_pins_installs_on_the_oldest_python_that_the_package_takes():
    """Debian 12 has 3.11.2; the newest of some packages refuse it, by their own metadata."""
    (lowest,) = SpecifierSet(metadata("tidegen")["Requires-Python"])
    locked = {
        canonicalize_name(line.partition("==")[0].partition("[")[0])
        for line in (ROOT / "requirements.lock").read_text().splitlines()
        if "==" in line and not line.lstrip().startswith("#")
    }
    asked = {name: metadata(name).get("Requires-Python", "") for name in locked}
    assert len(asked) > 50
    refused = {n: s for n, s in asked.items() if f"{lowest.version}.0" not in SpecifierSet(s)}
    assert refused == {}
