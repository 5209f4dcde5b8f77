"""A member's end, and the services' user."""

import pytest
from stand_ins import Machine

_AWS = """
case "$*" in
  "autoscaling describe-auto-scaling-instances"*) echo the-group ;;
  "secretsmanager get-secret-value --secret-id application"*) cat "$STATE/application" ;;
  "secretsmanager"*) echo the-password ;;
esac
"""
_CURL = """
case "$*" in
  *PUT*) echo token ;;
  *)
    echo called >>"$STATE/asked"
    if [ "$(wc -l <"$STATE/asked")" -lt 3 ]; then echo InService; else echo Terminated; fi ;;
esac
"""


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    made.stand_in("aws", _AWS)
    made.stand_in("curl", _CURL)
    made.stand_in("mongosh", "echo true")
    return made


def test_a_member_hands_over_stops_lets_go_and_says_so_in_that_order(machine):
    assert machine.run("terminate.sh").returncode == 0
    calls = [call for call in machine.calls() if not call.startswith(("curl", "aws secrets"))]
    starts = ["mongosh", "systemctl stop mongod", "sync", "umount", "aws autoscaling describe"]
    for call, start in zip(calls, starts, strict=False):
        assert call.startswith(start)
    assert "rs.stepDown" in calls[0]
    assert "--auto-scaling-group-name the-group --lifecycle-hook-name hand-over" in calls[-1]
    assert "--lifecycle-action-result CONTINUE" in calls[-1]


@pytest.mark.parametrize("name", ["mongosh", "umount", "systemctl"])
def test_the_end_goes_on_whatever_fails(machine, name):
    machine.stand_in(name, "exit 1")
    assert machine.run("terminate.sh").returncode == 0
    assert machine.calls("aws autoscaling complete-lifecycle-action")


def test_the_primary_keeps_the_services_user(machine):
    (machine.folder / "application").write_text('{"Username": "tidepool", "Password": "p"}')
    assert machine.run("user.sh").returncode == 0
    (call,) = [call for call in machine.calls("mongosh") if "createUser" in call]
    assert 'Password": "p"' not in call


def test_the_others_leave_the_user_alone(machine):
    machine.stand_in("mongosh", "echo false")
    assert machine.run("user.sh").returncode == 0
    assert not machine.calls("aws")
