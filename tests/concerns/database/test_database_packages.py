"""Packages of a release: real rpm and dnf install what is pinned and signed, and nothing else."""

import hashlib
import os
import re
import shutil
import subprocess

import pytest
from stand_ins import DATABASE, Machine

from tests.conftest import ROOT

_TOOLS = ("rpm", "rpmbuild", "rpmkeys", "rpmsign", "dnf", "gpg")
MISSING = [name for name in _TOOLS if not shutil.which(name)]
pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"real packages need {', '.join(MISSING)}: apt-get install rpm dnf gpg"
)
#: Every image of MongoDB for Docker checks this one (docker-library/mongo, 8.0/Dockerfile).
FINGERPRINT = "4B0752C1BCA238C0B4EE14DC41DE058A4E7DCA05"
SERVER, SHELL = "mongodb-org-server", "mongodb-mongosh"
OTHERS = ("mongodb-database-tools-100.0", "amazon-cloudwatch-agent-1.3", "pigz-2.5")
RELEASE = (f"{SERVER}-8.0.21", f"{SHELL}-2.5.0", *OTHERS)
_SPEC = """\
Name: {name}
Version: {version}
Release: 1
Summary: A stand-in
License: none
BuildArch: noarch
%description
A stand-in
%files
"""
_AWS = """
case "$*" in
  "s3 cp s3://artifacts/packages/mongodb/"*)
    from=${3#s3://artifacts/packages/mongodb/}
    cp -r "$STATE/uploaded/$from." "$4/" 2>/dev/null || true ;;
esac
"""
#: The real one, into a folder.
_DNF = 'exec /usr/bin/dnf --installroot "$STATE/root" --releasever 2023 "$@"'


def run(*command, **settings):
    return subprocess.run(
        command, env={**os.environ, **settings}, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Signed packages of two versions, an unsigned one, and the public key."""
    folder = tmp_path_factory.mktemp("built")
    home = folder / "keys"
    home.mkdir(mode=0o700)
    key = ("--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "Test", "rsa2048")
    run("gpg", *key, "sign", "never", GNUPGHOME=str(home))
    (folder / "key.asc").write_text(run("gpg", "--armor", "--export", GNUPGHOME=str(home)))
    signed = [build(folder, SERVER, "8.0.21"), build(folder, SERVER, "8.0.22")]
    signed.append(build(folder, SHELL, "2.5.0"))
    signed += [build(folder, *other.rsplit("-", 1)) for other in OTHERS]
    gpg = ("--define", "_gpg_name Test", "--define", f"__gpg {shutil.which('gpg')}")
    run("rpmsign", *gpg, "--addsign", *map(str, signed), GNUPGHOME=str(home))
    build(folder, SHELL, "2.6.0")  # not signed
    run("gpgconf", "--kill", "all", GNUPGHOME=str(home))
    return folder


def build(folder, name, version):
    spec = folder / f"{name}-{version}.spec"
    spec.write_text(_SPEC.format(name=name, version=version))
    run("rpmbuild", "-bb", "--quiet", "--define", f"_topdir {folder}/top", str(spec))
    made = folder / f"{name}-{version}-1.noarch.rpm"
    return shutil.copy(folder / "top" / "RPMS" / "noarch" / made.name, made)


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    made.stand_in("aws", _AWS)
    made.stand_in("dnf", _DNF)
    for name in ("rpm", "rpmkeys"):
        made.stand_in(name, f'exec /usr/bin/{name} "$@"')
    return made


@pytest.fixture
def upload(machine, built):
    """Return a function that uploads packages, listed in SHA256SUMS; returns the settings."""

    def put(*names, version="8.0.21", listed=None):
        folder = machine.folder / "uploaded" / version
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copy(built / f"{name}-1.noarch.rpm", folder)
        sums = [checksum(folder / f"{name}-1.noarch.rpm") for name in listed or names]
        (folder / "SHA256SUMS").write_text("".join(sums))
        digest = hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()
        key = str(built / "key.asc")
        return {"PACKAGES_VERSION": version, "PACKAGES_SHA256": digest, "AMAZON_KEY": key}

    return put


def steps_of_the_page():
    """Return the commands of the runbook that upload a release."""
    page = (ROOT / "docs" / "runbooks" / "database.md").read_text()
    section = page.partition("## Provide the packages")[2]
    return re.search(r"^```\n(.*?)^```", section, re.M | re.S)[1]


#: Downloads the prepared packages, signed as MongoDB's and Amazon's are.
_DOWNLOAD = """
case "$*" in "download --resolve mongodb-org-server-8.0.21 "*) ;; *) exit 2 ;; esac
for name in "${@:3}"; do cp "$BUILT/$name"*-1.noarch.rpm .; done
rm mongodb-mongosh-2.6.0-1.noarch.rpm
"""


def test_the_steps_of_the_runbook_upload_what_a_member_installs(machine, built):
    target = machine.folder / "uploaded" / "8.0.21"
    machine.stand_in("dnf", _DOWNLOAD)
    machine.stand_in(
        "aws", f'[ "$5" = s3://artifacts/packages/mongodb/8.0.21/ ] && cp -r . {target}'
    )
    target.mkdir(parents=True)
    settings = {
        "HOME": str(machine.folder),
        "PATH": f"{machine.folder}/bin:{os.environ['PATH']}",
        "BUILT": str(built),
    }
    script = steps_of_the_page().replace("ArtifactsBucketName", "artifacts")
    imported = f"rpmkeys --import {built}/key.asc"
    done = subprocess.run(
        ["bash", "-euc", f"{imported}\n{script}"],
        cwd=machine.folder,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pinned = done.stdout.split()[-2]
    machine.stand_in("aws", _AWS)
    machine.stand_in("dnf", _DNF)
    done = machine.run("packages.sh", PACKAGES_SHA256=pinned, AMAZON_KEY=f"{built}/key.asc")
    assert done.returncode == 0, done.stderr
    assert installed(machine) == set(RELEASE)


def checksum(path):
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"


def installed(machine):
    # Debian's rpm keeps its database below HOME
    home = str(machine.folder)
    names = run("rpm", "--root", f"{home}/root", "-qa", HOME=home)
    return {line.removesuffix("-1.noarch") for line in names.splitlines()}


def refused(machine, settings):
    """Return the message of a refusal, after which nothing is installed."""
    done = machine.run("packages.sh", **settings)
    assert done.returncode != 0
    assert not machine.calls("dnf")
    return done.stderr


def test_the_listed_packages_are_installed(machine, upload):
    done = machine.run("packages.sh", **upload(*RELEASE))
    assert done.returncode == 0, done.stderr
    assert installed(machine) == set(RELEASE)


def test_dnf_itself_refuses_two_versions_of_a_package(machine, upload, built):
    """The failure that an upload over an older one led to, at the next boot of a member."""
    upload(f"{SERVER}-8.0.21", f"{SERVER}-8.0.22", listed=[f"{SERVER}-8.0.22"])
    folder = machine.folder / "uploaded" / "8.0.21"
    packages = sorted(map(str, folder.glob("*.rpm")))
    root = ("--installroot", str(machine.folder / "root"), "--releasever", "2023")
    command = ["dnf", *root, "install", "--assumeyes", "--disablerepo=*", *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"cannot install both {SERVER}-8.0.2" in done.stderr
    assert "conflicting requests" in done.stderr


def test_a_file_that_is_not_listed_is_refused(machine, upload):
    settings = upload(f"{SERVER}-8.0.21", f"{SERVER}-8.0.22", listed=[f"{SERVER}-8.0.21"])
    message = refused(machine, settings)
    assert f"files that SHA256SUMS does not list: {SERVER}-8.0.22-1.noarch.rpm" in message


def test_two_listed_versions_of_a_package_are_refused(machine, upload):
    message = refused(machine, upload(f"{SERVER}-8.0.21", f"{SERVER}-8.0.22"))
    assert f"more than one version of {SERVER}" in message


def test_each_release_has_a_folder_of_its_own(machine, upload):
    upload(f"{SERVER}-8.0.22", version="8.0.22")
    settings = upload(*RELEASE, version="8.0.21")
    assert machine.run("packages.sh", **settings).returncode == 0
    assert installed(machine) == set(RELEASE)


def test_another_version_than_the_files_is_refused(machine, upload):
    message = refused(machine, upload(f"{SERVER}-8.0.22", *RELEASE[1:], version="8.0.21"))
    assert f"has {SERVER} 8.0.22, not 8.0.21; correct database.packages.version" in message


def test_a_release_without_one_of_its_packages_is_refused(machine, upload):
    message = refused(machine, upload(*RELEASE[:-2]))
    assert "has no amazon-cloudwatch-agent, no pigz; upload them too" in message


def test_a_second_set_of_packages_of_a_version_has_a_suffix(machine, upload):
    settings = upload(*RELEASE, version="8.0.21-2")
    assert machine.run("packages.sh", **settings).returncode == 0


def test_checksums_other_than_the_pinned_ones_are_refused(machine, upload):
    settings = {**upload(f"{SERVER}-8.0.21"), "PACKAGES_SHA256": "0" * 64}
    assert "is not the one of database.packages.sha256" in refused(machine, settings)


def test_a_changed_package_is_refused(machine, upload):
    settings = upload(f"{SERVER}-8.0.21")
    (path,) = (machine.folder / "uploaded" / "8.0.21").glob("*.rpm")
    path.write_bytes(path.read_bytes() + b"x")
    assert "do not match SHA256SUMS" in refused(machine, settings)


def test_rpmkeys_alone_accepts_a_package_without_a_signature(built):
    """Why the script asks for `_pkgverify_level all`."""
    package = str(built / f"{SHELL}-2.6.0-1.noarch.rpm")
    assert "digests OK" in run("rpmkeys", "--checksig", package)


def test_a_package_without_a_signature_is_refused(machine, upload):
    message = refused(machine, upload(f"{SERVER}-8.0.21", f"{SHELL}-2.6.0"))
    assert "signed neither by MongoDB nor by Amazon Linux" in message


def test_a_package_that_another_key_signed_is_refused(machine, upload):
    settings = {
        **upload(f"{SERVER}-8.0.21"),
        "AMAZON_KEY": str(DATABASE / "mongodb-8.0.asc"),
    }
    assert "signed neither by MongoDB nor by Amazon Linux" in refused(machine, settings)


def test_an_empty_folder_is_refused_with_advice_on_uploading(machine, upload):
    settings = {**upload(f"{SERVER}-8.0.21"), "PACKAGES_VERSION": "8.0.30"}
    message = refused(machine, settings)
    assert "no packages at packages/mongodb/8.0.30/ of artifacts; upload them first" in message


def test_the_key_in_the_bundle_is_the_one_of_mongodb(tmp_path):
    shown = run(
        "gpg",
        "--show-keys",
        "--with-colons",
        str(DATABASE / "mongodb-8.0.asc"),
        GNUPGHOME=str(tmp_path),
    )
    assert re.findall(r":{9}(\w{40}):", shown.partition("uid:")[0]) == [FINGERPRINT]
    assert "MongoDB 8.0 Release Signing Key <packaging@mongodb.com>" in shown
