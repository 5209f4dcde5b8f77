"""A member's boot: its own volume and address, data never formatted, failures reported."""

import hashlib
import re

import pytest
from authority import OPENSSL, authority
from stand_ins import Machine

_AWS = """
case "$*" in
  "ec2 describe-volumes"*State*) [ ! -e "$STATE/held" ] && echo available || echo in-use ;;
  "ec2 describe-network-interfaces"*Status*) echo available ;;
  "cloudformation describe-stack-resource"*) cat "$STATE/group" ;;
  "cloudformation signal-resource"*) grep -q IN_PROGRESS "$STATE/group" ;;
  "ec2 describe-volumes"*) cat "$STATE/volume-holder" 2>/dev/null || echo None ;;
  "ec2 describe-network-interfaces"*PrivateIpAddress*) echo 10.0.0.9 ;;
  "ec2 describe-network-interfaces"*) cat "$STATE/interface-holder" 2>/dev/null || echo None ;;
  "ec2 attach-volume"*) echo i-0abc >"$STATE/volume-holder" ;;
  "ec2 attach-network-interface"*) echo i-0abc >"$STATE/interface-holder" ;;
  "secretsmanager get-secret-value --secret-id keyfile"*) echo the-keyfile ;;
  "secretsmanager get-secret-value --secret-id certificate"*) cat "$STATE/certificate" ;;
  *"--version-stage AWSPREVIOUS"*) echo ResourceNotFoundException >&2; exit 254 ;;
  "secretsmanager get-secret-value"*) echo the-password ;;
  "s3 cp s3://artifacts/packages/"*) cp -r "$STATE/uploaded/." "$4/" 2>/dev/null || true ;;
  "ssm get-parameter"*) echo vol-0abc ;;
esac
"""
#: A healthy member of a set, for every query.
_MONGOSH = """
case "$*" in
  *setName*) echo tidepool ;;
  *isWritablePrimary*) echo true ;;
esac
"""

_RPM = """
case "$*" in
  *VERSION*) echo mongodb-org-server 8.0.21 ;;
  *) printf '%s\\n' mongodb-{org-server,mongosh,database-tools} amazon-cloudwatch-agent pigz ;;
esac
"""


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    made.stand_in("aws", _AWS)
    made.stand_in("mongosh", _MONGOSH)
    made.stand_in("blkid", "exit 0")
    made.stand_in("mountpoint", "exit 1")
    made.stand_in("openssl", OPENSSL)
    made.stand_in("rpm", _RPM)
    (tmp_path / "etc" / "hosts").write_text("127.0.0.1 localhost\n")
    (tmp_path / "certificate").write_text(authority().certify())
    made.stand_in("ip", "echo '3: ens6 inet 10.0.0.9/22 brd 10.0.3.255'")
    made.stand_in("systemctl", 'case "$1" in is-active) [ -e "$STATE/runs" ] ;; esac')
    (tmp_path / "group").write_text("CREATE_IN_PROGRESS")
    upload(tmp_path, "mongod.rpm")
    return made


@pytest.fixture
def replacement(machine):
    """Return an instance that replaces a dead one, for which CloudFormation does not wait."""
    (machine.folder / "group").write_text("UPDATE_COMPLETE")
    return machine


def boot(machine, **settings):
    sums = machine.folder / "uploaded" / "SHA256SUMS"
    pinned = hashlib.sha256(sums.read_bytes()).hexdigest() if sums.exists() else ""
    settings = {"PACKAGES_SHA256": pinned, **settings}
    return machine.run("bootstrap.sh", AUTHORITIES=str(authority().trusted), **settings)


def upload(folder, *packages):
    """Put packages and their checksums into the artifacts bucket's folder."""
    uploaded = folder / "uploaded"
    uploaded.mkdir(exist_ok=True)
    for name in packages:
        (uploaded / name).write_text(name)
    sums = [f"{hashlib.sha256(name.encode()).hexdigest()}  {name}" for name in packages]
    (uploaded / "SHA256SUMS").write_text("\n".join(sums) + "\n")


def signalled(machine):
    (call,) = machine.calls("aws cloudformation signal-resource")
    return call.rpartition(" ")[2]


def test_a_boot_attaches_mounts_installs_starts_and_signals_success(machine):
    done = boot(machine)
    assert done.returncode == 0, done.stderr
    (volume,) = machine.calls("aws ec2 attach-volume")
    assert "--volume-id vol-0abc --instance-id i-0abc" in volume
    (interface,) = machine.calls("aws ec2 attach-network-interface")
    assert "--instance-id i-0abc --device-index 1" in interface
    assert machine.calls("mount ") == [f"mount {machine.folder}/data"]
    assert machine.calls("dnf install")[0].endswith("packages/mongod.rpm")
    assert "--disablerepo=*" in machine.calls("dnf install")[0]
    assert machine.calls("systemctl enable")[0] == "systemctl enable --now mongod"
    (call,) = machine.calls("aws cloudformation signal-resource")
    assert "--logical-resource-id Member1Group --unique-id i-0abc --status SUCCESS" in call


def test_a_volume_with_a_file_system_is_never_formatted(machine):
    boot(machine)
    assert not machine.calls("mkfs")
    assert len(machine.calls("mount ")) == 1


def test_a_blank_volume_is_formatted_without_force(machine):
    machine.stand_in("blkid", "exit 2")
    assert boot(machine).returncode == 0
    (call,) = machine.calls("mkfs.xfs")
    assert call == f"mkfs.xfs {machine.folder}/devices/nvme-Amazon_Elastic_Block_Store_vol0abc"


@pytest.mark.parametrize("code", [1, 4, 8, 127])
def test_an_unreadable_volume_is_not_treated_as_blank(machine, code):
    """blkid exits with 8 for ambivalent results, and with 4 for usage errors."""
    machine.stand_in("blkid", f"exit {code}")
    done = boot(machine)
    assert done.returncode != 0
    assert f"blkid exited with {code}" in done.stderr
    assert not machine.calls("mkfs")
    assert not machine.calls("systemctl enable --now mongod")
    assert signalled(machine) == "FAILURE"


def test_a_second_run_changes_nothing(machine):
    boot(machine)
    machine.stand_in("mountpoint", "exit 0")
    machine.stand_in("mongod")
    machine.forget()
    assert boot(machine).returncode == 0
    for start in ("aws ec2 attach", "mkfs", "mount ", "dnf"):
        assert not machine.calls(start), start
    assert len(machine.etc("fstab").splitlines()) == 1
    assert machine.etc("hosts").count("mongo-1") == 1


@pytest.mark.parametrize("step", ["aws ec2 attach-volume", "mount ", "dnf install"])
def test_an_interrupted_boot_completes_when_run_again(machine, step):
    """After a failure of any step, the second run succeeds and formats nothing."""
    name, _, rest = step.partition(" ")
    original = _AWS if name == "aws" else ""
    machine.stand_in(name, f'case "$*" in "{rest}"*) exit 1 ;; esac\n{original}')
    assert boot(machine).returncode != 0
    assert signalled(machine) == "FAILURE"
    machine.stand_in(name, original)
    machine.forget()
    done = boot(machine)
    assert done.returncode == 0, done.stderr
    assert signalled(machine) == "SUCCESS"
    assert not machine.calls("mkfs")


def test_an_image_that_cannot_claim_a_backup_is_refused_at_once(machine):
    machine.stand_in("aws", f'case "$*" in *--generate-cli-skeleton*) exit 252 ;; esac\n{_AWS}')
    done = boot(machine)
    assert done.returncode != 0
    assert "choose a newer database.image" in done.stderr
    assert not machine.calls("aws ec2 attach-volume")


def test_missing_packages_fail_the_boot_with_advice_on_uploading(machine):
    for file in (machine.folder / "uploaded").iterdir():
        file.unlink()
    done = boot(machine)
    assert done.returncode != 0
    assert "no packages at packages/mongodb/8.0.21/ of artifacts; upload them first" in done.stderr
    assert not machine.calls("dnf")
    assert signalled(machine) == "FAILURE"


def test_changed_packages_are_not_installed(machine):
    (machine.folder / "uploaded" / "mongod.rpm").write_text("something else")
    assert boot(machine).returncode != 0
    assert not machine.calls("dnf")
    assert signalled(machine) == "FAILURE"


def test_secrets_are_written_to_files_that_only_their_users_read(machine):
    boot(machine)
    assert machine.etc("mongo.keyfile") == "the-keyfile\n"
    assert machine.mode("mongo.keyfile") == 0o400
    assert machine.mode("mongo.env") == 0o600
    assert not [call for call in machine.calls() if "the-keyfile" in call or "password" in call]


def test_mongod_never_starts_without_its_volume(machine):
    boot(machine)
    override = machine.etc("systemd/system/mongod.service.d/override.conf")
    assert f"AssertPathIsMountPoint={machine.folder}/data" in override
    assert "noatime,nofail" in machine.etc("fstab")


def test_the_configuration_is_filled_in(machine):
    boot(machine)
    configuration = machine.etc("mongod.conf")
    assert "bindIp: localhost,10.0.0.9" in configuration
    assert "authorization: enabled" in configuration
    assert "mode: requireTLS" in configuration
    assert f"CAFile: {authority().trusted}" in configuration
    # no public authority certifies clients, and members would refuse each other's certificates
    assert "tlsWithholdClientCertificate: true" in configuration
    for name in (
        "mongod.conf",
        "mongo-agent.json",
        "systemd/system/mongod.service.d/override.conf",
    ):
        assert "@" not in machine.etc(name), name
    settings = dict(line.split("=", 1) for line in machine.etc("mongo.env").splitlines())
    assert settings["PROTECTED"] == "true"
    assert "KEYFILE_SECRET" not in settings


def test_the_kernel_is_configured_for_mongodb_before_mongod_starts(machine):
    boot(machine)
    calls = machine.calls()
    start = calls.index("systemctl enable --now mongod")
    kernel, pages = machine.etc("sysctl.d/90-mongo.conf"), machine.etc("tmpfiles.d/mongo.conf")
    assert f"sysctl --quiet --load={machine.folder}/etc/sysctl.d/90-mongo.conf" in calls[:start]
    assert f"systemd-tmpfiles --create {machine.folder}/etc/tmpfiles.d/mongo.conf" in calls[:start]
    for setting in ("swappiness = 1", "overcommit_memory = 1", "tcp_keepalive_time = 120"):
        assert setting in kernel
    assert "transparent_hugepage/enabled - - - - always" in pages


def test_connections_never_run_out_of_memory_maps(machine):
    """mongod uses two for each, and accepts as many as it may open files."""
    boot(machine)
    maps = re.search(r"max_map_count = (\d+)", machine.etc("sysctl.d/90-mongo.conf"))
    unit = machine.etc("systemd/system/mongod.service.d/override.conf")
    files = re.search(r"LimitNOFILE=(\d+)", unit)
    assert int(maps[1]) >= 2 * int(files[1])


def test_read_ahead_of_the_data_volume_is_small(machine):
    boot(machine)
    unit = machine.etc("systemd/system/mongod.service.d/override.conf")
    device = f"{machine.folder}/devices/nvme-Amazon_Elastic_Block_Store_vol0abc"
    assert f"ExecStartPre=+/usr/sbin/blockdev --setra 16 {device}\n" in unit


def test_the_members_own_name_resolves_to_the_loopback(machine):
    """The certificate has no localhost, and the administrator is created over the loopback."""
    boot(machine)
    assert "127.0.0.1 mongo-1.internal.staging.example\n" in machine.etc("hosts")
    assert not [call for call in machine.calls("mongosh") if "--host localhost" in call]


def test_mongod_does_not_start_without_a_certificate(machine):
    (machine.folder / "certificate").write_text("random-text")
    done = boot(machine)
    assert done.returncode != 0
    assert "gave up waiting for the rotation function" in done.stderr
    assert not machine.calls("systemctl enable --now mongod")
    assert signalled(machine) == "FAILURE"


def test_a_renewed_certificate_is_checked_for_every_day(machine):
    boot(machine)
    assert "mongo-renew.timer" in " ".join(machine.calls("systemctl enable --now"))
    assert "RandomizedDelaySec" in machine.etc("systemd/system/mongo-renew.timer")


@pytest.mark.parametrize(("member", "waits"), [("1", False), ("3", True)])
def test_the_first_metrics_exist_before_the_alarms_are_created(machine, member, waits):
    machine.stand_in("sleep")
    done = boot(machine, MEMBER=member, METRICS_DELAY="120")
    assert done.returncode == 0, done.stderr
    order = [c for c in machine.calls() if "mongo-metrics.service" in c or c.startswith("sleep")]
    assert order == ["systemctl start mongo-metrics.service", *["sleep 120"] * waits]


def never_healthy(machine):
    machine.stand_in("mongosh", _MONGOSH.replace("echo true", "echo false"))


UNITS = ("mongo-terminate.service", "mongo-backup.timer", "mongo-metrics.timer", "mongo-user.timer")


def test_a_member_that_stays_unhealthy_fails_the_update(machine):
    never_healthy(machine)
    done = boot(machine)
    assert done.returncode != 0
    assert "gave up waiting for this member to catch up" in done.stderr
    assert signalled(machine) == "FAILURE"
    assert not machine.calls("aws autoscaling")


def test_everything_else_runs_before_the_member_joins_the_set(machine):
    """A blank volume takes hours: hand-over, metrics and backups must not wait for it."""
    never_healthy(machine)
    boot(machine)
    (enabled,) = [call for call in machine.calls("systemctl enable") if "timer" in call]
    assert all(unit in enabled for unit in UNITS)
    calls = machine.calls()
    first_question = next(n for n, call in enumerate(calls) if call.startswith("mongosh"))
    assert calls.index("systemctl enable --now mongod") < calls.index(enabled) < first_question


def test_a_member_that_replaces_a_dead_one_may_take_hours(replacement):
    """It does not answer for longer than any limit; in this test each try is one."""
    replacement.stand_in(
        "mongosh",
        """case "$*" in *setName*) echo tidepool ;; *isWritablePrimary*)
        echo . >>"$STATE/tries"; [ "$(wc -l <"$STATE/tries")" -ge 9 ] && echo true ;; esac""",
    )
    done = boot(replacement)
    assert done.returncode == 0, done.stderr
    assert "still waiting for this member to catch up" in done.stderr


def test_a_host_that_hangs_keeps_the_volume_and_the_next_instance_waits(replacement):
    (replacement.folder / "held").touch()
    state = 'case "$*" in *State*) echo . >>"$STATE/tries"'
    state += '; [ "$(wc -l <"$STATE/tries")" -lt 9 ] || rm -f "$STATE/held" ;; esac\n'
    replacement.stand_in("aws", state + _AWS)
    done = boot(replacement)
    assert done.returncode == 0, done.stderr
    assert "release vol-0abc; if that instance hangs, terminate it by force" in done.stderr
    assert len(replacement.calls("aws ec2 attach-volume")) == 1


@pytest.mark.parametrize("step", ["blkid", "dnf", "mount", "systemctl"])
def test_a_failed_boot_outside_an_update_is_repeated_by_another_instance(replacement, step):
    replacement.stand_in(step, "exit 1")
    assert boot(replacement).returncode != 0
    (call,) = replacement.calls("aws autoscaling set-instance-health")
    assert "--instance-id i-0abc --health-status Unhealthy" in call
    assert "--no-should-respect-grace-period" in call


def test_an_instance_whose_mongod_runs_is_never_replaced(replacement):
    """It may be the primary; and another instance would fail in the same way."""
    replacement.stand_in("amazon-cloudwatch-agent-ctl", "exit 1")
    assert boot(replacement).returncode != 0
    assert not replacement.calls("aws autoscaling")


def test_a_repeated_boot_never_terminates_a_running_member(replacement):
    """A change of the keyfile repeats the boot; a step may fail that succeeded before."""
    (replacement.folder / "runs").touch()
    replacement.stand_in("blkid", "exit 1")
    assert boot(replacement).returncode != 0
    assert not replacement.calls("aws autoscaling")


def test_a_person_is_asked_to_act_if_no_service_can_be_notified(replacement):
    replacement.stand_in("dnf", "exit 1")
    replacement.stand_in("aws", f'case "$*" in autoscaling*) exit 1 ;; esac\n{_AWS}')
    assert "terminate it by hand" in boot(replacement).stderr
