"""The member's certificate: awaited, checked as clients do, installed atomically, and used."""

import json

import pytest
from authority import OPENSSL, Authority, authority, openssl
from stand_ins import Machine

HOST = "mongo-1.internal.staging.example"
#: The secret is a file; the number of lines of `early` is that of reads before its first rotation.
_AWS = """
case "$*" in
  "secretsmanager get-secret-value --secret-id certificate"*)
    if [ -s "$STATE/early" ]; then sed -i 1d "$STATE/early"; echo random-text
    else cat "$STATE/secret"; fi ;;
  *"--version-stage AWSPREVIOUS"*) echo ResourceNotFoundException >&2; exit 254 ;;
  "secretsmanager get-secret-value"*) echo the-password ;;
esac
"""
_MONGOSH = """
case "$*" in *rotateCertificates*) cp "$ETC/mongo.tls/member.pem" "$STATE/served" ;; esac
"""


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    made.stand_in("aws", _AWS)
    made.stand_in("mongosh", _MONGOSH)
    made.stand_in("openssl", OPENSSL)
    offer(made, authority().certify())
    return made


def offer(machine, secret):
    (machine.folder / "secret").write_text(secret)


def run(machine, script="certificate.sh", **settings):
    return machine.run(script, AUTHORITIES=str(authority().trusted), **settings)


def folder(machine):
    return machine.folder / "etc" / "mongo.tls"


def installed(machine):
    return (folder(machine) / "member.pem").read_text()


def certificate(secret):
    return json.loads(secret)["certificate"].strip()


def rotations(machine):
    return [call for call in machine.calls("mongosh") if "rotateCertificates" in call]


@pytest.mark.parametrize("member", ["1", "2", "3"])
def test_a_member_gets_key_certificate_and_chain(machine, member):
    done = run(machine, MEMBER=member)
    assert done.returncode == 0, done.stderr
    held = json.loads((machine.folder / "secret").read_text())
    assert held["certificate"] + held["chain"] in installed(machine)
    where = folder(machine)
    public = openssl("x509", "-in", "member.pem", "-noout", "-pubkey", folder=where)
    # no passphrase: mongod reads the key as it is
    assert openssl("pkey", "-in", "member.pem", "-pubout", folder=where) == public
    assert machine.mode("mongo.tls/member.pem") == 0o400
    assert machine.calls("chown")[0].startswith("chown mongod:mongod ")


def test_the_first_boot_waits_until_the_secret_has_a_certificate(machine):
    (machine.folder / "early").write_text("\n\n")
    assert run(machine).returncode == 0
    assert len(machine.calls("aws secretsmanager")) == 3
    assert certificate((machine.folder / "secret").read_text()) in installed(machine)


def test_a_missing_certificate_is_reported(machine):
    (machine.folder / "early").write_text("\n" * 9)
    done = run(machine)
    assert done.returncode != 0
    assert "gave up waiting for the rotation function to fill certificate" in done.stderr
    assert not list(folder(machine).iterdir())


def of_another_key(secret):
    other = json.loads(authority().certify())
    return json.dumps({**json.loads(secret), **{k: other[k] for k in ("key", "passphrase")}})


WRONG = {
    "another host's": (lambda _: authority().certify("elsewhere.example"), "hostname mismatch"),
    "expired": (lambda _: authority().certify(days=-1), "certificate has expired"),
    "no server's": (lambda _: authority().certify(purpose="clientAuth"), "certificate purpose"),
    "another key's": (lambda _: of_another_key(authority().certify()), "do not match"),
    "a stranger's": (lambda path: Authority(path).certify(), "is not valid for mongo-1"),
}


@pytest.mark.parametrize(("make", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_certificate_that_clients_would_refuse_is_not_installed(machine, tmp_path, make, message):
    (tmp_path / "stranger").mkdir()
    offer(machine, make(tmp_path / "stranger"))
    done = run(machine)
    assert done.returncode != 0
    assert message in done.stderr
    assert not list(folder(machine).iterdir())


@pytest.mark.parametrize(("make", "message"), WRONG.values(), ids=WRONG.keys())
def test_an_invalid_certificate_does_not_replace_a_valid_one(machine, tmp_path, make, message):
    run(machine)
    before = installed(machine)
    (tmp_path / "stranger").mkdir()
    offer(machine, make(tmp_path / "stranger"))
    assert run(machine, "renew.sh").returncode != 0
    assert installed(machine) == before
    assert not rotations(machine)


@pytest.fixture
def booted(machine):
    """Return a member whose mongod has started with the first certificate."""
    assert run(machine).returncode == 0
    (machine.folder / "served").write_text(installed(machine))
    machine.forget()
    return machine


def test_an_installed_certificate_changes_nothing(booted):
    before = (folder(booted) / "member.pem").stat()
    # the same certificate, exported again: key and passphrase are encrypted again
    done = run(booted, "renew.sh")
    assert done.returncode == 0, done.stderr
    assert (folder(booted) / "member.pem").stat().st_ino == before.st_ino
    assert not booted.calls("mongosh")
    assert not booted.calls("chown")


def test_a_renewed_certificate_is_put_into_use_once_without_a_restart(booted):
    offer(booted, authority().certify())
    done = run(booted, "renew.sh")
    assert done.returncode == 0, done.stderr
    assert certificate((booted.folder / "secret").read_text()) in installed(booted)
    assert (booted.folder / "served").read_text() == installed(booted)
    assert run(booted, "renew.sh").returncode == 0
    assert len(rotations(booted)) == 1
    assert not booted.calls("systemctl")


def test_a_failed_renewal_is_reported_and_repaired_by_the_next(booted):
    offer(booted, authority().certify())
    booted.stand_in("mongosh", "exit 1")
    assert run(booted, "renew.sh").returncode != 0
    booted.stand_in("mongosh", _MONGOSH)
    booted.forget()
    assert run(booted, "renew.sh").returncode == 0
    assert len(rotations(booted)) == 1


def test_a_mongod_that_still_presents_the_old_certificate_is_a_failure(booted):
    offer(booted, authority().certify())
    booted.stand_in("mongosh", "exit 0")
    done = run(booted, "renew.sh")
    assert done.returncode != 0
    assert "mongod does not present the installed certificate" in done.stderr


@pytest.mark.parametrize("step", ["openssl", "chown", "mv"])
@pytest.mark.parametrize("end", ["exit 1", "kill -KILL $PPID"], ids=["fails", "killed"])
def test_an_interrupted_installation_leaves_the_old_certificate(booted, step, end):
    before = installed(booted)
    offer(booted, authority().certify())
    # at the first call that is not about the comparison with what is installed
    booted.stand_in(step, f'case "$1" in pkey|-f|mongod:*) {end} ;; esac\n{OPENSSL}')
    assert run(booted).returncode != 0
    assert installed(booted) == before
    booted.stand_in("openssl", OPENSSL)
    for name in ("chown", "mv"):
        booted.stand_in(name, f'[ {name} = chown ] || exec /usr/bin/{name} "$@"')
    assert run(booted).returncode == 0
    assert installed(booted) != before
    assert [path.name for path in folder(booted).iterdir()] == ["member.pem"]


def test_key_and_passphrase_are_in_no_argument_and_no_other_file(booted):
    offer(booted, authority().certify())
    run(booted, "renew.sh")
    calls = booted.calls()
    assert not [call for call in calls if "PRIVATE KEY" in call or "the-passphrase" in call]
    assert [path.name for path in folder(booted).iterdir()] == ["member.pem"]
    assert not list(booted.folder.glob("tmp.*"))
