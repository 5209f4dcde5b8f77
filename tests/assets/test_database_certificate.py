"""Certificates: one authority for the life of the set, made by the first member."""

import subprocess

import pytest
from stand_ins import Machine

_AWS = """
case "$*" in
  "secretsmanager get-secret-value"*) cat "$STATE/authority" 2>/dev/null || echo random-text ;;
  "secretsmanager put-secret-value"*)
    [ ! -e "$STATE/refuse" ] || exit 1
    cp "${6#file://}" "$STATE/authority" ;;
esac
"""


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    made.stand_in("aws", _AWS)
    (tmp_path / "tls").mkdir()
    return made


def certify(machine, member="1"):
    return machine.run("certificate.sh", str(machine.folder / "tls"), MEMBER=member)


def openssl(machine, *arguments):
    command = ["openssl", *arguments]
    done = subprocess.run(command, cwd=machine.folder, capture_output=True, text=True, check=False)
    return done.stdout


def test_the_first_member_makes_the_authority_and_is_certified_by_it(machine):
    done = certify(machine)
    assert done.returncode == 0, done.stderr
    verified = openssl(machine, "verify", "-CAfile", "tls/authority.pem", "tls/member.pem")
    assert verified == "tls/member.pem: OK\n"
    about = openssl(machine, "x509", "-in", "tls/member.pem", "-noout", "-ext", "subjectAltName")
    assert "DNS:mongo-1.internal.staging.example, DNS:localhost" in about


def test_the_others_are_certified_by_the_same_authority(machine):
    certify(machine)
    before = (machine.folder / "tls" / "authority.pem").read_text()
    machine.forget()
    assert certify(machine, "2").returncode == 0
    assert (machine.folder / "tls" / "authority.pem").read_text() == before
    assert not machine.calls("aws secretsmanager put-secret-value")
    assert "OK" in openssl(machine, "verify", "-CAfile", "tls/authority.pem", "tls/member.pem")


@pytest.mark.parametrize("member", ["2", "3"])
def test_no_other_member_makes_an_authority(machine, member):
    done = certify(machine, member)
    assert done.returncode != 0
    assert "there is no authority yet" in done.stderr
    assert not machine.calls("aws secretsmanager put-secret-value")


def test_an_authority_that_could_not_be_kept_certifies_nobody(machine):
    (machine.folder / "refuse").touch()
    assert certify(machine).returncode != 0
    assert not list((machine.folder / "tls").iterdir())


def test_the_authoritys_key_stays_where_it_is(machine):
    certify(machine)
    assert "PRIVATE KEY" in (machine.folder / "authority").read_text()
    assert "PRIVATE KEY" not in (machine.folder / "tls" / "authority.pem").read_text()
    assert not [call for call in machine.calls() if "PRIVATE KEY" in call]
    assert not list(machine.folder.glob("tmp.*"))
    assert (machine.folder / "tls" / "member.pem").stat().st_mode & 0o077 == 0
