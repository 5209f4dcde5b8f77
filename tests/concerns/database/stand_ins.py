"""A machine for scripts: every command with effects outside is a stand-in that records its call.

The answer of a stand-in is a shell script; of the system only text and file tools remain.
"""

import subprocess
from pathlib import Path

DATABASE = Path(__file__).parents[3] / "tidegen" / "concerns" / "database" / "scripts"
_SILENT = (
    "amazon-cloudwatch-agent-ctl",
    "chown",
    "dnf",
    "mkfs.xfs",
    "mount",
    "rpmkeys",
    "sync",
    "sysctl",
    "systemctl",
    "systemd-tmpfiles",
    "umount",
)
_SETTINGS = {
    "PROJECT": "tide",
    "ENVIRONMENT": "staging",
    "PROTECTED": "true",
    "REGION": "eu-central-1",
    "STACK": "tide-staging-Database-1",
    "MEMBER": "1",
    "VOLUME_ID": "vol-0abc",
    "INTERFACE_ID": "eni-0abc",
    "PRIVATE_DOMAIN": "internal.staging.example",
    "ARTIFACTS_BUCKET": "artifacts",
    "PACKAGES_VERSION": "8.0.21",
    "PACKAGES_SHA256": "",
    "BACKUPS_BUCKET": "backups",
    "BACKUP_KEY": "backup-key",
    "KEYFILE_SECRET": "keyfile",
    "ADMIN_SECRET": "admin",
    "CERTIFICATE_SECRET": "certificate",
    "APPLICATION_SECRET": "application",
    "LOG_GROUP": "/tide/staging/mongo",
    "ATTEMPTS": "3",
    "PAUSE": "0",
    "PATIENCE": "0",
    "METRICS_DELAY": "0",
}


class Machine:
    """A machine in its own folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bin = folder / "bin"
        self._calls = folder / "calls"
        for name in ("bin", "etc", "devices", "data"):
            (folder / name).mkdir()
        self._calls.touch()
        (folder / "etc" / "fstab").touch()
        (folder / "instance-id").write_text("i-0abc")
        (folder / "devices" / "nvme-Amazon_Elastic_Block_Store_vol0abc").touch()
        for name in _SILENT:
            self.stand_in(name)
        self.stand_in("pigz", 'exec gzip "$@"')  # reads and writes the same format

    def stand_in(self, name: str, answer: str = "") -> None:
        """Replace a command of the system; `answer` is its script after recording."""
        path = self._bin / name
        record = f"printf '%s\\n' \"{name} ${{*//$'\\n'/ }}\" >>{self._calls}"
        path.write_text(f"#!/bin/bash\n{record}\n{answer}\n")
        path.chmod(0o755)

    def run(self, script: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess:
        """Run a script of the bundle and return its result."""
        folder = self.folder
        places = {
            "PATH": f"{self._bin}:/usr/bin:/bin",
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "STATE": str(folder),
            "ETC": str(folder / "etc"),
            "ENV_FILE": str(folder / "etc" / "mongo.env"),
            "PACKAGES": str(folder / "packages"),
            "DEVICES": str(folder / "devices"),
            "DATA_DIR": str(folder / "data"),
            "LOCK": str(folder / "lock"),
            "INSTANCE_ID_FILE": str(folder / "instance-id"),
        }
        return subprocess.run(
            [DATABASE / script, *arguments],
            env={**_SETTINGS, **places, **settings},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def calls(self, start: str = "") -> list[str]:
        """Return the calls that begin with `start`, in order."""
        return [call for call in self._calls.read_text().splitlines() if call.startswith(start)]

    def forget(self) -> None:
        """Remove the recorded calls."""
        self._calls.write_text("")

    def etc(self, name: str) -> str:
        """Return a file that a script wrote below /etc."""
        return (self.folder / "etc" / name).read_text()

    def mode(self, name: str) -> int:
        """Return the permissions of a file below /etc."""
        return (self.folder / "etc" / name).stat().st_mode & 0o777
