"""A member of the database on this machine: the deployed programs, a file in place of mongod.

The programs come from the engine's artifacts bucket, as the deployed user data says, and use the
AWS CLI. `mongodump` prints the file, `mongorestore` writes it; `mongosh` answers what they ask.
"""

import os
import re
import shutil
from pathlib import Path

from tidegen.errors import DeploymentError, Problem
from tidegen.local.shell import failure_text, run_group

_STAND_INS = {
    "mongodump": 'cat "$DATA_DIR/database"',
    # nothing is half restored: the file appears when all of it is there
    "mongorestore": 'cat >"$DATA_DIR/new" && mv "$DATA_DIR/new" "$DATA_DIR/database"',
    "mongosh": r"""
case "$*" in
  *changeUserPassword*) ;;
  *"print(accepted)"*) printf '%s\n' "$MONGO_PASSWORD" ;;
  *SECONDARY*) echo "mongo-$MEMBER.$PRIVATE_DOMAIN:27017" ;;
  *toISOString*) date -u +%FT%T.000Z ;;
esac
""",
}
#: The rest of the loader, after the settings: it reads the bundle, and here boots nothing.
_LOADED = r"""
aws s3 cp "s3://$ARTIFACTS_BUCKET/{key}" bundle --region "$REGION" --only-show-errors
echo "{sha256}  bundle" | sha256sum --check --strict --quiet
mkdir -p programs && tar -xf bundle -C programs
env | grep -E '^({names})=' >settings
. programs/lib.sh
secret "$KEYFILE_SECRET" >keyfile
"""
_EXPORT = re.compile(r"^export .*$", re.MULTILINE)
_NAME = re.compile(r"([A-Z_0-9]+)=")
_BUNDLE = re.compile(r"/(assets/(\w{64})/database\.tar) ")


class LocalMember:
    """A member in a folder of its own."""

    def __init__(self, folder: Path, path: str) -> None:
        """Use `folder`, which exists; programs are searched in `path` after the stand-ins."""
        self._folder = folder
        self._path = f"{folder / 'bin'}{os.pathsep}{path}"
        for name in ("bin", "data"):
            (folder / name).mkdir()
        for name, text in _STAND_INS.items():
            self._write(name, text)
        if shutil.which("pigz", path=path) is None:
            self._write("pigz", 'exec gzip "$@"')  # the same format

    @property
    def data(self) -> bytes:
        """The content of the database."""
        return self._database.read_bytes() if self._database.exists() else b""

    @data.setter
    def data(self, content: bytes) -> None:
        self._database.write_bytes(content)

    @property
    def _database(self) -> Path:
        return self._folder / "data" / "database"

    def install(self, user_data: str) -> None:
        """Read the settings and the programs as the member's boot does."""
        exports = "\n".join(_EXPORT.findall(user_data))
        bundle = _BUNDLE.search(user_data)
        if bundle is None:
            raise DeploymentError(Problem("user data", "names no bundle of the database"))
        names = "|".join(_NAME.findall(exports))
        rest = _LOADED.replace("{key}", bundle[1]).replace("{sha256}", bundle[2])
        script = f"set -euo pipefail\n{exports}\n{rest.replace('{names}', names)}"
        self._call("user data", ["bash", "-c", script], {})

    def run(self, program: str, *arguments: str, **settings: str) -> str:
        """Return the messages of a program; raise DeploymentError if it fails."""
        path = str(self._folder / "programs" / program)
        return self._call(program, [path, *arguments], settings)

    def _call(self, name: str, command: list[str], settings: dict[str, str]) -> str:
        done = run_group(command, self._folder, {**self._places(), **settings})
        if done.returncode:
            raise DeploymentError(Problem(name, failure_text(done)))
        return done.stderr

    def _places(self) -> dict[str, str]:
        folder = self._folder
        return {
            "PATH": self._path,
            "TMPDIR": str(folder),
            "ENV_FILE": str(folder / "settings"),
            "DATA_DIR": str(folder / "data"),
            "KEYFILE": str(folder / "keyfile"),
            "LOCK": str(folder / "lock"),
        }

    def _write(self, name: str, text: str) -> None:
        path = self._folder / "bin" / name
        path.write_text(f"#!/usr/bin/env bash\nset -euo pipefail\n{text}\n")
        path.chmod(0o755)
