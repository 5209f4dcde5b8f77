"""A public authority for tests: root, intermediate, certificates, created by real openssl."""

import json
import subprocess
import tempfile
from functools import cache
from pathlib import Path

HOSTS = tuple(f"mongo-{number}.internal.staging.example" for number in (1, 2, 3))
#: Presents state/served, like the member's mongod; other calls use the real openssl.
OPENSSL = """
case "$1" in s_client) cat "$STATE/served" ;; *) exec /usr/bin/openssl "$@" ;; esac
"""
_CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")


def openssl(*arguments, folder):
    """Return the output of the real openssl, run in a folder."""
    return subprocess.run(
        ["/usr/bin/openssl", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


class Authority:
    """A trusted root, and an intermediate that signs."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self._made = 0
        root = ("-x509", *_CURVE, "-noenc", "-subj", "/CN=Root", "-days", "30")
        openssl("req", *root, "-keyout", "root.key", "-out", "root", folder=self.folder)
        self._sign("chain", "root", "Intermediate", "basicConstraints=critical,CA:TRUE", "-noenc")

    @property
    def trusted(self):
        """Return the file that a system would trust."""
        return self.folder / "root"

    def certify(self, *hosts, days=20, purpose="serverAuth"):
        """Return a secret as the rotation function fills it."""
        self._made += 1
        name, passphrase = f"leaf-{self._made}", f"the-passphrase-{self._made}"
        names = ",".join(f"DNS:{host}" for host in hosts or HOSTS)
        about = f"subjectAltName={names}\nextendedKeyUsage={purpose}"
        self._sign(name, "chain", "Leaf", about, "-passout", f"pass:{passphrase}", days=days)
        texts = {"certificate": name, "chain": "chain", "key": f"{name}.key"}
        held = {key: (self.folder / file).read_text() for key, file in texts.items()}
        return json.dumps({**held, "passphrase": passphrase})

    def _sign(self, name, issuer, subject, extensions, *key, days=30):
        (self.folder / "extensions").write_text(extensions)
        request = ("req", "-new", *_CURVE, *key, "-subj", f"/CN={subject}")
        openssl(*request, "-keyout", f"{name}.key", "-out", "request", folder=self.folder)
        signed = ("-CA", issuer, "-CAkey", f"{issuer}.key", "-days", days, "-out", name)
        ask = ("x509", "-req", "-in", "request", "-extfile", "extensions")
        openssl(*ask, *signed, folder=self.folder)


@cache
def authority():
    """Return one authority for all tests: its files are not changed."""
    return Authority(tempfile.mkdtemp(prefix="authority-"))
