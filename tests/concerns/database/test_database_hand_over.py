"""Termination of a member, and the services' user."""

import pytest
from stand_ins import Machine

_AWS = """
case "$*" in
  "autoscaling describe-auto-scaling-instances"*) echo the-group ;;
  "secretsmanager get-secret-value --secret-id application"*) cat "$STATE/application" ;;
  *"--version-stage AWSPREVIOUS"*) cat "$STATE/previous" ;;
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
    (tmp_path / "previous").write_text("older-password")
    return made


def test_a_member_hands_over_stops_releases_and_reports_in_that_order(machine):
    assert machine.run("terminate.sh").returncode == 0
    calls = [call for call in machine.calls() if not call.startswith(("curl", "aws secrets"))]
    starts = ["mongosh", "systemctl stop mongod", "sync", "umount", "aws autoscaling describe"]
    for call, start in zip(calls, starts, strict=False):
        assert call.startswith(start)
    assert "rs.stepDown" in calls[0]
    assert "--auto-scaling-group-name the-group --lifecycle-hook-name hand-over" in calls[-1]
    assert "--lifecycle-action-result CONTINUE" in calls[-1]


@pytest.mark.parametrize("name", ["mongosh", "umount", "systemctl"])
def test_termination_continues_after_any_failure(machine, name):
    machine.stand_in(name, "exit 1")
    assert machine.run("terminate.sh").returncode == 0
    assert machine.calls("aws autoscaling complete-lifecycle-action")


def test_the_primary_maintains_the_services_user(machine):
    (machine.folder / "application").write_text('{"Username": "tidepool", "Password": "p"}')
    assert machine.run("user.sh").returncode == 0
    (call,) = [call for call in machine.calls("mongosh") if "createUser" in call]
    assert 'Password": "p"' not in call


def test_secondaries_do_not_change_the_user(machine):
    machine.stand_in("mongosh", "echo false")
    assert machine.run("user.sh").returncode == 0
    assert not machine.calls("aws")


def test_the_primary_also_gets_the_previous_password(machine):
    """Between a rotation and the primary's next check, that one is right."""
    machine.stand_in(
        "mongosh", 'echo "$MONGO_PASSWORD $MONGO_PASSWORD_BEFORE" >"$STATE/given"\necho true'
    )
    (machine.folder / "application").write_text("{}")
    assert machine.run("user.sh").returncode == 0
    assert (machine.folder / "given").read_text() == "the-password older-password\n"


@pytest.mark.parametrize(
    ("answer", "well"),
    [("ResourceNotFoundException", True), ("ThrottlingException", False)],
    ids=["there is none", "nobody knows"],
)
def test_an_unreadable_previous_password_is_not_treated_as_missing(machine, answer, well):
    never = f'case "$*" in *AWSPREVIOUS*) echo {answer} >&2; exit 254 ;; esac'
    machine.stand_in("aws", f"{never}\n{_AWS}")
    (machine.folder / "application").write_text("{}")
    assert (machine.run("user.sh").returncode == 0) == well
