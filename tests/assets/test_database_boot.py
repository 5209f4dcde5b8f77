"""A member's boot: its own volume and address, data never formatted away, loud where it fails."""

import hashlib

import pytest
from stand_ins import Machine

_AWS = """
case "$*" in
  "ec2 describe-volumes"*) cat "$STATE/volume-holder" 2>/dev/null || echo None ;;
  "ec2 describe-network-interfaces"*) cat "$STATE/interface-holder" 2>/dev/null || echo None ;;
  "ec2 attach-volume"*) echo i-0abc >"$STATE/volume-holder" ;;
  "ec2 attach-network-interface"*) echo i-0abc >"$STATE/interface-holder" ;;
  "secretsmanager get-secret-value --secret-id keyfile"*) echo the-keyfile ;;
  "secretsmanager get-secret-value --secret-id authority"*)
    cat "$STATE/authority" 2>/dev/null || echo no-certificate ;;
  "secretsmanager put-secret-value --secret-id authority"*) cp "${6#file://}" "$STATE/authority" ;;
  "secretsmanager get-secret-value"*) echo the-password ;;
  "s3 cp s3://artifacts/packages/"*) cp -r "$STATE/uploaded/." "$4/" 2>/dev/null || true ;;
  "ssm get-parameter"*) echo vol-0abc ;;
esac
"""
#: A member of a set that is healthy, whatever it is asked.
_MONGOSH = """
case "$*" in
  *setName*) echo tidepool ;;
  *isWritablePrimary*) echo true ;;
esac
"""


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    made.stand_in("aws", _AWS)
    made.stand_in("mongosh", _MONGOSH)
    made.stand_in("blkid", "exit 0")
    made.stand_in("mountpoint", "exit 1")
    made.stand_in("getent", "echo '10.0.0.9 STREAM mongo-1.internal.staging.example'")
    made.stand_in("ip", "echo '3: ens6 inet 10.0.0.9/22 brd 10.0.3.255'")
    upload(tmp_path, "mongod.rpm")
    return made


def upload(folder, *packages):
    """Put packages and their checksums where the artifacts bucket would have them."""
    uploaded = folder / "uploaded"
    uploaded.mkdir(exist_ok=True)
    for name in packages:
        (uploaded / name).write_text(name)
    sums = [f"{hashlib.sha256(name.encode()).hexdigest()}  {name}" for name in packages]
    (uploaded / "SHA256SUMS").write_text("\n".join(sums))


def signalled(machine):
    (call,) = machine.calls("aws cloudformation signal-resource")
    return call.rpartition(" ")[2]


def test_a_boot_attaches_mounts_installs_starts_and_says_so(machine):
    done = machine.run("bootstrap.sh")
    assert done.returncode == 0, done.stderr
    (volume,) = machine.calls("aws ec2 attach-volume")
    assert "--volume-id vol-0abc --instance-id i-0abc" in volume
    (interface,) = machine.calls("aws ec2 attach-network-interface")
    assert "--instance-id i-0abc --device-index 1" in interface
    assert machine.calls("mount ") == [f"mount {machine.folder}/data"]
    assert machine.calls("dnf install")[0].endswith("packages/mongod.rpm")
    assert "--disablerepo=*" in machine.calls("dnf install")[0]
    started = [call for call in machine.calls("systemctl enable") if "mongod" in call]
    assert started == ["systemctl enable --now mongod"]
    (call,) = machine.calls("aws cloudformation signal-resource")
    assert "--logical-resource-id Member1Group --unique-id i-0abc --status SUCCESS" in call


def test_a_volume_with_a_file_system_is_never_formatted(machine):
    machine.run("bootstrap.sh")
    assert not machine.calls("mkfs")
    assert len(machine.calls("mount ")) == 1


def test_a_blank_volume_is_formatted_without_force(machine):
    machine.stand_in("blkid", "exit 2")
    assert machine.run("bootstrap.sh").returncode == 0
    (call,) = machine.calls("mkfs.xfs")
    assert call == f"mkfs.xfs {machine.folder}/devices/nvme-Amazon_Elastic_Block_Store_vol0abc"


@pytest.mark.parametrize("code", [1, 4, 8, 127])
def test_a_volume_that_cannot_be_read_is_not_taken_for_a_blank_one(machine, code):
    """blkid ends with 8 where it is in doubt, and with 4 where it was asked wrongly."""
    machine.stand_in("blkid", f"exit {code}")
    done = machine.run("bootstrap.sh")
    assert done.returncode != 0
    assert f"blkid ended with {code}" in done.stderr
    assert not machine.calls("mkfs")
    assert not machine.calls("systemctl enable --now mongod")
    assert signalled(machine) == "FAILURE"


def test_a_second_run_changes_nothing(machine):
    machine.run("bootstrap.sh")
    machine.stand_in("mountpoint", "exit 0")
    machine.stand_in("mongod")
    machine.forget()
    assert machine.run("bootstrap.sh").returncode == 0
    for start in ("aws ec2 attach", "mkfs", "mount ", "dnf"):
        assert not machine.calls(start), start
    assert len(machine.etc("fstab").splitlines()) == 1


@pytest.mark.parametrize("step", ["aws ec2 attach-volume", "mount ", "dnf install"])
def test_a_boot_that_broke_off_goes_on_when_run_again(machine, step):
    """Whatever step failed the first time, the second run ends well and formats nothing."""
    name, _, rest = step.partition(" ")
    original = _AWS if name == "aws" else ""
    machine.stand_in(name, f'case "$*" in "{rest}"*) exit 1 ;; esac\n{original}')
    assert machine.run("bootstrap.sh").returncode != 0
    assert signalled(machine) == "FAILURE"
    machine.stand_in(name, original)
    machine.forget()
    done = machine.run("bootstrap.sh")
    assert done.returncode == 0, done.stderr
    assert signalled(machine) == "SUCCESS"
    assert not machine.calls("mkfs")


def test_missing_packages_fail_the_boot_and_say_what_to_upload(machine):
    for file in (machine.folder / "uploaded").iterdir():
        file.unlink()
    done = machine.run("bootstrap.sh")
    assert done.returncode != 0
    assert "no packages at packages/mongodb/8.0/ of artifacts; upload them first" in done.stderr
    assert not machine.calls("dnf")
    assert signalled(machine) == "FAILURE"


def test_changed_packages_are_not_installed(machine):
    (machine.folder / "uploaded" / "mongod.rpm").write_text("something else")
    assert machine.run("bootstrap.sh").returncode != 0
    assert not machine.calls("dnf")
    assert signalled(machine) == "FAILURE"


def test_secrets_go_to_files_that_only_their_users_read(machine):
    machine.run("bootstrap.sh")
    assert machine.etc("mongo.keyfile") == "the-keyfile\n"
    assert machine.mode("mongo.keyfile") == 0o400
    assert machine.mode("mongo.env") == 0o600
    assert not [call for call in machine.calls() if "the-keyfile" in call or "password" in call]


def test_mongod_never_starts_without_its_volume(machine):
    machine.run("bootstrap.sh")
    override = machine.etc("systemd/system/mongod.service.d/override.conf")
    assert f"AssertPathIsMountPoint={machine.folder}/data" in override
    assert "noatime,nofail" in machine.etc("fstab")


def test_the_configuration_is_filled_in(machine):
    machine.run("bootstrap.sh")
    configuration = machine.etc("mongod.conf")
    assert "bindIp: localhost,mongo-1.internal.staging.example" in configuration
    assert "authorization: enabled" in configuration
    for name in (
        "mongod.conf",
        "mongo-agent.json",
        "systemd/system/mongod.service.d/override.conf",
    ):
        assert "@" not in machine.etc(name), name
    settings = dict(line.split("=", 1) for line in machine.etc("mongo.env").splitlines())
    assert settings["PROTECTED"] == "true"
    assert "KEYFILE_SECRET" not in settings


def test_a_member_that_does_not_get_well_fails_its_boot(machine):
    machine.stand_in("mongosh", _MONGOSH.replace("echo true", "echo false"))
    done = machine.run("bootstrap.sh")
    assert done.returncode != 0
    assert "gave up waiting for the set to take this member in" in done.stderr
    assert signalled(machine) == "FAILURE"
